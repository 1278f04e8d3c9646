/**
 * Schemas of the DRS API (v5) beyond v3, field by field. Objects are loose, and values the service may add
 * to are plain strings, as in v3. Times are ISO 8601 in UTC. Numbers of a query may come as text.
 */
import * as v from "valibot";
import { byName, count, flag, jobAction, jobDescription, jobId, jobName, text } from "./schemas";
import { page, texts } from "./schemas-page";
import { compareResult } from "./schemas-v5-compare";
import { chosenObjects, databaseObject } from "./schemas-v5-objects";

export const jobRequest = v.looseObject({ job_id: jobId });

export const listRequest = v.looseObject({
  job_type: v.picklist(["migration", "sync", "cloudDataGuard", "replay"]),
  name: text,
  /** One status or several, separated by commas. */
  status: text,
  engine_type: text,
  net_type: text,
  enterprise_project_id: text,
  sort_key: v.optional(
    v.picklist(["name", "status", "create_time", "net_type", "job_direction", "pay_mode"]),
    "create_time",
  ),
  sort_dir: v.optional(v.picklist(["desc", "asc"]), "desc"),
  instance_ids: v.optional(texts),
  instance_ip: text,
  ...page,
});

const listedJob = {
  id: v.string(),
  name: text,
  status: text,
  description: text,
  create_time: text,
  engine_type: text,
  net_type: text,
  charging_mode: text,
  billing_tag: flag,
  job_direction: text,
  job_type: text,
  task_type: text,
  enterprise_project_id: text,
  job_mode: text,
  job_mode_role: text,
  is_multi_az: flag,
  node_role: text,
  node_new_framework: flag,
  job_action: v.nullish(jobAction),
};
export const listItem = v.looseObject({
  ...listedJob,
  children: v.nullish(v.array(v.looseObject(listedJob))),
});

/** `type` says which part of the task is answered; some need the `query_id` of the call that began it. */
export const detailRequest = v.looseObject({
  job_id: jobId,
  type: v.string(),
  query_id: text,
  compare_type: text,
  query_type: text,
  object_type: text,
  compare_task_id: text,
  source_db_name: text,
  target_db_name: text,
  compare_detail_type: text,
  log_level: text,
  ...page,
});

/** A database of a task. Passwords are sent, never answered. */
export const endpoint = v.looseObject({
  db_type: text,
  endpoint_type: text,
  endpoint_role: v.nullish(v.picklist(["so", "ta"])),
  endpoint: v.nullish(
    v.looseObject({
      id: text,
      endpoint_name: text,
      ip: text,
      db_port: v.nullish(v.union([v.string(), v.number()])),
      db_user: text,
      db_password: text,
      instance_id: text,
      instance_name: text,
      db_name: text,
    }),
  ),
  cloud: v.nullish(v.looseObject({ region: text, project_id: text, az_code: text })),
  ssl: v.nullish(
    v.looseObject({ ssl_link: flag, ssl_cert_key: text, ssl_cert_name: text, ssl_cert_check_sum: text }),
  ),
  vpc: v.nullish(v.looseObject({ vpc_id: text, subnet_id: text, security_group_id: text })),
  config: v.nullish(v.looseObject({ is_target_readonly: flag, node_num: count })),
  customized_dns: v.nullish(v.looseObject({ is_set_dns: flag, set_dns_action: text, dns_ip: text })),
});

const nodeVpc = v.nullish(
  v.looseObject({ vpc_id: text, subnet_id: text, security_group_id: text, custom_node_ip: text }),
);
const nodeBase = v.nullish(
  v.looseObject({ arch: text, availability_zone: text, instance_type: text, role: text, status: text }),
);
/** Where and on what a task runs. */
const nodeInfo = v.looseObject({
  base_info: nodeBase,
  spec: v.nullish(v.looseObject({ node_type: text })),
  vpc: nodeVpc,
});
const periodOrder = v.nullish(v.looseObject({ period_type: count, period_num: count, is_auto_renew: count }));
const publicIps = v.nullish(v.array(v.looseObject({ id: text, public_ip: text, type: text })));

