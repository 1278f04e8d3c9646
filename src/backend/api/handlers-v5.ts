/** Handlers of the operations of v5. */

import type { InputOf } from "../../drs/all-operations";
import type { OperationsV5 } from "../../drs/operations-v5";
import type { OperationCode } from "../../status/operation-names";
import { clearAlarm, findingsOf } from "../jobs/findings";
import type { EntryOf, Kind, Page } from "../jobs/history";
import { type Job, tableId } from "../jobs/job";
import { jobAction } from "../jobs/legal-actions";
import { ApiError, type Language, message, render } from "../messages";
import { executeAction } from "./actions-v5";
import { alarmsOf } from "./alarms";
import { createJob, creationOf } from "./creation";
import { ddlEntries } from "./ddl";
import { wantedBy } from "./filter";
import type { ObjectHandlers } from "./handlers-objects";
import { JobLists, ListAnswers, remembered } from "./job-lists";
import { knownJob } from "./known-job";
import { NetworkTests, Queries } from "./network-tests";
import { namesSchemas, selectionIn } from "./object-map";
import { objectProgress } from "./object-progress";
import { errorOf, inTurns, noted, notedOutcome, outcomeOf } from "./outcome";
import type { Parts } from "./parts";
import { requirePolicy } from "./policy";
import type { Handlers } from "./server";
import { compareDetail } from "./views-compare";
import {
  baseDetail,
  detailHead,
  isoOrNull,
  isoSeconds,
  type JobDetail,
  listItemV5,
  monitorData,
  precheckDetail,
  progressDetail,
  wholeSeconds,
} from "./views-v5";

type Changes = InputOf<"updateJob">["job"]["params"];

/** Status changes are nobody's doing; everything else is that of the one user there is. */
const user = "local";
const nobody = "system";

/** The operations of v5. They act on the same tasks as v3's; only requests and answers have other forms. */
export function createHandlersV5(
  parts: Parts,
): Omit<
  Pick<Handlers, keyof OperationsV5>,
  keyof ObjectHandlers | "listSupportLinks" | "listEnterpriseProjects"
