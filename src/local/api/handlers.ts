/** What each operation of the DRS API does here. Reads answer from what is known; actions store a wish. */
import type { ItemOf } from "../../drs/operations";
import type { JobActions } from "../jobs/actions";
import type { Job } from "../jobs/job";
import type { Runner } from "../jobs/runner";
import type { JobStore } from "../jobs/store";
import { type Language, message, Refusal, render } from "../messages";
import { createJob } from "./creation";
import { selectionOf } from "./selection";
import type { Handlers, InputOf } from "./server";
import { detail, listItem, progress, status } from "./views";

export interface Parts {
  readonly store: JobStore;
  readonly runner: Runner;
  readonly actions: JobActions;
}

export function createHandlers({ store, runner, actions }: Parts): Handlers {
  /** One result a task: what the step answers, or why it was refused. */
  const each = async (
    action: string,
    ids: readonly string[],
    language: Language,
    step: (id: string, index: number) => Promise<Record<string, unknown> | undefined>,
  ) => {
    const results = await Promise.all(
      ids.map(async (id, index) => {
        const { answer, refusal } = await outcomeOf(async () => await step(id, index));
        await store.noteOperation(id, action, refusal?.code);
        return refusal === undefined
          ? { id, status: "success", ...answer }
          : { id, status: "failed", error_code: refusal.code, error_msg: render(refusal.text, language) };
      }),
    );
    runner.wake();
    return { count: results.length, results };
  };

  return {
    listJobs: async (request, language) => {
      const wanted = store
        .all()
        .filter((job) => job.dbUseType === request.db_use_type && isWanted(job, request))
        .toReversed();
      const { cur_page: page, per_page: size } = request;
      const first = Math.max(page - 1, 0) * size;
      const shown = page === 0 || size === 0 ? wanted : wanted.slice(first, first + size);
      return {
        total_record: wanted.length,
        jobs: shown.map((job) => listItem(job, runner.gateOf(job), language)),
      };
    },

    batchStatus: async ({ jobs: ids, page_req }, language) =>
      batch(ids, page_req, (id) => {
        const job = store.find(id);
        return job === undefined
          ? { id, status: null, error_code: "DRS.M00289", error_message: text("noSuchJob", language) }
          : status(job, language);
      }),

    batchDetail: async ({ jobs: ids, page_req }, language) =>
      batch(ids, page_req, (id): ItemOf<"batchDetail"> => {
        const job = store.find(id);
        return job === undefined
          ? { id, error_code: "DRS.M00289", error_message: text("noSuchJob", language) }
          : detail(job, runner.live(id), runner.isFrozen(job), language);
      }),

    batchProgress: async ({ jobs: ids, page_req }, language) =>
      batch(ids, page_req, (id) => {
        const job = store.find(id);
        return job === undefined
          ? { job_id: id, error_code: "DRS.M00289", error_msg: text("noSuchJob", language) }
          : progress(job, runner.live(id), language);
      }),

    batchCreation: async ({ jobs }, language) => {
      const results: ItemOf<"batchCreation">[] = [];
      for (const request of jobs) {
        const { answer, refusal } = await outcomeOf(async () => await createJob(request, store, actions));
        results.push(
          answer === undefined
            ? { id: "", name: request.name, status: "failed", ...errorOf(refusal, language) }
            : {
                id: answer.id,
                name: answer.name,
                status: answer.status,
                create_time: String(answer.createdAt),
              },
        );
      }
      runner.wake();
      return { count: results.length, results };
    },

    batchConnection: async ({ jobs }, language) => {
      const results = await Promise.all(
        jobs.map(async (request): Promise<ItemOf<"batchConnection">> => {
          const { refusal } = await outcomeOf(async () => await actions.testConnection(request));
          return refusal === undefined
            ? { id: request.id, status: "true", success: true }
            : { id: request.id, status: "false", success: false, ...errorOf(refusal, language) };
        }),
      );
      return { count: results.length, results };
    },

    batchPrecheck: async ({ jobs }, language) =>
      await each("precheck", jobs.map(jobIdOf), language, async (id) => ({
        precheck_id: await actions.precheck(id),
      })),

    batchPrecheckResult: async ({ jobs: ids }, language) =>
      batch(ids, undefined, (id) => precheckState(store.get(id), id, language)),

    batchSelectObjects: async ({ jobs }, language) => {
      const results = await Promise.all(
        jobs.map(async (request): Promise<ItemOf<"batchSelectObjects">> => {
          const { refusal } = await outcomeOf(
            async () => await actions.select(request.job_id, (database) => selectionOf(request, database)),
          );
          return refusal === undefined
            ? { job_id: request.job_id, status: true }
            : { job_id: request.job_id, status: false, ...errorOf(refusal, language) };
        }),
      );
      return { all_counts: results.length, results };
    },

    batchStarting: async ({ jobs }, language) =>
      await each("start", jobs.map(jobIdOf), language, async (id, index) => {
        const startAt = Number(jobs[index]?.start_time || 0);
        await actions.start(id, startAt > Date.now() ? startAt : undefined);
        return undefined;
      }),

    batchPause: async ({ jobs }, language) =>
      await each("pause", jobs.map(jobIdOf), language, async (id) => {
        await actions.pause(id);
        return undefined;
      }),

    batchRetry: async ({ jobs }, language) =>
      await each("retry", jobs.map(jobIdOf), language, async (id, index) => {
        if (jobs[index]?.is_sync_re_edit === true) {
          await actions.applyEdit(id);
        } else {
          await actions.retry(id);
        }
        return undefined;
      }),

    batchDelete: async ({ jobs }, language) =>
      await each("delete", jobs.map(jobIdOf), language, async (id, index) => {
        switch (jobs[index]?.delete_type) {
          case "terminate":
            await actions.end(id, false);
            break;
          case "force_terminate":
            await actions.end(id, true);
            break;
          case "delete":
            await actions.remove(id);
            break;
          default:
            throw new Refusal("DRS.M00304", message("wrongStatus", { status: store.get(id)?.status ?? "" }));
        }
        return undefined;
      }),

    batchLimitSpeed: async ({ speed_limits }, language) =>
      await each("limit-speed", speed_limits.map(jobIdOf), language, async (id, index) => {
        await actions.limitSpeed(id, speed_limits[index]?.speed_limit ?? []);
        return undefined;
      }),
  };
}

