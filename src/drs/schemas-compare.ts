/** Schemas of the comparisons of the DRS API. Times are ISO 8601 in UTC. */
import * as v from "valibot";
import { byName, count, flag, jobId, text, wholeNumber } from "./schemas";
import { page } from "./schemas-page";

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

/** `status`: 0 differs, 2 is alike, 4 failed, 5 runs, 6 waits, 7 was canceled, 12 has no table at the target. */
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

export const objectRequest = v.looseObject({ job_id: jobId, compare_task_num: count });
export const jobRequest = v.looseObject({ job_id: jobId });
/** `status`: 0 differs, 2 is alike, 3 is not compared yet. */
export const objectsOverview = v.looseObject({
  type: text,
  source_count: count,
  target_count: count,
  status: count,
});
/** The last comparison of objects. */
export const lastOfObjects = v.looseObject({
  compare_job_id: text,
  create_time: text,
  start_time: text,
  status: text,
  export_status: text,
  report_remain_seconds: count,
  error_msg: text,
  compare_result: v.nullish(v.array(objectsOverview)),
});
/** `compare_type` is the kind of the objects; without `compare_job_id`: of the last comparison. */
export const objectsDetailRequest = v.looseObject({
  job_id: jobId,
  compare_type: v.string(),
  compare_job_id: text,
  ...page,
});
export const objectsDetail = v.looseObject({
  source_db_name: text,
  source_db_value: text,
  target_db_name: text,
  target_db_value: text,
  status: count,
  error_message: text,
});

const failure = { error_code: text, error_msg: text };
/** `conflict_policy` is about a comparison of data that is not over: `cancel` it, or `keep` it and begin none. */
export const newTask = v.looseObject({
  job_id: jobId,
  object_level_compare_type: v.nullish(v.picklist(["objects"])),
  data_level_compare_info: v.nullish(
    v.looseObject({
      compare_type: v.picklist(["lines", "contents"]),
      conflict_policy: v.picklist(["cancel", "keep"]),
      compare_mode: v.nullish(v.picklist(["quick_comparison"])),
      start_time: text,
      compare_object_infos: createRequest.entries.compare_object,
    }),
  ),
});
const createdPart = v.looseObject({ compare_task_id: text, ...failure });
export const newTaskResult = v.looseObject({
  job_id: text,
  object_level_compare_create_result: v.nullish(createdPart),
  data_level_compare_create_result: v.nullish(createdPart),
  ...failure,
});

/** The page is that of the results. */
export const resultsRequest = v.looseObject({
  job_id: jobId,
  object_level_compare_id: text,
  line_compare_id: text,
  content_compare_id: text,
  current_page: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  per_page: wholeNumber(1, 1000),
});
const list = <const S extends v.GenericSchema>(schema: S) => v.nullish(v.array(schema));
const ends = { source_db_name: text, target_db_name: text };
const tableResult = {
  source_table_name: text,
  source_row_num: count,
  target_table_name: text,
  target_row_num: count,
  diff_row_num: count,
  line_compare_result: text,
  message: text,
};
const lineResult = v.looseObject(tableResult);
const contentResult = v.looseObject({ ...ends, ...tableResult, content_compare_result: text });
const keys = list(v.string());
export const results = v.looseObject({
  job_id: text,
  compare_task_list_results: v.nullish(
    v.looseObject({
      compare_task_list: list(
        v.looseObject({
          compare_task_id: text,
          compare_type: text,
          compare_task_status: text,
          create_time: text,
          end_time: text,
        }),
      ),
      compare_task_list_count: count,
      ...failure,
    }),
  ),
  object_level_compare_results: v.nullish(
    v.looseObject({
      compare_task_id: text,
      object_compare_overview: list(
        v.looseObject({
          object_type: text,
          object_compare_result: text,
          source_count: count,
          target_count: count,
          diff_count: count,
        }),
      ),
      object_compare_details: v.nullish(
        byName(
          v.array(
            v.looseObject({ ...ends, source_db_value: text, target_db_value: text, error_message: text }),
          ),
        ),
      ),
      ...failure,
    }),
  ),
  line_compare_results: v.nullish(
    v.looseObject({
      compare_task_id: text,
      line_compare_overview_count: count,
      line_compare_overview: list(v.looseObject({ ...ends, line_compare_result: text })),
      line_compare_details: list(
        v.looseObject({
          source_db_name: text,
          line_compare_detail_count: count,
          line_compare_detail: list(lineResult),
        }),
      ),
      ...failure,
    }),
  ),
  content_compare_results: v.nullish(
    v.looseObject({
      compare_task_id: text,
      content_compare_overview_count: count,
      content_compare_overview: list(v.looseObject({ ...ends, content_compare_result: text })),
      content_compare_details: list(
        v.looseObject({
          source_db_name: text,
          content_compare_detail_count: count,
          content_compare_detail: list(contentResult),
          content_uncompare_detail_count: count,
          content_uncompare_detail: list(contentResult),
        }),
      ),
      content_compare_diffs: list(
        v.looseObject({
          source_db_name: text,
          source_table_name: text,
          content_compare_diff_count: count,
          content_compare_diff: list(
            v.looseObject({
              source_key_value: keys,
              target_key_value: keys,
              source_select_sql: text,
              target_select_sql: text,
            }),
          ),
        }),
      ),
      ...failure,
    }),
  ),
  ...failure,
});

export const healthRequest = v.looseObject({ job_id: jobId, status: text, ...page });
export const healthComparison = v.looseObject({
  id: text,
  type: text,
  status: text,
  start_time: text,
  end_time: text,
  compute_type: text,
});
