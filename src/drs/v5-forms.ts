/** Translates v3 into v5 and back: names, nesting, units, and calls that v3 makes once for a hundred tasks. */
import type { Answer, CallOptions } from "./client";
import { isDrsError } from "./errors";
import type { RequestIn } from "./operation";
import type { ItemOf, OperationName, RequestOf } from "./operations";
import type { OperationsV5 } from "./operations-v5";
import { poll } from "./poll";
import type { V5 } from "./v5";
import { creationOf, detailOf, endpointOf, listedOf, objectsOf, progressOf } from "./v5-words";

type Form<N extends OperationName> = (
  input: RequestOf<N>,
  options: CallOptions,
) => Promise<Answer<N> | undefined>;

/** Each gives undefined where the service has no v5. */
export type Forms = { readonly [N in OperationName]?: Form<N> };

/** v5 answers for one task at a time: one call asks for this many, and the next call for the others. */
const tasksAtOnce = 20;
/** The answers about this many tasks may be useless; more mean that the service itself has trouble. */
const oddTasks = 3;
/** How long a connection test, or the saving of objects, is waited for. */
const settling = { firstMs: 300, longestMs: 3_000, limitMs: 60_000 };
/** At most this many queries are remembered. */
const keptQueries = 200;
/** At most this many tasks are remembered that have had their turn. */
const keptTurns = 20_000;

type Params = NonNullable<RequestIn<OperationsV5, "executeAction">["job"]["action_params"]>;

type Outcome = {
  readonly id?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly error_code?: string | null | undefined;
  readonly error_msg?: string | null | undefined;
};

