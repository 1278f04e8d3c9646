/** Warnings about the streams of tasks, which may still run: `GET /_local/warnings`. */
import type { EngineState, RetainedLog } from "../engine/engine-state";
import { findingsOf } from "../jobs/findings";
import { type Job, tableId } from "../jobs/job";
import { type Language, render } from "../messages";

/** Below this nobody needs to know of the log that is kept, in bytes. */
const notableLog = 16 * 1024 * 1024;
const minute = 60_000;

/** Every task with something to say, by its id. It changes only when there is something new to say. */
export function warningsView(
  jobs: readonly Job[],
  engineOf: (id: string) => EngineState | undefined,
  language: Language,
) {
  const tasks = jobs.flatMap((job) => {
    const engine = engineOf(job.id);
    const warnings = findingsOf(job, engine).map(({ id, level, side, table, code, message, since }) => ({
      ...{ id, level, side, code, since: new Date(since).toISOString() },
      table: table === undefined ? null : tableId(table),
      message: render(message, language),
    }));
    const kept = engine?.kind === "present" && job.prepared ? logView(job, engine.retainedLog) : null;
    return warnings.length > 0 || kept !== null ? [[job.id, { warnings, log: kept }] as const] : [];
  });
  return { tasks: Object.fromEntries(tasks) };
}

/** Of a task that runs it is said only when it is much. */
function logView(job: Job, log: RetainedLog | undefined) {
  const runs = job.status === "INCRE_TRANSFER_STARTED" || job.status === "FULL_TRANSFER_STARTED";
  if (log === undefined || (runs && log.bytes < notableLog)) {
    return null;
  }
  const now = Date.now();
  const time = (at: number | undefined) =>
    at === undefined ? null : new Date(onGrid(at, at - now)).toISOString();
  return {
    bytes: rounded(log.bytes),
    limit: log.limit,
    bytes_per_second: log.rate === undefined ? null : rounded(log.rate),
    lost_at: time(log.lostAt),
    disk_full_at: time(log.diskFullAt),
  };
}

/** The further away a time is, the less exactly it is known, and the rarer it changes. */
function onGrid(at: number, ahead: number): number {
  const grid = Math.max(10 ** Math.floor(Math.log10(Math.max(ahead, 1))), minute);
  return Math.round(at / grid) * grid;
}

/** To two digits, so that the answer stays the same for a while. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
