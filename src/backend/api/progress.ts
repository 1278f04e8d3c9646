/** How far a task is, from what the engine says of its tables. */
import type { TableState } from "../engine/engine-state";
import { plainName } from "../engine/table-name";
import type { Live } from "../jobs/controller";
import { indexPercent } from "../jobs/indexes";
import type { Job } from "../jobs/job";

/** Percentages without a sign, delays and times as text, as the API has them. */
export interface Progress {
  readonly percent: string;
  /** Seconds; `-1`: not known. */
  readonly delay: string;
  /** Milliseconds; `-1`: not known. */
  readonly delayMillis: string;
  /** Seconds until the full synchronization is done; null: not known. */
  readonly remaining: string | null;
  /** By part: structure, data, indexes. */
  readonly map: Record<string, { completed: string; remaining_time: string | null }>;
}

/** How far a task is: percents as `42%`, times in seconds, the delay in milliseconds. */
export function progressOf(job: Job, live: Live): Progress {
  const percent = percentOf(job, live);
  const delay =
    job.status === "INCRE_TRANSFER_STARTED" && live.engine?.kind === "present"
      ? live.engine.delayMs
      : undefined;
  const copies = job.startedAt !== null && job.taskType !== "INCR_TRANS";
  const remaining = remainingSeconds(job, live);
  const part = (done: number, left: string | null) => ({
    completed: `${done}%`,
    remaining_time: done === 100 ? "0" : left,
  });
  // Tables are made with their keys before the first row is copied, their other indexes after the last.
  const struct = part(hasStructure(job) ? 100 : 0, null);
  const index = part(hasStructure(job) ? indexPercent(job, live.indexing) : 0, null);
  return {
    percent: String(percent),
    delay: delay === undefined ? "-1" : String(Math.floor(delay / 1_000)),
    delayMillis: delay === undefined ? "-1" : String(Math.round(delay)),
    remaining,
    map: copies ? { struct, index, data: part(hasAllRows(job, live) ? 100 : percent, remaining) } : {},
  };
}

/** Whether the target has all tables. */
export function hasStructure(job: Job): boolean {
  return job.prepared || job.fullCompletedAt !== null;
}

/** Copied rows of all rows that the source had when the copy began; 100 only when all tables are synced and indexed. */
function percentOf(job: Job, live: Live): number {
  if (isCopied(job)) {
    return 100;
  }
  const { copied, all } = rowsOf(job, live);
  return all === 0 ? 0 : Math.min(99, Math.floor((copied / all) * 100));
}

/** Whether all rows are there, also while indexes are made. */
function hasAllRows(job: Job, live: Live): boolean {
  const { copied, all } = rowsOf(job, live);
  return isCopied(job) || (all > 0 && copied === all);
}

/** How far one table is, 0 to 100. */
export function tablePercent(job: Job, table: TableState): number {
  const again = job.copyAgain?.tables.some((one) => plainName(one) === table.name) === true;
  if ((isCopied(job) && !again) || isWhole(table)) {
    return 100;
  }
  return Math.min(99, Math.floor((table.copiedRows / rowsAtSource(job, table.name)) * 100));
}

function isCopied(job: Job): boolean {
  return job.fullCompletedAt !== null || (job.taskType === "INCR_TRANS" && job.startedAt !== null);
}

function rowsOf(job: Job, live: Live): { readonly copied: number; readonly all: number } {
  let [copied, all] = [0, 0];
  const own = new Set(job.tables.map(plainName));
  const tables = live.engine?.kind === "present" && live.can.knowsProgress ? live.engine.tables : [];
  for (const table of tables.filter(({ name }) => own.has(name))) {
    const rows = rowsAtSource(job, table.name);
    all += rows;
    copied += isWhole(table) ? rows : Math.min(table.copiedRows, rows);
  }
  return { copied, all };
}

/** Whether all rows are there, also while the table waits to join the stream of changes. */
export function isWhole({ phase }: TableState): boolean {
  return phase === "synced" || phase === "copied";
}

function rowsAtSource(job: Job, table: string): number {
  return Math.max(job.sourceRows[table] ?? 0, 1);
}

/** From the speed of the last moments; only while rows are being copied. */
function remainingSeconds(job: Job, live: Live): string | null {
  if (isCopied(job)) {
    return "0";
  }
  const { copied, all } = rowsOf(job, live);
  const speed = live.rates?.rows ?? 0;
  return job.status === "FULL_TRANSFER_STARTED" && speed > 0 && copied < all
    ? String(Math.ceil((all - copied) / speed))
    : null;
}