/** When the service notifies: thresholds in seconds, and a topic of the notification service. */
export const alarmNotify = v.looseObject({
  alarm_to_user: flag,
  topic_urn: text,
  delay_time: count,
  rpo_delay: count,
  rto_delay: count,
});
export const policyConfig = v.nullish(
  v.looseObject({
    conflict_policy: text,
    index_trans: flag,
    ddl_trans: flag,
    data_sync_topology_type: text,
  }),
);

/** A bandwidth limit: `speed` in MB/s (1 to 9999, as text), hours `HH:00` to `HH:59` in UTC. */
const speedLimit = v.looseObject({ begin: v.string(), end: v.string(), speed: v.string() });

export const logEntry = v.looseObject({ level: text, message: text, create_time: text });

/** Percentages without a sign, delays as text (`-1`: not known), `remaining_time` in seconds as text. */
const progressInfo = v.looseObject({
  progress: text,
  incr_trans_delay: text,
  incr_trans_delay_millis: text,
  task_mode: text,
  transfer_status: text,
  process_time: text,
  remaining_time: text,
  progress_map: v.nullish(
    v.record(v.string(), v.nullish(v.looseObject({ completed: text, remaining_time: text }))),
  ),
});

/** How many objects of a kind were selected and are there. */
const objectProgress = v.looseObject({
  type: text,
  src_count: text,
  dst_count: text,
  status: text,
  start_time: text,
  end_time: text,
});

const networkResult = v.looseObject({
  ip: text,
  success: v.boolean(),
  result: text,
  status: text,
  error_code: text,
  error_msg: text,
});

const precheckResult = v.looseObject({
  result: flag,
  process: text,
  total_passed_rate: text,
  job_direction: text,
  precheck_results: v.nullish(
    v.array(
      v.looseObject({
        item: text,
        result: text,
        failed_reason: text,
        raw_error_msg: text,
        group: text,
        remedy_sql: text,
        is_support_skip: flag,
        is_skipped: flag,
      }),
    ),
  ),
});

export const jobDetail = v.looseObject({
  id: v.string(),
  status: text,
  create_time: text,
  /** Of the list that was asked for, whatever the page. */
  total_count: count,
  base_info: v.nullish(
    v.looseObject({
      name: text,
      job_type: text,
      engine_type: text,
      job_direction: text,
      task_type: text,
      net_type: text,
      charging_mode: text,
      enterprise_project_id: text,
      description: text,
      start_time: text,
      expired_days: v.nullish(v.union([v.string(), v.number()])),
      multi_write: flag,
      is_open_fast_clean: flag,
      tags: v.nullish(v.array(v.looseObject({ key: text, value: text }))),
    }),
  ),
  source_endpoint: v.nullish(v.array(endpoint)),
  target_endpoint: v.nullish(v.array(endpoint)),
  speed_limit: v.nullish(v.array(speedLimit)),
  policy_config: policyConfig,
  alarm_notify: v.nullish(alarmNotify),
  node_info: v.nullish(nodeInfo),
  period_order: periodOrder,
  public_ip_list: publicIps,
  logs: v.nullish(v.array(logEntry)),
  network_results: v.nullish(v.array(networkResult)),
  precheck_result: v.nullish(precheckResult),
  progress_info: v.nullish(progressInfo),
  migration_object_progress_info: v.nullish(
    v.looseObject({
      migration_object_overview: v.nullish(v.array(objectProgress)),
      create_time: text,
      full_start_time: text,
      full_complete_time: text,
      incr_start_time: text,
      end_time: text,
    }),
  ),
  compare_result: v.nullish(compareResult),
});

/**
 * The parameters of an action: `pause_mode` of `stop`, `start_time` (milliseconds since 1970 as text) of `start`,
 * `force_delete` of `terminate`, and so on.
 */
const actionParams = v.looseObject({
  endpoints: v.nullish(v.array(endpoint)),
  precheck_mode: text,
  pause_mode: text,
  start_time: v.nullish(v.pipe(v.string(), v.regex(/^\d*$/, "must be milliseconds since 1970"))),
  is_sync_re_edit: flag,
  force_delete: flag,
  compare_task_param: v.nullish(
    v.looseObject({
      compare_task_id: text,
      type: v.nullish(v.picklist(["object", "lines", "contents"])),
      start_time: text,
      db_object: v.nullish(byName(databaseObject)),
    }),
  ),
});
export const action = v.looseObject({
  job_id: v.nullish(jobId),
  action_name: v.string(),
  action_params: v.nullish(actionParams),
});
export const actionRequest = v.looseObject({ job_id: jobId, job: action });
export const actionsRequest = v.looseObject({
  jobs: v.array(v.looseObject({ ...action.entries, job_id: jobId })),
});

