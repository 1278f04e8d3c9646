/**
 * Schemas of the DRS API (v3), field by field. Objects are loose: a field that is not named here passes
 * through untouched. Values the service may add to (statuses, engines, actions) are plain strings.
 */
import * as v from "valibot";

export const text = v.nullish(v.string());
export const flag = v.nullish(v.boolean());
export const count = v.nullish(v.number());

/** A whole number within limits, which a query has as text. */
export function wholeNumber(least: number, most: number) {
  return v.pipe(
    v.union([v.number(), v.string()]),
    v.transform(Number),
    v.integer(),
    v.minValue(least),
    v.maxValue(most),
  );
}

/**
 * An object by names that users choose, which may be any. valibot's own record leaves `constructor`, `prototype` and
 * `__proto__` out.
 */
export function byName<const S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.custom<Readonly<Record<string, v.InferInput<S>>>>(
      (input) => typeof input === "object" && input !== null && !Array.isArray(input),
      "must be an object",
    ),
    v.rawTransform<Readonly<Record<string, v.InferInput<S>>>, Record<string, v.InferOutput<S>>>(
      ({ dataset, addIssue, NEVER }) => {
        const entries: [string, v.InferOutput<S>][] = [];
        for (const [name, value] of Object.entries(dataset.value)) {
          const read = v.safeParse(schema, value);
          if (!read.success) {
            addIssue({ message: `${name}: ${read.issues[0].message}` });
            return NEVER;
          }
          entries.push([name, read.output]);
        }
        // Unlike an assignment, this makes a field of every name.
        return Object.fromEntries(entries);
      },
    ),
    v.metadata({ values: schema }),
  );
}

/** A task id has 36 letters, digits and hyphens; it only looks like a UUID. */
export const jobId = v.pipe(v.string(), v.regex(/^[0-9A-Za-z-]{36}$/, "must be a task id of 36 characters"));

/** `name` and `description` as batch-creation limits them. */
export const jobName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{4,50}$/, "must have 4 to 50 letters, digits, hyphens or underscores"),
);
export const jobDescription = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(/^[^!<>&'"\\]*$/, "must not contain any of !<>&'\"\\"),
);

const taskType = v.picklist(["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"]);
const netType = v.picklist(["vpn", "vpc", "eip"]);
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));

/** A database at one end of a task. The service masks or omits `db_password` in its answers. */
export const endpoint = v.looseObject({
  db_type: text,
  db_name: text,
  db_password: text,
  db_port: count,
  db_user: text,
  inst_id: text,
  inst_name: text,
  ip: text,
  az_code: text,
  region: text,
  project_id: text,
  vpc_id: text,
  subnet_id: text,
  security_group_id: text,
  ssl_link: flag,
});

export const jobAction = v.looseObject({
  available_actions: v.nullish(v.array(v.string())),
  unavailable_actions: v.nullish(v.array(v.string())),
  current_action: text,
});

/** A bandwidth limit: `speed` in MB/s (1 to 9999, as text), hours `HH:00` to `HH:59`, UTC when `is_utc`. */
export const speedLimit = v.looseObject({
  begin: v.string(),
  end: v.string(),
  speed: v.string(),
  is_utc: flag,
});

/** A synchronization object of a task, as batch-detail lists it. */
const objectInfo = v.looseObject({
  id: text,
  parent_id: text,
  type: text,
  name: text,
  alias_name: text,
});

const childJob = v.looseObject({
  id: v.string(),
  name: text,
  status: text,
  description: text,
  create_time: text,
  engine_type: text,
  task_type: text,
  net_type: text,
  db_use_type: text,
  job_direction: text,
  billing_tag: flag,
  node_newFramework: flag,
  error_msg: text,
  job_action: v.nullish(jobAction),
});

/** An item of the list. `create_time` is text without a zone (`2020-12-21 10:57:49`). */
export const jobInfo = v.looseObject({ ...childJob.entries, children: v.nullish(v.array(childJob)) });

