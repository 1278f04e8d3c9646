/** Handlers of the operations of the DRS API. Reads answer from what is known; actions store what is desired. */

import type { ItemOf } from "../../drs/operations";
import type { OperationCode } from "../../status/operation-names";
import type { Job } from "../jobs/job";
import { ApiError, type Language, message, render } from "../messages";
import { createJob } from "./creation";
import { wantedBy } from "./filter";
import { createCompareHandlers } from "./handlers-compare";
import { createCompareTaskHandlers } from "./handlers-compare-tasks";
import { createHandlersConnections } from "./handlers-connections";
import { createHandlersObjects } from "./handlers-objects";
import { createHandlersOtherClients } from "./handlers-other-clients";
import { createHandlersPrepared } from "./handlers-prepared";
import { createHandlersTags } from "./handlers-tags";
import { createHandlersV5 } from "./handlers-v5";
import { JobLists, ListAnswers, remembered } from "./job-lists";
import { errorOf, inTurns, notedOutcome, outcomeOf, text } from "./outcome";
import type { Parts } from "./parts";
import { selectionOf } from "./selection";
import type { Handlers } from "./server";
import { detail, listItem, progress, status } from "./views";
import { precheckFacts } from "./views-v5";

/** A server that does not answer takes seconds. */
const testsAtOnce = 32;