> {
  const { store, controller, actions, endpoints, comparisons } = parts;
  const tests = new NetworkTests();
  const saved = new Queries<string>();

  const known = (id: string): Job => knownJob(store, id);
  const find = async <K extends Kind>(id: string, kind: K, page: Page, fields?: Partial<EntryOf<K>>) =>
    await store.history.find(store.parentOf(id)?.id ?? known(id).id, kind, page, fields);

  const ddls = (id: string, wanted: Parameters<typeof ddlEntries>[1], language: Language) =>
    ddlEntries(findingsOf(known(id), controller.live(id).engine), wanted, language);

  /** One result a task, in v5's words. */
  const each = async (
    ids: readonly string[],
    action: OperationCode,
    language: Language,
    step: (id: string, index: number) => Promise<Record<string, unknown> | undefined>,
  ) => {
    const jobs = await inTurns(ids, async (id, index) => {
      const name = store.find(id)?.name ?? null;
      const { answer, refusal } = await notedOutcome(store, id, action, async () => {
        known(id);
        return await step(id, index);
      });
      return { id, name, status: resultStatus(refusal), ...errorOf(refusal, language), ...answer };
    });
    controller.wake();
    return { jobs };
  };
  /** The same for one task, whose refusal is that of the call. */
  const single = async (
    id: string,
    action: OperationCode,
    step: () => Promise<Record<string, unknown> | undefined>,
  ) => {
    const { name } = known(id);
    const answer = await noted(store, id, action, step);
    controller.wake();
    return { id, name, status: "success", error_code: null, error_msg: null, ...answer };
  };

  const details: Readonly<
    Record<string, (job: Job, input: InputOf<"showJobDetail">, language: Language) => Promise<JobDetail>>
  > = {
    overview: async (job) => baseDetail(job),
    detail: async (job) => baseDetail(job),
    progress: async (job) => progressDetail(job, controller.live(job.id)),
    network: async (job, { query_id }, language) => ({
      ...detailHead(job),
      network_results: tests.resultsOf(query_id ?? "", language),
    }),
    precheck: async (job, { query_id }, language) => {
      if (query_id && query_id !== job.precheck?.id) {
        throw new ApiError("DRS.M00007", message("noSuchQuery", { id: query_id }));
      }
      return precheckDetail(job, language);
    },
    compare: async (job, input, language) => ({
      ...detailHead(job),
      ...(await compareDetail(job, input, comparisons, language)),
    }),
    log: async (job, { offset, limit, log_level }, language) => {
      const level = logLevel(log_level);
      const { count, entries } = await find(
        job.id,
        "log",
        { offset, limit },
        level === undefined ? undefined : { level },
      );
      return {
        ...detailHead(job),
        total_count: count,
        logs: entries.map(({ at, entry }) => ({
          level: entry.level,
          message: render(entry.message, language),
          create_time: isoSeconds(at),
        })),
      };
    },
  };

  const choose = async (id: string, { db_object }: Changes) => {
    const tables = namesSchemas(db_object)
      ? (await outcomeOf(async () => await endpoints.sourceTables(id))).answer
      : undefined;
    await actions.select(id, (database) => selectionIn(db_object, database, tables ?? []));
    return { query_id: saved.keep(id) };
  };
  /** The updates of a task by their type; each returns further fields of the answer. */
  const updates: Readonly<
    Record<string, (id: string, params: Changes) => Promise<Record<string, unknown> | undefined>>
  > = {
    name: async (id, { base_info }) => void (await actions.describe(id, { name: base_info?.name ?? "" })),
    description: async (id, { base_info }) =>
      void (await actions.describe(id, { description: base_info?.description ?? "" })),
    expired_days: async (id, { base_info }) => {
      const expiredDays = base_info?.expired_days ?? undefined;
      await store.update(id, (job) => ({ ...job, sent: { ...job.sent, expiredDays } }));
    },
    notify: async (id, { alarm_notify }) => {
      await store.update(id, (job) => ({ ...job, alarms: alarmsOf(alarm_notify) }));
    },
    policy: async (id, { policy_config, speed_limit }) => {
      requirePolicy(policy_config);
      if (speed_limit != null) {
        await actions.limitSpeed(id, speed_limit);
      }
      return { query_id: saved.keep(id) };
    },
    db_object: choose,
    /** All that is given. */
    all: async (id, params) => {
      const { base_info } = params;
      const given: Readonly<Record<string, unknown>> = {
        ...{ name: base_info?.name, description: base_info?.description },
        ...{ expired_days: base_info?.expired_days, notify: params.alarm_notify },
        policy: params.policy_config ?? params.speed_limit,
        db_object: params.db_object,
      };
      for (const [type, value] of Object.entries(given)) {
        if (value != null) {
          await updates[type]?.(id, params);
        }
      }
      return { query_id: saved.keep(id) };
    },
  };

  const lists = new JobLists(store);
  const answers = new ListAnswers();
  const itemOf = remembered((job, constraints) => listItemV5(job, constraints));

  return {
    listJobsV5: async ({ offset, limit, ...list }, language) => {
      const isWanted = wantedBy(list);
      const { job_type, sort_key, sort_dir } = list;
      const ordered = lists.of(list, (jobs) => {
        const wanted = jobs
          .filter((job) => job.dbUseType === job_type && isWanted(job))
          .toSorted((a, b) => compare(sortValue(a, sort_key), sortValue(b, sort_key)));
        return sort_dir === "desc" ? wanted.toReversed() : wanted;
      });
      const shown = ordered.slice(offset, offset + limit);
      return answers.of(
        { total_count: ordered.length },
        shown.map((job) => itemOf(job, controller.constraintsOf(job), language)),
      );
    },

    showActions: async ({ job_id }) => {
      const job = known(job_id);
      return { job_action: jobAction(job, controller.constraintsOf(job)) };
    },

    showJobDetail: async (input, language) => {
      const job = known(input.job_id);
      const detail = Object.hasOwn(details, input.type) ? details[input.type] : undefined;
      if (detail === undefined) {
        throw new ApiError("DRS.M10018", message("unsupported", { what: `type=${input.type}` }));
      }
      return { job: await detail(job, input, language) };
    },

    showTimeline: async ({ job_id, offset, limit }) => {
      const { count, entries } = await find(job_id, "event", { offset, limit });
      return {
        count,
        timelines: entries.map(({ at, entry }) => ({
          name: entry.name,
          status: entry.failed ? "failed" : "success",
          operation_time: isoSeconds(at),
          user_name: entry.byUser ? user : nobody,
        })),
      };
    },

    showMonitorData: async ({ job_id }) => {
      const job = known(job_id);
      return monitorData(job, controller.live(job_id));
    },

    showProgressData: async ({ job_id, type, search_name, offset, limit }) => {
      const job = known(job_id);
      const all = objectProgress(job, type, controller.live(job.id)).filter(({ src_tb }) =>
        src_tb.includes(search_name ?? ""),
      );
      return {
        count: all.length,
        create_time: new Date().toISOString(),
        flow_compare_data: all.slice(offset, offset + limit),
      };
    },

    showDirtyData: async ({ job_id, offset, limit, begin_time, end_time, anonymize_mode, task_mode }) => {
      const phase = task_mode === "FULL_TRANSFER" ? "full" : "incremental";
      const job = known(job_id);
      const { count, entries } = await store.history.find(
        job_id,
        "dirty",
        { offset, limit },
        { phase },
        { from: dateOf(begin_time), to: dateOf(end_time) },
      );
      const hidden = anonymize_mode === true || anonymize_mode === "true";
      return {
        count,
        dirty_data_list: entries.map(({ at, entry }) => dirtyRow(job, at, entry, hidden)),
      };
    },

    listDdls: async (wanted, language) => {
      const all = ddls(wanted.job_id, wanted, language);
      const { offset, limit } = wanted;
      return { count: all.length, ddl_list: all.slice(offset, offset + limit) };
    },

    cleanAlarm: async ({ job_id, alarm_id }, language) => {
      const alarm = ddls(job_id, {}, language).find(({ seqno }) => String(seqno) === alarm_id);
      if (alarm === undefined) {
        throw new ApiError("DRS.M00007", message("noSuchAlarm", { id: alarm_id }));
      }
      await clearAlarm(store, job_id, alarm.seqno);
      return {};
    },

    showIncrementComponents: async ({ job_id }) => {
      const job = known(job_id);
      const { engine } = controller.live(job_id);
      const present = engine?.kind === "present" ? engine : undefined;
      const delay = present?.delayMs ?? null;
      const runs = present?.streaming === true && job.status === "INCRE_TRANSFER_STARTED";
      const part = (type: "capture" | "apply", point: string | null | undefined, ms: number | null) => ({
        type,
        status: runs ? "STARTED" : "STOPPED",
        start_time: isoOrNull(job.startedAt),
        start_point: null,
        current_point: point ?? null,
        resolution_time: null,
        delay: runs ? (wholeSeconds(ms)?.toString() ?? null) : null,
      });
      return {
        update_time: isoSeconds(new Date()),
        increment_components_list:
          job.taskType === "FULL_TRANS"
            ? []
            : [
                part("capture", present?.positions?.read, present?.stages?.receivedMs ?? delay),
                part("apply", present?.positions?.written, delay),
              ],
      };
    },

    executeAction: async ({ job_id, job: { action_name, action_params } }) => {
      const { action, step } = executeAction({ ...parts, tests }, job_id, action_name, action_params ?? {});
      return await single(job_id, action, step);
    },

    executeActions: async ({ jobs }, language) => {
      const results = await inTurns(jobs, async ({ job_id, action_name, action_params }) => {
        const { answer, refusal } = await outcomeOf(async () =>
          executeAction({ ...parts, tests }, job_id, action_name, action_params ?? {}),
        );
        const name = store.find(job_id)?.name ?? null;
        return answer === undefined
          ? [{ id: job_id, name, status: "failed", ...errorOf(refusal, language) }]
          : (await each([job_id], answer.action, language, answer.step)).jobs;
      });
      return { jobs: results.flat().map((result) => ({ query_id: null, ...result })) };
    },

    stopJob: async ({ job_id, is_force_stop }) =>
      await single(job_id, "FREE_RESOURCE", async () => {
        await actions.end(job_id, is_force_stop === true);
      }),

    stopJobs: async ({ jobs }, language) =>
      await each(
        jobs.map(({ job_id }) => job_id),
        "FREE_RESOURCE",
        language,
        async (id, index) => {
          await actions.end(id, jobs[index]?.is_force_stop === true);
        },
      ),

    deleteJob: async ({ job_id }) => {
      await single(job_id, "DELETE", async () => {
        await actions.remove(job_id);
      });
      return {};
    },

    deleteJobs: async ({ jobs }, language) =>
      await each(jobs, "DELETE", language, async (id) => {
        await actions.remove(id);
      }),

    createJob: async ({ job }) => {
      const made = await createJob(parts, creationOf(job));
      controller.wake();
      const { id, name, status, createdAt } = made;
      return { id, name, status, create_time: isoSeconds(createdAt) };
    },

    updateJob: async ({ job_id, job: { type, params } }) =>
      await single(job_id, "MODIFY_CONFIGURATION", async () => {
        const update = Object.hasOwn(updates, type) ? updates[type] : undefined;
        if (update === undefined) {
          throw new ApiError("DRS.M10018", message("unsupported", { what: `type=${type}` }));
        }
        return await update(job_id, params);
      }),

    showObjectsSaving: async ({ job_id, query_id }) => {
      known(job_id);
      saved.get(query_id);
      return { id: query_id, status: "success" };
    },

    validateJobName: async ({ name }, language) => {
      const { refusal } = await outcomeOf(async () => actions.requireName(name, undefined));
      return { is_valid: refusal === undefined, ...(refusal && errorOf(refusal, language)) };
    },
  };
}

