/** Comparisons of what both ends have, in the words of the DRS API v3; v5 has most of them as actions. A table of its own. */
import * as v from "valibot";
import type { OperationTable } from "./operations";
import * as s from "./schemas-compare";

const job = "/v3/{project_id}/jobs/{job_id}";
const one = `${job}/compare/{compare_job_id}` as const;
const total = v.nullish(v.number());

export const operationsCompare = {
  createComparison: {
    method: "POST",
    path: `${job}/table/compare`,
    success: 200,
    reads: false,
    request: s.createRequest,
    response: s.created,
  },
  listComparisons: {
    method: "GET",
    path: `${job}/table/compare`,
    success: 200,
    reads: true,
    request: s.listRequest,
    items: "compare_jobs",
    item: s.comparison,
    response: v.looseObject({ count: total, compare_jobs: v.array(s.comparison) }),
  },
  cancelComparison: {
    method: "DELETE",
    path: one,
    success: 200,
    reads: false,
    request: s.comparisonRequest,
    response: v.looseObject({}),
  },
  listLineOverview: {
    method: "GET",
    path: `${one}/line-overview`,
    success: 200,
    reads: true,
    request: s.overviewRequest,
    items: "data_compare_overview_infos",
    item: s.linesOverview,
    response: v.looseObject({ total_count: total, data_compare_overview_infos: v.array(s.linesOverview) }),
  },
  listLineDetail: {
    method: "GET",
    path: `${one}/line-detail`,
    success: 200,
    reads: true,
    request: s.linesDetailRequest,
    items: "table_line_compare_result_infos",
    item: s.linesDetail,
    response: v.looseObject({ total_count: total, table_line_compare_result_infos: v.array(s.linesDetail) }),
  },
  listContentOverview: {
    method: "GET",
    path: `${one}/content-overview`,
    success: 200,
    reads: true,
    request: s.overviewRequest,
    items: "content_compare_result_infos",
    item: s.contentsOverview,
    response: v.looseObject({
      total_count: total,
      content_compare_result_infos: v.array(s.contentsOverview),
    }),
  },
  listContentDetail: {
    method: "GET",
    path: `${one}/content-detail`,
    success: 200,
    reads: true,
    request: s.detailRequest,
    items: "content_compare_result_infos",
    item: s.contentsDetail,
    response: v.looseObject({ total_count: total, content_compare_result_infos: v.array(s.contentsDetail) }),
  },
  listContentDifference: {
    method: "GET",
    path: `${one}/content-difference`,
    success: 200,
    reads: true,
    request: s.differenceRequest,
    items: "contents_infos",
    item: s.difference,
    response: v.looseObject({ count: total, ...s.differences, contents_infos: v.array(s.difference) }),
  },
  showComparisonProgress: {
    method: "GET",
    path: "/v5/{project_id}/jobs/{job_id}/compare-progress/{compare_job_id}",
    success: 200,
    reads: true,
    request: s.comparisonRequest,
    response: s.comparisonProgress,
  },
} as const satisfies OperationTable;

export type OperationsCompare = typeof operationsCompare;