/** How calls of v3 are carried out by v5, with what it remembers between them. */
export function createForms(v5: V5): Forms {
  /** The last pre-check of each task. */
  const prechecks = new Map<string, string>();
  /** Tasks whose details and whose progress were asked for, the last ones at the end. */
  const turns = { detail: new Set<string>(), progress: new Set<string>() };

  /** One action on several tasks. */
  const acted = async (
    action_name: string,
    jobs: readonly { readonly job_id: string; readonly action_params?: Params }[],
    options: CallOptions,
  ) => {
    const input = { jobs: jobs.map((job) => ({ ...job, action_name })) };
    const answer = await v5.call("executeActions", input, options);
    return answer && results(answer.jobs);
  };

  return {
    listJobs: async (input, options) => {
      const { cur_page = 1, per_page = 10, db_use_type, name, tags, ...filter } = input;
      // v5 neither filters by tags nor lists them: an unfiltered list is no answer.
      if (Object.keys(tags ?? {}).length > 0) {
        return undefined;
      }
      const names = (name ?? "").split(",").filter(Boolean);
      const pages = await each(names.length > 1 ? names : [name], async (one) =>
        v5.call(
          "listJobsV5",
          {
            ...given(filter),
            ...(one ? { name: one } : {}),
            ...{ job_type: db_use_type, offset: Math.max(0, cur_page - 1) * per_page, limit: per_page },
          },
          options,
        ),
      );
      return (
        pages && {
          total_record: sumOf(pages.map(({ total_count }) => total_count)),
          jobs: pages.flatMap(({ jobs }) => jobs.map(listedOf)),
        }
      );
    },

    batchStatus: async ({ jobs }, options) => {
      const found = await eachReading(jobs, async (job_id) => {
        const state = await detail(job_id, "overview", {}, options);
        return state && { id: job_id, ...state };
      });
      return found && { count: found.length, results: found };
    },

    batchDetail: async ({ jobs }, options) => {
      const due = inTurn(turns.detail, jobs);
      const found = await eachReading(due, async (job_id): Promise<ItemOf<"batchDetail"> | undefined> => {
        const state = await detail(job_id, "detail", {}, options);
        if (state?.job === undefined) {
          return state && { id: job_id, ...state };
        }
        // v5 says why a task failed only in the task's log.
        const failed = state.job.status?.endsWith("_FAILED") === true;
        const log = failed
          ? await detail(job_id, "log", { log_level: "Error", limit: 1 }, options).catch(ifOdd)
          : undefined;
        return detailOf(state.job, log?.job?.logs?.[0]?.message);
      });
      return found && { count: found.length, results: found };
    },

    batchProgress: async ({ jobs }, options) => {
      const found = await eachReading(inTurn(turns.progress, jobs), async (job_id) => {
        const state = await detail(job_id, "progress", {}, options);
        return (
          state &&
          (state.job === undefined
            ? { job_id, error_code: state.error_code, error_msg: state.error_message }
            : progressOf(state.job))
        );
      });
      return found && { count: found.length, results: found };
    },

    batchCreation: async ({ jobs }, options) => {
      const made = await each(jobs, async (job) =>
        refusable(job.name, async () => {
          const answer = await v5.call("createJob", { job: creationOf(job) }, options);
          return answer && { ...answer, id: answer.id ?? "", error_code: null, error_msg: null };
        }),
      );
      return made && { count: made.length, results: made };
    },

    batchConnection: async ({ jobs }, options) => {
      const tested = await each(jobs, async (job) =>
        refusable(job.id, async () => {
          const endpoints = [endpointOf(job, job.end_point_type)];
          const action = { action_name: "network", action_params: { endpoints } };
          const begun = await v5.call("executeAction", { job_id: job.id, job: action }, options);
          if (begun === undefined) {
            return undefined;
          }
          const result = await poll(
            async () => {
              const query_id = begun.query_id ?? "";
              const input = { job_id: job.id, type: "network", query_id };
              return (await v5.call("showJobDetail", input, options))?.job.network_results?.[0];
            },
            { ...settling, signal: options.signal },
          );
          const success = result?.success === true;
          const { error_code = null, error_msg = null } = result ?? {};
          return { id: job.id, status: String(success), success, error_code, error_msg };
        }),
      );
      return tested && { count: tested.length, results: tested };
    },

    batchSelectObjects: async ({ jobs }, options) => {
      const chosen = await each(jobs, async (job) => {
        const result = await refusable(job.job_id, async () => {
          const params = { db_object: objectsOf(job) };
          const input = { job_id: job.job_id, job: { type: "db_object", params } };
          const taken = await v5.call("updateJob", input, options);
          const query_id = taken?.query_id;
          if (!query_id) {
            return taken;
          }
          return await poll(
            async () => {
              const state = await v5.call("showObjectsSaving", { job_id: job.job_id, query_id }, options);
              return state?.status?.toLowerCase() === "pending" ? undefined : state;
            },
            { ...settling, signal: options.signal },
          );
        });
        const { status, error_code = null, error_msg = null } = result ?? {};
        return result && { job_id: job.job_id, status: status !== "failed", error_code, error_msg };
      });
      return chosen && { all_counts: chosen.length, results: chosen };
    },

    batchPrecheck: async ({ jobs }, options) => {
      const begun = await acted(
        "precheck",
        jobs.map(({ job_id, precheck_mode }) => ({ job_id, action_params: { precheck_mode } })),
        options,
      );
      for (const { id, query_id } of begun?.results ?? []) {
        if (id && query_id) {
          prechecks.delete(id);
          prechecks.set(id, query_id);
        }
      }
      for (const id of [...prechecks.keys()].slice(0, Math.max(0, prechecks.size - keptQueries))) {
        prechecks.delete(id);
      }
      return (
        begun && {
          ...begun,
          results: begun.results.map(({ query_id, ...outcome }) => ({ ...outcome, precheck_id: query_id })),
        }
      );
    },

    batchPrecheckResult: async ({ jobs }, options) => {
      const states = await each(jobs, async (job_id) => {
        const query_id = prechecks.get(job_id);
        const state = await detail(job_id, "precheck", query_id === undefined ? {} : { query_id }, options);
        const { precheck_results, ...facts } = state?.job?.precheck_result ?? {};
        return (
          state && {
            ...{ precheck_id: query_id ?? null, ...facts, precheck_result: precheck_results ?? null },
            ...{ error_code: state.error_code, error_msg: state.error_message },
          }
        );
      });
      return states && { count: states.length, results: states };
    },

    batchStarting: async ({ jobs }, options) =>
      await acted(
        "start",
        jobs.map(({ job_id, start_time }) => ({
          job_id,
          ...(start_time && { action_params: { start_time } }),
        })),
        options,
      ),

    batchPause: async ({ jobs }, options) =>
      await acted(
        "stop",
        jobs.map(({ job_id, pause_mode }) => ({ job_id, action_params: { pause_mode } })),
        options,
      ),

    batchRetry: async ({ jobs }, options) =>
      await acted(
        "restart",
        jobs.map(({ job_id, is_sync_re_edit }) => ({
          job_id,
          ...(is_sync_re_edit == null ? {} : { action_params: { is_sync_re_edit } }),
        })),
        options,
      ),

    batchDelete: async ({ jobs }, options) => {
      if (jobs.some(({ delete_type }) => delete_type === "roll_back_upgrade_active_standby")) {
        return undefined;
      }
      const deleted = jobs.filter(({ delete_type }) => delete_type === "delete");
      const ended = jobs.filter(({ delete_type }) => delete_type !== "delete");
      const removal =
        deleted.length === 0
          ? { jobs: [] }
          : await v5.call("deleteJobs", { jobs: deleted.map(({ job_id }) => job_id) }, options);
      const end =
        ended.length === 0
          ? { count: 0, results: [] }
          : await acted(
              "terminate",
              ended.map(({ job_id, delete_type }) => ({
                job_id,
                action_params: { force_delete: delete_type === "force_terminate" },
              })),
              options,
            );
      return removal && end && results([...removal.jobs, ...end.results]);
    },

    batchModification: async ({ jobs }, options) => {
      const changed = await each(jobs, async ({ job_id, name, description }) =>
        refusable(job_id, async () => {
          let outcome: Outcome | undefined = { id: job_id, status: "success" };
          for (const [type, value] of Object.entries(given({ name, description }))) {
            const job = { type, params: { base_info: { [type]: value } } };
            outcome = await v5.call("updateJob", { job_id, job }, options);
            if (outcome?.status?.toLowerCase() !== "success") {
              break;
            }
          }
          return outcome;
        }),
      );
      return changed && results(changed);
    },
  };

  /** A kind of a task's details; where there is no such task, what the service says of it. Undefined without v5. */
  async function detail(job_id: string, type: string, more: object, options: CallOptions) {
    try {
      const answer = await v5.call("showJobDetail", { job_id, type, ...more }, options);
      return answer && { job: answer.job, status: answer.job.status, error_code: null, error_message: null };
    } catch (error) {
      if (isDrsError(error) && error.failure.code?.startsWith("DRS.") === true) {
        const { code, reason, kind } = error.failure;
        const gone = kind === "notFound" ? "DRS.M00289" : code;
        return { job: undefined, status: null, error_code: gone, error_message: reason };
      }
      throw error;
    }
  }
}

