/**
 * The operations of the DRS API that are used here: method, path, what is sent, what is answered. Client and local
 * backend are two sides of this table.
 */
import * as v from "valibot";
import {
  list,
  type OperationTable,
  post,
  put,
  type RequestIn,
  type ResponseIn,
  remove,
  results,
} from "./operation";
import * as s from "./schemas";

const jobs = "/v3/{project_id}/jobs";
const total = v.nullish(v.number());

export const operations = {
  listJobs: post(jobs, s.listRequest, list("jobs", s.jobInfo, { total_record: total }), { reads: true }),
  batchStatus: post(`${jobs}/batch-status`, s.idsRequest, results(s.jobStatus), { reads: true }),
  batchDetail: post(`${jobs}/batch-detail`, s.idsRequest, results(s.jobDetail), { reads: true }),
  batchProgress: post(`${jobs}/batch-progress`, s.jobsRequest, results(s.jobProgress), { reads: true }),
  batchCreation: post(`${jobs}/batch-creation`, s.createRequest, results(s.createdJob), { success: 202 }),
  batchConnection: post(`${jobs}/batch-connection`, s.connectionRequest, results(s.connectionResult)),
  batchPrecheck: post(`${jobs}/batch-precheck`, s.precheckRequest, results(s.precheckStarted)),
  batchPrecheckResult: post(`${jobs}/batch-precheck-result`, s.jobsRequest, results(s.precheckState), {
    reads: true,
  }),
  batchSelectObjects: put(
    `${jobs}/batch-select-objects`,
    s.selectObjectsRequest,
    list("results", s.objectsResult, { all_counts: total }),
  ),
  batchStarting: post(`${jobs}/batch-starting`, s.startRequest, results(s.jobResult), { success: 202 }),
  batchPause: post(`${jobs}/batch-pause-task`, s.pauseRequest, results(s.jobResult)),
  batchRetry: post(`${jobs}/batch-retry-task`, s.retryRequest, results(s.jobResult)),
  batchDelete: remove(`${jobs}/batch-jobs`, s.deleteRequest, results(s.jobResult), { success: 202 }),
  /** New passwords for the users that tasks log in as. */
  batchModifyPwd: put(`${jobs}/batch-modify-pwd`, s.modifyPwdRequest, results(s.jobResult)),
  batchModification: put(`${jobs}/batch-modification`, s.modificationRequest, results(s.jobResult)),
  batchLimitSpeed: put(`${jobs}/batch-limit-speed`, s.limitSpeedRequest, results(s.jobResult)),
} satisfies OperationTable;

export type Operations = typeof operations;
export type OperationName = keyof Operations;

/** The request of the operation. */
export type RequestOf<N extends OperationName> = RequestIn<Operations, N>;
/** The response of the operation. */
export type ResponseOf<N extends OperationName> = ResponseIn<Operations, N>;
/** One item of the operation's answer. */
export type ItemOf<N extends OperationName> = v.InferOutput<Operations[N]["item"]>;
