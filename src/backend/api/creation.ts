import type { InputOf } from "../../drs/all-operations";
import { type JobActions, requireEngine } from "../jobs/actions";
import { type Job, newJobId } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";

type Creation = InputOf<"batchCreation">["jobs"][number];

/** The system tag that names the enterprise project which pays for a task. */
const accountTag = "_sys_enterprise_project_id";

/**
 * Stores a new task; its instance is made next.
 *
 * @throws ApiError DRS.M00277 when the name is taken, DRS.M00007 when there is no such engine or it cannot run tasks
 * of this type.
 */
export async function createJob(request: Creation, store: JobStore, actions: JobActions): Promise<Job> {
  const { name, source_endpoint: source, target_endpoint: target } = request;
  for (const engine of [request.engine_type, source.db_type, target.db_type]) {
    requireEngine(engine);
  }
  actions.requireTaskType(request.task_type);
  const now = Date.now();
  const job: Job = {
    id: newJobId(),
    name,
    description: request.description ?? "",
    engineType: request.engine_type,
    taskType: request.task_type,
    dbUseType: request.db_use_type,
    netType: request.net_type,
    direction: request.job_direction,
    account: request.sys_tags?.find(({ key }) => key === accountTag)?.value ?? "0",
    tags: (request.tags ?? []).map(({ key, value }) => ({ key, value })),
    source: actions.stored(source),
    target: actions.stored(target),
    selection: null,
    edit: null,
    change: null,
    copyAgain: null,
    precheck: null,
    speedLimits: [],
    desired: { goal: "configured", attempt: 0, startAt: null, force: false },
    status: "CREATING",
    failure: null,
    provisioned: false,
    linkPort: null,
    tables: [],
    prepared: false,
    anew: false,
    stream: null,
    unindexed: [],
    findings: [],
    sourceRows: {},
    released: false,
    createdAt: now,
    startedAt: null,
    fullCompletedAt: null,
    updatedAt: now,
  };
  if (!(await store.insert(job))) {
    throw new ApiError("DRS.M00277", message("nameExists", { name }));
  }
  return job;
}
