/** Comparisons of what both ends have; v5 has most of them as actions and details. A table of its own. */
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
  createObjectComparison: {
    method: "POST",
    path: `${job}/object/compare`,
    success: 202,
    reads: false,
    request: s.objectRequest,
    response: v.looseObject({}),
  },
  showObjectComparison: {
    method: "GET",
    path: `${job}/object/compare`,
    success: 200,
    reads: true,
    request: s.jobRequest,
    response: s.lastOfObjects,
  },
  listComparedObjects: {
    method: "GET",
    path: `${job}/object/compare/{compare_type}`,
    success: 200,
    reads: true,
    request: s.objectsDetailRequest,
    items: "compare_detail",
    item: s.objectsDetail,
    response: v.looseObject({ count: total, compare_detail: v.array(s.objectsDetail) }),
  },
  /** A comparison of objects, of data, or both at once. */
  createComparisons: {
    method: "POST",
    path: "/v3/{project_id}/jobs/create-compare-task",
    success: 200,
    reads: false,
    request: s.newTask,
    response: s.newTaskResult,
  },
  /** The results of the comparisons that are named; of none: the list of them. */
  queryComparisons: {
    method: "POST",
    path: "/v3/{project_id}/jobs/query-compare-result",
    success: 200,
    reads: true,
    request: s.resultsRequest,
    response: s.results,
  },
  /** Comparisons that a compare policy has begun. */
  listHealthComparisons: {
    method: "GET",
    path: "/v5/{project_id}/jobs/{job_id}/health-compare-jobs",
    success: 200,
    reads: true,
    request: s.healthRequest,
    items: "compare_jobs",
    item: s.healthComparison,
    response: v.looseObject({ count: total, compare_jobs: v.array(s.healthComparison) }),
  },
} as const satisfies OperationTable;

export type OperationsCompare = typeof operationsCompare;
