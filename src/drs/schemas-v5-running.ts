/** Schemas of v5 about a task's run: history, rates, objects, rejected rows, DDL and parts. */
import * as v from "valibot";
import { count, flag, jobId, text, wholeNumber } from "./schemas";
import { offset, page } from "./schemas-page";

export const pageRequest = v.looseObject({ job_id: jobId, ...page });

/** Something that a user did or that became of the task; `status` is `success` or `failed`. */
export const timelineEntry = v.looseObject({
  name: text,
  status: text,
  operation_time: text,
  user_name: text,
});

/** `trans_data` in MB; `*_rps` in rows/s, `*_io` and `apply_rate` in bytes/s, delays in seconds. */
export const monitorData = v.looseObject({
  is_src_normal: flag,
  is_dst_normal: flag,
  src_offset: text,
  node_offset: text,
  dst_offset: text,
  src_delay: count,
  dst_delay: count,
  src_rps: text,
  src_io: text,
  dst_rps: text,
  dst_io: text,
  trans_data: text,
  trans_lines: text,
  update_time: text,
  apply_rate: count,
});

/** `type`: table, table_structure, table_indexs [sic], database, view, function, procedure, trigger or event. */
export const progressDataRequest = v.looseObject({
  ...pageRequest.entries,
  type: v.string(),
  search_name: text,
});
/** How far an object is, 1 to 100. */
export const objectProgressItem = v.looseObject({
  src_db: text,
  src_tb: text,
  dst_db: text,
  dst_tb: text,
  progress: count,
});

const moment = v.nullish(v.pipe(v.string(), v.isoTimestamp()));
/** Without `task_mode` (`FULL_TRANSFER`): of the incremental synchronization. */
export const dirtyDataRequest = v.looseObject({
  ...pageRequest.entries,
  begin_time: moment,
  end_time: moment,
  anonymize_mode: v.nullish(v.union([v.boolean(), v.picklist(["true", "false"])])),
  task_mode: text,
});
/** A row that the target refused. */
export const dirtyRow = v.looseObject({
  db_name: text,
  schema_name: text,
  table_name: text,
  error_sql: text,
  error_time: text,
  error_msg: text,
});

const number = v.nullish(wholeNumber(0, Number.MAX_SAFE_INTEGER));
/** `status`: 0 for DDL that is not alarmed of, 1 for DDL that is. */
export const ddlRequest = v.looseObject({
  job_id: jobId,
  offset,
  limit: v.optional(wholeNumber(1, 65535), 10),
  start_seq_no: number,
  end_seq_no: number,
  status: v.nullish(wholeNumber(0, 1)),
});
export const alarmRequest = v.looseObject({ job_id: jobId, alarm_id: v.string() });
/** DDL of the source; times in milliseconds since 1970. */
export const ddlEntry = v.looseObject({
  seqno: count,
  checkpoint: text,
  status: count,
  ddl_timestamp: count,
  ddl_text: text,
  exe_result: flag,
  record_time: count,
  clean_time: count,
});

/** A part of the incremental synchronization: `capture` reads the source's log, `apply` writes to the target. */
export const component = v.looseObject({
  type: text,
  status: text,
  start_time: text,
  start_point: text,
  current_point: text,
  resolution_time: text,
  delay: text,
});