/** An item of batch-detail. Times are milliseconds since 1970 as text. */
export const jobDetail = v.looseObject({
  id: v.string(),
  parent_id: text,
  name: text,
  status: text,
  description: text,
  create_time: text,
  actual_start_time: text,
  full_transfer_complete_time: text,
  update_time: text,
  task_type: text,
  net_type: text,
  job_direction: text,
  db_use_type: text,
  source_endpoint: v.nullish(endpoint),
  target_endpoint: v.nullish(endpoint),
  failed_reason: text,
  inst_info: v.nullish(v.looseObject({ engine_type: text, inst_type: text, start_time: text, status: text })),
  speed_limit: v.nullish(v.array(speedLimit)),
  object_infos: v.nullish(v.array(objectInfo)),
  // `is_auto_renew`: 0 or 1. `exp_time`: a time as the others, or as the list has them.
  period_order: v.nullish(
    v.looseObject({
      ...{ order_id: text, status: text, exp_time: text },
      ...{ period_type: count, period_num: count, is_auto_renew: count },
    }),
  ),
  /** Only of a detail that v5 has answered. */
  expired_days: text,
  subnet_id: text,
  is_target_readonly: flag,
  multi_write: flag,
  is_open_fast_clean: flag,
  tags: v.nullish(v.array(v.looseObject({ key: text, value: text }))),
  /** `topic_name` is the last part of the topic's URN. */
  alarm_notify: v.nullish(
    v.looseObject({
      ...{ alarm_to_user: flag, topic_name: text },
      ...{ delay_time: count, rpo_delay: count, rto_delay: count },
    }),
  ),
  error_code: text,
  error_message: text,
});

export const jobStatus = v.looseObject({
  id: v.string(),
  status: text,
  error_code: text,
  error_message: text,
});

/** An item of batch-progress. `progress` in percent without a sign, delays as text (`-1`: not known). */
export const jobProgress = v.looseObject({
  job_id: v.string(),
  progress: text,
  incre_trans_delay: text,
  incre_trans_delay_millis: text,
  task_mode: text,
  transfer_status: text,
  process_time: text,
  remaining_time: text,
  progress_map: v.nullish(
    v.record(v.string(), v.nullish(v.looseObject({ completed: text, remaining_time: text }))),
  ),
  error_code: text,
  error_msg: text,
});

/** The outcome for one task of a batch call; `status` is `success` or `failed`. */
export const jobResult = v.looseObject({
  id: v.string(),
  status: text,
  error_code: text,
  error_msg: text,
});

export const createdJob = v.looseObject({ ...jobResult.entries, name: text, create_time: text });

/** The outcome of a connection test; `status` is the text `true` or `false`. */
export const connectionResult = v.looseObject({ ...jobResult.entries, success: flag });

export const precheckStarted = v.looseObject({ ...jobResult.entries, precheck_id: text });

/** One item of a pre-check; `result` is `PASSED`, `ALARM` or `FAILED`. */
const precheckItem = v.looseObject({
  item: text,
  result: text,
  failed_reason: text,
  raw_error_msg: text,
  group: text,
  /** SQL that remedies it; the local backend's own field. */
  remedy_sql: text,
});

/** The state of a pre-check; `process` and `total_passed_rate` are percentages as text (`100%`). */
export const precheckState = v.looseObject({
  precheck_id: text,
  result: flag,
  process: text,
  total_passed_rate: text,
  precheck_result: v.nullish(v.array(precheckItem)),
  error_code: text,
  error_msg: text,
});

/** The outcome of an object selection; its `status` is a boolean. */
export const objectsResult = v.looseObject({
  job_id: v.string(),
  status: flag,
  error_code: text,
  error_msg: text,
});

export const listRequest = v.looseObject({
  cur_page: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
  per_page: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 10),
  db_use_type: v.picklist(["migration", "sync", "cloudDataGuard"]),
  name: text,
  status: text,
  engine_type: text,
  net_type: text,
  enterprise_project_id: text,
  tags: v.nullish(byName(v.string())),
  instance_ids: v.nullish(v.array(v.string())),
  instance_ip: text,
});

const pageRequest = v.looseObject({
  cur_page: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
  per_page: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
});

