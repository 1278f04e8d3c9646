/**
 * The operations of the DRS API that are used here: method, path, what is sent, what is answered. Client and local
 * backend are two sides of this table.
 */
import * as v from "valibot";
import * as s from "./schemas";

/**
 * What the table says of an operation. Fields of the request that the path names, such as `{job_id}`, go into the path;
 * the others of a GET into the query, and of other methods into the body unless `query` names them.
 */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{project_id}`, which is the connection's, and the names of fields of the request. */
  readonly path: string;
  /** Fields that another method than GET sends in its query. */
  readonly query?: readonly string[];
  /** The documented success code; a client takes any 2xx. */
  readonly success: 200 | 201 | 202;
  /** Whether the call only reads, so that it may be repeated and its answer compared with the last one. */
  readonly reads: boolean;
  readonly request: v.GenericSchema;
  readonly response: v.GenericSchema;
  /** The field of the response that lists items, each checked on its own; none: the answer is one object. */
  readonly items?: string;
  readonly item?: v.GenericSchema;
}

/** Operations by name. */
export type OperationTable = Readonly<Record<string, Operation>>;

/** Method, path, query and body of a call, before the project is filled in. */
export interface Call {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty where nothing is sent. */
  readonly body: string;
}

/** How an operation's input is sent. */
export function callOf(operation: Operation, input: Readonly<Record<string, unknown>>): Call {
  const rest = { ...input };
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    if (!(name in rest)) {
      return whole;
    }
    const value = encodeURIComponent(String(rest[name]));
    delete rest[name];
    return value;
  });
  const query = new URLSearchParams();
  const queried = operation.method === "GET" ? Object.keys(rest) : (operation.query ?? []);
  for (const name of queried) {
    const value = rest[name];
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) {
        query.append(name, String(one));
      }
    }
    delete rest[name];
  }
  const bodyless =
    Object.keys(rest).length === 0 && (operation.method === "DELETE" || operation.query !== undefined);
  if (operation.method === "GET") {
    return { path, query, body: "" };
  }
  return { path, query, body: bodyless ? "" : JSON.stringify(rest) };
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
    response: v.looseObject({ total_record: v.nullish(v.number()), jobs: v.array(s.jobInfo) }),
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
    request: s.jobsRequest,
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
    request: s.jobsRequest,
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
  /** New passwords for the users that tasks log in as. */
  batchModifyPwd: {
    method: "PUT",
    path: "/v3/{project_id}/jobs/batch-modify-pwd",
    success: 200,
    reads: false,
    request: s.modifyPwdRequest,
    ...answer("results", s.jobResult),
  },
  batchModification: {
    method: "PUT",
    path: "/v3/{project_id}/jobs/batch-modification",
    success: 200,
    reads: false,
    request: s.modificationRequest,
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
} as const satisfies OperationTable;

export type Operations = typeof operations;
export type OperationName = keyof Operations;

/** What a call of an operation of a table sends. */
export type RequestIn<T extends OperationTable, N extends keyof T> = v.InferInput<T[N]["request"]>;
/** What a call of an operation of a table answers. */
export type ResponseIn<T extends OperationTable, N extends keyof T> = v.InferOutput<T[N]["response"]>;

/** What a call of the operation sends. */
export type RequestOf<N extends OperationName> = RequestIn<Operations, N>;
/** What a call of the operation answers. */
export type ResponseOf<N extends OperationName> = ResponseIn<Operations, N>;
/** One item of the operation's answer. */
export type ItemOf<N extends OperationName> = v.InferOutput<Operations[N]["item"]>;
