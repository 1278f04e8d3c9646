/**
 * Operations of both versions that the extension does not call, and other clients of a backend do. A table of its own,
 * which only the backend loads.
 */
import * as v from "valibot";
import { get, list, type OperationTable, post } from "./operation";
import * as s from "./schemas-other-clients";
import { collecting, objectsState } from "./schemas-v5-objects";

const jobs = "/v5/{project_id}/jobs";
const total = v.nullish(v.number());

export const operationsOtherClients = {
  batchSetPolicy: post(
    "/v3/{project_id}/jobs/batch-sync-policy",
    s.policyRequest,
    list("results", s.policyResult, { count: total }),
  ),
  showQuotas: get("/v3/{project_id}/quotas", s.nothing, s.quotas),
  listLinks: get("/v5/{project_id}/links", s.linksRequest, list("job_links", s.link, { total_count: total })),
  showComparePolicy: get(`${jobs}/{job_id}/compare-policy`, s.jobRequest, s.comparePolicy),
  listJobParameters: get(
    `${jobs}/{job_id}/configurations`,
    s.parametersRequest,
    list("parameter_config_list", s.parameter, { count: total }),
  ),
  listNodeTypes: get("/v3/{project_id}/node-type", s.nodeTypesRequest, list("node_types", s.nodeType)),
  listZones: post("/v3/{project_id}/available-zone", s.zonesRequest, list("az_infos", s.zone), {
    reads: true,
  }),
  batchStructProcess: post(
    "/v3/{project_id}/jobs/batch-struct-process",
    s.jobsRequest,
    list("results", s.structProcess, { count: total }),
    { reads: true },
  ),
  batchStructDetail: post(
    "/v3/{project_id}/jobs/{type}/batch-struct-detail",
    s.structDetailRequest,
    list("results", s.structDetail, { count: total }),
    { reads: true },
  ),
  batchSetAlarms: post(
    "/v3/{project_id}/jobs/batch-set-smn",
    s.alarmsRequest,
    list("results", s.alarmsResult, { count: total }),
  ),
  setAlarmTopic: post(`${jobs}/{job_id}/associate-smn-topic`, s.topicRequest, s.nothing),
  listAlarmTopics: get(
    "/v5/{project_id}/smn/topic-info",
    s.nothing,
    list("topics", s.topic, { total_count: total }),
  ),
  showSwitchover: get(`${jobs}/{job_id}/switchover-info`, s.jobRequest, s.switchover),
  listParameterHistory: get(
    `${jobs}/{job_id}/configuration-histories`,
    s.parameterHistoryRequest,
    list("parameter_history_config_list", s.parameterChange, { count: total }),
  ),
  showTuning: get("/v3/{project_id}/job/{job_id}/tuning-params/query-params", s.jobRequest, s.tuning),
  showObjectSupport: get(`${jobs}/{job_id}/object/support`, s.jobRequest, s.objectSupport),
  collectObjects: post("/v5.1/{project_id}/jobs/{job_id}/db-objects/collect", s.collectRequest, collecting, {
    success: 202,
    reads: true,
  }),
  listChosenObjects: get(
    "/v5.1/{project_id}/jobs/{job_id}/db-object",
    s.chosenRequest,
    v.omit(objectsState, ["error_code", "error_msg"]),
  ),
} satisfies OperationTable;

export type OperationsOtherClients = typeof operationsOtherClients;
