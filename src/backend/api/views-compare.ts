/** Comparisons as v5's detail of the type `compare` shows them. */

import type { InputOf } from "../../drs/all-operations";
import type { Comparison, TableResult } from "../jobs/comparisons";
import { type Job, tableId } from "../jobs/job";
import { ApiError, type Language, message, render } from "../messages";
import { isoSeconds, type JobDetail } from "./views-v5";

type Query = InputOf<"showJobDetail">;
type Shown = Pick<JobDetail, "compare_result" | "total_count">;

/** How many rows differ, as far as they were counted. */
export function differences({ onlySource, onlyTarget, changed }: TableResult): number {
  return onlySource + onlyTarget + changed;
}

/**
 * @param found a page of those the query asks for, and the number of all.
 * @throws ApiError DRS.M10018 for what is not compared here.
 */
export function compareDetail(
  job: Job,
  { compare_type, query_type, offset, limit, ...query }: Query,
  found: { readonly count: number; readonly comparisons: readonly Comparison[] },
  language: Language,
): Shown {
  const page = <T>(all: readonly T[]) => ({
    total_count: all.length,
    shown: all.slice(offset, offset + limit),
  });
  if (query_type === "list" || (query_type == null && !query.compare_task_id)) {
    return {
      total_count: found.count,
      compare_result: { data_compare_task_list: found.comparisons.map((one) => task(one, language)) },
    };
  }
  const [comparison] = found.comparisons;
  const results = comparison?.results ?? [];
  const status = statusOf(comparison);
  const [source_db, target_db] = [job.source.database, job.target.database];
  switch (`${compare_type} ${query_type}`) {
    case "line_compare overview":
      return {
        total_count: 1,
        compare_result: {
          line_compare_overview_infos: [{ source_db_name: source_db, target_db_name: target_db, status }],
        },
      };
    case "line_compare detail": {
      const { total_count, shown } = page(results);
      return {
        total_count,
        compare_result: { line_compare_detail_infos: shown.map((result) => lineDetail(result, language)) },
      };
    }
    case "content_compare overview":
      return {
        total_count: 1,
        compare_result: {
          content_compare_overview_infos: [
            { source_db, target_db, status, compare_result: status === "CONSISTENT" },
          ],
        },
      };
    case "content_compare detail": {
      const { total_count, shown } = page(
        results.filter(
          ({ verdict }) => (verdict === "impossible") === (query.compare_detail_type === "uncompare"),
        ),
      );
      return {
        total_count,
        compare_result: {
          content_compare_detail_infos: shown.map((result) => ({
            ...{ source_db, target_db },
            ...contentDetail(result, language),
          })),
        },
      };
    }
    case "content_compare diff":
      return differencesOf(results, query, { offset, limit });
    default:
      throw new ApiError("DRS.M10018", message("unsupported", { what: `${compare_type} ${query_type}` }));
  }
}

function task(
  { id, kind, status, createdAt, endedAt, error, tables, results }: Comparison,
  language: Language,
) {
  return {
    id,
    type: kind,
    start_time: isoSeconds(new Date(createdAt)),
    end_time: endedAt === null ? null : isoSeconds(new Date(endedAt)),
    status,
    compute_type: "db",
    error_msg: error === null ? null : render(error, language),
    options: { tables: String(tables.length), compared: String(results.length) },
  };
}

function statusOf(comparison: Comparison | undefined): string {
  if (comparison === undefined || comparison.status === "WAITING_FOR_RUNNING") {
    return "WAITING_FOR_COMPARISON";
  }
  if (comparison.status === "RUNNING") {
    return "COMPARING";
  }
  if (comparison.status !== "SUCCESSFUL") {
    return "FAILED_TO_COMPARE";
  }
  const verdicts = comparison.results.map(({ verdict }) => verdict);
  return verdicts.includes("different")
    ? "INCONSISTENT"
    : verdicts.includes("impossible")
      ? "CAN_NOT_COMPARE"
      : "CONSISTENT";
}

function lineDetail(result: TableResult, language: Language) {
  const { sourceRows, targetRows, verdict } = result;
  const name = tableId(result);
  return {
    source_table_name: name,
    source_row_num: sourceRows === null ? null : String(sourceRows),
    target_table_name: name,
    target_row_num: targetRows === null ? null : String(targetRows),
    difference_row_num:
      sourceRows === null || targetRows === null ? null : String(Math.abs(sourceRows - targetRows)),
    status:
      verdict === "impossible"
        ? "CAN_NOT_COMPARE"
        : sourceRows === targetRows
          ? "CONSISTENT"
          : "INCONSISTENT",
    message: reasonOf(result, language),
  };
}

function contentDetail(result: TableResult, language: Language) {
  const name = tableId(result);
  return {
    source_table_name: name,
    target_table_name: name,
    source_row_num: result.sourceRows,
    target_row_num: result.targetRows,
    difference_row_num: differences(result),
    line_compare_result: result.verdict === "impossible" ? null : result.sourceRows === result.targetRows,
    content_compare_result: result.verdict === "impossible" ? null : result.verdict === "equal",
    message: reasonOf(result, language),
  };
}

/** Why a table cannot be compared, or that more may differ. */
export function reasonOf({ reason, atLeast }: TableResult, language: Language): string | null {
  if (reason !== undefined) {
    return render(reason, language);
  }
  return atLeast ? render(message("atLeast"), language) : null;
}

/** The differing rows of all tables, or of the one that is named as a parameter beyond the API's own. */
function differencesOf(
  results: readonly TableResult[],
  query: { readonly [field: string]: unknown },
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Shown {
  const wanted = query.source_table_name;
  const chosen = results.filter((result) => typeof wanted !== "string" || tableId(result) === wanted);
  const rows = chosen.flatMap(({ listed }) => listed);
  const sum = (count: (result: TableResult) => number) =>
    chosen.reduce((total, result) => total + count(result), 0);
  return {
    total_count: rows.length,
    compare_result: {
      content_diff_detail_info: {
        count: sum(differences),
        target_meta_is_null: sum(({ onlySource }) => onlySource),
        source_meta_is_null: sum(({ onlyTarget }) => onlyTarget),
        source_target_meta_not_null: sum(({ changed }) => changed),
        contents_infos: rows.slice(offset, offset + limit).map(({ kind, key, query: sql }) => ({
          source_key_value: kind === "onlyTarget" ? [] : key,
          target_key_value: kind === "onlySource" ? [] : key,
          source_select_sql: sql,
          target_select_sql: sql,
        })),
      },
    },
  };
}
