import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import fetch, { type Response } from "node-fetch";
import * as v from "valibot";
import { DrsError, type Failure, type Fault, faultOf, kindOf } from "./errors";
import {
  type Call,
  callOf,
  type Operation,
  type OperationName,
  type OperationTable,
  operations,
  type RequestIn,
  type RequestOf,
  type ResponseIn,
  type ResponseOf,
} from "./operations";
import { authorization, sdkDate } from "./signer";

/** Where the client calls and as whom. */
export interface ClientConfig {
  /** Base address without a path, such as `https://drs.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The language of the service's messages (`X-Language`). */
  readonly language?: "en-us" | "zh-cn";
  /** Receives one line about each part of an answer that does not fit its schema. */
  readonly onMismatch?: (message: string) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call fails with kind `timeout`; 30,000 unless told. */
  readonly timeoutMs?: number | undefined;
}

/** An answer, with the request id under which the service logged it. */
type Identified<R> = R & { readonly request_id?: string | undefined };
export type Answer<N extends OperationName> = Identified<ResponseOf<N>>;

/** The one method through which everybody calls the API. */
export interface DrsCaller {
  call<N extends OperationName>(name: N, input: RequestOf<N>, options?: CallOptions): Promise<Answer<N>>;
}

interface Exchange {
  readonly bytes: Buffer;
  readonly value: unknown;
}

const defaultTimeoutMs = 30_000;
const largestAnswer = 32 * 1024 * 1024;
const rememberedAnswers = 64;

/**
 * The typed client of the DRS API: signs, sends, checks, and never repeats a call by itself. Connections are kept
 * alive until `dispose`. An answer of a reading call whose bytes equal the last one's is not parsed again: the very
 * same object is returned, so callers can compare by identity.
 */
export class DrsClient implements DrsCaller {
  readonly #config: ClientConfig;
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #answers = new Map<string, Exchange>();

  /** @throws TypeError when the endpoint is not an absolute URL. */
  constructor(config: ClientConfig) {
    this.#config = config;
    this.#base = new URL(config.endpoint);
    this.#agent =
      this.#base.protocol === "http:"
        ? new HttpAgent({ keepAlive: true })
        : new HttpsAgent({ keepAlive: true });
  }

  /**
   * Calls an operation of the table.
   *
   * @throws DrsError for everything that goes wrong, but for the caller's own abort, which is thrown as it is.
   */
  async call<N extends OperationName>(
    name: N,
    input: RequestOf<N>,
    options: CallOptions = {},
  ): Promise<Answer<N>> {
    return await this.#exchange<ResponseOf<N>>(name, operations[name], input, options);
  }

  /**
   * Calls an operation of another table, such as `operationsV5`, which is loaded only where it is used.
   *
   * @throws DrsError as `call` does.
   */
  async callIn<T extends OperationTable, N extends keyof T & string>(
    table: T,
    name: N,
    input: RequestIn<T, N>,
    options: CallOptions = {},
  ): Promise<Identified<ResponseIn<T, N>>> {
    const operation: Operation = table[name] as T[N];
    return await this.#exchange<ResponseIn<T, N>>(name, operation, input as object, options);
  }

