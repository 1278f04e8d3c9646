import type { InputOf } from "../../drs/all-operations";
import { createRequest } from "../../drs/schemas";
import { type JobActions, requireEngine } from "../jobs/actions";
import { type Job, newJobId, type Sent } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";
import { loginOf } from "./endpoint-v5";
import { checked } from "./input";

type Creation = InputOf<"batchCreation">["jobs"][number];

/** The system tag that names the enterprise project which pays for a task. */
const accountTag = "_sys_enterprise_project_id";

type CreationV5 = InputOf<"createJob">["job"];

/** A creation of v5 in the words of v3. @throws ApiError DRS.M00007 for an endpoint that v3 could not have. */
export function creationOf({ base_info: base, node_info, ...ends }: CreationV5): Creation {
  const [source, target] = [ends.source_endpoint[0], ends.target_endpoint[0]];
  const { spec, vpc } = node_info;
  const { enterprise_project_id: account } = base;
  const readonly = target?.config?.is_target_readonly ?? source?.config?.is_target_readonly;
  return checked(createRequest.entries.jobs.item, {
    ...{ name: base.name, description: base.description, db_use_type: base.job_type },
    ...{ engine_type: base.engine_type, job_direction: base.job_direction, net_type: base.net_type },
    ...{ task_type: base.task_type, tags: base.tags, expired_days: base.expired_days },
    ...{ multi_write: base.multi_write, is_open_fast_clean: base.is_open_fast_clean },
    ...{ is_target_readonly: readonly, node_type: spec.node_type },
    customize_sutnet_id: vpc?.subnet_id ?? "",
    ...{ vpc_id: vpc?.vpc_id, security_group_id: vpc?.security_group_id },
    ...(account ? { sys_tags: [{ key: accountTag, value: account }] } : {}),
    source_endpoint: source && loginOf(source),
    target_endpoint: target && loginOf(target),
  });
}

/** What is only answered again, without what was not sent. */
function sentOf(request: Creation): Sent {
  const known = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const all = {
    nodeType: request.node_type,
    subnetId: known(request.customize_sutnet_id),
    vpcId: known(request.vpc_id),
    securityGroupId: known(request.security_group_id),
    expiredDays: known(request.expired_days),
    isTargetReadonly: request.is_target_readonly ?? undefined,
    multiWrite: request.multi_write ?? undefined,
    isOpenFastClean: request.is_open_fast_clean ?? undefined,
    masterAz: known(request.master_az),
    slaveAz: known(request.slave_az),
    nodeNum: request.node_num ?? undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

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
    sent: sentOf(request),
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
