/** Operations of v5 on what the API keeps beside tasks. Only the backend loads this table. */
import * as v from "valibot";
import { get, list, type OperationTable, post, put, remove } from "./operation";
import * as s from "./schemas-records";
import { jobDetail, jobResult } from "./schemas-v5";

const jobs = "/v5/{project_id}/jobs";
const total = v.nullish(v.number());
const nothing = v.looseObject({});

export const operationsRecords = {
  changeTags: post(`${jobs}/{resource_type}/{job_id}/tags/action`, s.changeTagsRequest, nothing),
  showTags: get(`${jobs}/{resource_type}/{job_id}/tags`, s.tagsRequest, list("tags", s.tag)),
  listProjectTags: get(`${jobs}/{resource_type}/tags`, s.projectTagsRequest, list("tags", s.projectTag)),
  addResourceTags: post(
    "/v5/{project_id}/{resource_type}/{resource_id}/tags/create",
    s.newTagsRequest,
    nothing,
  ),
  removeResourceTags: post(
    "/v5/{project_id}/{resource_type}/{resource_id}/tags/delete",
    s.newTagsRequest,
    nothing,
  ),
  showResourceTags: get(
    "/v5/{project_id}/{resource_type}/{resource_id}/tags",
    s.resourceTagsRequest,
    list("tags", s.tag),
  ),
  listTags: get("/v5/{project_id}/{resource_type}/tags", s.typeTagsRequest, list("tags", s.projectTag)),
  listTagged: post(
    "/v5/{project_id}/{resource_type}/resource-instances/filter",
    s.taggedPageRequest,
    list("resources", s.tagged, { total_count: total }),
    { reads: true, query: ["offset", "limit"] },
  ),
  countTagged: post(
    "/v5/{project_id}/{resource_type}/resource-instances/count",
    s.taggedRequest,
    v.looseObject({ total_count: total }),
    { reads: true },
  ),
  createConnection: post("/v5/{project_id}/connections", s.newConnection, s.connection),
  listConnections: get(
    "/v5/{project_id}/connections",
    s.connectionsRequest,
    list("connections", s.connection, { count: total }),
  ),
  changeConnection: put("/v5/{project_id}/connections/{connection_id}", s.changedConnection, nothing),
  deleteConnection: remove("/v5/{project_id}/connections/{connection_id}", s.connectionRequest, nothing),
  cloneJob: post(`${jobs}/clone`, s.cloneRequest, s.cloned, { success: 202 }),
  prepareJobs: post(`${jobs}/batch-async-create`, s.prepareRequest, s.prepared, { success: 202 }),
  listPrepared: get(
    "/v5/{project_id}/batch-async-jobs",
    s.preparedListRequest,
    list("jobs", s.preparedItem, { total_count: total }),
  ),
  showPrepared: get(
    "/v5/{project_id}/batch-async-jobs/{async_job_id}",
    s.preparedDetailRequest,
    list("jobs", jobDetail, { total_count: total }),
  ),
  changePrepared: put(
    "/v5/{project_id}/batch-async-jobs/{async_job_id}",
    s.preparedChange,
    list("jobs", jobResult),
  ),
  commitPrepared: post(
    "/v5/{project_id}/batch-async-jobs/{async_job_id}/commit",
    s.preparedRequest,
    s.committed,
    { success: 202 },
  ),
  showPreparedProgress: get(`${jobs}/{async_job_id}/progress`, s.progressRequest, s.progress),
} satisfies OperationTable;

export type OperationsRecords = typeof operationsRecords;