function jobIdOf({ job_id }: { readonly job_id: string }): string {
  return job_id;
}

interface Page {
  readonly cur_page?: number | null | undefined;
  readonly per_page?: number | null | undefined;
}

const defaultPageSize = 5;

/** Results for a page of ids; without a page, or with `per_page` 0, for all of them. */
function batch<R>(ids: readonly string[], page: Page | null | undefined, item: (id: string) => R) {
  const size = page ? (page.per_page ?? defaultPageSize) : 0;
  const first = ((page?.cur_page ?? 1) - 1) * size;
  const results = (size === 0 ? ids : ids.slice(first, first + size)).map(item);
  return { count: results.length, results };
}

/** Filters of the list that are not given, or are empty, let every task pass. */
function isWanted(job: Job, filter: InputOf<"listJobs">): boolean {
  const names = (filter.name ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const is = (wanted: string | null | undefined, ...values: readonly string[]) =>
    !wanted || values.includes(wanted);
  return (
    (names.length === 0 || names.includes(job.id) || names.some((name) => job.name.includes(name))) &&
    is(filter.status, job.status) &&
    is(filter.engine_type, job.engineType) &&
    is(filter.net_type, job.netType) &&
    is(filter.enterprise_project_id, job.account, ...allAccounts) &&
    is(filter.instance_ip, job.source.host, job.target.host) &&
    hasInstance(job, filter.instance_ids ?? []) &&
    Object.entries(filter.tags ?? {}).every(([key, value]) =>
      job.tags.some((tag) => tag.key === key && tag.value === value),
    )
  );
}

/** How a client asks for the tasks of all enterprise projects. */
const allAccounts = ["all", "all_granted_eps"];

function hasInstance({ source, target }: Job, ids: readonly string[]): boolean {
  return ids.length === 0 || [source, target].some(({ shown }) => ids.includes(shown.inst_id ?? ""));
}

function precheckState(job: Job | undefined, id: string, language: Language): ItemOf<"batchPrecheckResult"> {
  if (job === undefined) {
    return { job_id: id, error_code: "DRS.M00289", error_msg: text("noSuchJob", language) };
  }
  const { precheck } = job;
  if (precheck === null) {
    return { job_id: id, error_code: "DRS.M00304", error_msg: text("needsPrecheck", language) };
  }
  const passed = precheck.items.filter(({ result }) => result !== "FAILED").length;
  const rate = precheck.items.length === 0 ? 0 : Math.floor((passed / precheck.items.length) * 100);
  return {
    job_id: id,
    precheck_id: precheck.id,
    result: precheck.done && passed === precheck.items.length,
    process: precheck.done ? "100%" : "0%",
    total_passed_rate: `${rate}%`,
    job_direction: job.direction,
    precheck_result: precheck.items.map(({ item, group, result, reason, raw }) => ({
      ...{ item, group, result },
      failed_reason: reason === undefined ? null : render(reason, language),
      raw_error_msg: raw ?? null,
    })),
  };
}

async function outcomeOf<T>(
  step: () => Promise<T>,
): Promise<{ readonly answer?: T; readonly refusal?: Refusal }> {
  try {
    return { answer: await step() };
  } catch (error) {
    if (error instanceof Refusal) {
      return { refusal: error };
    }
    throw error;
  }
}

function errorOf(refusal: Refusal | undefined, language: Language) {
  return {
    error_code: refusal?.code ?? null,
    error_msg: refusal === undefined ? null : render(refusal.text, language),
  };
}

function text(id: Parameters<typeof message>[0], language: Language): string {
  return render(message(id), language);
}