/** A refusal of one task's call, as a batch has it. */
async function refusable<R extends object>(id: string, work: () => Promise<R | undefined>) {
  try {
    return await work();
  } catch (error) {
    const failure = isDrsError(error) ? error.failure : undefined;
    if (failure?.code?.startsWith("DRS.") === true && failure.uncertain !== true) {
      return { id, status: "failed", error_code: failure.code, error_msg: failure.reason };
    }
    throw error;
  }
}

/** Those first that were asked for longest ago, or never: as many as are asked for in one call. */
function inTurn(asked: Set<string>, ids: readonly string[]): readonly string[] {
  const wanted = new Set(ids);
  const before = [...asked].filter((id) => wanted.has(id));
  const due = [...ids.filter((id) => !asked.has(id)), ...before].slice(0, tasksAtOnce);
  for (const id of due) {
    asked.delete(id);
    asked.add(id);
  }
  for (const id of [...asked].slice(0, Math.max(0, asked.size - keptTurns))) {
    asked.delete(id);
  }
  return due;
}

/** The same as `each` for what only reads: a task whose answer is of no use does not take the others along. */
async function eachReading<R>(
  ids: readonly string[],
  work: (id: string) => Promise<R | undefined>,
): Promise<R[] | undefined> {
  const done: R[] = [];
  let [odd, trouble] = [0, undefined as unknown];
  for (const id of ids.slice(0, tasksAtOnce)) {
    try {
      const result = await work(id);
      if (result === undefined) {
        return undefined;
      }
      done.push(result);
    } catch (error) {
      ifOdd(error);
      [odd, trouble] = [odd + 1, error];
      if (odd > oddTasks) {
        break;
      }
    }
  }
  if (done.length === 0 && odd > 0) {
    throw trouble;
  }
  return done;
}

/** @throws the error, unless it may be about the one task alone. */
function ifOdd(error: unknown): undefined {
  if (
    !isDrsError(error) ||
    ["authentication", "throttled", "network", "timeout"].includes(error.failure.kind)
  ) {
    throw error;
  }
  return undefined;
}

/** One after the other, as far as they are done in one call; undefined as soon as v5 is not there. */
async function each<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R | undefined>,
): Promise<R[] | undefined> {
  const done: R[] = [];
  for (const item of items.slice(0, tasksAtOnce)) {
    const result = await work(item);
    if (result === undefined) {
      return undefined;
    }
    done.push(result);
  }
  return done;
}

function results<R extends Outcome>(outcomes: readonly R[]) {
  return {
    count: outcomes.length,
    results: outcomes.map((outcome) => ({
      ...{ ...outcome, id: outcome.id ?? "" },
      ...{ error_code: outcome.error_code ?? null, error_msg: outcome.error_msg ?? null },
    })),
  };
}

function sumOf(counts: readonly (number | null | undefined)[]): number | null {
  return counts.reduce<number | null>(
    (sum, count) => (sum === null || count == null ? null : sum + count),
    0,
  );
}

/** Without what is null, undefined or empty. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
