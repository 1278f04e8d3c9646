import { createHash } from "node:crypto";
import { checkedAnswer } from "./answer";
import type { CredentialBreaker } from "./credential-breaker";
import { isDrsError } from "./errors";
import { callOf, type Operation, type OperationTable, type RequestIn, type ResponseIn } from "./operation";
import { type OperationName, operations, type RequestOf, type ResponseOf } from "./operations";
import { type AccessKey, keySignIn, type SignIn } from "./sign-in";
import { type Incoming, Transport } from "./transport";

/** Where the client calls and as whom. */
export type ClientConfig = {
  /** Base address without a path, such as `https://drs.cn-north-4.myhuaweicloud.com`. */
  readonly endpoint: string;
  readonly projectId: string;
  /** The language of the service's messages (`X-Language`). */
  readonly language?: "en-us" | "zh-cn";
  /** Milliseconds until a call fails with kind `timeout`; 30,000 by default. */
  readonly timeoutMs?: (() => number) | undefined;
  /** Waits until the next request may be sent; absent: never. */
  readonly rateLimiter?:
    | { acquire(control: boolean, signal: AbortSignal | undefined): Promise<void> }
    | undefined;
  /** Sends nothing any more after a refused proof of identity; absent: the caller sees to that. */
  readonly breaker?: CredentialBreaker | undefined;
  /**
   * Makes sure that the right service would get a call, before each one that changes something, and before others when no
   * connection is open: who listened may have ended. Throws when not.
   */
  readonly verify?: ((operation: string) => Promise<void>) | undefined;
  /** Receives a line about each kind of value that does not fit its schema: once, and when it came 10, 100, … times. */
  readonly onMismatch?: (message: string) => void;
} & (AccessKey | { readonly signIn: SignIn });

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call fails with kind `timeout`; the client's own limit by default. */
  readonly timeoutMs?: number | undefined;
}

/** An answer, with the request id under which the service logged it. */
export type Identified<R> = R & { readonly request_id?: string | undefined };
export type Answer<N extends OperationName> = Identified<ResponseOf<N>>;

/** The one method through which everybody calls the API. */
export interface DrsCaller {
  call<N extends OperationName>(name: N, input: RequestOf<N>, options?: CallOptions): Promise<Answer<N>>;
}

/** A client that calls operations of any table. */
export type TablesCaller = Pick<DrsClient, "call" | "callIn">;

const defaultTimeoutMs = 30_000;
/** At least this many answers are remembered; of long lists as many as they have pages, with details and progress of each. */
const rememberedAnswers = 64;
const answersOfPage = 4;
const pageSize = 100;
/** Larger answers are parsed each time: those of the API for 100 tasks are smaller. */
const rememberedBytes = 256 * 1024;
/** Of more kinds of misfits nothing is said. */
const rememberedMismatches = 200;

/**
 * The typed client of the DRS API: signs, sends, checks, and never repeats a call that changes something. Connections
 * are kept alive until `dispose`. An answer of a reading call whose bytes equal the last one's, by their digest, is not
 * parsed again: the very same object is returned, so callers can compare by identity.
 */
export class DrsClient implements DrsCaller {
  readonly #config: ClientConfig;
  readonly #base: URL;
  readonly #transport: Transport;
  readonly #signIn: SignIn;
  readonly #answers = new Map<string, { readonly digest: string; readonly value: object }>();
  /** The most pages that a list has had. */
  #pages = 0;
  /** How often each kind of misfit came. */
  readonly #mismatches = new Map<string, number>();

  /** @throws TypeError when the endpoint is not an absolute URL. */
  constructor(config: ClientConfig) {
    this.#config = config;
    this.#base = new URL(config.endpoint);
    this.#transport = new Transport(this.#base, config.verify);
    this.#signIn = "signIn" in config ? config.signIn : keySignIn(config, config.projectId);
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
    return await this.#call<ResponseOf<N>>(name, operations[name], input, options);
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
    return await this.#call<ResponseIn<T, N>>(name, operation, input as object, options);
  }

  /** Uses no connection any more that was open before; for after a sleep. */
  renewConnections(): void {
    this.#transport.renew();
  }

  /** Closes the kept connections; the client is not used afterwards. */
  dispose(): void {
    this.#transport.dispose();
    this.#signIn.dispose();
    this.#answers.clear();
  }

