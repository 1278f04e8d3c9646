/** A task as the API shows it. No password ever leaves. */
import type { ItemOf } from "../../drs/operations";
import { childOf, currentFailure, type Job, plainName, type StoredEndpoint, tableId } from "../jobs/job";
import type { Live } from "../jobs/runner";
import { type Language, render } from "../messages";
import { type Gate, jobAction } from "./actions";

export function listItem(job: Job, gate: Gate, language: Language): ItemOf<"listJobs"> {
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
    children: job.change === null ? [] : [listItem(childOf(job, job.change), gate, language)],
    job_action: jobAction(job, gate),
    error_msg: failureText(job, language),
  };
}

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
    source_endpoint: shownEndpoint(job.source),
    target_endpoint: shownEndpoint(job.target),
    failed_reason: reason ?? null,
    inst_info: {
      engine_type: job.engineType,
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
    // Where the cloud tells a frozen task: the order, not the task's status.
    period_order: frozen ? { order_id: job.id, status: "FROZEN_CAN_RENEW" } : null,
    tags: job.tags,
    error_code: failure?.code ?? null,
    error_message: failureText(job, language) ?? null,
  };
}

export function status(job: Job, language: Language): ItemOf<"batchStatus"> {
  const failure = currentFailure(job);
  return {
    id: job.id,
    status: job.status,
    error_code: failure?.code ?? null,
    error_message: failureText(job, language) ?? null,
  };
}

export function progress(job: Job, live: Live, language: Language): ItemOf<"batchProgress"> {
  const percent = String(percentOf(job, live));
  const delay = job.status === "INCRE_TRANSFER_STARTED" ? delayOf(live) : undefined;
  const copying = job.startedAt !== null && job.taskType !== "INCR_TRANS";
  return {
    job_id: job.id,
    progress: percent,
    incre_trans_delay: delay === undefined ? "-1" : String(Math.floor(delay / 1_000)),
    incre_trans_delay_millis: delay === undefined ? "-1" : String(Math.round(delay)),
    task_mode: job.taskType,
    transfer_status: job.status,
    process_time: String(Date.now()),
    remaining_time: null,
    progress_map: copying
      ? {
          struct: {
            completed: job.prepared || job.fullCompletedAt !== null ? "100%" : "0%",
            remaining_time: null,
          },
          data: { completed: `${percent}%`, remaining_time: null },
        }
      : {},
    error_code: currentFailure(job)?.code ?? null,
    error_msg: failureText(job, language) ?? null,
  };
}

/** Copied rows of all rows that the source had when the copy began; 100 only when all tables are synced. */
export function percentOf(job: Job, live: Live): number {
  if (job.fullCompletedAt !== null || (job.taskType === "INCR_TRANS" && job.startedAt !== null)) {
    return 100;
  }
  if (live.engine?.kind !== "present" || !live.can.knowsProgress) {
    return 0;
  }
  let [copied, all] = [0, 0];
  const own = new Set(job.tables.map(plainName));
  for (const { name, phase, copiedRows } of live.engine.tables.filter((table) => own.has(table.name))) {
    const rows = Math.max(job.sourceRows[name] ?? 0, 1);
    all += rows;
    copied += phase === "synced" || phase === "copied" ? rows : Math.min(copiedRows, rows);
  }
  return all === 0 ? 0 : Math.min(99, Math.floor((copied / all) * 100));
}

function delayOf(live: Live): number | undefined {
  return live.engine?.kind === "present" ? live.engine.delayMs : undefined;
}

function failureText(job: Job, language: Language): string | undefined {
  const failure = currentFailure(job);
  return failure === undefined ? undefined : render(failure.message, language);
}

function shownEndpoint(endpoint: StoredEndpoint): NonNullable<ItemOf<"batchDetail">["source_endpoint"]> {
  return {
    ...endpoint.shown,
    db_type: "postgresql",
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
