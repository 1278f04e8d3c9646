/** A task as the API's v5 shows it. */
import type * as v from "valibot";
import type { AnswerOf } from "../../drs/all-operations";
import type { listItem as listItemSchema } from "../../drs/schemas-v5";
import { dbTypeOf } from "../engine/engines";
import type { Side } from "../engine/side";
import { plainName } from "../engine/table-name";
import type { Live } from "../jobs/controller";
import { childOf, type Job } from "../jobs/job";
import { type ActionConstraints, jobAction } from "../jobs/legal-actions";
import { inUtc } from "../jobs/limits";
import { type Language, message, render } from "../messages";
import { shownAlarms } from "./alarms";
import { hasStructure, isWhole, progressOf } from "./progress";

export type JobDetail = AnswerOf<"showJobDetail">["job"];

/** `2022-11-07T16:15:18Z`. */
export function isoSeconds(at: Date | number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The same; null where there is no time. */
export function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoSeconds(at);
}

/**
 * A task in v5's list.
 *
 * @param gate what allows or refuses its actions now.
 * @param child whether it stands for a change of objects.
 */
export function listItemV5(
  job: Job,
  gate: ActionConstraints,
  child = false,
): v.InferOutput<typeof listItemSchema> {
  return {
    id: job.id,
    name: job.name,
    status: job.status,
    description: job.description,
    create_time: isoOrNull(job.createdAt),
    engine_type: job.engineType,
    net_type: job.netType,
    charging_mode: job.sent.chargingMode ?? "on_demand",
    billing_tag: true,
    job_direction: job.direction,
    job_type: job.dbUseType,
    task_type: job.taskType,
    enterprise_project_id: job.account,
    job_mode: child ? "sync_child" : "single",
    job_mode_role: child ? "child" : "parent",
    is_multi_az: false,
    node_role: "",
    node_new_framework: false,
    job_action: jobAction(job, gate),
    ...(child
      ? {}
      : { children: job.change === null ? [] : [listItemV5(childOf(job, job.change), gate, true)] }),
  };
}

/** The fields that every detail has. */
export function detailHead(job: Job): JobDetail {
  return { id: job.id, status: job.status, create_time: isoOrNull(job.createdAt) };
}

/** `overview` and `detail`. */
export function baseDetail(job: Job): JobDetail {
  return {
    ...detailHead(job),
    base_info: {
      name: job.name,
      job_type: job.dbUseType,
      engine_type: job.engineType,
      job_direction: job.direction,
      task_type: job.taskType,
      net_type: job.netType,
      charging_mode: job.sent.chargingMode ?? "on_demand",
      enterprise_project_id: job.account,
      description: job.description,
      expired_days: job.sent.expiredDays ?? null,
      multi_write: job.sent.multiWrite ?? null,
      is_open_fast_clean: job.sent.isOpenFastClean ?? null,
      start_time: job.desired.goal === "scheduled" ? String(job.desired.startAt) : null,
      tags: job.tags,
    },
    source_endpoint: [endpointOf(job, "source")],
    target_endpoint: [endpointOf(job, "target")],
    node_info: {
      base_info: job.sent.node ?? null,
      spec: { node_type: job.sent.nodeType ?? null },
      vpc: vpcOf({
        vpc_id: job.sent.vpcId,
        subnet_id: job.sent.subnetId,
        security_group_id: job.sent.securityGroupId,
        custom_node_ip: job.sent.nodeIp,
      }),
    },
    period_order: job.sent.period ?? null,
    public_ip_list: job.sent.publicIps ?? null,
    alarm_notify: shownAlarms(job.alarms),
    speed_limit: job.speedLimits.map((limit) => inUtc(limit)),
    policy_config: {
      conflict_policy: "stop",
      index_trans: true,
      ddl_trans: false,
      data_sync_topology_type: "one2one",
    },
  };
}

interface Vpc {
  readonly vpc_id?: string | null | undefined;
  readonly subnet_id?: string | null | undefined;
  readonly security_group_id?: string | null | undefined;
  readonly custom_node_ip?: string | null | undefined;
}

/** Null where no network was named. */
function vpcOf({ vpc_id = null, subnet_id = null, security_group_id = null, custom_node_ip }: Vpc) {
  const more = custom_node_ip == null ? {} : { custom_node_ip };
  return vpc_id || subnet_id ? { vpc_id, subnet_id, security_group_id, ...more } : null;
}

function endpointOf(job: Job, side: Side) {
  const { shown, host, port, user, database, ssl, v5 = {} } = job[side];
  const dbType = dbTypeOf(job.engineType);
  const { region, project_id = null, az_code = null, ssl_cert_name, ssl_cert_check_sum } = shown;
  const nodes = v5.node_num == null ? {} : { node_num: v5.node_num };
  const config =
    side === "target" ? { is_target_readonly: job.sent.isTargetReadonly ?? null, ...nodes } : nodes;
  return {
    db_type: dbType,
    endpoint_type: v5.endpoint_type ?? "offline",
    endpoint_role: side === "source" ? ("so" as const) : ("ta" as const),
    endpoint: {
      id: v5.id ?? null,
      endpoint_name: v5.endpoint_name ?? dbType,
      ip: host,
      db_port: String(port),
      db_user: user,
      db_password: null,
      db_name: database,
      instance_id: shown.inst_id,
      instance_name: shown.inst_name,
    },
    cloud: region ? { region, project_id, az_code } : null,
    ssl: { ssl_link: ssl, ...textsOf({ ssl_cert_name, ssl_cert_check_sum }) },
    vpc: vpcOf(shown),
    config: Object.keys(config).length === 0 ? null : config,
    customized_dns: v5.customized_dns ?? null,
  };
}

