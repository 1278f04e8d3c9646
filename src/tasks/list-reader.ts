/** Which tasks there are: a short list is read at once, a long one page by page, its failures first and often. */
import type { CallOptions, DrsCaller } from "../drs/client";
import { isDrsError, kindOf } from "../drs/errors";
import type { RequestIn, ResponseIn } from "../drs/operation";
import type { OperationsV5 } from "../drs/operations-v5";
import { alertingApiStatuses, parseStatus, unknownToV5 } from "../status/status";
import { type Listed, ListedJobs } from "./listed-jobs";

/** The most items the service answers at once. */
export const pageSize = 100;
/** A list of more pages than this is not read at once. */
const pagesAtOnce = 4;
/** At most this many pages of failures of one status are read at once. */
const pagesOfFailures = 10;
/** How old the knowledge of failures may get while a long list is read. */
const failuresMaxAgeMs = 60_000;

/** A client that reads lists. */
export interface ListCaller extends DrsCaller {
  /** The list of v5; undefined where the service has none. */
  listV5(
    input: RequestIn<OperationsV5, "listJobsV5">,
    options: CallOptions,
  ): Promise<ResponseIn<OperationsV5, "listJobsV5"> | undefined>;
}

/** The time limit of v5 where v3 can answer instead, in milliseconds. */
const limitV5Ms = 10_000;

/** How far the reading of a long list is. */
interface ScanCursor {
  readonly nextPage: number;
  /** Tasks that the pages of this scan showed. */
  readonly seen: Set<string>;
  /** Tasks that no page of the last scan showed: deleted, or moved between two pages. */
  readonly missed: ReadonlySet<string>;
  /** When the failed tasks were last read, in the clock's milliseconds. */
  readonly failuresAt: number;
  /** Whether v5's filter returns the failed tasks, as far as known in this scan. */
  readonly filtersV5: boolean;
  /** Whether some tasks have not been read at all. */
  readonly first: boolean;
}

/** The list as it was last read. */
export interface Listing {
  /** Grows and changes with each part that is read, so that a part costs no more than what it has read. */
  readonly jobs: ListedJobs;
  /** Those that were read just now. */
  readonly fresh: ReadonlySet<string>;
  /** Those that are not there any more. */
  readonly gone: readonly string[];
  /** How many tasks the service has, without child tasks. */
  readonly total: number;
  /** Only of a long list. */
  readonly cursor: ScanCursor | undefined;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  /** The clock's milliseconds now. */
  readonly now: number;
  /** Tasks that somebody waits for. */
  readonly followed: ReadonlySet<string>;
  /** Whether of a long list only what is unsettled is to be read, because somebody waits for it. */
  readonly onlyFollowed: boolean;
}

/**
 * Reads the list, or the next part of a long one.
 *
 * @throws DrsError when the service refuses or does not answer.
 */
export async function readList(
  client: ListCaller,
  last: Listing | undefined,
  options: ListOptions,
): Promise<Listing> {
  if (last?.cursor !== undefined) {
    return await readPart(client, last, last.cursor, options);
  }
  let pages: readonly Page[] = [];
  let total = 1;
  // The list may get longer meanwhile.
  while (pages.length < pagesOf(total) && pagesOf(total) <= pagesAtOnce) {
    pages = [...pages, ...(await readPages(client, pages.length + 1, pagesOf(total), {}, options.signal))];
    total = pages.at(-1)?.total ?? 0;
  }
  if (pagesOf(total) <= pagesAtOnce) {
    const listed = await withOverlooked(client, pages, last?.jobs ?? new ListedJobs(), options.signal);
    const jobs = last?.jobs ?? new ListedJobs();
    const gone = [...jobs.ids()].filter((id) => !listed.has(id));
    put(jobs, listed, gone);
    return { jobs, fresh: new Set(listed.keys()), gone, total, cursor: undefined };
  }
  const begin = {
    nextPage: 1,
    seen: new Set<string>(),
    missed: new Set<string>(),
    failuresAt: Number.NEGATIVE_INFINITY,
    filtersV5: true,
    first: last === undefined,
  };
  return await readPart(client, { jobs: last?.jobs ?? new ListedJobs(), total }, begin, options);
}

