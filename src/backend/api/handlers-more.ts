/** What the operations do here that the extension does not call. */
import type { OperationsMore } from "../../drs/operations-more";
import type { Job } from "../jobs/job";
import { ApiError, message } from "../messages";
import { errorOf, inTurns, notedOutcome } from "./outcome";
import type { Parts } from "./parts";
import type { Handlers } from "./server";

/** Tags of one task. */
const mostTags = 20;
/** Tasks that there may be, as far as anything limits them here. */
const mostTasks = 10_000;

export function createHandlersMore({ store, runner }: Parts): Pick<Handlers, keyof OperationsMore> {
  const known = (id: string): Job => {
    const job = store.get(id);
    if (job === undefined) {
      throw new ApiError("DRS.10000010", message("noSuchJob"));
    }
    return job;
  };

  return {
    /** PostgreSQL's logical replication has one policy: that one is accepted, any other is refused for its task. */
    batchSetPolicy: async ({ jobs }, language) => {
      const results = await inTurns(jobs, async (policy) => {
        const { refusal } = await notedOutcome(store, policy.job_id, "MODIFY_CONFIGURATION", async () => {
          known(policy.job_id);
          const other = [
            ...((policy.conflict_policy ?? "stop") === "stop" ? [] : ["conflict_policy"]),
            ...((policy.index_trans ?? true) ? [] : ["index_trans"]),
            ...((policy.ddl_trans ?? false) ? ["ddl_trans"] : []),
          ];
          if (other.length > 0) {
            throw new ApiError("DRS.M10018", message("unsupported", { what: other.join(", ") }));
          }
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

    changeTags: async ({ job_id, action, tags }) => {
      known(job_id);
      const named = new Map(tags.map(({ key, value }) => [key, value ?? ""]));
      await store.update(job_id, (job) => {
        const kept = job.tags.filter(({ key }) => !named.has(key));
        const added = action === "create" ? [...named].map(([key, value]) => ({ key, value })) : [];
        if (kept.length + added.length > mostTags) {
          const reason = `at most ${mostTags} tags`;
          throw new ApiError("DRS.M00007", message("invalidField", { field: "tags", reason }));
        }
        return { ...job, tags: [...kept, ...added] };
      });
      runner.wake();
      return {};
    },

    showTags: async ({ job_id }) => ({ tags: known(job_id).tags }),

    listProjectTags: async ({ resource_type }) => {
      const values = new Map<string, Set<string>>();
      for (const { dbUseType, tags } of store.all()) {
        for (const { key, value } of dbUseType === resource_type ? tags : []) {
          values.set(key, (values.get(key) ?? new Set()).add(value));
        }
      }
      return { tags: [...values].map(([key, all]) => ({ key, values: [...all] })) };
    },

    listLinks: async ({ job_type, offset, limit }) => {
      const nets = job_type === "sync" ? ["eip", "vpc", "vpn"] : [];
      const all = nets.flatMap((net_type) =>
        ["up", "down", "non-dbs"].map((job_direction) => ({
          ...{ job_type, engine_type: "postgresql", job_direction, net_type },
          ...{ source_endpoint_type: "offline", target_endpoint_type: "offline" },
          task_types: ["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"],
          cluster_modes: ["Single"],
          description: "PostgreSQL to PostgreSQL",
        })),
      );
      return { total_count: all.length, job_links: all.slice(offset, offset + limit) };
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