/** Those of the fields that are texts. */
function textsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

/**
 * The detail of the type `progress`: how many of each kind of object are done. A table is done when it
 * has all its rows.
 */
export function progressDetail(job: Job, live: Live): JobDetail {
  const facts = progressOf(job, live);
  const tables = job.tables.length;
  const made = hasStructure(job) ? tables : 0;
  const own = new Set(job.tables.map(plainName));
  const states = live.engine?.kind === "present" ? live.engine.tables : [];
  const synced = states.filter((table) => own.has(table.name) && isWhole(table)).length;
  const done = job.fullCompletedAt === null ? synced : tables;
  const objects = (type: string, count: number, start: number | null, end: number | null) => ({
    type,
    src_count: String(tables),
    dst_count: String(count),
    status: count === tables && tables > 0 ? "COMPLETED" : start === null ? "NOT_START" : "TRANSFERING",
    start_time: isoOrNull(start),
    end_time: isoOrNull(end),
  });
  return {
    ...detailHead(job),
    progress_info: {
      progress: facts.percent,
      incr_trans_delay: facts.delay,
      incr_trans_delay_millis: facts.delayMillis,
      task_mode: job.taskType,
      transfer_status: job.status,
      process_time: String(Date.now()),
      remaining_time: facts.remaining,
      progress_map: facts.map,
    },
    migration_object_progress_info: {
      migration_object_overview: [
        objects("TABLE_STRUCTURE", made, job.startedAt, null),
        ...(job.taskType === "INCR_TRANS"
          ? []
          : [objects("TABLE", done, job.startedAt, job.fullCompletedAt)]),
      ],
      create_time: isoSeconds(new Date()),
      full_start_time: job.taskType === "INCR_TRANS" ? null : isoOrNull(job.startedAt),
      full_complete_time: isoOrNull(job.fullCompletedAt),
      incr_start_time:
        job.taskType === "FULL_TRANS"
          ? null
          : isoOrNull(job.taskType === "INCR_TRANS" ? job.startedAt : job.fullCompletedAt),
      end_time: job.released ? isoOrNull(job.updatedAt) : null,
    },
  };
}

/** The pre-check as v3 and v5 have it, but for the name of its list. */
export function precheckFacts(job: Job, language: Language) {
  const { precheck } = job;
  if (precheck === null) {
    return undefined;
  }
  const passed = precheck.items.filter(({ result }) => result !== "FAILED").length;
  const rate = precheck.items.length === 0 ? 0 : Math.floor((passed / precheck.items.length) * 100);
  return {
    result: precheck.done && passed === precheck.items.length,
    process: precheck.done ? "100%" : "0%",
    total_passed_rate: `${rate}%`,
    job_direction: job.direction,
    items: precheck.items.map(({ item, group, result, reasons, remedies, raw }) => ({
      ...{ item, group, result },
      failed_reason: reasons.map((reason) => render(reason, language)).join(" ") || null,
      raw_error_msg: raw ?? null,
      remedy_sql: scriptOf(remedies, language),
    })),
  };
}

/** Statements as one text to copy, with the end that each part is for. */
function scriptOf(
  remedies: readonly { readonly side: Side; readonly sql: string }[],
  language: Language,
): string | null {
  const parts = (["source", "target"] as const).flatMap((side) => {
    const statements = remedies.filter((remedy) => remedy.side === side).map(({ sql }) => `${sql};`);
    return statements.length === 0
      ? []
      : [`-- ${render(message("remedyAt", { side }), language)}`, ...statements];
  });
  return parts.join("\n") || null;
}

/** The detail of the type `precheck`; without a result when no pre-check has been run. */
export function precheckDetail(job: Job, language: Language): JobDetail {
  const facts = precheckFacts(job, language);
  if (facts === undefined) {
    return detailHead(job);
  }
  const { items, ...rest } = facts;
  return {
    ...detailHead(job),
    precheck_result: {
      ...rest,
      precheck_results: items.map((item) => ({ ...item, is_support_skip: false, is_skipped: false })),
    },
  };
}

/** A delay as the API has it. */
export function wholeSeconds(ms: number | null | undefined): number | null {
  return ms == null ? null : Math.floor(ms / 1_000);
}

/** Delays in seconds, speeds per second; what is not measured here is left out. */
export function monitorData(job: Job, live: Live): AnswerOf<"showMonitorData"> {
  const { engine, rates } = live;
  const lost = engine?.kind === "unreachable" ? engine.side : undefined;
  const present = engine?.kind === "present" ? engine : undefined;
  const delay = wholeSeconds(present?.delayMs);
  const running = rates !== undefined;
  return {
    is_src_normal: job.released ? null : lost !== "source" && live.faultReason === undefined,
    is_dst_normal: job.released ? null : lost !== "target",
    src_offset: present?.positions?.source ?? null,
    node_offset: present?.positions?.read ?? null,
    dst_offset: present?.positions?.written ?? null,
    src_delay: wholeSeconds(present?.stages?.sentMs) ?? delay,
    dst_delay: delay,
    src_rps: null,
    src_io: running ? rates.bytes.toFixed(0) : null,
    dst_rps: running ? rates.rows.toFixed(1) : null,
    dst_io: null,
    trans_data: running ? (rates.bytesInAll / (1024 * 1024)).toFixed(3) : null,
    trans_lines: running ? rates.rowsInAll.toFixed(0) : null,
    update_time: isoSeconds(rates?.at ?? Date.now()),
    apply_rate: running ? Math.round(rates.bytes) : null,
  };
}
