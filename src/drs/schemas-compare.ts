/** What the comparisons of the DRS API (v3) send and answer. Times are ISO 8601 in UTC. */
import * as v from "valibot";
import { count, flag, jobId, text, wholeNumber } from "./schemas";

const page = {
  offset: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
  limit: v.optional(wholeNumber(1, 1000), 10),
};

/** `start_time` in milliseconds since 1970 as text; empty or absent: now. Without objects: all tables of the task. */
export const createRequest = v.looseObject({
  job_id: jobId,
  type: v.string(),
  start_time: text,
  compare_mode: text,
  compare_object: v.nullish(
    v.array(v.looseObject({ db_name: v.string(), table_name: v.nullish(v.array(v.string())) })),
  ),
});
export const created = v.looseObject({ id: text });

export const listRequest = v.looseObject({ job_id: jobId, ...page });
/** A comparison; `type` is `lines` or `contents`. */
export const comparison = v.looseObject({
  id: v.string(),
  type: text,
  start_time: text,
  end_time: text,
  status: text,
  export_status: text,
});

export const comparisonRequest = v.looseObject({ job_id: jobId, compare_job_id: v.string() });
/** `progress` in percent of the tables. */
export const comparisonProgress = v.looseObject({
  full_info: v.nullish(v.looseObject({ progress: count, src_speed: text, recheck_entities: count })),
});
export const overviewRequest = v.looseObject({ ...comparisonRequest.entries, ...page });
/** `type`: `compare` for tables that were compared, `unCompare` for those that cannot be. */
export const detailRequest = v.looseObject({
  ...overviewRequest.entries,
  type: text,
  db_name: text,
  target_db_name: text,
});
export const linesDetailRequest = v.looseObject({ ...detailRequest.entries, query_tb_name: text });
export const differenceRequest = v.looseObject({
  ...overviewRequest.entries,
  db_name: text,
  table_name: text,
});

/** `status`: 0 differs, 2 is alike, 4 failed, 5 runs, 6 waits, 7 was cancelled, 12 has no table at the target. */
const numbers = {
  status: count,
  compare_num: count,
  compare_end_num: count,
  data_inconsistent_num: count,
  uncomparable_num: count,
};
export const linesOverview = v.looseObject({ source_db_name: text, target_db_name: text, ...numbers });
export const contentsOverview = v.looseObject({ source_db: text, target_db: text, ...numbers });

const tableRows = {
  source_table_name: text,
  source_row_num: count,
  target_table_name: text,
  target_row_num: count,
  difference_row_num: count,
  status: count,
};
export const linesDetail = v.looseObject(tableRows);
export const contentsDetail = v.looseObject({
  source_db: text,
  target_db: text,
  ...tableRows,
  line_compare_result: flag,
  content_compare_result: flag,
  message: text,
});

/** A row that differs, with what shows it at either end. */
export const difference = v.looseObject({
  source_key_value: v.nullish(v.array(v.string())),
  target_key_value: v.nullish(v.array(v.string())),
  select_sql: text,
  target_select_sql: text,
});
export const differences = {
  /** Rows that only the source has. */
  target_meta_is_null: count,
  /** Rows that only the target has. */
  source_meta_is_null: count,
  /** Rows that both have, with other contents. */
  source_target_meta_not_null: count,
};
