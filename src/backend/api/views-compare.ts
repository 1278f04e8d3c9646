/** Comparisons as v5's detail of the type `compare` shows them. */

import type { InputOf } from "../../drs/all-operations";
import type { Comparison, Comparisons, TableResult } from "../jobs/comparisons";
import { type Job, tableId } from "../jobs/job";
import { ApiError, type Language, message, render } from "../messages";
import { countsByKind, errorText, objectDetail, objectsHead } from "./views-compare-objects";
import { isoOrNull, isoSeconds, type JobDetail } from "./views-v5";

type Query = InputOf<"showJobDetail">;
type Shown = Pick<JobDetail, "compare_result" | "total_count">;
type Kind = Comparison["kind"];
type RowDifference = TableResult["listed"][number];

/** The kinds of comparisons that say something of this: who compares contents counts the rows, too. */
export const kindsWith = {
  lines: ["lines", "contents"],
  contents: ["contents"],
  objects: ["objects"],
} as const satisfies Record<Kind, readonly Kind[]>;

const typesOf: Readonly<Record<string, Kind>> = {
  line_compare: "lines",
  content_compare: "contents",
  object_compare: "objects",
};

/** How many rows differ, as far as they were counted. */
export function differences({ onlySource, onlyTarget, changed }: TableResult): number {
  return onlySource + onlyTarget + changed;
}

/** How many rows of tables differ, and how. */
export function differenceCounts(tables: readonly TableResult[]) {
  const sum = (count: (result: TableResult) => number) =>
    tables.reduce((total, result) => total + count(result), 0);
  return {
    count: sum(differences),
    target_meta_is_null: sum(({ onlySource }) => onlySource),
    source_meta_is_null: sum(({ onlyTarget }) => onlyTarget),
    source_target_meta_not_null: sum(({ changed }) => changed),
  };
}

/** The key of a differing row at the ends that have it. */
export function keysOf({ kind, key }: Pick<RowDifference, "kind" | "key">) {
  return {
    source_key_value: kind === "onlyTarget" ? [] : key,
    target_key_value: kind === "onlySource" ? [] : key,
  };
}

/** A differing row, and how to see it at either end. */
export function differingRow({ query, ...row }: RowDifference) {
  return { ...keysOf(row), source_select_sql: query, target_select_sql: query };
}

/** By how many rows the counts differ; null where an end was not counted. */
export function countDifference({ sourceRows, targetRows }: TableResult): number | null {
  return sourceRows === null || targetRows === null ? null : Math.abs(sourceRows - targetRows);
}

/**
 * The comparison that the query names, or else the last one that says something of what it asks for.
 *
 * @throws ApiError DRS.M10018 for what is not compared here, DRS.M00007 for a comparison that is not there.
 */
export async function compareDetail(
  job: Job,
  query: Query,
  comparisons: Comparisons,
  language: Language,
): Promise<Shown> {
  const { compare_type, query_type, compare_task_id } = query;
  if (query_type === "list" || (query_type == null && !compare_task_id)) {
    const { count, comparisons: found } = await comparisons.list(job.id, query);
    return {
      total_count: count,
      compare_result: { data_compare_task_list: found.map((one) => task(one, language)) },
    };
  }
  const type = typesOf[compare_type ?? ""];
  if (type === undefined) {
    throw new ApiError("DRS.M10018", message("unsupported", { what: `${compare_type} ${query_type}` }));
  }
  const comparison = compare_task_id
    ? await comparisons.get(job.id, compare_task_id, kindsWith[type])
    : (await comparisons.list(job.id, { offset: 0, limit: 1 }, kindsWith[type])).comparisons[0];
  return (type === "objects" ? objectsShown : dataShown)(job, query, comparison, language);
}

function dataShown(job: Job, query: Query, comparison: Comparison | undefined, language: Language): Shown {
  const { offset, limit } = query;
  const what = `${query.compare_type} ${query.query_type}`;
  const page = <T>(all: readonly T[]) => ({
    total_count: all.length,
    shown: all.slice(offset, offset + limit),
  });
  const results = comparison?.results ?? [];
  const [source_db, target_db] = [job.source.database, job.target.database];
  switch (what) {
    case "line_compare overview": {
      const status = comparisonStatus(comparison, "lines");
      return {
        total_count: 1,
        compare_result: {
          line_compare_overview_infos: [{ source_db_name: source_db, target_db_name: target_db, status }],
        },
      };
    }
    case "line_compare detail": {
      const { total_count, shown } = page(results);
      return {
        total_count,
        compare_result: { line_compare_detail_infos: shown.map((result) => lineDetail(result, language)) },
      };
    }
    case "content_compare overview": {
      const status = comparisonStatus(comparison, "contents");
      return {
        total_count: 1,
        compare_result: {
          content_compare_overview_infos: [
            { source_db, target_db, status, compare_result: status === "CONSISTENT" },
          ],
        },
      };
    }
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
      throw new ApiError("DRS.M10018", message("unsupported", { what }));
  }
}

