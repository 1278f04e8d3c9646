/** One HTTP exchange: sent once, within a time limit, every trouble on the way told as a DrsError. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import fetch from "node-fetch";
import { DrsError, type Fault, faultOf } from "./errors";

/** What is sent. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where nothing is sent. */
  readonly body: string;
}

/** What came back, whatever its status. */
export interface Incoming {
  readonly status: number;
  /** By lower-case name. */
  header(name: string): string | undefined;
  readonly bytes: Buffer;
}

export interface ExchangeOptions {
  /** Whom an error names. */
  readonly operation: string;
  /** Whether the call only reads, so that no answer leaves nothing uncertain. */
  readonly reads: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

const largestAnswer = 32 * 1024 * 1024;

/** Sends requests to one host over connections that are kept alive until `dispose`. */
export class Transport {
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(base: URL) {
    this.#base = base;
    this.#agent =
      base.protocol === "http:" ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
  }

  /**
   * Sends a request. A reading call that is cut off is sent once more, over a new connection: those that were kept
   * alive may have died while the machine slept.
   *
   * @throws DrsError of kind `network` or `timeout`; the caller's own abort is thrown as it is.
   */
  async exchange(request: Outgoing, options: ExchangeOptions): Promise<Incoming> {
    try {
      return await this.#once(request, options);
    } catch (error) {
      if (options.reads && error instanceof DrsError && error.failure.fault?.id === "cut") {
        this.#closeIdle();
        return await this.#once(request, options);
      }
      throw error;
    }
  }

  dispose(): void {
    this.#agent.destroy();
  }

  #closeIdle(): void {
    for (const socket of Object.values(this.#agent.freeSockets).flat()) {
      socket?.destroy();
    }
  }

  async #once({ method, url, headers, body }: Outgoing, options: ExchangeOptions): Promise<Incoming> {
    const limit = new Limit(options.signal, options.timeoutMs);
    try {
      const response = await fetch(url, {
        method,
        headers,
        ...(body === "" ? {} : { body }),
        signal: limit.signal,
        agent: this.#agent,
        // A redirect is no answer of the service, and a signature must not follow it.
        redirect: "manual",
        size: largestAnswer,
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, bytes };
    } catch (error) {
      options.signal?.throwIfAborted();
      const fault = limit.passed ? "silent" : networkFault(error);
      throw new DrsError(
        {
          kind: limit.passed ? "timeout" : "network",
          operation: options.operation,
          ...faultOf(fault, fault === "unreachable" ? String(error) : this.#base.host),
          uncertain: !options.reads && !unsent.has(fault),
        },
        { cause: error },
      );
    } finally {
      limit.dispose();
    }
  }
}

/** Faults after which the service cannot have seen the request. */
const unsent: ReadonlySet<Fault> = new Set(["refused", "unresolved", "untrusted"]);

function networkFault(error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "unresolved";
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return "cut";
    default:
      return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code) ? "untrusted" : "unreachable";
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