  async #exchange<R>(
    name: string,
    operation: Operation,
    input: object,
    options: CallOptions,
  ): Promise<Identified<R>> {
    const call = callOf(operation, { ...input });
    const limit = new Limit(options.signal, options.timeoutMs ?? defaultTimeoutMs);
    let response: Response;
    let bytes: Buffer;
    try {
      response = await this.#send(operation.method, call, limit.signal);
      bytes = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      options.signal?.throwIfAborted();
      const fault = limit.passed ? "silent" : networkFault(error);
      const unsent = fault === "refused" || fault === "unresolved";
      throw new DrsError(
        {
          kind: limit.passed ? "timeout" : "network",
          operation: name,
          ...faultOf(fault, fault === "unreachable" ? String(error) : this.#base.host),
          uncertain: !operation.reads && !unsent,
        },
        { cause: error },
      );
    } finally {
      limit.dispose();
    }
    const key = operation.reads ? `${name} ${call.path}?${call.query} ${call.body}` : undefined;
    const last = key === undefined ? undefined : this.#answers.get(key);
    if (last !== undefined && response.ok && last.bytes.equals(bytes)) {
      return last.value as Identified<R>;
    }
    const requestId = response.headers.get("x-request-id") ?? undefined;
    const facts = { operation: name, status: response.status, requestId };
    const value = this.#checked<R>(operation, this.#parsed(bytes, facts, operation.items), facts);
    if (key !== undefined && response.ok) {
      this.#remember(key, { bytes, value });
    }
    return value;
  }

  /** Closes the kept connections; the client is not used afterwards. */
  dispose(): void {
    this.#agent.destroy();
    this.#answers.clear();
  }

  #send(method: string, { path, query, body }: Call, signal: AbortSignal): Promise<Response> {
    const { projectId } = this.#config;
    const url = new URL(path.replace("{project_id}", encodeURIComponent(projectId)), this.#base);
    url.search = query.toString();
    const signed = {
      host: url.host,
      "x-project-id": projectId,
      "x-sdk-date": sdkDate(new Date()),
    };
    return fetch(url, {
      method,
      ...(body === "" ? {} : { body }),
      signal,
      agent: this.#agent,
      // A redirect is no answer of the service, and a signature must not follow it.
      redirect: "manual",
      size: largestAnswer,
      headers: {
        ...signed,
        "content-type": "application/json",
        "x-language": this.#config.language ?? "en-us",
        authorization: authorization(
          { method, url, headers: signed, body },
          this.#config.accessKey,
          this.#config.secretKey,
        ),
      },
    });
  }

  /** The body of an answer. @throws DrsError for a refusal, and for what is no answer of the API. */
  #parsed(bytes: Buffer, facts: Facts, items: string | undefined): Record<string, unknown> {
    const { status } = facts;
    const body = asObject(bytes);
    const ok = status >= 200 && status < 300;
    // batch-detail answers 400 for a job that is gone and still lists a result for each job.
    if (body !== undefined && (ok || (status === 400 && Array.isArray(body[items ?? ""])))) {
      return body;
    }
    if (ok || (status >= 300 && status < 400)) {
      const fault = ok ? "notJson" : "redirected";
      throw new DrsError({ ...facts, kind: "protocol", ...faultOf(fault, this.#base.host) });
    }
    throw new DrsError(refusal(body, facts));
  }

  /**
   * Checks an answer against the operation's schema. Items are checked one by one: a field of a wrong type is left
   * out of its item and reported, and an item is left out only if it has no usable id.
   */
  #checked<R>(
    { items = "", item, path, response }: Operation,
    value: Record<string, unknown>,
    { operation: name, requestId }: Pick<Failure, "operation" | "requestId">,
  ): Identified<R> {
    const report = (what: string) =>
      this.#config.onMismatch?.(`${name} ${path}: ${what} (request ${requestId ?? "unknown"})`);
    const list: unknown = value[items];
    const checkedItems =
      Array.isArray(list) && item !== undefined
        ? list.flatMap((entry: unknown, index) => usablePart(item, entry, `${items}[${index}]`, report))
        : list;
    const result = v.safeParse(response, checkedItems === list ? value : { ...value, [items]: checkedItems });
    if (!result.success) {
      throw new DrsError({
        kind: "protocol",
        operation: name,
        requestId,
        ...faultOf("misshapen", issueText(result.issues[0])),
      });
    }
    return { ...(result.output as R), request_id: requestId };
  }

  #remember(key: string, exchange: Exchange): void {
    this.#answers.delete(key);
    this.#answers.set(key, exchange);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > rememberedAnswers && oldest.done !== true) {
      this.#answers.delete(oldest.value);
    }
  }
}

type Facts = Omit<Failure, "kind" | "reason" | "status"> & { readonly status: number };

function refusal(body: Record<string, unknown> | undefined, facts: Facts): Failure {
  const nested = body?.error;
  const source = typeof nested === "object" && nested !== null ? (nested as Record<string, unknown>) : body;
  const code = firstText(source?.error_code, source?.code);
  const reason = firstText(source?.error_msg, source?.error_message, source?.message);
  return {
    ...facts,
    kind: kindOf(code, facts.status),
    code,
    ...(reason === undefined ? faultOf("wordless", ` (HTTP ${facts.status})`) : { reason }),
    requestId: facts.requestId ?? firstText(body?.request_id),
  };
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function asObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The item with its misfit top-level fields left out, or nothing when it cannot be used without them. */
function usablePart(
  schema: v.GenericSchema,
  entry: unknown,
  where: string,
  report: (what: string) => void,
): readonly unknown[] {
  const result = v.safeParse(schema, entry);
  if (result.success) {
    return [result.output];
  }
  for (const issue of result.issues) {
    report(`${where}: ${issueText(issue)}`);
  }
  if (typeof entry !== "object" || entry === null) {
    return [];
  }
  const misfits = new Set(result.issues.map((issue) => String(issue.path?.[0]?.key)));
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => !misfits.has(key)));
  const second = v.safeParse(schema, rest);
  return second.success ? [second.output] : [];
}

function issueText(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue) ?? "body"}: expected ${issue.expected ?? "another value"}, received ${issue.received}`;
}

function networkFault(error: unknown): Fault {
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ECONNREFUSED":
      return "refused";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "unresolved";
    case "ECONNRESET":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return "cut";
    default:
      return "unreachable";
  }
}

/**
 * A signal that aborts with the caller's, or when the time is up. `AbortSignal.any` would tie every call to a signal
 * that lives as long as the connection.
 */
class Limit {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = () => this.#controller.abort();
  /** Whether the time was up. */
  passed = false;

  constructor(caller: AbortSignal | undefined, ms: number) {
    this.#caller = caller;
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#abort();
    }, ms);
    caller?.addEventListener("abort", this.#abort);
    if (caller?.aborted === true) {
      this.#abort();
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#abort);
  }
}
