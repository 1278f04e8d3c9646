/** One look at the tasks of a connection: list, then details and progress of those that need them. */
import type { DrsCaller, TablesCaller } from "../drs/client";
import { isDrsError } from "../drs/errors";
import { parseStatus } from "../status/status";
import { rowOf } from "../status/statuses";
import { allowedActions } from "./allowed-actions";
import { decodeTask, type JobDetail, type JobProgress, type ListedJob } from "./decode";
import {
  isOutdated,
  type ListCaller,
  type Listing,
  type ListOptions,
  pageSize,
  readList,
} from "./list-reader";
import type { Listed } from "./listed-jobs";
import type { Task } from "./task";

/** When the facts of a task were asked for, milliseconds since 1970: what happened later they do not show. */
export interface ReadTimes {
  readonly listedAt: number;
  /** Of its details, which show a freeze; 0 before the first time. */
  readonly detailAt: number;
}

interface KnownJob extends Listed, ReadTimes {
  readonly detail: JobDetail | undefined;
  readonly progress: JobProgress | undefined;
  readonly resettable: boolean;
  readonly task: Task | undefined;
}

/**
 * The state that one poll leaves for the next: unchanged parts are not built again. The maps are the same from poll to poll, and
 * a poll changes what it has read.
 */
export interface PollState {
  readonly listing: Listing | undefined;
  readonly jobs: Map<string, KnownJob>;
  readonly v5: KnownV5;
}

/** Whether the service has v5; undefined: not asked, or without a clear answer. */
interface KnownV5 {
  readonly there: boolean | undefined;
  /** When it was asked for, in the clock's milliseconds. */
  readonly askedAt: number;
}

/** Of a connection that has not been read yet. */
export function initialState(): PollState {
  return {
    listing: undefined,
    jobs: new Map(),
    v5: { there: undefined, askedAt: Number.NEGATIVE_INFINITY },
  };
}

/** How long to wait before probing for v5 again after an unclear answer. */
const v5AgainMs = 5 * 60_000;

export interface PollResult {
  readonly state: PollState;
  /** Tasks that may have changed, as they are now; undefined: gone. */
  readonly touched: ReadonlyMap<string, Task | undefined>;
  /** How many tasks there are while they have not all been read yet. */
  readonly unread: { readonly of: number } | undefined;
  /** How many requests it took. */
  readonly requests: number;
  /** Why details or progress are older than the list, if they are. */
  readonly problem: unknown;
}

export interface ListPollOptions extends ListOptions {
  /** Whether the service is the cloud's, see `Task.cloud`. */
  readonly cloud: boolean;
  /** How old a detail may be, in milliseconds, while the list shows no change of its task. */
  readonly detailMaxAgeMs: number;
}

/**
 * Reads all tasks, or the next part of very many. The list decides which tasks there are; when details or progress
 * cannot be had, the last ones stay and `problem` says why.
 *
 * @throws DrsError when the list cannot be had.
 */