/** The operations that the extension calls. A batch answers one result for each task, in the order of the request. */
export function createHandlers(parts: Parts): Handlers {
  const { store, controller, actions, endpoints, prechecks } = parts;
  /** One result a task: what the step answers, or why it was refused. */
  const each = async (
    action: OperationCode | ((index: number) => OperationCode),
    ids: readonly string[],
    language: Language,
    step: (id: string, index: number) => Promise<Record<string, unknown> | undefined>,
  ) => {
    const results = await inTurns(ids, async (id, index) => {
      const name = typeof action === "string" ? action : action(index);
      const { answer, refusal } = await notedOutcome(store, id, name, async () => await step(id, index));
      return refusal === undefined
        ? { id, status: "success", ...answer }
        : { id, status: "failed", error_code: refusal.code, error_msg: render(refusal.text, language) };
    });
    controller.wake();
    return { count: results.length, results };
  };

  const lists = new JobLists(store);
  const answers = new ListAnswers();
  const itemOf = remembered(listItem);

  return {
    ...createHandlersV5(parts),
    ...createCompareHandlers(parts),
    ...createCompareTaskHandlers(parts),
    ...createHandlersObjects(parts),
    ...createHandlersOtherClients(parts),
    ...createHandlersTags(parts),
    ...createHandlersConnections(parts),
    ...createHandlersPrepared(parts),

    listJobs: async ({ cur_page: page, per_page: size, ...list }, language) => {
      const isWanted = wantedBy(list);
      const wanted = lists.of(list, (jobs) =>
        jobs.filter((job) => job.dbUseType === list.db_use_type && isWanted(job)).toReversed(),
      );
      const first = Math.max(page - 1, 0) * size;
      const shown = page === 0 || size === 0 ? wanted : wanted.slice(first, first + size);
      return answers.of(
        { total_record: wanted.length },
        shown.map((job) => itemOf(job, controller.constraintsOf(job), language)),
      );
    },

    batchStatus: async ({ jobs: ids, page_req }, language) =>
      batch(ids, page_req, (id) => {
        const job = store.find(id);
        return job === undefined
          ? { id, status: null, error_code: "DRS.M00289", error_message: text("noSuchJob", language) }
          : status(job);
      }),

    batchDetail: async ({ jobs: ids, page_req }, language) =>
      batch(ids, page_req, (id): ItemOf<"batchDetail"> => {
        const job = store.find(id);
        return job === undefined
          ? { id, error_code: "DRS.M00289", error_message: text("noSuchJob", language) }
          : detail(job, controller.live(id), controller.isFrozen(job), language);
      }),

    batchProgress: async ({ jobs: ids }, language) =>
      batch(ids, undefined, (id) => {
        const job = store.find(id);
        return job === undefined
          ? { job_id: id, error_code: "DRS.M00289", error_msg: text("noSuchJob", language) }
          : progress(job, controller.live(id), language);
      }),

    batchCreation: async ({ jobs }, language) => {
      const results: ItemOf<"batchCreation">[] = [];
      for (const request of jobs) {
        const { answer, refusal } = await outcomeOf(async () => await createJob(parts, request));
        results.push(
          answer === undefined
            ? { id: "", name: request.name, status: "CREATE_FAILED", ...errorOf(refusal, language) }
            : {
                id: answer.id,
                name: answer.name,
                status: answer.status,
                create_time: String(answer.createdAt),
              },
        );
      }
      controller.wake();
      return { count: results.length, results };
    },

    batchConnection: async ({ jobs }, language) => {
      const results = await inTurns(
        jobs,
        async (request): Promise<ItemOf<"batchConnection">> => {
          const { refusal } = await notedOutcome(
            store,
            request.id,
            "MODIFY_DB_CONFIG",
            async () => await endpoints.testConnection(request),
          );
          return refusal === undefined
            ? { id: request.id, status: "true", success: true }
            : { id: request.id, status: "false", success: false, ...errorOf(refusal, language) };
        },
        testsAtOnce,
      );
      return { count: results.length, results };
    },

    batchPrecheck: async ({ jobs }, language) =>
      await each("PRE_CHECK", jobs.map(jobIdOf), language, async (id) => ({
        precheck_id: await prechecks.begin(id),
      })),

    batchPrecheckResult: async ({ jobs: ids }, language) =>
      batch(ids, undefined, (id) => precheckState(store.get(id), language)),

    batchSelectObjects: async ({ jobs }, language) => {
      const results = await inTurns(jobs, async (request): Promise<ItemOf<"batchSelectObjects">> => {
        const { refusal } = await notedOutcome(
          store,
          request.job_id,
          "CHOOSE_OBJECT",
          async () => await actions.select(request.job_id, (database) => selectionOf(request, database)),
        );
        return refusal === undefined
          ? { job_id: request.job_id, status: true }
          : { job_id: request.job_id, status: false, ...errorOf(refusal, language) };
      });
      return { all_counts: results.length, results };
    },

    batchStarting: async ({ jobs }, language) =>
      await each("START", jobs.map(jobIdOf), language, async (id, index) => {
        const startAt = Number(jobs[index]?.start_time || 0);
        await actions.start(id, startAt > Date.now() ? startAt : undefined);
      }),

    batchPause: async ({ jobs }, language) =>
      await each("PAUSE", jobs.map(jobIdOf), language, async (id) => {
        await actions.pause(id);
      }),

    batchRetry: async ({ jobs }, language) =>
      await each("RETRY", jobs.map(jobIdOf), language, async (id, index) => {
        if (jobs[index]?.is_sync_re_edit === true) {
          await actions.applyEdit(id);
        } else {
          await actions.retry(id);
        }
      }),

    batchDelete: async ({ jobs }, language) =>
      await each(deletionOf(jobs), jobs.map(jobIdOf), language, async (id, index) => {
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
            throw new ApiError("DRS.M00304", message("wrongStatus", { status: store.get(id)?.status ?? "" }));
        }
      }),

    batchModifyPwd: async ({ jobs }, language) =>
      await each("RESET_DB_PWD", jobs.map(jobIdOf), language, async (id, index) => {
        const { end_point_type, db_password = "" } = jobs[index] ?? {};
        await endpoints.changePassword(id, end_point_type === "so" ? "source" : "target", db_password);
      }),

    batchModification: async ({ jobs }, language) =>
      await each("MODIFY_CONFIGURATION", jobs.map(jobIdOf), language, async (id, index) => {
        await actions.describe(id, jobs[index] ?? {});
      }),

    batchLimitSpeed: async ({ speed_limits }, language) =>
      await each("MODIFY_CONFIGURATION", speed_limits.map(jobIdOf), language, async (id, index) => {
        await actions.limitSpeed(id, speed_limits[index]?.speed_limit ?? []);
      }),
  };
}

/** Ending and deleting are one call. */
function deletionOf(jobs: readonly { readonly delete_type: string }[]): (index: number) => OperationCode {
  return (index) => (jobs[index]?.delete_type === "delete" ? "DELETE" : "FREE_RESOURCE");
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

function precheckState(job: Job | undefined, language: Language): ItemOf<"batchPrecheckResult"> {
  if (job === undefined) {
    return { error_code: "DRS.M00289", error_msg: text("noSuchJob", language) };
  }
  const facts = precheckFacts(job, language);
  if (job.precheck === null || facts === undefined) {
    return { error_code: "DRS.M00304", error_msg: text("needsPrecheck", language) };
  }
  const { items, ...rest } = facts;
  return { precheck_id: job.precheck.id, ...rest, precheck_result: items };
}
