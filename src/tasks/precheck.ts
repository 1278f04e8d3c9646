import { setTimeout as delay } from "node:timers/promises";
import type { DrsCaller } from "../drs/client";
import type { PrecheckMode } from "../status/actions";
import { refusalOf } from "./actions";
import type { Task } from "./task";

/** An item of a pre-check that did not pass. */
export interface PrecheckFinding {
  readonly item: string;
  /** `ALARM` lets the task start, `FAILED` does not. */
  readonly result: string;
  readonly reason?: string | undefined;
}

export interface PrecheckOutcome {
  readonly passed: boolean;
  readonly findings: readonly PrecheckFinding[];
}

const firstWaitMs = 300;
const longestWaitMs = 3_000;
const limitMs = 10 * 60_000;

/**
 * Runs the pre-check that a start needs and waits for its end.
 *
 * @param onProgress receives the percentage, 0 to 100.
 * @throws DrsError when the service refuses, the signal's reason when it aborts.
 */
export async function precheck(
  client: DrsCaller,
  task: Pick<Task, "id">,
  signal: AbortSignal,
  onProgress: (percent: number) => void,
  precheck_mode: PrecheckMode = "forStartJob",
): Promise<PrecheckOutcome> {
  const started = await client.call(
    "batchPrecheck",
    { jobs: [{ job_id: task.id, precheck_mode }] },
    { signal },
  );
  const answer = started.results.find((result) => result.id === task.id);
  throwIfRefused("batchPrecheck", answer, started.request_id);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 1.5, longestWaitMs)) {
    const { results, request_id } = await client.call(
      "batchPrecheckResult",
      { jobs: [task.id] },
      { signal: limited },
    );
    // The result of an earlier pre-check may still be there.
    const state = results.find(
      ({ precheck_id }) => !precheck_id || !answer?.precheck_id || precheck_id === answer.precheck_id,
    );
    throwIfRefused("batchPrecheckResult", state, request_id);
    const percent = Number.parseFloat(state?.process || "0");
    onProgress(percent);
    if (percent >= 100) {
      return { passed: state?.result === true, findings: findingsOf(state?.precheck_result ?? []) };
    }
    await delay(wait, undefined, { signal: limited });
  }
}

interface Item {
  readonly item?: string | null | undefined;
  readonly result?: string | null | undefined;
  readonly failed_reason?: string | null | undefined;
  readonly raw_error_msg?: string | null | undefined;
}

function findingsOf(items: readonly Item[]): readonly PrecheckFinding[] {
  return items
    .filter(({ result }) => result !== "PASSED")
    .map(({ item, result, failed_reason, raw_error_msg }) => ({
      item: item ?? "",
      result: result ?? "",
      reason: failed_reason || raw_error_msg || undefined,
    }));
}

function throwIfRefused(
  operation: string,
  item:
    | { readonly error_code?: string | null | undefined; readonly error_msg?: string | null | undefined }
    | undefined,
  requestId: string | undefined,
): void {
  if (item?.error_code) {
    throw refusalOf(operation, item, requestId);
  }
}
