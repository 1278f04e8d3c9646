/** The local backend's measurements of a task during the last day (`GET /_local/tasks/{id}/measurements`). */
import * as v from "valibot";
import type { PastValue } from "../tasks/past-values";
import type { LocalAccess } from "./access";
import { callBackend, jsonOf } from "./call";

const timeoutMs = 8_000;
const answer = v.object({
  measurements: v.array(
    v.object({ at: v.string(), delay_ms: v.nullable(v.number()), rows_per_second: v.nullable(v.number()) }),
  ),
});

/** The oldest first; none where the backend does not say it. */
export async function askMeasurements(
  { endpoint, key }: LocalAccess,
  id: string,
  signal: AbortSignal,
): Promise<readonly PastValue[]> {
  const path = `/_local/tasks/${encodeURIComponent(id)}/measurements` as const;
  try {
    const parsed = v.safeParse(answer, jsonOf(await callBackend(endpoint, { path, key, timeoutMs, signal })));
    const { measurements } = parsed.success ? parsed.output : { measurements: [] };
    return measurements
      .map(({ at, delay_ms, rows_per_second }) => ({
        ...{ at: Date.parse(at), delay: delay_ms, rows: rows_per_second, progress: null },
      }))
      .filter(({ at }) => !Number.isNaN(at));
  } catch {
    signal.throwIfAborted();
    return [];
  }
}
