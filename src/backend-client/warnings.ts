/** Reads what is wrong with the streams of the local backend's tasks (`GET /_local/warnings`). */
import * as v from "valibot";
import { noHealths, type StreamHealth, type StreamHealths } from "../tasks/stream-health";
import type { LocalAccess } from "./access";
import { callBackend } from "./call";

const timeoutMs = 10_000;

const time = v.nullish(v.string());
const warning = v.object({
  id: v.string(),
  level: v.picklist(["failure", "warning"]),
  table: v.nullish(v.string()),
  code: v.string(),
  message: v.string(),
  since: time,
});
const retainedLog = v.object({
  bytes: v.number(),
  limit: v.nullish(v.number()),
  bytes_per_second: v.nullish(v.number()),
  lost_at: time,
  disk_full_at: time,
});
/** A part that cannot be read is left out. */
const answer = v.object({
  tasks: v.record(
    v.string(),
    v.object({
      warnings: v.fallback(v.array(v.fallback(v.nullable(warning), null)), []),
      log: v.fallback(v.nullish(retainedLog), null),
    }),
  ),
});

/** Polls on each call and parses only a changed answer. Keeps the last good answer if a poll fails. */
export class WarningsReader {
  readonly #local: LocalAccess;
  readonly #language: string;
  #tag: string | undefined;
  #last: StreamHealths = noHealths;

  /** @param language as the `X-Language` header has it. */
  constructor(local: LocalAccess, language: "zh-cn" | "en-us") {
    this.#local = local;
    this.#language = language;
  }

  async read(signal: AbortSignal): Promise<StreamHealths> {
    const headers = {
      "x-language": this.#language,
      ...(this.#tag === undefined ? {} : { "if-none-match": this.#tag }),
    };
    const { endpoint, key } = this.#local;
    const call = { path: "/_local/warnings", key, headers, timeoutMs, signal } as const;
    try {
      const response = await callBackend(endpoint, call);
      if (response.status === 200) {
        this.#last = healthsOf(response.bytes.toString("utf8"), this.#last);
        this.#tag = response.header("etag");
      }
    } catch {
      // The list, which is read from the same backend, reports what is wrong with it.
    }
    return this.#last;
  }
}

/** The content of an answer; a task whose content is the same as before keeps its object. */
export function healthsOf(text: string, last: StreamHealths): StreamHealths {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), text);
  if (!parsed.success) {
    return last;
  }
  return new Map(
    Object.entries(parsed.output.tasks).map(([id, { warnings, log }]) => {
      const now: StreamHealth = {
        warnings: warnings.flatMap((one) =>
          one === null ? [] : [{ ...one, table: one.table ?? undefined, since: timeOf(one.since) }],
        ),
        retainedLog: log == null ? undefined : logOf(log),
      };
      const before = last.get(id);
      return [id, before !== undefined && isSame(before, now) ? before : now];
    }),
  );
}

function isSame(one: StreamHealth, other: StreamHealth): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function logOf(log: v.InferOutput<typeof retainedLog>): NonNullable<StreamHealth["retainedLog"]> {
  return {
    bytes: log.bytes,
    limit: log.limit ?? undefined,
    bytesPerSecond: log.bytes_per_second ?? undefined,
    lostAt: timeOf(log.lost_at),
    diskFullAt: timeOf(log.disk_full_at),
  };
}

function timeOf(text: string | null | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
