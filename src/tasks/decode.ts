/** Decodes a job of the list, batch-detail and batch-progress into a task. */
import { isFreezeCode } from "../drs/freeze-refusal";
import type { ItemOf } from "../drs/operations";
import { serviceTime } from "../drs/service-time";
import { parseFreeze, parseStatus } from "../status/status";
import { rowOf } from "../status/statuses";
import type { PartProgress, SyncObject, Task, TaskEndpoint } from "./task";

export type ListedJob = ItemOf<"listJobs">;
export type JobDetail = ItemOf<"batchDetail">;
export type JobProgress = ItemOf<"batchProgress">;

/** The task, or undefined for a deleted one. Detail and progress may be missing. */
export function decodeTask(
  job: ListedJob,
  detail: JobDetail | undefined,
  progress: JobProgress | undefined,
  {
    parentId,
    resettable = false,
    cloud = false,
    known,
  }: {
    readonly parentId?: string | undefined;
    readonly resettable?: boolean;
    readonly cloud?: boolean;
    /** The task as it was decoded from the same details. */
    readonly known?: Task | undefined;
  } = {},
): Task | undefined {
  const apiStatus = text(job.status) ?? text(detail?.status) ?? "";
  const ownStatus = parseStatus(apiStatus, detail?.period_order?.status);
  const refusal = [detail?.error_code, progress?.error_code].find(isFreezeCode);
  const isRefused = refusal != null && ownStatus !== undefined && rowOf(ownStatus).holdsInstance;
  const status = isRefused ? "frozen" : ownStatus;
  if (status === undefined) {
    return undefined;
  }
  const parts: DetailParts = known ?? (detail === undefined ? {} : partsOfDetail(detail));
  return {
    id: job.id,
    name: job.name || job.id,
    status,
    apiStatus,
    freeze: status === "frozen" ? frozenBy(detail, ownStatus === "frozen" ? undefined : refusal) : undefined,
    detailed: detail !== undefined,
    description: text(job.description) ?? text(detail?.description),
    engine: text(job.engine_type) ?? text(detail?.inst_info?.engine_type),
    taskType: text(job.task_type) ?? text(detail?.task_type),
    parentId: parentId ?? text(detail?.parent_id),
    createdAt: serviceTime(detail?.create_time) ?? serviceTime(job.create_time),
    startedAt: parts.startedAt,
    fullCompletedAt: parts.fullCompletedAt,
    updatedAt: parts.updatedAt,
    scheduledAt:
      rowOf(status).detail === "startTime" ? serviceTime(detail?.inst_info?.start_time) : undefined,
    percent: percent(progress?.progress),
    parts: partsOf(progress),
    remaining: remaining(progress?.remaining_time),
    delayMs: delay(progress),
    error: errorOf(job, detail, progress),
    source: parts.source,
    target: parts.target,
    objects: parts.objects,
    tags: parts.tags,
    availableActions: job.job_action?.available_actions ?? undefined,
    currentAction: text(job.job_action?.current_action),
    resettable: resettable || undefined,
    cloud: cloud || undefined,
    order: parts.order,
    expiredDays: parts.expiredDays,
  };
}

/** Fields that only details have: they stay while progress changes with every reading. */
type DetailParts = Pick<
  Task,
  | "startedAt"
  | "fullCompletedAt"
  | "updatedAt"
  | "source"
  | "target"
  | "objects"
  | "tags"
  | "order"
  | "expiredDays"
>;

function partsOfDetail(detail: JobDetail): DetailParts {
  return {
    startedAt: serviceTime(detail.actual_start_time),
    fullCompletedAt: serviceTime(detail.full_transfer_complete_time),
    updatedAt: serviceTime(detail.update_time),
    source: endpointOf(detail.source_endpoint),
    target: endpointOf(detail.target_endpoint),
    objects: detail.object_infos?.map(objectOf),
    tags: detail.tags?.map(({ key, value }) => (value ? `${key ?? ""}=${value}` : (key ?? ""))),
    order: orderOf(detail.period_order),
    expiredDays: daysIn(detail.expired_days),
  };
}

