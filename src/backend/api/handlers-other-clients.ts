/** Handlers of the operations that the extension does not call. */
import type { OperationsOtherClients } from "../../drs/operations-other-clients";
import { requireEngine } from "../jobs/fields";
import type { Job } from "../jobs/job";
import type { Language } from "../messages";
import { alarmsOf } from "./alarms";
import type { ObjectHandlers } from "./handlers-objects";
import { knownJob } from "./known-job";
import { objectProgress } from "./object-progress";
import { errorOf, inTurns, notedOutcome, outcomeOf, text } from "./outcome";
import type { Parts } from "./parts";
import { requirePolicy } from "./policy";
import { hasStructure } from "./progress";
import type { Handlers } from "./server";

const engine = "postgresql";
const taskTypes = ["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"] as const;
/** Taken and answered: a task of this machine has no instance of its own. */
const nodeTypes = ["micro", "small", "medium", "high"];
/** Tasks that there may be, as far as anything limits them here. */
const mostTasks = 10_000;

/**
 * Operations for one task or many; in a batch, a refusal is the result of its task and the others are still carried
 * out.
 */
export function createHandlersOtherClients({
  store,
  controller,
}: Parts): Omit<
  Pick<Handlers, keyof OperationsOtherClients | "listSupportLinks" | "listEnterpriseProjects">,
  keyof ObjectHandlers
