/**
 * Operations of both versions that the extension does not call, and other clients of a backend do. A table of its own,
 * which only the backend loads.
 */
import * as v from "valibot";
import type { OperationTable } from "./operations";
import * as s from "./schemas-more";

const jobs = "/v5/{project_id}/jobs";
const total = v.nullish(v.number());

export const operationsMore = {
  batchSetPolicy: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-sync-policy",
    success: 200,
    reads: false,
    request: s.policyRequest,
    items: "results",
    item: s.policyResult,
    response: v.looseObject({ count: total, results: v.array(s.policyResult) }),
  },
  showQuotas: {
    method: "GET",
    path: "/v3/{project_id}/quotas",
    success: 200,
    reads: true,
    request: s.nothing,
    response: s.quotas,
  },
  changeTags: {
    method: "POST",
    path: `${jobs}/{resource_type}/{job_id}/tags/action`,
    success: 200,
    reads: false,
    request: s.changeTagsRequest,
    response: s.nothing,
  },
  showTags: {
    method: "GET",
    path: `${jobs}/{resource_type}/{job_id}/tags`,
    success: 200,
    reads: true,
    request: s.tagsRequest,
    items: "tags",
    item: s.tag,
    response: v.looseObject({ tags: v.array(s.tag) }),
  },
  listProjectTags: {
    method: "GET",
    path: `${jobs}/{resource_type}/tags`,
    success: 200,
    reads: true,
    request: s.projectTagsRequest,
    items: "tags",
    item: s.projectTag,
    response: v.looseObject({ tags: v.array(s.projectTag) }),
  },
  listLinks: {
    method: "GET",
    path: "/v5/{project_id}/links",
    success: 200,
    reads: true,
    request: s.linksRequest,
    items: "job_links",
    item: s.link,
    response: v.looseObject({ total_count: total, job_links: v.array(s.link) }),
  },
  showComparePolicy: {
    method: "GET",
    path: `${jobs}/{job_id}/compare-policy`,
    success: 200,
    reads: true,
    request: s.jobRequest,
    response: s.comparePolicy,
  },
  listJobParameters: {
    method: "GET",
    path: `${jobs}/{job_id}/configurations`,
    success: 200,
    reads: true,
    request: s.parametersRequest,
    items: "parameter_config_list",
    item: s.parameter,
    response: v.looseObject({ count: total, parameter_config_list: v.array(s.parameter) }),
  },
  listEnterpriseProjects: {
    method: "GET",
    path: "/v5/{project_id}/enterprise-projects",
    success: 200,
    reads: true,
    request: s.enterpriseProjectsRequest,
    items: "enterprise_project_list",
    item: s.enterpriseProject,
    response: v.looseObject({ count: total, enterprise_project_list: v.array(s.enterpriseProject) }),
  },
} as const satisfies OperationTable;

export type OperationsMore = typeof operationsMore;
