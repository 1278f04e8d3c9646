import type { InputOf } from "../../drs/all-operations";
import { createRequest } from "../../drs/schemas";
import type { JobActions } from "../jobs/actions";
import { requireEngine } from "../jobs/fields";
import { type Job, newJobId, type Sent, sentSchema } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";
import { loginOf, onlyInV5 } from "./endpoint-v5";
import { checked } from "./input";
import type { Parts } from "./parts";

type Creation = InputOf<"batchCreation">["jobs"][number];

/** The system tag that names the enterprise project which pays for a task. */
const accountTag = "_sys_enterprise_project_id";

type CreationV5 = InputOf<"createJob">["job"];

/** A creation of v5 in the words of v3. @throws ApiError DRS.M00007 for an endpoint that v3 could not have. */
export function creationOf(job: CreationV5): Creation {
  const { base_info: base, node_info, period_order, public_ip_list, ...ends } = job;
  const [source, target] = [ends.source_endpoint[0], ends.target_endpoint[0]];
  const { spec, vpc } = node_info;
  const { enterprise_project_id: account } = base;
  const readonly = target?.config?.is_target_readonly ?? source?.config?.is_target_readonly;
  return checked(createRequest.entries.jobs.item, {
    ...{ name: base.name, description: base.description, db_use_type: base.job_type },
    ...{ engine_type: base.engine_type, job_direction: base.job_direction, net_type: base.net_type },
    ...{ task_type: base.task_type, tags: base.tags, expired_days: base.expired_days },
    charging_mode: base.charging_mode,
    ...{ multi_write: base.multi_write, is_open_fast_clean: base.is_open_fast_clean },
    ...{ is_target_readonly: readonly, node_type: spec.node_type },
    customize_sutnet_id: vpc?.subnet_id ?? "",
    ...{ vpc_id: vpc?.vpc_id, security_group_id: vpc?.security_group_id },
    ...(account ? { sys_tags: [{ key: accountTag, value: account }] } : {}),
    ...{ period_order, public_ip_list, node_ip: vpc?.custom_node_ip, node: node_info.base_info },
    source_endpoint: source && { ...loginOf(source), v5: onlyInV5(source) },
    target_endpoint: target && { ...loginOf(target), v5: onlyInV5(target) },
  });
}

/** The fields that are only echoed, without those that were not sent. */
function sentOf(request: Creation): Sent {
  const known = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const all = {
    nodeType: request.node_type,
    subnetId: known(request.customize_sutnet_id),
    vpcId: known(request.vpc_id),
    securityGroupId: known(request.security_group_id),
    expiredDays: known(request.expired_days),
    chargingMode: known(request.charging_mode),
    isTargetReadonly: request.is_target_readonly ?? undefined,
    multiWrite: request.multi_write ?? undefined,
    isOpenFastClean: request.is_open_fast_clean ?? undefined,
    masterAz: known(request.master_az),
    slaveAz: known(request.slave_az),
    nodeNum: request.node_num ?? undefined,
    nodeIp: known(request.node_ip),
    node: request.node ?? undefined,
    period: request.period_order ?? undefined,
    publicIps: request.public_ip_list ?? undefined,
  };
  return checked(sentSchema, all);
}

/** A task of which nothing has been made yet. */
function untouched(id: string) {
  const now = Date.now();
  return {
    id,
    ...{ edit: null, change: null, copyAgain: null, precheck: null },
    desired: { goal: "configured" as const, attempt: 0, startAt: null, force: false },
    ...{ status: "CREATING", failure: null, provisioned: false, linkPort: null },
    ...{
      tables: [],
      prepared: false,
      fullResync: false,
      stream: null,
      unindexed: [],
      findings: [],
      lastFinding: 0,
    },
    ...{ sourceRows: {}, released: false },
    ...{ createdAt: now, startedAt: null, fullCompletedAt: null, updatedAt: now },
  };
}

async function insert(job: Job, store: JobStore): Promise<Job> {
  if (!(await store.insert(job))) {
    throw new ApiError("DRS.M00277", message("nameExists", { name: job.name }));
  }
  return job;
}

/** @throws ApiError DRS.M00007 when there is no such engine or it cannot run tasks of this type. */
export function requirePossible(request: Creation, actions: JobActions): void {
  requireEngine(request.engine_type);
  for (const { db_type } of [request.source_endpoint, request.target_endpoint]) {
    requireEngine(db_type ?? request.engine_type);
  }
  actions.requireTaskType(request.task_type);
}

/**
 * Stores a new task; its instance is made next.
 *
 * @throws ApiError DRS.M00277 when the name is taken, DRS.M00007 when there is no such engine or it cannot run tasks
 * of this type.
 * @param configured the task with what its creation does not say.
 */
export async function createJob(
  { store, actions, endpoints }: Pick<Parts, "store" | "actions" | "endpoints">,
  request: Creation,
  id = newJobId(),
  configured: (job: Job) => Job = (job) => job,
): Promise<Job> {
  requirePossible(request, actions);
  const job: Job = {
    ...untouched(id),
    name: request.name,
    description: request.description ?? "",
    engineType: request.engine_type,
    taskType: request.task_type,
    dbUseType: request.db_use_type,
    netType: request.net_type,
    direction: request.job_direction,
    account: request.sys_tags?.find(({ key }) => key === accountTag)?.value ?? "0",
    tags: (request.tags ?? []).map(({ key, value }) => ({ key, value: value ?? "" })),
    sent: sentOf(request),
    source: endpoints.stored(request.source_endpoint),
    target: endpoints.stored(request.target_endpoint),
    selection: null,
    speedLimits: [],
    alarms: null,
  };
  return await insert(configured(job), store);
}

/** Stores a task with the configuration of another one; its connections are to be tested. @throws ApiError DRS.M00277 */
export async function cloneJob(
  { store, actions }: Pick<Parts, "store" | "actions">,
  { source, target, ...job }: Job,
  name: string,
): Promise<Job> {
  actions.requireName(name, undefined);
  const ends = { source: { ...source, tested: false }, target: { ...target, tested: false } };
  return await insert({ ...job, ...ends, ...untouched(newJobId()), name }, store);
}