function objectsShown(
  job: Job,
  { query_type, object_type, offset, limit }: Query,
  comparison: Comparison | undefined,
  language: Language,
): Shown {
  switch (query_type) {
    case "overview": {
      const counts = comparison === undefined ? [] : countsByKind(comparison);
      return {
        total_count: counts.length,
        compare_result: {
          objects_compare_overview_info: comparison && {
            ...objectsHead(comparison, language),
            compare_results: counts.map(({ kind, source, target, different }) => ({
              ...{ type: kind, source_count: source, target_count: target },
              status: different === 0 ? "CONSISTENT" : "INCONSISTENT",
            })),
          },
        },
      };
    }
    case "detail": {
      const objects = (comparison?.objects ?? []).filter(({ kind }) => !object_type || kind === object_type);
      return {
        total_count: objects.length,
        compare_result: {
          objects_compare_detail_infos: objects
            .slice(offset, offset + limit)
            .map((object) => objectDetail(job, object, language)),
        },
      };
    }
    default:
      throw new ApiError("DRS.M10018", message("unsupported", { what: `object_compare ${query_type}` }));
  }
}

function task(comparison: Comparison, language: Language) {
  const { id, kind, status, createdAt, endedAt, tables, results } = comparison;
  return {
    id,
    type: kind === "objects" ? "object" : kind,
    start_time: isoSeconds(createdAt),
    end_time: isoOrNull(endedAt),
    status,
    compute_type: "db",
    error_msg: errorText(comparison, language),
    options: { tables: String(tables.length), compared: String(results.length) },
  };
}

/** @param by what counts: the numbers of rows, or the rows. */
export function comparisonStatus(comparison: Comparison | undefined, by: "lines" | "contents"): string {
  if (comparison === undefined || comparison.status === "WAITING_FOR_RUNNING") {
    return "WAITING_FOR_COMPARISON";
  }
  if (comparison.status === "RUNNING") {
    return "COMPARING";
  }
  if (comparison.status !== "SUCCESSFUL") {
    return "FAILED_TO_COMPARE";
  }
  const statuses = comparison.results.map((result) => tableStatus(result, by));
  return (["INCONSISTENT", "CAN_NOT_COMPARE"] as const).find((one) => statuses.includes(one)) ?? "CONSISTENT";
}

/** The status of a table that was compared. */
export function tableStatus({ verdict, sourceRows, targetRows }: TableResult, by: "lines" | "contents") {
  const isAlike = by === "contents" ? verdict === "equal" : sourceRows === targetRows;
  return verdict === "impossible" ? "CAN_NOT_COMPARE" : isAlike ? "CONSISTENT" : "INCONSISTENT";
}

function lineDetail(result: TableResult, language: Language) {
  const { sourceRows, targetRows } = result;
  const name = tableId(result);
  return {
    source_table_name: name,
    source_row_num: sourceRows === null ? null : String(sourceRows),
    target_table_name: name,
    target_row_num: targetRows === null ? null : String(targetRows),
    difference_row_num: countDifference(result)?.toString() ?? null,
    status: tableStatus(result, "lines"),
    message: resultMessage(result, language),
  };
}

export function contentDetail(result: TableResult, language: Language) {
  const name = tableId(result);
  return {
    source_table_name: name,
    target_table_name: name,
    source_row_num: result.sourceRows,
    target_row_num: result.targetRows,
    difference_row_num: differences(result),
    line_compare_result: result.verdict === "impossible" ? null : result.sourceRows === result.targetRows,
    content_compare_result: result.verdict === "impossible" ? null : result.verdict === "equal",
    message: resultMessage(result, language),
  };
}

/** Why a table cannot be compared, or that more may differ. */
export function resultMessage({ reason, atLeast }: TableResult, language: Language): string | null {
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
  return {
    total_count: rows.length,
    compare_result: {
      content_diff_detail_info: {
        ...differenceCounts(chosen),
        contents_infos: rows.slice(offset, offset + limit).map(differingRow),
      },
    },
  };
}
