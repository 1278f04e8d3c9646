/** Values of tasks that this window has read before their charts are opened. */
import { isStreaming, rowOf, type StatusId } from "../status/statuses";
import type { Task } from "./task";

/** Values of a task at a time; null: not known, or nothing flowed. */
export interface PastValue {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds. */
  readonly delay: number | null;
  /** Rows per second. */
  readonly rows: number | null;
  /** Of the full synchronization, 0 to 100. */
  readonly progress: number | null;
}

/** A status that a task was seen to come into. */
export interface PastStatus {
  readonly at: number;
  readonly status: StatusId;
}

export interface Past {
  readonly values: readonly PastValue[];
  readonly statuses: readonly PastStatus[];
}

/** Values of one task are at least so far apart, in milliseconds. */
const apartMs = 30_000;
/** Values of all tasks together, some 10 MB, and of one task. */
const mostValues = 200_000;
const mostOfTask = 1_440;
const mostStatuses = 100;

interface Kept {
  readonly values: PastValue[];
  readonly statuses: PastStatus[];
}

/** The values of tasks that this window has read, in memory: at most a value in 30 seconds, and 1,440 values a task. */
export class PastValues {
  readonly #tasks = new Map<string, Kept>();
  #count = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** Notes what a reading has changed; it costs by how much that is. */
  note(
    connection: string,
    changes: readonly { readonly after?: Task | undefined; readonly before?: Task | undefined }[],
  ): void {
    const at = this.now();
    for (const { before, after } of changes) {
      const key = `${connection}/${(after ?? before)?.id}`;
      if (after === undefined) {
        this.#forget(key);
        continue;
      }
      const hasDelay = isStreaming(after.status) && after.delayMs !== undefined;
      const hasProgress = rowOf(after.status).phase === "full" && after.percent !== undefined;
      const isOther = before !== undefined && before.status !== after.status;
      if (hasDelay || hasProgress || isOther) {
        this.#add(key, after, { at, isOther, hasDelay, hasProgress });
      }
    }
  }

  of(connection: string, id: string): Past {
    return this.#tasks.get(`${connection}/${id}`) ?? { values: [], statuses: [] };
  }

  #add(
    key: string,
    { status, delayMs, percent }: Task,
    {
      at,
      isOther,
      hasDelay,
      hasProgress,
    }: { at: number; isOther: boolean; hasDelay: boolean; hasProgress: boolean },
  ): void {
    const kept = this.#tasks.get(key) ?? { values: [], statuses: [] };
    // The task that was changed last is the last to go.
    this.#tasks.delete(key);
    this.#tasks.set(key, kept);
    if (isOther) {
      kept.statuses.push({ at, status });
      kept.statuses.splice(0, kept.statuses.length - mostStatuses);
    }
    let last = kept.values.at(-1);
    while (last !== undefined && last.at > at) {
      // The clock was set back: what was measured by the old one is not to be told apart from what comes.
      kept.values.pop();
      this.#count--;
      last = kept.values.at(-1);
    }
    if (!isOther && last !== undefined && at - last.at < apartMs) {
      return;
    }
    kept.values.push({
      ...{ at, delay: hasDelay ? (delayMs ?? null) : null, rows: null },
      progress: hasProgress ? (percent ?? null) : null,
    });
    this.#count++;
    if (kept.values.length > mostOfTask) {
      kept.values.shift();
      this.#count--;
    }
    for (const [oldest] of this.#tasks) {
      if (this.#count <= mostValues) {
        break;
      }
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#count -= this.#tasks.get(key)?.values.length ?? 0;
    this.#tasks.delete(key);
  }
}
