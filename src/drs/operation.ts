/** An operation of a table. */
import * as v from "valibot";

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

/** The schema of a list in a response. @param more the other fields of the response. */
export function list<
  const Items extends string,
  Item extends v.GenericSchema,
  More extends v.ObjectEntries = Record<never, never>,
>(items: Items, item: Item, more = {} as More) {
  const entries = { [items]: v.array(item) } as Record<Items, v.ArraySchema<Item, undefined>>;
  return { items, item, response: v.looseObject({ ...more, ...entries }) };
}

/** One result for each task of a batch. */
export function results<Item extends v.GenericSchema>(item: Item) {
  return list("results", item, { count: v.nullish(v.number()) });
}

type Listed = Pick<Required<Operation>, "items" | "item" | "response">;
type Answered<A> = A extends v.GenericSchema ? { readonly response: A } : A;

/** Makes rows of a table. By default, a GET reads and all else changes something, and success is 200. */
function by(method: Operation["method"]) {
  return <R extends v.GenericSchema, A extends v.GenericSchema | Listed>(
    path: string,
    request: R,
    answer: A,
    more: Partial<Pick<Operation, "success" | "reads" | "query">> = {},
  ) => {
    const answered = ("response" in answer ? answer : { response: answer }) as Answered<A>;
    return { method, path, success: 200 as const, reads: method === "GET", ...more, request, ...answered };
  };
}

export const get = by("GET");
export const post = by("POST");
export const put = by("PUT");
export const remove = by("DELETE");

/** The request of an operation of a table. */
export type RequestIn<T extends OperationTable, N extends keyof T> = v.InferInput<T[N]["request"]>;
/** The response of an operation of a table. */
export type ResponseIn<T extends OperationTable, N extends keyof T> = v.InferOutput<T[N]["response"]>;