  async #call<R>(
    name: string,
    operation: Operation,
    input: object,
    options: CallOptions,
  ): Promise<Identified<R>> {
    const { rateLimiter, breaker } = this.#config;
    await rateLimiter?.acquire(!operation.reads, options.signal);
    if (!operation.reads || !this.#transport.isConnected) {
      await this.#config.verify?.(name);
    }
    const exchange = () => this.#exchange<R>(name, operation, input, options);
    if (breaker === undefined) {
      return await exchange();
    }
    return await breaker.run(operation.reads, options.signal, async () => {
      try {
        return await exchange();
      } catch (error) {
        if (isDrsError(error) && error.failure.kind === "authentication") {
          breaker.trip(error);
        }
        throw error;
      }
    });
  }

  async #exchange<R>(
    name: string,
    operation: Operation,
    input: object,
    options: CallOptions,
  ): Promise<Identified<R>> {
    const { path, query, body } = callOf(operation, { ...input });
    const url = new URL(path.replace("{project_id}", encodeURIComponent(this.#config.projectId)), this.#base);
    url.search = query.toString();
    const key = operation.reads ? keyOf(`${name} ${url.pathname}${url.search} ${body}`) : undefined;
    const last = key === undefined ? undefined : this.#answers.get(key);
    const send = () => this.#send(name, operation, url, body, options);
    let digest = "";
    const check = (answer: Incoming): object => {
      digest = key !== undefined && isSuccess(answer) ? digestOf(answer.bytes) : "";
      return last !== undefined && last.digest === digest
        ? last.value
        : checkedAnswer(
            operation,
            answer,
            { operation: name, host: url.host, reads: operation.reads },
            (what) => this.#noteMismatch(`${name} ${operation.path}: ${what}`, answer.header("x-request-id")),
          );
    };
    let { answer, proof } = await send();
    let value: object;
    try {
      value = check(answer);
    } catch (error) {
      // A refused proof was not looked at any further, so that the call can be sent again with a new one.
      if (!(isDrsError(error) && error.failure.status === 401 && this.#signIn.onRejected(proof))) {
        throw error;
      }
      await this.#config.rateLimiter?.acquire(!operation.reads, options.signal);
      ({ answer, proof } = await send());
      value = check(answer);
    }
    if (key !== undefined && isSuccess(answer) && answer.bytes.length <= rememberedBytes) {
      this.#remember(key, digest, value);
    }
    return value as Identified<R>;
  }

  async #send(
    name: string,
    { method, reads }: Operation,
    url: URL,
    body: string,
    options: CallOptions,
  ): Promise<{ readonly answer: Incoming; readonly proof: Readonly<Record<string, string>> }> {
    const { signal, timeoutMs = this.#config.timeoutMs?.() ?? defaultTimeoutMs } = options;
    const common = {
      "content-type": "application/json",
      "x-language": this.#config.language ?? "en-us",
      "x-project-id": this.#config.projectId,
    };
    const proof = await this.#signIn.headers({ method, url, headers: common, body }, signal);
    const answer = await this.#transport.exchange(
      { method, url, headers: { ...common, ...proof }, body },
      { operation: name, reads, signal, timeoutMs },
    );
    return { answer, proof };
  }

  #noteMismatch(what: string, requestId = "unknown"): void {
    const times = (this.#mismatches.get(what) ?? 0) + 1;
    if (times > 1 || this.#mismatches.size < rememberedMismatches) {
      this.#mismatches.set(what, times);
      if (/^10*$/.test(String(times))) {
        const counted = times === 1 ? "" : `, ${times} times by now`;
        this.#config.onMismatch?.(`${what}${counted} (request ${requestId})`);
      }
    }
  }

  #remember(key: string, digest: string, value: object): void {
    const total = "total_record" in value ? Number(value.total_record) : 0;
    this.#pages = Math.max(this.#pages, Math.ceil(total / pageSize) || 0);
    this.#answers.delete(key);
    this.#answers.set(key, { digest, value });
    const oldest = this.#answers.keys().next();
    const most = Math.max(rememberedAnswers, this.#pages * answersOfPage);
    if (this.#answers.size > most && oldest.done !== true) {
      this.#answers.delete(oldest.value);
    }
  }
}

function digestOf(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("base64");
}

/** What a request is remembered by; a hundred task ids are long. */
function keyOf(request: string): string {
  return request.length <= 200 ? request : digestOf(request);
}

function isSuccess({ status }: Incoming): boolean {
  return status >= 200 && status < 300;
}
