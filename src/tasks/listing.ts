/** Which tasks there are: a short list is read at once, a long one page by page, its failures first and often. */
import type { DrsCaller } from "../drs/client";
import { isDrsError, kindOf } from "../drs/errors";
import { alertingApiStatuses, statusOf } from "../status/status";
import { rowOf } from "../status/statuses";
import type { ListedJob } from "./decode";

/** The most items the service answers at once. */
export const pageSize = 100;
/** A list of more pages than this is not read at once. */
const pagesAtOnce = 4;
/** How old the knowledge of failures may get while a long list is read. */
const failuresMaxAgeMs = 60_000;

export interface Listed {
  readonly job: ListedJob;
  /** Of a child task. */
  readonly parentId: string | undefined;
}

/** How far the reading of a long list is. */
interface Cycle {
  readonly nextPage: number;
  /** Tasks that the pages of this cycle showed. */
  readonly seen: ReadonlySet<string>;
  /** Tasks that no page of the last cycle showed: deleted, or moved between two pages. */
  readonly missed: ReadonlySet<string>;
  /** When the failed tasks were last read, in the clock's milliseconds. */
  readonly failuresAt: number;
  /** Whether some tasks have not been read at all. */
  readonly first: boolean;
}

/** What is known of the list. */
export interface Listing {
  readonly jobs: ReadonlyMap<string, Listed>;
  /** Those that were read just now. */
  readonly fresh: ReadonlySet<string>;
  /** How many tasks the service has, without child tasks. */
  readonly total: number;
  /** Only of a long list. */
  readonly cycle: Cycle | undefined;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  /** The clock's milliseconds now. */
  readonly now: number;
  /** Tasks that somebody waits for. */
  readonly followed: ReadonlySet<string>;
  /** Whether of a long list only what is unsettled is to be read, because somebody waits for it. */
  readonly briefly: boolean;
}

/**
 * Reads the list, or the next part of a long one.
 *
 * @throws DrsError when the service refuses or does not answer.
 */
export async function readList(
  client: DrsCaller,
  last: Listing | undefined,
  options: ListOptions,
): Promise<Listing> {
  if (last?.cycle !== undefined) {
    return await readPart(client, last, last.cycle, options);
  }
  const first = await readPage(client, 1, "", options.signal);
  const pages = pagesOf(first.total);
  if (pages <= pagesAtOnce) {
    const rest = await readPages(client, 2, pages, options.signal);
    const jobs = new Map([first, ...rest].flatMap(({ listed }) => listed));
    return { jobs, fresh: new Set(jobs.keys()), total: first.total, cycle: undefined };
  }
  const begin = {
    nextPage: 1,
    seen: new Set<string>(),
    missed: new Set<string>(),
    failuresAt: Number.NEGATIVE_INFINITY,
    first: last === undefined,
  };
  return await readPart(client, { jobs: last?.jobs ?? new Map(), total: first.total }, begin, options);
}

async function readPart(
  client: DrsCaller,
  last: Pick<Listing, "jobs" | "total">,
  cycle: Cycle,
  { signal, now, followed, briefly }: ListOptions,
): Promise<Listing> {
  const failuresDue = !briefly && isOutdated(cycle.failuresAt, now, failuresMaxAgeMs);
  const lastPage = Math.min(cycle.nextPage + (briefly ? 0 : pagesAtOnce) - 1, pagesOf(last.total));
  const [failures, pages] = await Promise.all([
    failuresDue ? readFailures(client, signal) : undefined,
    readPages(client, cycle.nextPage, lastPage, signal),
  ]);
  const paged = pages.flatMap(({ listed }) => listed);
  const read = new Map([...(failures ?? []), ...paged]);
  const asked = unsettled(last.jobs, cycle, followed, failuresDue).filter((id) => !read.has(id));
  const jobs = new Map(last.jobs);
  for (const [id, listed] of read) {
    jobs.set(id, listed);
  }
  const fresh = new Set(read.keys());
  for (const [id, status] of await readStatuses(client, asked.slice(0, pageSize), signal)) {
    const known = jobs.get(id);
    if (status === undefined) {
      jobs.delete(id);
    } else if (known !== undefined && known.job.status !== status) {
      jobs.set(id, { ...known, job: { ...known.job, status } });
      fresh.add(id);
    }
  }
  const total = pages.at(-1)?.total ?? last.total;
  const failuresAt = failuresDue ? now : cycle.failuresAt;
  const seen = new Set([...cycle.seen, ...paged.map(([id]) => id)]);
  if (lastPage < pagesOf(total)) {
    return { jobs, fresh, total, cycle: { ...cycle, nextPage: lastPage + 1, seen, failuresAt } };
  }
  if (pagesOf(total) <= pagesAtOnce) {
    return { jobs, fresh, total, cycle: undefined };
  }
  const missed = new Set([...jobs.keys()].filter((id) => !seen.has(id)));
  return { jobs, fresh, total, cycle: { nextPage: 1, seen: new Set(), missed, failuresAt, first: false } };
}

