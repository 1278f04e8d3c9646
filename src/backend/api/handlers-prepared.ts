/** Creations that are prepared in one call, looked at and changed, and committed by another; and copies of tasks. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { AnswerOf } from "../../drs/all-operations";
import { preparedJob } from "../../drs/schemas-records";
import { defaultDatabase } from "../jobs/endpoint-actions";
import { requireLimits } from "../jobs/fields";
import { type Job, newJobId } from "../jobs/job";
import type { Prepared } from "../jobs/prepared";
import { ApiError, message } from "../messages";
import { alarmsOf } from "./alarms";
import { cloneJob, createJob, creationOf, requirePossible } from "./creation";
import { knownJob } from "./known-job";
import { selectionIn } from "./object-map";
import { errorOf, type Outcome, outcomeOf } from "./outcome";
import type { Parts } from "./parts";
import { requirePolicy } from "./policy";
import type { Handlers } from "./server";
import { isoSeconds } from "./views-v5";

const entry = v.object({ id: v.string(), job: preparedJob });
type Entry = v.InferOutput<typeof entry>;
const entries = v.pipe(v.string(), v.parseJson(), v.array(entry));

/** The one user and tenant that there is. */
const user = "local";

/**
 * Operations for prepared creations and clones. Prepared data is kept sealed in the store, because it holds
 * passwords.
 */
export function createHandlersPrepared({
  store,
  actions,
  endpoints,
  controller,
  secrets,
}: Parts): Pick<
  Handlers,
  | "prepareJobs"
  | "listPrepared"
  | "showPrepared"
  | "changePrepared"
  | "commitPrepared"
  | "showPreparedProgress"
  | "cloneJob"