/** @param hidden whether the row's values are left out. */
function dirtyRow(job: Job, at: Date, entry: EntryOf<"dirty">, hidden: boolean) {
  const { schema, table, command, row, sqlState, reason, detail } = entry;
  // A value stands in quotes after a colon, as in: invalid input syntax for type integer: "a"
  const words = hidden ? reason.replace(/: ".*$/s, "") : detail === "" ? reason : `${reason} (${detail})`;
  return {
    db_name: job.target.database,
    schema_name: schema,
    table_name: table,
    error_sql: `${command} ${tableId({ schema, table })} ${hidden ? "" : row}`.trim(),
    error_time: isoSeconds(at),
    error_msg: `${sqlState}: ${words}`,
  };
}

function sortValue(job: Job, key: InputOf<"listJobsV5">["sort_key"]): string | number {
  switch (key) {
    case "name":
      return job.name.toLowerCase();
    case "status":
      return job.status;
    case "net_type":
      return job.netType;
    case "job_direction":
      return job.direction;
    case "pay_mode":
      return "on_demand";
    default:
      return job.createdAt;
  }
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function logLevel(text: string | null | undefined): EntryOf<"log">["level"] | undefined {
  return (["Info", "Warn", "Error"] as const).find((level) => level.toLowerCase() === text?.toLowerCase());
}

function dateOf(text: string | null | undefined): Date | undefined {
  return text ? new Date(text) : undefined;
}

function resultStatus(refusal: ApiError | undefined): string {
  return refusal === undefined ? "success" : "failed";
}