/** Tasks whose status may be another by now, those first that somebody waits for. */
function unsettled(
  jobs: ReadonlyMap<string, Listed>,
  { missed }: Cycle,
  followed: ReadonlySet<string>,
  failuresRead: boolean,
): readonly string[] {
  const moving: string[] = [];
  const recovered: string[] = [];
  for (const [id, { job }] of jobs) {
    const row = rowOf(statusOf(job.status ?? "") ?? "completed");
    if (row.pace === "fast") {
      moving.push(id);
    } else if (failuresRead && row.alert === "error") {
      recovered.push(id);
    }
  }
  return [...new Set([...followed, ...recovered, ...moving, ...missed])].filter((id) => jobs.has(id));
}

interface Page {
  readonly listed: readonly (readonly [id: string, Listed])[];
  readonly total: number;
}

async function readPage(client: DrsCaller, page: number, status: string, signal: AbortSignal): Promise<Page> {
  const filter = status === "" ? {} : { status };
  const answer = await client.call(
    "listJobs",
    { cur_page: page, per_page: pageSize, db_use_type: "sync", ...filter },
    { signal },
  );
  const listed = answer.jobs.flatMap((job) => [
    [job.id, { job, parentId: undefined }] as const,
    ...(job.children ?? []).map((child) => [child.id, { job: child, parentId: job.id }] as const),
  ]);
  return { listed, total: answer.total_record };
}

function readPages(client: DrsCaller, from: number, to: number, signal: AbortSignal): Promise<Page[]> {
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return Promise.all(numbers.map((page) => readPage(client, page, "", signal)));
}

/** The failed tasks, by the list's filter; a status that this service does not know has none. */
async function readFailures(client: DrsCaller, signal: AbortSignal): Promise<Page["listed"]> {
  const pages = await Promise.all(
    alertingApiStatuses.map(async (status) => {
      try {
        return (await readPage(client, 1, status, signal)).listed;
      } catch (error) {
        if (isDrsError(error) && error.failure.kind === "validation") {
          return [];
        }
        throw error;
      }
    }),
  );
  return pages.flat();
}

/** Status by id (`batch-status`); undefined for a task that is gone. */
async function readStatuses(
  client: DrsCaller,
  jobs: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string | undefined>> {
  const statuses = new Map<string, string | undefined>();
  if (jobs.length === 0) {
    return statuses;
  }
  const page_req = { cur_page: 1, per_page: pageSize };
  const { results } = await client.call("batchStatus", { jobs: [...jobs], page_req }, { signal });
  for (const { id, status, error_code } of results) {
    if (status) {
      statuses.set(id, statusOf(status) === undefined ? undefined : status);
    } else if (kindOf(error_code ?? undefined, 400) === "notFound") {
      statuses.set(id, undefined);
    }
  }
  return statuses;
}

/** Whether something is too old, also when the clock was set back meanwhile. */
export function isOutdated(at: number, now: number, maxAgeMs: number): boolean {
  return now < at || now - at >= maxAgeMs;
}

function pagesOf(total: number): number {
  return Math.max(1, Math.ceil(total / pageSize));
}
