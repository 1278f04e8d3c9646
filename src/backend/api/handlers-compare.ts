/** Comparisons in the words of v3. */
import type { OperationsCompare } from "../../drs/operations-compare";
import type { Comparison, TableResult } from "../jobs/comparisons";
import { type Job, tableId } from "../jobs/job";
import { ApiError, type Language, message } from "../messages";
import { type CompareTaskHandlers, comparedJob, tablesNamed } from "./handlers-compare-tasks";
import { noted } from "./outcome";
import type { Parts } from "./parts";
import type { Handlers } from "./server";
import {
  contentDetail,
  countDifference,
  differenceCounts,
  keysOf,
  kindsWith,
  tableStatus,
} from "./views-compare";
import { isoOrNull, isoSeconds } from "./views-v5";

/** How v3 numbers what came of a comparison. */
const states = {
  different: 0,
  equal: 2,
  failed: 4,
  runs: 5,
  waits: 6,
  cancelled: 7,
  impossible: 12,
} as const;

/** The rest of v3's operations for comparisons. A refused beginning is noted in the task's log before it is thrown. */
export function createCompareHandlers({
  store,
  comparisons,
}: Parts): Omit<Pick<Handlers, keyof OperationsCompare>, keyof CompareTaskHandlers> {
  const known = (id: string): Job => comparedJob(store, id);
  const get = async (
    { job_id, compare_job_id }: { readonly job_id: string; readonly compare_job_id: string },
    by?: "lines" | "contents",
  ) => {
    const job = known(job_id);
    return { job, comparison: await comparisons.get(job.id, compare_job_id, by && kindsWith[by]) };
  };

  return {
    createComparison: async ({ job_id, type, start_time, compare_object }) => {
      const job = known(job_id);
      const id = await noted(store, job_id, "CREATE_COMPARE", async () => {
        if ((type !== "lines" && type !== "contents") || Number(start_time || 0) > Date.now()) {
          throw new ApiError("DRS.M10018", message("unsupported", { what: `table/compare ${type}` }));
        }
        return await comparisons.create(job, type, tablesNamed(job, compare_object));
      });
      return { id: id ?? null };
    },

    listComparisons: async ({ job_id, offset, limit }) => {
      const page = { offset, limit };
      const { count, comparisons: shown } = await comparisons.list(known(job_id).id, page, kindsWith.lines);
      return {
        count,
        compare_jobs: shown.map(({ id, kind, createdAt, endedAt, status }) => ({
          ...{ id, type: kind, status, export_status: "INIT" },
          ...{ start_time: isoSeconds(createdAt), end_time: isoOrNull(endedAt) },
        })),
      };
    },

    cancelComparison: async ({ job_id, compare_job_id }) => {
      known(job_id);
      await noted(
        store,
        job_id,
        "CANCEL_COMPARE",
        async () => await comparisons.cancel(job_id, compare_job_id),
      );
      return {};
    },

    showComparisonProgress: async (input) => {
      const { comparison } = await get(input);
      const { tables, results, status } = comparison;
      const progress = status === "SUCCESSFUL" ? 100 : Math.floor((results.length / tables.length) * 100);
      return { full_info: { progress } };
    },

    listLineOverview: async (input) => {
      const { job, comparison } = await get(input, "lines");
      const [source_db_name, target_db_name] = [job.source.database, job.target.database];
      return {
        total_count: 1,
        data_compare_overview_infos: [{ source_db_name, target_db_name, ...overview(comparison, "lines") }],
      };
    },

    listLineDetail: async (input) => {
      const { comparison } = await get(input, "lines");
      const { total_count, shown } = details(comparison, input);
      return { total_count, table_line_compare_result_infos: shown.map((table) => rowCounts(table)) };
    },

    listContentOverview: async (input) => {
      const { job, comparison } = await get(input, "contents");
      const [source_db, target_db] = [job.source.database, job.target.database];
      return {
        total_count: 1,
        content_compare_result_infos: [{ source_db, target_db, ...overview(comparison, "contents") }],
      };
    },

    listContentDetail: async (input, language) => {
      const { job, comparison } = await get(input, "contents");
      const [source_db, target_db] = [job.source.database, job.target.database];
      const { total_count, shown } = details(comparison, input);
      return {
        total_count,
        content_compare_result_infos: shown.map((table) => ({
          ...{ source_db, target_db },
          ...contents(table, language),
        })),
      };
    },

    listContentDifference: async (input) => {
      const { comparison } = await get(input, "contents");
      const { table_name: wanted, offset, limit } = input;
      const tables = comparison.results.filter(
        (result) => !wanted || result.table === wanted || tableId(result) === wanted,
      );
      const rows = tables.flatMap(({ listed }) => listed).slice(offset, offset + limit);
      return {
        ...differenceCounts(tables),
        contents_infos: rows.map(({ query, ...row }) => ({
          ...keysOf(row),
          ...{ select_sql: query, target_select_sql: query },
        })),
      };
    },
  };
}

function overview({ status, tables, results }: Comparison, by: "lines" | "contents") {
  const statuses = results.map((result) => tableStatus(result, by));
  const of = (wanted: string) => statuses.filter((one) => one === wanted).length;
  const [different, impossible] = [of("INCONSISTENT"), of("CAN_NOT_COMPARE")];
  const ended = different > 0 ? states.different : impossible > 0 ? states.failed : states.equal;
  const byStatus = {
    WAITING_FOR_RUNNING: states.waits,
    RUNNING: states.runs,
    SUCCESSFUL: ended,
    FAILED: states.failed,
    CANCELLED: states.cancelled,
  } as const;
  return {
    status: byStatus[status],
    compare_num: tables.length,
    compare_end_num: results.length,
    data_inconsistent_num: different,
    uncomparable_num: impossible,
  };
}

/** The tables that a detail lists: those that were compared, or those that cannot be. */
function details(
  { results }: Comparison,
  query: {
    readonly type?: string | null | undefined;
    readonly query_tb_name?: string | null | undefined;
    readonly offset: number;
    readonly limit: number;
  },
) {
  const impossible = query.type?.toLowerCase() === "uncompare";
  const chosen = results.filter(
    (result) =>
      (result.verdict === "impossible") === impossible && tableId(result).includes(query.query_tb_name ?? ""),
  );
  return { total_count: chosen.length, shown: chosen.slice(query.offset, query.offset + query.limit) };
}

function rowCounts(result: TableResult) {
  const { sourceRows, targetRows, verdict } = result;
  const name = tableId(result);
  return {
    ...{ source_table_name: name, source_row_num: sourceRows },
    ...{ target_table_name: name, target_row_num: targetRows },
    difference_row_num: countDifference(result),
    status:
      verdict === "impossible"
        ? states.impossible
        : sourceRows === targetRows
          ? states.equal
          : states.different,
  };
}

function contents(result: TableResult, language: Language) {
  // The state of the comparison of this table: it is done.
  return { ...contentDetail(result, language), status: -2 };
}
