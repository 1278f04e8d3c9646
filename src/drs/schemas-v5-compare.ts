/** Schemas of the comparisons in v5's detail of a task. */
import * as v from "valibot";
import { count, flag, text } from "./schemas";

/** A comparison; `type` is `object`, `lines` or `contents`. */
const compareTask = v.looseObject({
  id: v.string(),
  type: text,
  start_time: text,
  end_time: text,
  status: text,
  compute_type: text,
  error_msg: text,
});
const linesOverview = v.looseObject({ source_db_name: text, target_db_name: text, status: text });
const linesDetail = v.looseObject({
  source_table_name: text,
  source_row_num: text,
  target_table_name: text,
  target_row_num: text,
  difference_row_num: text,
  status: text,
  message: text,
});
const contentOverview = v.looseObject({
  source_db: text,
  target_db: text,
  status: text,
  compare_result: flag,
});
const contentDetail = v.looseObject({
  source_db: text,
  target_db: text,
  source_table_name: text,
  target_table_name: text,
  source_row_num: count,
  target_row_num: count,
  difference_row_num: count,
  line_compare_result: flag,
  content_compare_result: flag,
  message: text,
});
const contentDifference = v.looseObject({
  source_key_value: v.nullish(v.array(v.string())),
  target_key_value: v.nullish(v.array(v.string())),
  source_select_sql: text,
  target_select_sql: text,
});
const objectsOverview = v.looseObject({
  compare_job_id: text,
  create_time: text,
  start_time: text,
  status: text,
  export_status: text,
  report_remain_seconds: count,
  error_msg: text,
  compare_results: v.nullish(
    v.array(v.looseObject({ type: text, source_count: count, target_count: count, status: text })),
  ),
});
const objectsDetail = v.looseObject({
  source_db_name: text,
  source_db_value: text,
  target_db_name: text,
  target_db_value: text,
  error_message: text,
});
export const compareResult = v.looseObject({
  data_compare_task_list: v.nullish(v.array(compareTask)),
  line_compare_overview_infos: v.nullish(v.array(linesOverview)),
  line_compare_detail_infos: v.nullish(v.array(linesDetail)),
  content_compare_overview_infos: v.nullish(v.array(contentOverview)),
  content_compare_detail_infos: v.nullish(v.array(contentDetail)),
  objects_compare_overview_info: v.nullish(objectsOverview),
  objects_compare_detail_infos: v.nullish(v.array(objectsDetail)),
  content_diff_detail_info: v.nullish(
    v.looseObject({
      count,
      /** Rows that only the source has. */
      target_meta_is_null: count,
      /** Rows that only the target has. */
      source_meta_is_null: count,
      /** Rows that both have, with other contents. */
      source_target_meta_not_null: count,
      contents_infos: v.nullish(v.array(contentDifference)),
    }),
  ),
});
