/** Schemas of the operations that only other clients of the API use. */
import * as v from "valibot";
import { count, flag, jobId, jobResult, text, wholeNumber } from "./schemas";
import { page } from "./schemas-page";

export const policyRequest = v.looseObject({
  jobs: v.array(
    v.looseObject({
      job_id: jobId,
      conflict_policy: v.nullish(v.picklist(["ignore", "overwrite", "stop"])),
      filter_ddl_policy: text,
      ddl_trans: flag,
      index_trans: flag,
    }),
  ),
});
export const policyResult = jobResult;

export const nothing = v.looseObject({});
export const quotas = v.looseObject({
  quotas: v.nullish(
    v.looseObject({
      resource: v.nullish(v.looseObject({ type: text, quota: count, min: count, max: count, used: count })),
    }),
  ),
});

export const linksRequest = v.looseObject({
  job_type: v.picklist(["migration", "sync", "cloudDataGuard", "replay"]),
  ...page,
});
export const link = v.looseObject({
  job_type: text,
  engine_type: text,
  source_endpoint_type: text,
  target_endpoint_type: text,
  job_direction: text,
  net_type: text,
  task_types: v.nullish(v.array(v.string())),
  cluster_modes: v.nullish(v.array(v.string())),
  description: text,
});

export const nodeTypesRequest = v.looseObject({
  engine_type: v.string(),
  db_use_type: v.picklist(["migration", "sync", "cloudDataGuard"]),
  job_direction: v.string(),
  is_use_sellout_info: v.nullish(v.union([v.boolean(), v.picklist(["true", "false"])])),
  is_multi_write: v.nullish(v.union([v.boolean(), v.picklist(["true", "false"])])),
});
export const nodeType = v.looseObject({ node_type: text, is_sellout: flag });
export const zonesRequest = v.looseObject({
  engine_type: v.string(),
  db_use_type: v.string(),
  job_direction: v.string(),
  node_type: v.string(),
  multi_write: text,
});
export const zone = v.looseObject({ code: text, name: text, status: text });

export const jobsRequest = v.looseObject({ jobs: v.array(jobId) });
/** Milliseconds since 1970; `status`: 0 for what has not begun, 1 for what is being made, 2 for what is made. */
export const structProcess = v.looseObject({
  job_id: v.string(),
  struct_process: v.nullish(
    v.looseObject({
      create_time: text,
      result: v.nullish(
        v.array(
          v.looseObject({
            type: text,
            src_count: count,
            dst_count: count,
            start_time: count,
            end_time: count,
            status: count,
          }),
        ),
      ),
    }),
  ),
  error_code: text,
  error_message: text,
});
export const structDetailRequest = v.looseObject({
  type: v.string(),
  jobs: v.array(jobId),
  page_req: v.nullish(
    v.looseObject({
      cur_page: v.nullish(wholeNumber(1, 1_000_000)),
      per_page: v.nullish(wholeNumber(1, 1000)),
    }),
  ),
});
export const structDetail = v.looseObject({
  job_id: v.string(),
  struct_detail: v.nullish(
    v.looseObject({
      total_record: count,
      create_time: text,
      list: v.nullish(
        v.array(v.looseObject({ src_DB: text, src_TB: text, dst_DB: text, dst_TB: text, progress: count })),
      ),
    }),
  ),
  error_code: text,
  error_message: text,
});

/** Thresholds in seconds; `topic_urn` names a topic of the notification service. */
const alarms = {
  alarm_to_user: flag,
  topic_urn: text,
  delay_time: count,
  rpo_delay: count,
  rto_delay: count,
};
export const alarmsRequest = v.looseObject({
  jobs: v.array(v.looseObject({ job_id: jobId, status: v.string(), engine_type: v.string() })),
  alarm_notify_info: v.looseObject({
    ...alarms,
    subscriptions: v.nullish(
      v.array(v.looseObject({ protocol: text, endpoints: v.nullish(v.array(v.string())) })),
    ),
  }),
});
export const alarmsResult = v.looseObject({ id: text, status: text, error_code: text, error_msg: text });
export const topicRequest = v.looseObject({
  job_id: jobId,
  topic_urn: v.string(),
  is_alarm_to_user: v.boolean(),
  increment_delay_threshold: count,
  rpo_delay_threshold: count,
  rto_delay_threshold: count,
});
export const topic = v.looseObject({
  name: text,
  urn: text,
  push_policy: text,
  description: text,
});

export const jobRequest = v.looseObject({ job_id: jobId });
export const switchover = v.looseObject({
  increment_check_point: text,
  target_safe_point: text,
  last_switchover_time: text,
});
export const comparePolicy = v.looseObject({ status: text, period: text, begin_time: text, end_time: text });
export const parametersRequest = v.looseObject({ job_id: jobId, name: text, ...page });
export const parameter = v.looseObject({
  name: text,
  value: text,
  default_value: text,
  value_range: text,
  is_need_restart: flag,
  description: text,
});

export const parameterHistoryRequest = v.looseObject({
  ...parametersRequest.entries,
  begin_time: text,
  end_time: text,
});
export const parameterChange = v.looseObject({
  name: text,
  old_value: text,
  new_value: text,
  is_update_success: flag,
  is_applied: flag,
  update_time: text,
  apply_time: text,
});
const tuned = v.nullish(
  v.array(v.looseObject({ param_name: text, param_value: text, range: text, availability: text })),
);
export const tuning = v.looseObject({
  full_sync: tuned,
  incre_capture: tuned,
  incre_relay: tuned,
  incre_apply: tuned,
  modify_result: text,
});

/** The support for choosing and searching a task's objects, and for importing them as a file. */
export const objectSupport = v.looseObject({
  is_full_trans_support_object: flag,
  is_incre_trans_support_object: flag,
  is_full_incre_trans_support_object: flag,
  is_database_support_search: flag,
  is_schema_support_search: flag,
  is_table_support_search: flag,
  is_support_column_mapping: flag,
  is_import_cloumn: flag,
  is_import_unique_key: flag,
  support_object_import_engine: v.nullish(v.array(v.string())),
});
export const collectRequest = v.looseObject({
  job_id: jobId,
  type: v.picklist(["source", "modified", "synchronized"]),
  is_refresh: v.nullish(v.picklist(["true", "false"])),
  db_names: v.optional(v.array(v.string())),
});
export const chosenRequest = v.looseObject({ job_id: jobId, type: v.picklist(["modified"]) });
