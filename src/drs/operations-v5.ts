/**
 * The operations of the DRS API (v5) for what v3 lacks or says in other words. A table of its own, so that who does not
 * need them does not carry them. Not all regions have v5: there they answer 404 `APIGW.0101`.
 */
import * as v from "valibot";
import type { OperationTable } from "./operations";
import { jobAction } from "./schemas";
import * as s from "./schemas-v5";
import * as objects from "./schemas-v5-objects";
import * as running from "./schemas-v5-running";

const jobs = "/v5/{project_id}/jobs";
const job = `${jobs}/{job_id}` as const;
const total = v.nullish(v.number());

export const operationsV5 = {
  listJobsV5: {
    method: "GET",
    path: jobs,
    success: 200,
    reads: true,
    request: s.listRequest,
    items: "jobs",
    item: s.listItem,
    response: v.looseObject({ total_count: total, jobs: v.array(s.listItem) }),
  },
  showActions: {
    method: "GET",
    path: `${job}/actions`,
    success: 200,
    reads: true,
    request: s.jobRequest,
    response: v.looseObject({ job_action: v.nullish(jobAction) }),
  },
  showJobDetail: {
    method: "GET",
    path: job,
    success: 200,
    reads: true,
    request: s.detailRequest,
    response: v.looseObject({ job: s.jobDetail }),
  },
  showTimeline: {
    method: "GET",
    path: `${job}/timelines`,
    success: 200,
    reads: true,
    request: running.pageRequest,
    items: "timelines",
    item: running.timelineEntry,
    response: v.looseObject({ count: total, timelines: v.array(running.timelineEntry) }),
  },
  showMonitorData: {
    method: "GET",
    path: `${job}/monitor-data`,
    success: 200,
    reads: true,
    request: s.jobRequest,
    response: running.monitorData,
  },
  showProgressData: {
    method: "GET",
    path: `${job}/progress-data/{type}`,
    success: 200,
    reads: true,
    request: running.progressDataRequest,
    items: "flow_compare_data",
    item: running.objectProgressItem,
    response: v.looseObject({
      count: total,
      create_time: v.nullish(v.string()),
      flow_compare_data: v.array(running.objectProgressItem),
    }),
  },
  showDirtyData: {
    method: "GET",
    path: `${job}/dirty-data`,
    success: 200,
    reads: true,
    request: running.dirtyDataRequest,
    items: "dirty_data_list",
    item: running.dirtyRow,
    response: v.looseObject({ count: total, dirty_data_list: v.array(running.dirtyRow) }),
  },
  listDdls: {
    method: "GET",
    path: `${job}/ddl`,
    success: 200,
    reads: true,
    request: running.ddlRequest,
    items: "ddl_list",
    item: running.ddlEntry,
    response: v.looseObject({ count: total, ddl_list: v.array(running.ddlEntry) }),
  },
  /** `alarm_id` is the `seqno` of the DDL. */
  cleanAlarm: {
    method: "POST",
    path: `${job}/alarms/{alarm_id}/clean`,
    success: 200,
    reads: false,
    request: running.alarmRequest,
    response: v.looseObject({}),
  },
  showIncrementComponents: {
    method: "GET",
    path: `${job}/increment-components-detail`,
    success: 200,
    reads: true,
    request: s.jobRequest,
    items: "increment_components_list",
    item: running.component,
    response: v.looseObject({
      update_time: v.nullish(v.string()),
      increment_components_list: v.array(running.component),
    }),
  },
  /** Answers 202 with a `query_id` where the outcome is read later through showJobDetail. */
  executeAction: {
    method: "POST",
    path: `${job}/action`,
    success: 200,
    reads: false,
    request: s.actionRequest,
    response: s.actionResult,
  },
  executeActions: {
    method: "POST",
    path: `${jobs}/action`,
    success: 200,
    reads: false,
    request: s.actionsRequest,
    items: "jobs",
    item: s.actionResult,
    response: v.looseObject({ jobs: v.array(s.actionResult) }),
  },
  stopJob: {
    method: "POST",
    path: `${job}/stop`,
    success: 200,
    reads: false,
    request: s.stopRequest,
    response: s.jobResult,
  },
  stopJobs: {
    method: "POST",
    path: `${jobs}/batch-stop`,
    success: 200,
    reads: false,
    request: s.stopsRequest,
    items: "jobs",
    item: s.jobResult,
    response: v.looseObject({ jobs: v.array(s.jobResult) }),
  },
  deleteJob: {
    method: "DELETE",
    path: job,
    success: 200,
    reads: false,
    request: s.jobRequest,
    response: v.looseObject({}),
  },
  deleteJobs: {
    method: "DELETE",
    path: jobs,
    success: 200,
    reads: false,
    request: s.idsRequest,
    items: "jobs",
    item: s.jobResult,
    response: v.looseObject({ jobs: v.array(s.jobResult) }),
  },
  createJob: {
    method: "POST",
    path: jobs,
    success: 202,
    reads: false,
    request: s.createRequest,
    response: s.created,
  },
  updateJob: {
    method: "PUT",
    path: job,
    success: 200,
    reads: false,
    request: s.updateRequest,
    response: s.actionResult,
  },
  /** Whether the objects that updateJob was given are kept; by its `query_id`. */
  showObjectsSaving: {
    method: "GET",
    path: `${job}/db-objects/saving-status`,
    success: 200,
    reads: true,
    request: s.queryRequest,
    response: objects.savingState,
  },
  /** `type`: `source` for what can be selected, `modified` for what is, `synchronized` for what runs. */
  listDbObjects: {
    method: "GET",
    path: `${job}/db-objects`,
    success: 200,
    reads: true,
    request: objects.objectsRequest,
    response: objects.objectsState,
  },
  /** Reads the source's objects again, or from the cache; the answer's `id` is the query id of the next one. */
  collectDbObjects: {
    method: "POST",
    path: `${job}/db-objects/collect`,
    query: ["type", "is_refresh", "db_names", "offset", "limit"],
    success: 202,
    reads: true,
    request: objects.collectRequest,
    response: objects.collecting,
  },
  showDbObjectsCollected: {
    method: "GET",
    path: `${job}/db-objects/collection-status`,
    success: 200,
    reads: true,
    request: s.queryRequest,
    response: objects.objectsState,
  },
  validateJobName: {
    method: "POST",
    path: `${jobs}/name-validation`,
    success: 200,
    reads: true,
    request: s.nameRequest,
    response: s.nameResult,
  },
  /** The body is a list. */
  listSupportLinks: {
    method: "GET",
    path: "/v5/{project_id}/support-links",
    success: 200,
    reads: true,
    request: s.supportLinksRequest,
    items: "body",
    item: s.supportLinks,
    response: v.looseObject({ body: v.array(s.supportLinks) }),
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

export type OperationsV5 = typeof operationsV5;