> {
  const known = (id: string): Job => knownJob(store, id);
  const unknown = (language: Language) => ({
    error_code: "DRS.M00289",
    error_message: text("noSuchJob", language),
  });

  return {
    /** A policy that cannot be had is refused for its task. */
    batchSetPolicy: async ({ jobs }, language) => {
      const results = await inTurns(jobs, async (policy) => {
        const { refusal } = await notedOutcome(store, policy.job_id, "MODIFY_CONFIGURATION", async () => {
          known(policy.job_id);
          requirePolicy(policy);
        });
        const status = refusal === undefined ? "success" : "failed";
        return { id: policy.job_id, status, ...errorOf(refusal, language) };
      });
      return { count: results.length, results };
    },

    showQuotas: async () => ({
      quotas: {
        resource: {
          ...{ type: "instances", quota: mostTasks, min: 0, max: mostTasks },
          used: store.all().filter(({ released }) => !released).length,
        },
      },
    }),

    listLinks: async ({ job_type, offset, limit }) => {
      const all = linksOf(job_type).map(({ job_direction, net_type }) => ({
        ...{ job_type, engine_type: engine, job_direction, net_type },
        ...{ source_endpoint_type: "offline", target_endpoint_type: "offline" },
        ...{ task_types: [...taskTypes], cluster_modes: ["Single"] },
        description: "PostgreSQL to PostgreSQL",
      }));
      return { total_count: all.length, job_links: all.slice(offset, offset + limit) };
    },

    listSupportLinks: async ({ job_type, offset, limit }) => {
      const all = linksOf(job_type).map(({ job_direction, net_type }) => ({
        ...{ engine_type: engine, job_direction, net_type, task_modes: [...taskTypes] },
        ...{ cluster_mode: "Single", job_instance_type: "Single", is_support_bind_eip: false },
      }));
      return { body: [{ total_count: all.length, support_links: all.slice(offset, offset + limit) }] };
    },

    listNodeTypes: async ({ engine_type }) => {
      requireEngine(engine_type);
      return { node_types: nodeTypes.map((node_type) => ({ node_type, is_sellout: false })) };
    },

    listZones: async ({ engine_type }) => {
      requireEngine(engine_type);
      return { az_infos: [{ code: "local", name: "local", status: "ENABLED" }] };
    },

    batchStructProcess: async ({ jobs }, language) => {
      const results = jobs.map((job_id) => {
        const job = store.find(job_id);
        return job === undefined
          ? { job_id, ...unknown(language) }
          : { job_id, struct_process: structProcess(job) };
      });
      return { count: results.length, results };
    },

    batchStructDetail: async ({ jobs, type, page_req }, language) => {
      const size = page_req?.per_page ?? 5;
      const first = ((page_req?.cur_page ?? 1) - 1) * size;
      const results = jobs.map((job_id) => {
        const job = store.find(job_id);
        if (job === undefined) {
          return { job_id, ...unknown(language) };
        }
        const all = objectProgress(job, type, controller.live(job_id));
        const list = all.slice(first, first + size).map(({ src_db, src_tb, dst_db, dst_tb, progress }) => ({
          ...{ src_DB: src_db, src_TB: src_tb, dst_DB: dst_db, dst_TB: dst_tb, progress },
        }));
        return { job_id, struct_detail: { total_record: all.length, create_time: now(), list } };
      });
      return { count: results.length, results };
    },

    /** Kept and answered: nothing is sent from here. */
    batchSetAlarms: async ({ jobs, alarm_notify_info }, language) => {
      const results = await inTurns(jobs, async ({ job_id: id }) => {
        const { refusal } = await outcomeOf(async () => {
          known(id);
          await store.update(id, (job) => ({ ...job, alarms: alarmsOf(alarm_notify_info) }));
        });
        return { id, status: refusal === undefined ? "success" : "failed", ...errorOf(refusal, language) };
      });
      return { count: results.length, results };
    },

    setAlarmTopic: async ({ job_id, topic_urn, is_alarm_to_user, ...thresholds }) => {
      known(job_id);
      const alarms = alarmsOf({
        ...{ topic_urn, alarm_to_user: is_alarm_to_user },
        delay_time: thresholds.increment_delay_threshold,
        rpo_delay: thresholds.rpo_delay_threshold,
        rto_delay: thresholds.rto_delay_threshold,
      });
      await store.update(job_id, (job) => ({ ...job, alarms }));
      return {};
    },

    listAlarmTopics: async () => ({ total_count: 0, topics: [] }),

    /** There is nothing to switch over to; what has been read and written is known. */
    showSwitchover: async ({ job_id }) => {
      known(job_id);
      const { engine: facts } = controller.live(job_id);
      const positions = facts?.kind === "present" ? facts.positions : undefined;
      return {
        increment_check_point: positions?.read ?? null,
        target_safe_point: positions?.written ?? null,
        last_switchover_time: null,
      };
    },

    showTuning: async ({ job_id }) => {
      known(job_id);
      return { full_sync: [], incre_capture: [], incre_relay: [], incre_apply: [] };
    },

    listParameterHistory: async ({ job_id }) => {
      known(job_id);
      return { count: 0, parameter_history_config_list: [] };
    },

    showComparePolicy: async ({ job_id }) => {
      known(job_id);
      return { status: "NO_SUPPORT" };
    },

    /** Nothing can be tuned: PostgreSQL's servers have their own settings. */
    listJobParameters: async ({ job_id }) => {
      known(job_id);
      return { count: 0, parameter_config_list: [] };
    },

    listEnterpriseProjects: async ({ name, offset, limit }) => {
      const ids = new Set(["0", ...store.balances().keys(), ...store.all().map(({ account }) => account)]);
      const all = [...ids]
        .filter((id) => id.includes(name ?? ""))
        .map((id) => ({ id, name: id === "0" ? "default" : id, status: "1", description: "" }));
      return { count: all.length, enterprise_project_list: all.slice(offset, offset + limit) };
    },
  };
}

/** Ways into databases that tasks of a type can take. */
function linksOf(type: string) {
  const nets = type === "sync" ? ["eip", "vpc", "vpn"] : [];
  return nets.flatMap((net_type) =>
    ["up", "down", "non-dbs"].map((job_direction) => ({ net_type, job_direction })),
  );
}

function now(): string {
  return new Date().toISOString();
}

/** How many of the task's tables the target has. */
function structProcess(job: Job) {
  const count = job.tables.length;
  const made = hasStructure(job);
  return {
    create_time: now(),
    result: [
      {
        ...{ type: "table_structure", src_count: count, dst_count: made ? count : 0 },
        ...{ start_time: job.startedAt, end_time: null },
        status: made ? 2 : job.startedAt === null ? 0 : 1,
      },
    ],
  };
}