/** @param refusal the code that says so, where the order does not. */
function frozenBy(detail: JobDetail | undefined, refusal: string | null | undefined): Task["freeze"] {
  if (refusal != null) {
    return { id: "refused", word: refusal };
  }
  const order = text(detail?.period_order?.status);
  return { id: parseFreeze(order), word: order };
}

function orderOf(order: JobDetail["period_order"]): Task["order"] {
  const endsAt = serviceTime(order?.exp_time);
  const renews = order?.is_auto_renew;
  return endsAt === undefined ? undefined : { endsAt, renews: renews == null ? undefined : renews !== 0 };
}

/** Within the limits of the API, 14 to 100. */
function daysIn(value: string | null | undefined): number | undefined {
  const days = numberIn(value);
  return days !== undefined && days >= 14 && days <= 100 ? days : undefined;
}

function text(value: string | null | undefined): string | undefined {
  return value === null || value === "" ? undefined : value;
}

/** No target is further behind, in milliseconds: ten years. */
const longestMs = 10 * 366 * 24 * 3_600_000;

/** `"42"` or `"42%"` → 42, within 0 to 100. */
function percent(value: string | null | undefined): number | undefined {
  const number = numberIn(value?.replace("%", ""));
  return number === undefined ? undefined : Math.min(100, Math.max(0, number));
}

/** The number that a text is; undefined for any other text, and for more digits than a number has. */
function numberIn(value: string | null | undefined): number | undefined {
  return /^\s*-?\d{1,15}(\.\d{1,15})?\s*$/.test(value ?? "") ? Number(value) : undefined;
}

function partsOf(progress: JobProgress | undefined): readonly PartProgress[] | undefined {
  if (progress?.progress_map == null) {
    return undefined;
  }
  const parts = Object.entries(progress.progress_map).flatMap(([part, info]) => {
    const done = percent(info?.completed);
    return done === undefined ? [] : [{ part, percent: done }];
  });
  return parts.length === 0 ? undefined : parts;
}

/** Milliseconds where the service gives them, or its seconds; -1 means that it does not know. */
function delay(progress: JobProgress | undefined): number | undefined {
  const seconds = numberIn(progress?.incre_trans_delay);
  return [
    numberIn(progress?.incre_trans_delay_millis),
    seconds === undefined ? undefined : seconds * 1000,
  ].find((ms) => ms !== undefined && ms >= 0 && ms <= longestMs);
}

/** In words, or seconds as text; a number of more digits than a duration has is left out. */
function remaining(value: string | null | undefined): string | undefined {
  const words = text(value);
  const seconds = numberIn(words);
  const senseless =
    seconds === undefined ? /^[\d.\s-]*$/.test(words ?? "") : seconds < 0 || seconds * 1000 > longestMs;
  return senseless ? undefined : words;
}

function port(value: number | null | undefined): number | undefined {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65_535 ? Number(value) : undefined;
}

function errorOf(
  job: ListedJob,
  detail: JobDetail | undefined,
  progress: JobProgress | undefined,
): Task["error"] {
  const code = text(detail?.error_code) ?? text(progress?.error_code);
  const message =
    text(detail?.error_message) ??
    text(detail?.failed_reason) ??
    text(job.error_msg) ??
    text(progress?.error_msg);
  return code === undefined && message === undefined ? undefined : { code, message };
}

function endpointOf(endpoint: JobDetail["source_endpoint"]): TaskEndpoint | undefined {
  if (!endpoint) {
    return undefined;
  }
  return {
    dbType: text(endpoint.db_type),
    host: text(endpoint.ip),
    port: port(endpoint.db_port),
    database: text(endpoint.db_name),
    user: text(endpoint.db_user),
    instance: text(endpoint.inst_name) ?? text(endpoint.inst_id),
  };
}

function objectOf(object: NonNullable<JobDetail["object_infos"]>[number]): SyncObject {
  const name = text(object.name) ?? text(object.id) ?? "";
  return { type: text(object.type) ?? "table", name, alias: text(object.alias_name) };
}
