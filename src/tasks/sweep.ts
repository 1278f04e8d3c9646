/** One look at all tasks of a connection: list, then details and progress of those that need them. */
import type { DrsCaller } from "../drs/client";
import { isDrsError } from "../drs/errors";
import { statusOf } from "../status/status";
import type { StatusId } from "../status/statuses";
import { type JobDetail, type JobProgress, type ListedJob, taskOf } from "./decode";
import type { Task } from "./task";

const pageSize = 100;

/** Statuses in which the service has progress or delay to tell. */
const inTransfer: ReadonlySet<StatusId> = new Set([
  "starting",
  "full",
  "fullFailed",
  "incremental",
  "incrementalFailed",
  "modifying",
  "modifyingFailed",
  "rectification",
  "rectificationFailed",
  "paused",
]);

interface KnownJob {
  readonly job: ListedJob;
  readonly parentId: string | undefined;
  readonly detail: JobDetail | undefined;
  /** When the detail was asked for, in the clock's milliseconds. */
  readonly detailAt: number;
  readonly progress: JobProgress | undefined;
  readonly task: Task | undefined;
}

/** What one sweep leaves for the next one: unchanged parts are not built again. */
export type Known = ReadonlyMap<string, KnownJob>;

export interface SweepResult {
  readonly known: Known;
  readonly tasks: ReadonlyMap<string, Task>;
  /** Why details or progress are older than the list, if they are. */
  readonly problem: unknown;
}

export interface SweepOptions {
  readonly signal: AbortSignal;
  /** The clock's milliseconds now. */
  readonly now: number;
  /** How old a detail may be, in milliseconds, while the list shows no change of its task. */
  readonly detailMaxAgeMs: number;
}

/**
 * Reads all tasks. The list decides which tasks there are; when details or progress cannot be had, the last ones stay
 * and `problem` says why.
 *
 * @throws DrsError when the list cannot be had.
 */
export async function sweep(client: DrsCaller, last: Known, options: SweepOptions): Promise<SweepResult> {
  const jobs = await listAll(client, options.signal);
  const outdated = [...jobs.values()].filter(({ job }) => {
    const before = last.get(job.id);
    return (
      before?.detail === undefined ||
      before.job.status !== job.status ||
      options.now - before.detailAt >= options.detailMaxAgeMs
    );
  });
  const moving = [...jobs.values()].filter(({ job }) =>
    inTransfer.has(statusOf(job.status ?? "") ?? "completed"),
  );
  const [details, progresses] = await Promise.all([
    settled(readDetails(client, idsOf(outdated), options.signal)),
    settled(readProgress(client, idsOf(moving), options.signal)),
  ]);
  options.signal.throwIfAborted();

  const known = new Map<string, KnownJob>();
  const tasks = new Map<string, Task>();
  const movingIds = new Set(idsOf(moving));
  for (const { job, parentId } of jobs.values()) {
    const before = last.get(job.id);
    const fresh = details.value?.get(job.id);
    const detail = fresh ?? before?.detail;
    const detailAt = fresh === undefined ? (before?.detailAt ?? 0) : options.now;
    const progress = movingIds.has(job.id) ? (progresses.value?.get(job.id) ?? before?.progress) : undefined;
    const unchanged =
      before !== undefined &&
      before.job === job &&
      before.detail === detail &&
      before.progress === progress &&
      before.parentId === parentId;
    const task = unchanged ? before.task : taskOf(job, detail, progress, parentId);
    known.set(job.id, { job, parentId, detail, detailAt, progress, task });
    if (task !== undefined) {
      tasks.set(task.id, task);
    }
  }
  return { known, tasks, problem: details.problem ?? progresses.problem };
}

interface Listed {
  readonly job: ListedJob;
  readonly parentId: string | undefined;
}

async function listAll(client: DrsCaller, signal: AbortSignal): Promise<ReadonlyMap<string, Listed>> {
  const jobs = new Map<string, Listed>();
  for (let page = 1; ; page++) {
    const answer = await client.call(
      "listJobs",
      { cur_page: page, per_page: pageSize, db_use_type: "sync" },
      { signal },
    );
    for (const job of answer.jobs) {
      jobs.set(job.id, { job, parentId: undefined });
      for (const child of job.children ?? []) {
        jobs.set(child.id, { job: child, parentId: job.id });
      }
    }
    // Not by what has been read: items may be unusable, or deleted between two pages.
    if (page * pageSize >= answer.total_record) {
      return jobs;
    }
  }
}

async function readDetails(client: DrsCaller, ids: readonly string[], signal: AbortSignal) {
  const details = new Map<string, JobDetail>();
  for (const jobs of chunksOf(ids)) {
    const page_req = { cur_page: 1, per_page: pageSize };
    const { results } = await client.call("batchDetail", { jobs, page_req }, { signal });
    for (const detail of results) {
      // An item that only says that the job is gone has no status; the list will drop the job itself.
      if (detail.status != null) {
        details.set(detail.id, detail);
      }
    }
  }
  return details;
}

async function readProgress(client: DrsCaller, ids: readonly string[], signal: AbortSignal) {
  const progresses = new Map<string, JobProgress>();
  for (const jobs of chunksOf(ids)) {
    const { results } = await client.call("batchProgress", { jobs }, { signal });
    for (const progress of results) {
      progresses.set(progress.job_id, progress);
    }
  }
  return progresses;
}

/** The value, or the DrsError that stands for it; anything else is thrown on. */
async function settled<T>(promise: Promise<T>): Promise<{ value?: T; problem?: unknown }> {
  try {
    return { value: await promise };
  } catch (problem) {
    if (isDrsError(problem)) {
      return { problem };
    }
    throw problem;
  }
}

function idsOf(jobs: readonly Listed[]): string[] {
  return jobs.map(({ job }) => job.id);
}

function chunksOf(ids: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let from = 0; from < ids.length; from += pageSize) {
    chunks.push(ids.slice(from, from + pageSize));
  }
  return chunks;
}