> {
  const { prepared } = store;
  const known = async (id: string): Promise<Prepared> => {
    const found = await prepared.find(id);
    if (found === undefined) {
      throw new ApiError("DRS.M00007", message("noSuchPrepared", { id }));
    }
    return found;
  };
  const jobsOf = ({ sealedJobs }: Prepared) => v.parse(entries, secrets.open(sealedJobs));
  /** Why the first of the tasks that cannot be created cannot. */
  const objection = async (jobs: readonly Entry[]): Promise<Outcome<void>> =>
    await outcomeOf(async () => {
      const names = new Set<string>();
      for (const { job } of jobs) {
        requirePossible(creationOf(job), actions);
        requirePolicy(job.policy_config);
        selectionOf(job);
        requireLimits(job.speed_limit ?? []);
        const name = job.base_info.name.toLowerCase();
        actions.requireName(job.base_info.name, undefined);
        if (names.has(name)) {
          throw new ApiError("DRS.M00277", message("nameExists", { name: job.base_info.name }));
        }
        names.add(name);
      }
    });
  const keep = async (before: Pick<Prepared, "id" | "createdAt">, jobs: readonly Entry[]): Promise<void> => {
    const { refusal } = await objection(jobs);
    await prepared.put({
      ...before,
      status: refusal === undefined ? "AUTO_PARAM_VALIDATE_SUCCESS" : "ASYNC_JOB_VALIDATE_FAILED",
      sealedJobs: secrets.seal(JSON.stringify(jobs)),
    });
  };
  const requireOpen = ({ status }: Prepared) => {
    if (status === "COMMIT_SUCCESS") {
      throw new ApiError("DRS.M00304", message("wrongStatus", { status }));
    }
  };

  return {
    prepareJobs: async ({ jobs }) => {
      const id = randomUUID();
      await keep(
        { id, createdAt: Date.now() },
        jobs.map((job) => ({ id: newJobId(), job })),
      );
      return { job: { async_job_id: id } };
    },

    listPrepared: async ({ async_job_id, status, domain_name, user_name, sort_dir, offset, limit }) => {
      const all = (await prepared.all()).filter(
        (one) =>
          (!async_job_id || one.id === async_job_id) &&
          (!status || one.status === status) &&
          [domain_name, user_name].every((name) => !name || name === user),
      );
      const ordered = sort_dir === "asc" ? all.toReversed() : all;
      return {
        total_count: all.length,
        jobs: ordered.slice(offset, offset + limit).map((one) => ({
          ...{ async_job_id: one.id, status: one.status, domain_name: user, user_name: user },
          create_time: isoSeconds(one.createdAt),
        })),
      };
    },

    showPrepared: async ({ async_job_id, offset, limit }) => {
      const found = await known(async_job_id);
      const all = jobsOf(found);
      return {
        total_count: all.length,
        jobs: all.slice(offset, offset + limit).map((one) => shown(one, found.createdAt)),
      };
    },

    changePrepared: async ({ async_job_id, jobs: changes }, language) => {
      const found = await known(async_job_id);
      requireOpen(found);
      const all = jobsOf(found);
      const results = changes.map(({ params: { job_id, base_info, ...given } }) => {
        const one = all.length === 1 && !job_id ? all[0] : all.find(({ id }) => id === job_id);
        if (one === undefined) {
          const refusal = new ApiError("DRS.M00289", message("noSuchJob"));
          return { id: job_id ?? "", name: "", status: "failed", ...errorOf(refusal, language) };
        }
        const news = Object.entries(given).filter(
          ([key, value]) => key in preparedJob.entries && value != null,
        );
        const named = Object.entries(base_info ?? {}).filter(([, value]) => value != null);
        one.job = v.parse(preparedJob, {
          ...{ ...one.job, ...Object.fromEntries(news) },
          base_info: { ...one.job.base_info, ...Object.fromEntries(named) },
        });
        return {
          id: one.id,
          name: one.job.base_info.name,
          status: "success",
          ...errorOf(undefined, language),
        };
      });
      await keep(found, all);
      return { jobs: results };
    },

    /** All tasks or none: what cannot be created is found before the first one is. */
    commitPrepared: async ({ async_job_id }) => {
      const found = await known(async_job_id);
      requireOpen(found);
      const all = jobsOf(found);
      const { refusal } = await objection(all);
      if (refusal !== undefined) {
        throw refusal;
      }
      for (const { id, job } of all) {
        await createJob({ store, actions, endpoints }, creationOf(job), id, (made) => configured(made, job));
      }
      await prepared.put({ ...found, status: "COMMIT_SUCCESS" });
      controller.wake();
      return { job: { async_job_id, status: "COMMIT_SUCCESS", msg: "" } };
    },

    showPreparedProgress: async ({ async_job_id }, language) => {
      const found = await known(async_job_id);
      const { refusal } = found.status === "COMMIT_SUCCESS" ? {} : await objection(jobsOf(found));
      const { error_code, error_msg } = errorOf(refusal, language);
      return { status: found.status, progress: "100", error_code, error_message: error_msg };
    },

    cloneJob: async ({ job_id, name }) => {
      const { id, status, createdAt } = await cloneJob({ store, actions }, knownJob(store, job_id), name);
      controller.wake();
      return { id, name, status, create_time: isoSeconds(createdAt), is_clone_job: "true" };
    },
  };
}

/** The objects that were chosen in advance; null: all. @throws ApiError for those that cannot be chosen. */
function selectionOf({ db_object, source_endpoint }: Entry["job"]) {
  const database = source_endpoint[0]?.endpoint.db_name || defaultDatabase;
  return db_object == null ? null : selectionIn(db_object, database, []);
}

/** A new task with what was prepared besides its creation. */
function configured(made: Job, job: Entry["job"]): Job {
  return {
    ...made,
    selection: selectionOf(job),
    speedLimits: job.speed_limit ?? [],
    alarms: alarmsOf(job.alarm_notify),
  };
}

/** The request as it was sent, without passwords and keys. */
function shown({ id, job }: Entry, createdAt: number): AnswerOf<"showPrepared">["jobs"][number] {
  const end = (one: Entry["job"]["source_endpoint"][number]) => ({
    ...one,
    endpoint: { ...one.endpoint, db_password: null },
    ssl: one.ssl == null ? null : { ...one.ssl, ssl_cert_key: null, ssl_cert_password: null },
  });
  const { db_object: _, ...facts } = job;
  return {
    ...facts,
    ...{ id, status: "CREATING", create_time: isoSeconds(createdAt) },
    source_endpoint: job.source_endpoint.map(end),
    target_endpoint: job.target_endpoint.map(end),
  };
}
