/**
 * The operations of the DRS API (v5) for what v3 lacks or says in other words. A table of its own, so that who does not
 * need them does not carry them. Not all regions have v5: there they answer 404 `APIGW.0101`.
 */
import * as v from "valibot";
import { get, list, type OperationTable, post, put, remove } from "./operation";
import { jobAction } from "./schemas";
import * as s from "./schemas-v5";
import * as objects from "./schemas-v5-objects";
import * as running from "./schemas-v5-running";

const jobs = "/v5/{project_id}/jobs";
const job = `${jobs}/{job_id}` as const;
const total = v.nullish(v.number());

export const operationsV5 = {
  listJobsV5: get(jobs, s.listRequest, list("jobs", s.listItem, { total_count: total })),
  showActions: get(`${job}/actions`, s.jobRequest, v.looseObject({ job_action: v.nullish(jobAction) })),
  showJobDetail: get(job, s.detailRequest, v.looseObject({ job: s.jobDetail })),
  showTimeline: get(
    `${job}/timelines`,
    running.pageRequest,
    list("timelines", running.timelineEntry, { count: total }),
  ),
  showMonitorData: get(`${job}/monitor-data`, s.jobRequest, running.monitorData),
  showProgressData: get(
    `${job}/progress-data/{type}`,
    running.progressDataRequest,
    list("flow_compare_data", running.objectProgressItem, {
      count: total,
      create_time: v.nullish(v.string()),
    }),
  ),
  showDirtyData: get(
    `${job}/dirty-data`,
    running.dirtyDataRequest,
    list("dirty_data_list", running.dirtyRow, { count: total }),
  ),
  listDdls: get(`${job}/ddl`, running.ddlRequest, list("ddl_list", running.ddlEntry, { count: total })),
  /** `alarm_id` is the `seqno` of the DDL. */
  cleanAlarm: post(`${job}/alarms/{alarm_id}/clean`, running.alarmRequest, v.looseObject({})),
  showIncrementComponents: get(
    `${job}/increment-components-detail`,
    s.jobRequest,
    list("increment_components_list", running.component, { update_time: v.nullish(v.string()) }),
  ),
  /** Answers 202 with a `query_id` where the outcome is read later through showJobDetail. */
  executeAction: post(`${job}/action`, s.actionRequest, s.actionResult),
  executeActions: post(`${jobs}/action`, s.actionsRequest, list("jobs", s.actionResult)),
  stopJob: post(`${job}/stop`, s.stopRequest, s.jobResult),
  stopJobs: post(`${jobs}/batch-stop`, s.stopsRequest, list("jobs", s.jobResult)),
  deleteJob: remove(job, s.jobRequest, v.looseObject({})),
  deleteJobs: remove(jobs, s.idsRequest, list("jobs", s.jobResult)),
  createJob: post(jobs, s.createRequest, s.created, { success: 202 }),
  updateJob: put(job, s.updateRequest, s.actionResult),
  /** Whether the objects that updateJob was given are kept; by its `query_id`. */
  showObjectsSaving: get(`${job}/db-objects/saving-status`, s.queryRequest, objects.savingState),
  /** `type`: `source` for what can be selected, `modified` for what is, `synchronized` for what runs. */
  listDbObjects: get(`${job}/db-objects`, objects.objectsRequest, objects.objectsState),
  /** Reads the source's objects again, or from the cache; the answer's `id` is the query id of the next one. */
  collectDbObjects: post(`${job}/db-objects/collect`, objects.collectRequest, objects.collecting, {
    success: 202,
    reads: true,
    query: ["type", "is_refresh", "db_names", "offset", "limit"],
  }),
  showDbObjectsCollected: get(`${job}/db-objects/collection-status`, s.queryRequest, objects.objectsState),
  validateJobName: post(`${jobs}/name-validation`, s.nameRequest, s.nameResult, { reads: true }),
  /** The body is a list. */
  listSupportLinks: get(
    "/v5/{project_id}/support-links",
    s.supportLinksRequest,
    list("body", s.supportLinks),
  ),
  listEnterpriseProjects: get(
    "/v5/{project_id}/enterprise-projects",
    s.enterpriseProjectsRequest,
    list("enterprise_project_list", s.enterpriseProject, { count: total }),
  ),
} satisfies OperationTable;

export type OperationsV5 = typeof operationsV5;
