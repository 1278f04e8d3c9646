/**
 * The operations of the DRS API that are used here: method, path, what is sent, what is answered. Client and local
 * backend are two sides of this table.
 */
import * as v from "valibot";
import * as s from "./schemas";

/** What the table says of an operation. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{project_id}`. */
  readonly path: string;
  /** The documented success code; a client takes any 2xx. */
  readonly success: 200 | 202;
  /** Whether the call only reads, so that it may be repeated and its answer compared with the last one. */
  readonly reads: boolean;
  readonly request: v.GenericSchema;
  readonly response: v.GenericSchema;
  /** The field of the response that lists items, each checked on its own. */
  readonly items: string;
}

function answer<const Items extends string, Item extends v.GenericSchema>(items: Items, item: Item) {
  const list = { [items]: v.array(item) } as Record<Items, v.ArraySchema<Item, undefined>>;
  return { items, item, response: v.looseObject({ count: v.nullish(v.number()), ...list }) };
}

export const operations = {
  listJobs: {
    method: "POST",
    path: "/v3/{project_id}/jobs",
    success: 200,
    reads: true,
    request: s.listRequest,
    items: "jobs",
    item: s.jobInfo,
    response: v.looseObject({ total_record: v.number(), jobs: v.array(s.jobInfo) }),
  },
  batchStatus: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-status",
    success: 200,
    reads: true,
    request: s.idsRequest,
    ...answer("results", s.jobStatus),
  },
  batchDetail: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-detail",
    success: 200,
    reads: true,
    request: s.idsRequest,
    ...answer("results", s.jobDetail),
  },
  batchProgress: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-progress",
    success: 200,
    reads: true,
    request: s.idsRequest,
    ...answer("results", s.jobProgress),
  },
  batchCreation: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-creation",
    success: 202,
    reads: false,
    request: s.createRequest,
    ...answer("results", s.createdJob),
  },
  batchConnection: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-connection",
    success: 200,
    reads: false,
    request: s.connectionRequest,
    ...answer("results", s.connectionResult),
  },
  batchPrecheck: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-precheck",
    success: 200,
    reads: false,
    request: s.precheckRequest,
    ...answer("results", s.precheckStarted),
  },
  batchPrecheckResult: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-precheck-result",
    success: 200,
    reads: true,
    request: s.idsRequest,
    ...answer("results", s.precheckState),
  },
  batchSelectObjects: {
    method: "PUT",
    path: "/v3/{project_id}/jobs/batch-select-objects",
    success: 200,
    reads: false,
    request: s.selectObjectsRequest,
    items: "results",
    item: s.objectsResult,
    response: v.looseObject({ all_counts: v.nullish(v.number()), results: v.array(s.objectsResult) }),
  },
  batchStarting: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-starting",
    success: 202,
    reads: false,
    request: s.startRequest,
    ...answer("results", s.jobResult),
  },
  batchPause: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-pause-task",
    success: 200,
    reads: false,
    request: s.pauseRequest,
    ...answer("results", s.jobResult),
  },
  batchRetry: {
    method: "POST",
    path: "/v3/{project_id}/jobs/batch-retry-task",
    success: 200,
    reads: false,
    request: s.retryRequest,
    ...answer("results", s.jobResult),
  },
  batchDelete: {
    method: "DELETE",
    path: "/v3/{project_id}/jobs/batch-jobs",
    success: 202,
    reads: false,
    request: s.deleteRequest,
    ...answer("results", s.jobResult),
  },
  batchLimitSpeed: {
    method: "PUT",
    path: "/v3/{project_id}/jobs/batch-limit-speed",
    success: 200,
    reads: false,
    request: s.limitSpeedRequest,
    ...answer("results", s.jobResult),
  },
} as const satisfies Record<string, Operation & { readonly item: v.GenericSchema }>;

export type Operations = typeof operations;
export type OperationName = keyof Operations;

/** What a call of the operation sends. */
export type RequestOf<N extends OperationName> = v.InferInput<Operations[N]["request"]>;
/** What a call of the operation answers. */
export type ResponseOf<N extends OperationName> = v.InferOutput<Operations[N]["response"]>;
/** One item of the operation's answer. */
export type ItemOf<N extends OperationName> = v.InferOutput<Operations[N]["item"]>;
