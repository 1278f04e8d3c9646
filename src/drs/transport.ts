/** One HTTP exchange: sent once, within a time limit, every problem on the way reported as a DrsError. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import fetch, { FetchError } from "node-fetch";
import { DrsError, type Fault, faultOf } from "./errors";

/** A request. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where nothing is sent. */
  readonly body: string;
}

/** A response, whatever its status. */
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

/** Ten times that of 100 tasks with long errors, in bytes. */
const largestAnswer = 4 * 1024 * 1024;

/**
 * How long a connection stays open that nothing is sent over, in milliseconds. Servers close one after a minute or more; a
 * call that is sent at that moment is cut, and whether it has arrived is not known.
 */
export const longestIdleMs = 30_000;

/** Sends requests to one host over connections that are kept alive until `dispose`. */
export class Transport {
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #verify: ((operation: string) => Promise<void>) | undefined;
  /** Reading calls that wait for their answer. */
  readonly #reading = new Set<Limit>();
  #disposed = false;

  /** @param verify makes sure that the right service listens, before a call is sent once more; throws when not. */
  constructor(
    private readonly base: URL,
    verify?: ((operation: string) => Promise<void>) | undefined,
  ) {
    this.#verify = verify;
    const options = { keepAlive: true, timeout: longestIdleMs };
    this.#agent = base.protocol === "http:" ? new HttpAgent(options) : new HttpsAgent(options);
  }

  /**
   * Sends a request. A reading call that is cut off is sent once more, over a new connection: those that were kept
   * alive may have died meanwhile.
   *
   * @throws DrsError of kind `network` or `timeout`, and after `dispose` `illegalState`; the caller's own abort is thrown as it is.
   */
  async exchange(request: Outgoing, options: ExchangeOptions): Promise<Incoming> {
    try {
      return await this.#once(request, options);
    } catch (error) {
      if (options.reads && error instanceof DrsError && error.failure.fault?.id === "connectionReset") {
        this.#closeIdle();
        await this.#verify?.(options.operation);
        return await this.#once(request, options);
      }
      throw error;
    }
  }

  /**
   * Uses no connection any more that was open before: after a sleep they are dead, and nobody says so. Reading calls
   * are sent once more; one that changes something waits for its time limit, because it may have arrived.
   */
  renew(): void {
    this.#closeIdle();
    for (const limit of this.#reading) {
      limit.end("connectionReset");
    }
  }

  /** Whether a connection is open, at whose other end is who was there before. */
  get isConnected(): boolean {
    return [this.#agent.sockets, this.#agent.freeSockets].some((sockets) =>
      Object.values(sockets).some((open) => open?.some((socket) => !socket.destroyed)),
    );
  }

  /** Sends nothing from now on. A dialog about a task may still be open after its connection was closed. */
  dispose(): void {
    this.#disposed = true;
    this.#agent.destroy();
  }

  #closeIdle(): void {
    for (const socket of Object.values(this.#agent.freeSockets).flat()) {
      socket?.destroy();
    }
  }

  async #once({ method, url, headers, body: sent }: Outgoing, options: ExchangeOptions): Promise<Incoming> {
    // Given an aborted signal, node-fetch destroys the body stream, whose error event nothing handles.
    options.signal?.throwIfAborted();
    if (this.#disposed) {
      throw new DrsError({ operation: options.operation, kind: "illegalState", ...faultOf("closed") });
    }
    const limit = new Limit(options.signal, options.timeoutMs);
    if (options.reads) {
      this.#reading.add(limit);
    }
    let body: NodeJS.ReadableStream | null = null;
    try {
      const response = await fetch(url, {
        method,
        headers,
        ...(sent === "" ? {} : { body: sent }),
        signal: limit.signal,
        agent: this.#agent,
        // The service does not redirect, and a signature must not follow a redirect.
        redirect: "manual",
      });
      body = response.body;
      const bytes = await bytesOf(body);
      return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, bytes };
    } catch (error) {
      // Stops the download of an answer that is too large.
      limit.stop();
      if (body instanceof Readable) {
        // Else the memory of its decompression is kept until the garbage is collected.
        body.destroy();
      }
      options.signal?.throwIfAborted();
      const { fault, detail } = limit.fault === undefined ? networkFault(error) : { fault: limit.fault };
      if (fault === "timeout") {
        // Where one connection is dead, so are the others.
        this.#closeIdle();
      }
      throw new DrsError(
        {
          kind: fault === "timeout" ? "timeout" : fault === "tooLarge" ? "protocol" : "network",
          operation: options.operation,
          // The library's own words hold the whole address; who asks may be an agent.
          ...faultOf(fault, [this.base.host, detail].filter(Boolean).join(": ")),
          uncertain: !options.reads && !unsent.has(fault),
        },
        { cause: error },
      );
    } finally {
      this.#reading.delete(limit);
      limit.dispose();
    }
  }
}

/** The bytes of a body, as they come: an iterator of its stream costs as much as parsing them. */
function bytesOf(body: NodeJS.ReadableStream | null): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body
      ?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > largestAnswer) {
          reject(new FetchError("too large", "max-size"));
        } else {
          chunks.push(chunk);
        }
      })
      .on("error", reject)
      .on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    if (body === null) {
      resolve(Buffer.alloc(0));
    }
  });
}

/** Faults after which the service cannot have seen the request. */
const unsent: ReadonlySet<Fault> = new Set([
  "connectionRefused",
  "hostNotFound",
  "certificateUntrusted",
  "certificateInvalid",
]);

function networkFault(error: unknown): { readonly fault: Fault; readonly detail?: string } {
  if (error instanceof FetchError && error.type === "max-size") {
    return { fault: "tooLarge" };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return { fault: "connectionRefused" };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { fault: "hostNotFound" };
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return { fault: "connectionReset" };
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
    case "CERT_REVOKED":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return { fault: "certificateInvalid", detail: code };
    default:
      return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)
        ? { fault: "certificateUntrusted" }
        : { fault: "unreachable", detail: code };
  }
}

/**
 * A signal that aborts with the caller's, or when the time is up. `AbortSignal.any` would tie every call to a signal
 * that lives as long as the connection.
 */
class Limit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #abort = () => this.#controller.abort();
  /** Why it ended the exchange: the time was up, or the connection is not trusted to live any more. */
  fault: "timeout" | "connectionReset" | undefined;

  constructor(
    private readonly caller: AbortSignal | undefined,
    ms: number,
  ) {
    this.#timer = setTimeout(() => this.end("timeout"), ms);
    caller?.addEventListener("abort", this.#abort);
    if (caller?.aborted === true) {
      this.#abort();
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(fault: "timeout" | "connectionReset"): void {
    this.fault ??= fault;
    this.#abort();
  }

  /** Ends what is left of the exchange, which has failed already. */
  stop(): void {
    this.#abort();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.caller?.removeEventListener("abort", this.#abort);
  }
}
