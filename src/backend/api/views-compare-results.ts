/** The results of comparisons as v3's `query-compare-result` answers them: all that is asked for in one answer. */
import type { AnswerOf } from "../../drs/all-operations";
import type { Comparison, TableResult } from "../jobs/comparisons";
import type { Page } from "../jobs/history";
import { type Job, tableId } from "../jobs/job";
import type { Language } from "../messages";
import {
  comparisonStatus,
  countDifference,
  differences,
  differingRow,
  resultMessage,
  tableStatus,
} from "./views-compare";
import { countsByKind, objectDetail } from "./views-compare-objects";
import { isoOrNull, isoSeconds } from "./views-v5";

type Answer = AnswerOf<"queryComparisons">;
type Part<N extends keyof Answer> = NonNullable<Answer[N]>;

/** The comparisons of one page. @param count how many there are on all pages. */
export function taskList(
  count: number,
  comparisons: readonly Comparison[],
): Part<"compare_task_list_results"> {
  return {
    compare_task_list_count: count,
    compare_task_list: comparisons.map(({ id, kind, status, createdAt, endedAt }) => ({
      compare_task_id: id,
      compare_type: kind === "objects" ? "object_comparison" : kind,
      compare_task_status: status,
      create_time: isoSeconds(createdAt),
      end_time: isoOrNull(endedAt),
    })),
  };
}

/** A comparison of objects: the number of each kind at both ends, then every object. */
export function objectResults(
  job: Job,
  comparison: Comparison,
  language: Language,
): Part<"object_level_compare_results"> {
  const counts = countsByKind(comparison);
  return {
    compare_task_id: comparison.id,
    object_compare_overview: counts.map(({ kind, source, target, different }) => ({
      object_type: kind,
      object_compare_result: different === 0 ? "CONSISTENT" : "INCONSISTENT",
      source_count: source,
      target_count: target,
      diff_count: different,
    })),
    object_compare_details: Object.fromEntries(
      counts.map(({ kind }) => [
        kind,
        comparison.objects
          .filter((object) => object.kind === kind)
          .map((object) => objectDetail(job, object, language)),
      ]),
    ),
  };
}

/** A comparison of row counts. A task has one database, so that the overview has one line; the page counts tables. */
export function lineResults(
  job: Job,
  comparison: Comparison,
  page: Page,
  language: Language,
): Part<"line_compare_results"> {
  const ends = endsOf(job);
  return {
    compare_task_id: comparison.id,
    line_compare_overview_count: 1,
    line_compare_overview: [{ ...ends, line_compare_result: comparisonStatus(comparison, "lines") }],
    line_compare_details: [
      {
        source_db_name: ends.source_db_name,
        line_compare_detail_count: comparison.results.length,
        line_compare_detail: paged(comparison.results, page).map((table) => ({
          ...rowsOf(table, language),
          diff_row_num: countDifference(table),
        })),
      },
    ],
  };
}

/** A comparison of contents. The page counts tables, and the differing rows within each table. */
export function contentResults(
  job: Job,
  comparison: Comparison,
  page: Page,
  language: Language,
): Part<"content_compare_results"> {
  const ends = endsOf(job);
  const { results } = comparison;
  const possible = results.filter(({ verdict }) => verdict !== "impossible");
  const impossible = results.filter(({ verdict }) => verdict === "impossible");
  const listed = (tables: readonly TableResult[]) =>
    paged(tables, page).map((table) => ({
      ...ends,
      ...rowsOf(table, language),
      diff_row_num: differences(table),
      content_compare_result: tableStatus(table, "contents"),
    }));
  return {
    compare_task_id: comparison.id,
    content_compare_overview_count: 1,
    content_compare_overview: [{ ...ends, content_compare_result: comparisonStatus(comparison, "contents") }],
    content_compare_details: [
      {
        source_db_name: ends.source_db_name,
        content_compare_detail_count: possible.length,
        content_compare_detail: listed(possible),
        content_uncompare_detail_count: impossible.length,
        content_uncompare_detail: listed(impossible),
      },
    ],
    content_compare_diffs: results
      .filter((table) => table.listed.length > 0)
      .map((table) => ({
        source_db_name: ends.source_db_name,
        source_table_name: tableId(table),
        content_compare_diff_count: differences(table),
        content_compare_diff: paged(table.listed, page).map(differingRow),
      })),
  };
}

function endsOf({ source, target }: Job) {
  return { source_db_name: source.database, target_db_name: target.database };
}

function paged<T>(all: readonly T[], { offset, limit }: Page): T[] {
  return all.slice(offset, offset + limit);
}

function rowsOf(table: TableResult, language: Language) {
  const name = tableId(table);
  return {
    ...{ source_table_name: name, source_row_num: table.sourceRows },
    ...{ target_table_name: name, target_row_num: table.targetRows },
    line_compare_result: tableStatus(table, "lines"),
    message: resultMessage(table, language),
  };
}