export const jobsRequest = v.looseObject({ jobs: v.array(jobId) });
/** Ids of tasks. With `page_req.per_page` 0 all of them are answered; a page without it has 5. */
export const idsRequest = v.looseObject({ jobs: v.array(jobId), page_req: v.nullish(pageRequest) });

/** A task that is paid for in advance, and the addresses of its instance. */
const order = v.nullish(v.looseObject({ period_type: count, period_num: count, is_auto_renew: count }));
const publicIps = v.nullish(v.array(v.looseObject({ id: text, public_ip: text, type: text })));

/** A database of a task to be created; what is left out comes with the connection test. */
const endpointRequest = v.looseObject({
  /** Without it, that of the task's engine. */
  db_type: text,
  ip: text,
  db_port: v.nullish(port),
  db_user: text,
  db_password: text,
  db_name: text,
  ssl_link: flag,
  /** Base64 of PEM certificates of who may vouch for the server. */
  ssl_cert_key: text,
});

export const createRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      name: jobName,
      description: v.nullish(jobDescription),
      db_use_type: v.picklist(["migration", "sync", "cloudDataGuard"]),
      engine_type: v.string(),
      job_direction: v.picklist(["up", "down", "non-dbs"]),
      net_type: netType,
      node_type: v.string(),
      task_type: taskType,
      customize_sutnet_id: v.string(),
      expired_days: text,
      charging_mode: text,
      is_target_readonly: flag,
      multi_write: flag,
      is_open_fast_clean: flag,
      master_az: text,
      slave_az: text,
      node_num: count,
      period_order: order,
      public_ip_list: publicIps,
      source_endpoint: endpointRequest,
      target_endpoint: endpointRequest,
      tags: v.nullish(v.array(v.looseObject({ key: v.string(), value: text }))),
      sys_tags: v.nullish(v.array(v.looseObject({ key: v.string(), value: text }))),
    }),
  ),
});

/** `end_point_type` is `so` for the source, `ta` for the target. */
export const connectionRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      id: jobId,
      net_type: netType,
      db_type: v.string(),
      ip: v.string(),
      db_port: v.nullish(port),
      db_user: v.string(),
      db_password: v.string(),
      db_name: text,
      ssl_link: flag,
      /** Base64 of PEM certificates of who may vouch for the server. */
      ssl_cert_key: text,
      end_point_type: v.picklist(["so", "ta"]),
    }),
  ),
});

export const precheckRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, precheck_mode: v.picklist(["forStartJob", "forRetryJob"]) })),
});

/** `selected` false or absent: all objects. For a table, `id` names it and `parent_id` its database. */
export const selectObjectsRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      job_id: jobId,
      selected: flag,
      sync_database: flag,
      job: v.nullish(
        v.array(
          v.looseObject({
            id: text,
            parent_id: text,
            object_type: v.picklist(["database", "schema", "table", "view"]),
            object_name: text,
            object_alias_name: text,
            select: text,
          }),
        ),
      ),
    }),
  ),
});

/** `start_time` in milliseconds since 1970 as text; empty or absent: now. */
export const startRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      job_id: jobId,
      start_time: v.nullish(v.pipe(v.string(), v.regex(/^\d*$/, "must be milliseconds since 1970"))),
    }),
  ),
});

/** `pause_mode`: `target` stops writing to the target, `all` also stops reading the source's log. */
export const pauseRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, pause_mode: v.picklist(["target", "all"]) })),
});

export const retryRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, is_sync_re_edit: flag })),
});

export const deleteRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      job_id: jobId,
      delete_type: v.picklist(["terminate", "force_terminate", "delete", "roll_back_upgrade_active_standby"]),
    }),
  ),
});

/** `end_point_type`: `so` the source's user, `ta` the target's. */
export const modifyPwdRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({ job_id: jobId, end_point_type: v.picklist(["so", "ta"]), db_password: v.string() }),
  ),
});

/** A field that is absent stays as it is. */
export const modificationRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, name: text, description: text })),
});

export const limitSpeedRequest = v.looseObject({
  speed_limits: v.array(v.looseObject({ job_id: jobId, speed_limit: v.array(speedLimit) })),
});
