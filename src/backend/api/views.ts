/** A task as the API shows it. No password ever leaves. */
import type { ItemOf } from "../../drs/operations";
import { dbTypeOf } from "../engine/engines";
import type { Side } from "../engine/side";
import type { Live } from "../jobs/controller";
import { childOf, currentFailure, type Job, tableId } from "../jobs/job";
import { type ActionConstraints, jobAction } from "../jobs/legal-actions";
import { type Language, render } from "../messages";
import { shownAlarms } from "./alarms";
import { progressOf } from "./progress";

/** A task in v3's list; a change of its objects is its child. */
export function listItem(job: Job, gate: ActionConstraints, language: Language): ItemOf<"listJobs"> {
  const children = job.change === null ? [] : [itemOf(childOf(job, job.change), gate, language)];
  return { ...itemOf(job, gate, language), children };
}

function itemOf(job: Job, gate: ActionConstraints, language: Language) {
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    description: job.description,
    create_time: new Date(job.createdAt).toISOString().slice(0, 19).replace("T", " "),
    engine_type: job.engineType,
    net_type: job.netType,
    billing_tag: true,
    job_direction: job.direction,
    db_use_type: job.dbUseType,
    task_type: job.taskType,
    node_newFramework: false,
    job_action: jobAction(job, gate),
    error_msg: failureText(job, language),
  };
}

/** A task in full. @param live what the engine says now. @param frozen whether its account is frozen. */
export function detail(job: Job, live: Live, frozen: boolean, language: Language): ItemOf<"batchDetail"> {
  const failure = currentFailure(job);
  const objects = job.tables.length > 0 ? job.tables : (job.selection ?? []);
  const reason =
    failureText(job, language) ?? (job.status === "REBUILD_NODE_STARTED" ? live.faultReason : undefined);
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    description: job.description,
    create_time: String(job.createdAt),
    actual_start_time: time(job.startedAt),
    full_transfer_complete_time: time(job.fullCompletedAt),
    update_time: String(job.updatedAt),
    task_type: job.taskType,
    net_type: job.netType,
    job_direction: job.direction,
    db_use_type: job.dbUseType,
    source_endpoint: shownEndpoint(job, "source"),
    target_endpoint: shownEndpoint(job, "target"),
    failed_reason: reason ?? null,
    inst_info: {
      engine_type: job.engineType,
      inst_type: job.sent.nodeType ?? null,
      ip: "127.0.0.1",
      start_time: job.desired.goal === "scheduled" ? time(job.desired.startAt) : null,
      status: job.released ? "deleted" : "active",
    },
    speed_limit: job.speedLimits,
    object_infos: objects.map(({ schema, table }) => {
      const id = table === null ? schema : tableId({ schema, table });
      const type = table === null ? "schema" : "table";
      return { id, parent_id: job.source.database, type, name: id, alias_name: id };
    }),
    // Where the cloud shows a freeze: the order, not the task's status.
    period_order: frozen
      ? { ...job.sent.period, order_id: job.id, status: "FROZEN_CAN_RENEW" }
      : (job.sent.period ?? null),
    alarm_notify: alarmsIn(job.alarms),
    tags: job.tags,
    ...echoOf(job),
    error_code: failure?.code ?? null,
    error_message: failureText(job, language) ?? null,
  };
}

/** The fields of creation and selection, echoed as they were sent. */
function echoOf({ sent, selection }: Job) {
  return {
    subnet_id: sent.subnetId ?? null,
    vpc_id: sent.vpcId ?? null,
    security_group_id: sent.securityGroupId ?? null,
    is_target_readonly: sent.isTargetReadonly ?? null,
    multi_write: sent.multiWrite ?? null,
    is_open_fast_clean: sent.isOpenFastClean ?? null,
    master_az: sent.masterAz ?? null,
    slave_az: sent.slaveAz ?? null,
    node_num: sent.nodeNum ?? null,
    public_ip_list: sent.publicIps ?? null,
    object_switch: selection !== null,
    sync_database: selection === null,
    // As PostgreSQL's logical replication does.
    ...{ index_trans: true, conflict_policy: "stop" },
  };
}

function alarmsIn(alarms: Job["alarms"]): ItemOf<"batchDetail">["alarm_notify"] {
  const shown = shownAlarms(alarms);
  if (shown === null) {
    return null;
  }
  const { topic_urn, ...thresholds } = shown;
  return { ...thresholds, topic_name: topic_urn?.split(":").at(-1) ?? null };
}

/**
 * A task's status. An error beside it means that the status could not be queried: the official Terraform provider does
 * not reset a failed task whose status comes with one. Why a task has failed is in its details.
 */
export function status({ id, status }: Job): ItemOf<"batchStatus"> {
  return { id, status, error_code: null, error_message: null };
}

/** How far a task is: `progress` in percent, the delay in seconds and in milliseconds. */
export function progress(job: Job, live: Live, language: Language): ItemOf<"batchProgress"> {
  const facts = progressOf(job, live);
  return {
    job_id: job.id,
    progress: facts.percent,
    incre_trans_delay: facts.delay,
    incre_trans_delay_millis: facts.delayMillis,
    task_mode: job.taskType,
    transfer_status: job.status,
    process_time: String(Date.now()),
    remaining_time: facts.remaining,
    progress_map: facts.map,
    error_code: currentFailure(job)?.code ?? null,
    error_msg: failureText(job, language) ?? null,
  };
}

/** Why a task is failed, in a language; undefined when it is not. */
function failureText(job: Job, language: Language): string | undefined {
  const failure = currentFailure(job);
  return failure === undefined ? undefined : render(failure.message, language);
}

function shownEndpoint(job: Job, side: Side): NonNullable<ItemOf<"batchDetail">["source_endpoint"]> {
  const endpoint = job[side];
  return {
    ...endpoint.shown,
    db_type: dbTypeOf(job.engineType),
    ip: endpoint.host,
    db_port: endpoint.port,
    db_user: endpoint.user,
    db_name: endpoint.database,
    ssl_link: endpoint.ssl,
  };
}

function time(value: number | null): string | null {
  return value === null ? null : String(value);
}