async function readPart(
  client: ListCaller,
  last: Pick<Listing, "jobs" | "total">,
  cycle: ScanCursor,
  { signal, now, followed, onlyFollowed }: ListOptions,
): Promise<Listing> {
  const failuresDue = !onlyFollowed && isOutdated(cycle.failuresAt, now, failuresMaxAgeMs);
  const lastPage = Math.min(cycle.nextPage + (onlyFollowed ? 0 : pagesAtOnce) - 1, pagesOf(last.total));
  const [failures, pages] = await Promise.all([
    failuresDue ? readFailures(client, last, cycle.filtersV5, signal) : undefined,
    readPages(client, cycle.nextPage, lastPage, {}, signal),
  ]);
  const paged = pages.flatMap(({ listed }) => listed);
  const read = new Map([...(failures?.listed ?? []), ...paged]);
  const asked = unsettled(last.jobs, cycle, followed, failuresDue, read);
  const fresh = new Set(read.keys());
  const statuses = await readStatuses(client, asked, signal);
  const gone: string[] = [];
  const { jobs } = last;
  put(jobs, read, gone);
  for (const [id, status] of statuses) {
    const known = jobs.get(id);
    if (status === undefined) {
      jobs.delete(id);
      gone.push(id);
    } else if (known !== undefined && known.job.status !== status) {
      jobs.set(id, withStatus(known, status));
      fresh.add(id);
    }
  }
  const total = pages.at(-1)?.total ?? last.total;
  // A known failure that v5's filter does not show although it is still there: then others may be missing, too.
  const overlooked = failures?.filtersV5 === true && [...statuses.values()].some(isFilteredByV5);
  const failuresAt = overlooked ? Number.NEGATIVE_INFINITY : failuresDue ? now : cycle.failuresAt;
  const filtersV5 = !overlooked && (failures?.filtersV5 ?? cycle.filtersV5);
  const { seen } = cycle;
  for (const [id] of paged) {
    seen.add(id);
  }
  const result = { jobs, fresh, gone, total };
  if (lastPage < pagesOf(total) && pages.at(-1)?.empty !== true) {
    return { ...result, cursor: { ...cycle, nextPage: lastPage + 1, failuresAt, filtersV5 } };
  }
  if (pagesOf(total) <= pagesAtOnce) {
    return { ...result, cursor: undefined };
  }
  const missed = new Set([...jobs.ids()].filter((id) => !seen.has(id)));
  const next = { nextPage: 1, seen: new Set<string>(), missed, failuresAt, filtersV5: true, first: false };
  return { ...result, cursor: next };
}

function put(jobs: ListedJobs, read: ReadonlyMap<string, Listed>, gone: readonly string[]): void {
  for (const [id, listed] of read) {
    jobs.set(id, listed);
  }
  for (const id of gone) {
    jobs.delete(id);
  }
}

/**
 * Tasks whose status may be another by now, as many as are asked for at once, those first that somebody waits for.
 *
 * @param read what was read just now.
 */
function unsettled(
  jobs: ListedJobs,
  { missed }: ScanCursor,
  followed: ReadonlySet<string>,
  failuresRead: boolean,
  read: ReadonlyMap<string, Listed>,
): readonly string[] {
  const found = new Set<string>();
  for (const ids of [followed, failuresRead ? jobs.failed : [], jobs.moving, missed]) {
    for (const id of ids) {
      if (found.size === pageSize) {
        return [...found];
      }
      if (jobs.has(id) && !read.has(id)) {
        found.add(id);
      }
    }
  }
  return [...found];
}

/**
 * What the pages list, and the tasks that they have lost: the list may change between two pages, and an item may be of
 * no use. A task that was known and is not listed is looked for by its id before it is taken to be gone.
 */
