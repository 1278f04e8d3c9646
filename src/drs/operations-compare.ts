/** Comparisons of what both ends have; v5 has most of them as actions and details. A table of its own. */
import * as v from "valibot";
import { get, list, type OperationTable, post, remove } from "./operation";
import * as s from "./schemas-compare";

const job = "/v3/{project_id}/jobs/{job_id}";
const one = `${job}/compare/{compare_job_id}` as const;
const total = v.nullish(v.number());

export const operationsCompare = {
  createComparison: post(`${job}/table/compare`, s.createRequest, s.created),
  listComparisons: get(
    `${job}/table/compare`,
    s.listRequest,
    list("compare_jobs", s.comparison, { count: total }),
  ),
  cancelComparison: remove(one, s.comparisonRequest, v.looseObject({})),
  listLineOverview: get(
    `${one}/line-overview`,
    s.overviewRequest,
    list("data_compare_overview_infos", s.linesOverview, { total_count: total }),
  ),
  listLineDetail: get(
    `${one}/line-detail`,
    s.linesDetailRequest,
    list("table_line_compare_result_infos", s.linesDetail, { total_count: total }),
  ),
  listContentOverview: get(
    `${one}/content-overview`,
    s.overviewRequest,
    list("content_compare_result_infos", s.contentsOverview, { total_count: total }),
  ),
  listContentDetail: get(
    `${one}/content-detail`,
    s.detailRequest,
    list("content_compare_result_infos", s.contentsDetail, { total_count: total }),
  ),
  listContentDifference: get(
    `${one}/content-difference`,
    s.differenceRequest,
    list("contents_infos", s.difference, { count: total, ...s.differences }),
  ),
  showComparisonProgress: get(
    "/v5/{project_id}/jobs/{job_id}/compare-progress/{compare_job_id}",
    s.comparisonRequest,
    s.comparisonProgress,
  ),
  createObjectComparison: post(`${job}/object/compare`, s.objectRequest, v.looseObject({}), { success: 202 }),
  showObjectComparison: get(`${job}/object/compare`, s.jobRequest, s.lastOfObjects),
  listComparedObjects: get(
    `${job}/object/compare/{compare_type}`,
    s.objectsDetailRequest,
    list("compare_detail", s.objectsDetail, { count: total }),
  ),
  /** A comparison of objects, of data, or both at once. */
  createComparisons: post("/v3/{project_id}/jobs/create-compare-task", s.newTask, s.newTaskResult),
  /** The results of the comparisons that are named; of none: the list of them. */
  queryComparisons: post("/v3/{project_id}/jobs/query-compare-result", s.resultsRequest, s.results, {
    reads: true,
  }),
  /** Comparisons that a compare policy has begun. */
  listHealthComparisons: get(
    "/v5/{project_id}/jobs/{job_id}/health-compare-jobs",
    s.healthRequest,
    list("compare_jobs", s.healthComparison, { count: total }),
  ),
} satisfies OperationTable;

export type OperationsCompare = typeof operationsCompare;