/** The outcome for one task; `status` is `success` or `failed`, in whatever case. */
export const jobResult = v.looseObject({
  id: text,
  name: text,
  status: text,
  error_code: text,
  error_msg: text,
});
/** The same, with the id by which an outcome is read later. */
export const actionResult = v.looseObject({ ...jobResult.entries, query_id: text });

export const stopRequest = v.looseObject({ job_id: jobId, is_force_stop: flag });
export const stopsRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, is_force_stop: flag })),
});
export const idsRequest = v.looseObject({ jobs: v.array(jobId) });

const endpointRequest = v.looseObject({
  ...endpoint.entries,
  db_type: v.string(),
  endpoint_type: v.picklist(["offline", "ecs", "cloud"]),
  endpoint_role: v.picklist(["so", "ta"]),
  endpoint: v.looseObject({
    id: text,
    endpoint_name: v.string(),
    ip: text,
    db_port: v.nullish(v.union([v.string(), v.number()])),
    db_user: v.string(),
    db_password: v.string(),
    instance_id: text,
    instance_name: text,
    db_name: text,
  }),
});

/** A task to be created. */
export const creation = v.looseObject({
  base_info: v.looseObject({
    name: jobName,
    job_type: v.string(),
    engine_type: v.string(),
    job_direction: v.picklist(["up", "down", "non-dbs"]),
    task_type: v.picklist(["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"]),
    net_type: v.picklist(["vpn", "vpc", "eip"]),
    charging_mode: text,
    enterprise_project_id: text,
    description: v.nullish(jobDescription),
    start_time: text,
    expired_days: text,
    multi_write: flag,
    is_open_fast_clean: flag,
    tags: v.nullish(v.array(v.looseObject({ key: v.string(), value: text }))),
  }),
  source_endpoint: v.pipe(v.array(endpointRequest), v.minLength(1)),
  target_endpoint: v.pipe(v.array(endpointRequest), v.minLength(1)),
  node_info: v.looseObject({
    base_info: nodeBase,
    spec: v.looseObject({ node_type: v.string() }),
    vpc: nodeVpc,
  }),
  period_order: periodOrder,
  public_ip_list: publicIps,
});
export const createRequest = v.looseObject({ job: creation });
export const created = v.looseObject({ id: text, name: text, status: text, create_time: text });

export const updateRequest = v.looseObject({
  job_id: jobId,
  job: v.looseObject({
    type: v.string(),
    params: v.looseObject({
      base_info: v.nullish(v.looseObject({ name: text, description: text, expired_days: text })),
      alarm_notify: v.nullish(alarmNotify),
      policy_config: policyConfig,
      speed_limit: v.nullish(v.array(speedLimit)),
      db_object: chosenObjects,
    }),
  }),
});

export const queryRequest = v.looseObject({ job_id: jobId, query_id: v.string() });

export const nameRequest = v.looseObject({
  name: v.string(),
  type: v.picklist(["trans", "subscription", "offline"]),
});
export const nameResult = v.looseObject({ is_valid: flag, error_code: text, error_msg: text });

/** What can be created now, with what it can be created as. */
export const supportLinksRequest = v.looseObject({
  job_type: v.picklist(["migration", "sync", "cloudDataGuard", "replay", "verify", "cdc"]),
  ...page,
});
const supportLink = v.looseObject({
  engine_type: text,
  net_type: text,
  job_direction: text,
  task_modes: v.nullish(v.array(v.string())),
  cluster_mode: text,
  job_instance_type: text,
  is_support_bind_eip: flag,
});
export const supportLinks = v.looseObject({
  total_count: count,
  support_links: v.nullish(v.array(supportLink)),
});

export const enterpriseProjectsRequest = v.looseObject({ name: text, domain_id: text, ...page });
export const enterpriseProject = v.looseObject({ id: text, name: text, status: text, description: text });