async function withOverlooked(
  client: ListCaller,
  pages: readonly Page[],
  known: ListedJobs,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Listed>> {
  const jobs = new Map(pages.flatMap(({ listed }) => listed));
  const tops = [...jobs.values()].filter(({ parentId }) => parentId === undefined).length;
  const agree = pages.every(({ total, counted }) => counted && total === pages[0]?.total && total <= tops);
  const missing = agree ? [] : [...known.entries()].filter(([id]) => !jobs.has(id));
  for (let from = 0; from < missing.length; from += pageSize) {
    const part = missing.slice(from, from + pageSize);
    const statuses = await readStatuses(
      client,
      part.map(([id]) => id),
      signal,
    );
    for (const [id, listed] of part) {
      if (!statuses.has(id)) {
        jobs.set(id, listed);
        continue;
      }
      const status = statuses.get(id);
      if (status !== undefined) {
        jobs.set(id, withStatus(listed, status));
      }
    }
  }
  return jobs;
}

/** What the service listed to be possible was for the status before. */
function withStatus(listed: Listed, status: string): Listed {
  return listed.job.status === status
    ? listed
    : { ...listed, job: { ...listed.job, status, job_action: undefined } };
}

interface Page {
  readonly listed: readonly (readonly [id: string, Listed])[];
  readonly total: number;
  /** Whether the service said how many there are. */
  readonly counted: boolean;
  /** Whether the list has ended before, whatever the service counts. */
  readonly empty: boolean;
}

async function readPage(
  client: ListCaller,
  page: number,
  filter: { readonly status?: string; readonly name?: string },
  signal: AbortSignal,
): Promise<Page> {
  const answer = await client.call(
    "listJobs",
    { cur_page: page, per_page: pageSize, db_use_type: "sync", ...filter },
    { signal },
  );
  const listed = answer.jobs.flatMap((job) => [
    [job.id, { job, parentId: undefined }] as const,
    ...(job.children ?? []).map((child) => [child.id, { job: child, parentId: job.id }] as const),
  ]);
  const { total_record } = answer;
  const empty = answer.jobs.length === 0;
  const atLeast = empty ? 0 : (page - 1) * pageSize + answer.jobs.length;
  // A service that counts fewer than it lists does not count.
  const counted = Number.isInteger(total_record) && Number(total_record) >= atLeast;
  // Where the service does not count, a full page is followed by another one.
  const uncounted = atLeast + (answer.jobs.length >= pageSize ? 1 : 0);
  return { listed, total: counted ? Number(total_record) : uncounted, counted, empty };
}

function readPages(
  client: ListCaller,
  from: number,
  to: number,
  filter: { readonly status?: string },
  signal: AbortSignal,
): Promise<Page[]> {
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return Promise.all(numbers.map((page) => readPage(client, page, filter, signal)));
}

function isFilteredByV5(status: string | undefined): boolean {
  return status !== undefined && alertingApiStatuses.includes(status) && !unknownToV5.has(status);
}

interface Failures {
  readonly listed: Page["listed"];
  /** Whether they come from v5's filter. */
  readonly filtersV5: boolean;
}

/** The failed tasks: by v5's filter, which takes many statuses at once, or else one by one. */
async function readFailures(
  client: ListCaller,
  last: Pick<Listing, "jobs" | "total">,
  filtersV5: boolean,
  signal: AbortSignal,
): Promise<Failures> {
  const [byV5, others] = filtersV5
    ? await Promise.all([
        readFailuresV5(client, last, signal),
        readFiltered(client, [...unknownToV5], signal),
      ])
    : [];
  if (byV5 !== undefined && others !== undefined) {
    return { listed: [...byV5, ...others], filtersV5: true };
  }
  const rest = alertingApiStatuses.filter((status) => others === undefined || isFilteredByV5(status));
  return { listed: [...(others ?? []), ...(await readFiltered(client, rest, signal))], filtersV5: false };
}

/**
 * The failed tasks by v5's filter, as v3 lists them: v5 says which they are, what else there is to know of those that
 * are not known yet comes from v3.
 *
 * @returns undefined where it cannot be relied on: v5 is documented for few engines, so it has to count as many tasks as
 * v3, and they have to fit on one page.
 */
async function readFailuresV5(
  client: ListCaller,
  { jobs, total }: Pick<Listing, "jobs" | "total">,
  signal: AbortSignal,
): Promise<Page["listed"] | undefined> {
  const status = alertingApiStatuses.filter(isFilteredByV5).join(",");
  try {
    const [failed, all] = await Promise.all([
      client.listV5({ job_type: "sync", status, limit: pageSize }, { signal, timeoutMs: limitV5Ms }),
      client.listV5({ job_type: "sync", limit: 1 }, { signal, timeoutMs: limitV5Ms }),
    ]);
    if (
      failed?.total_count == null ||
      all?.total_count !== total ||
      failed.jobs.length < failed.total_count
    ) {
      return undefined;
    }
    const found = failed.jobs.flatMap((job) => [job, ...(job.children ?? [])]);
    const known = found.flatMap(({ id, status, job_action }) => {
      const listed = jobs.get(id);
      const same = listed?.job.status === status;
      return listed === undefined
        ? []
        : [[id, same ? listed : { ...listed, job: { ...listed.job, status, job_action } }] as const];
    });
    const unknown = failed.jobs.filter(({ id }) => !jobs.has(id)).map(({ id }) => id);
    const read =
      unknown.length === 0 ? [] : (await readPage(client, 1, { name: unknown.join(",") }, signal)).listed;
    return [...known, ...read];
  } catch (error) {
    if (isDrsError(error) && error.failure.kind !== "authentication" && error.failure.kind !== "throttled") {
      return undefined;
    }
    throw error;
  }
}

/** Tasks by the list's filter, page by page of each status; one that this service does not know has none. */
async function readFiltered(
  client: ListCaller,
  statuses: readonly string[],
  signal: AbortSignal,
): Promise<Page["listed"]> {
  const pages = await Promise.all(
    statuses.map(async (status) => {
      try {
        const first = await readPage(client, 1, { status }, signal);
        // A service that does not filter would list everything.
        const filters = first.listed.every(
          ([, { job, parentId }]) => parentId !== undefined || job.status === status,
        );
        const last = filters ? Math.min(pagesOf(first.total), pagesOfFailures) : 1;
        const rest = await readPages(client, 2, last, { status }, signal);
        return [first, ...rest].flatMap(({ listed }) => listed);
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
  client: ListCaller,
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
      statuses.set(id, parseStatus(status) === undefined ? undefined : status);
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