export async function pollTasks(
  service: TablesCaller,
  last: PollState,
  options: ListPollOptions,
): Promise<PollResult> {
  let requests = 0;
  const client: ListCaller = {
    call: (...args) => {
      requests++;
      return service.call(...args);
    },
    listV5: async (input, callOptions) => {
      const { v5Of } = await import("../drs/v5");
      const v5 = v5Of(service);
      requests += v5.absent ? 0 : 1;
      return await v5.call("listJobsV5", input, callOptions);
    },
  };
  const listing = await readList(client, last.listing, options);
  const first = listing.cursor?.first === true;
  const fresh = [...listing.fresh].flatMap((id) => listing.jobs.get(id) ?? []);
  const outdated = fresh.filter(({ job }) => {
    const before = last.jobs.get(job.id);
    return (
      // While a long list has not been read once, details can wait, but for those of failures.
      (!first || rowOf(parseStatus(job.status ?? "") ?? "completed").alert !== "none") &&
      (before?.detail === undefined ||
        before.job.status !== job.status ||
        isOutdated(before.detailAt, options.now, options.detailMaxAgeMs))
    );
  });
  const moving = fresh.filter(
    ({ job }) => !first && rowOf(parseStatus(job.status ?? "") ?? "completed").hasProgress,
  );
  const [details, progresses, asked] = await Promise.all([
    settled(readDetails(client, idsOf(outdated), options.signal)),
    settled(readProgress(client, idsOf(moving), options.signal)),
    settled(readV5(service, last.v5, fresh, options)),
  ]);
  const v5 = asked.value ?? { ...last.v5, askedAt: options.now };
  options.signal.throwIfAborted();

  const { jobs } = last;
  const touched = new Map<string, Task | undefined>();
  for (const id of goneFrom(jobs, listing)) {
    jobs.delete(id);
    touched.set(id, undefined);
  }
  for (const { job, parentId } of fresh) {
    const { id } = job;
    const before = last.jobs.get(id);
    const detail = details.value?.get(id) ?? before?.detail;
    const detailAt = details.value?.has(id) === true ? options.now : (before?.detailAt ?? 0);
    const progress = rowOf(parseStatus(job.status ?? "") ?? "completed").hasProgress
      ? (progresses.value?.get(id) ?? before?.progress)
      : undefined;
    const resettable = v5.there === true && listsReset(job);
    const unchanged =
      before !== undefined &&
      before.resettable === resettable &&
      before.job === job &&
      before.detail === detail &&
      before.progress === progress &&
      before.parentId === parentId;
    const task = unchanged
      ? before.task
      : decodeTask(job, detail, progress, {
          ...{ parentId, resettable, cloud: options.cloud },
          known: before?.detail === detail ? before?.task : undefined,
        });
    const listedAt = options.now;
    jobs.set(id, { job, parentId, listedAt, detail, detailAt, progress, resettable, task });
    if (task !== before?.task) {
      touched.set(id, task);
    }
  }
  const unread = first ? { of: listing.total } : undefined;
  const problem = details.problem ?? progresses.problem ?? asked.problem;
  return { state: { listing, jobs, v5 }, touched, unread, requests, problem };
}

/** The tasks that are no longer listed. */
function goneFrom(jobs: ReadonlyMap<string, KnownJob>, listing: Listing): readonly string[] {
  // More is known than listed only where a poll has failed after its list had been read.
  return jobs.size - listing.gone.filter((id) => jobs.has(id)).length > listing.jobs.size
    ? [...jobs.keys()].filter((id) => !listing.jobs.has(id))
    : listing.gone;
}

/** What the list alone says of it, whether or not the service has the call. */
function listsReset({ status, job_action }: ListedJob): boolean {
  const row = parseStatus(status ?? "") ?? "completed";
  return allowedActions(row, job_action?.available_actions).includes("reset");
}

/** Asks for v5 as soon as there is a task that only v5 can start over. */
async function readV5(
  service: TablesCaller,
  last: KnownV5,
  fresh: readonly Listed[],
  { now, signal }: ListPollOptions,
): Promise<KnownV5> {
  const due = last.there === undefined && isOutdated(last.askedAt, now, v5AgainMs);
  if (!due || !fresh.some(({ job }) => listsReset(job))) {
    return last;
  }
  const { v5Of } = await import("../drs/v5");
  return { there: await v5Of(service).isThere(signal), askedAt: now };
}

/** This many tasks are asked for at once where the details of more are too large for one answer: each lists its tables. */
const fewTasks = 10;

async function readDetails(client: DrsCaller, ids: readonly string[], signal: AbortSignal) {
  const details = new Map<string, JobDetail>();
  const chunks = chunksOf(ids, pageSize);
  for (let jobs = chunks.shift(); jobs !== undefined; jobs = chunks.shift()) {
    const page_req = { cur_page: 1, per_page: pageSize };
    try {
      const { results } = await client.call("batchDetail", { jobs, page_req }, { signal });
      for (const detail of results) {
        // An item that only says that the job is gone has no status; the list will drop the job itself.
        if (detail.status != null) {
          details.set(detail.id, detail);
        }
      }
    } catch (error) {
      if (jobs.length <= fewTasks || !isDrsError(error) || error.failure.fault?.id !== "tooLarge") {
        throw error;
      }
      chunks.unshift(...chunksOf(jobs, fewTasks));
    }
  }
  return details;
}

async function readProgress(client: DrsCaller, ids: readonly string[], signal: AbortSignal) {
  const progresses = new Map<string, JobProgress>();
  for (const jobs of chunksOf(ids, pageSize)) {
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

function chunksOf(ids: readonly string[], size: number): string[][] {
  const chunks: string[][] = [];
  for (let from = 0; from < ids.length; from += size) {
    chunks.push(ids.slice(from, from + size));
  }
  return chunks;
}
