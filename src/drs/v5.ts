/** The API's v5 where a service has it. */
import type { CallOptions, DrsClient } from "./client";
import { DrsError, faultOf, isDrsError } from "./errors";
import type { RequestIn, ResponseIn } from "./operation";
import { type OperationsV5, operationsV5 } from "./operations-v5";

export type V5Caller = Pick<DrsClient, "callIn">;

/** The gateway's response for a path that it does not have. */
export const noSuchPath = "APIGW.0101";

/** Nobody is to wait long for a list of tasks because of what is only nice to know. */
const probeTimeoutMs = 5_000;

/**
 * v5 as one client sees it. The first call finds out whether the service has it; if not, none is sent again. A service may
 * have v5 without all of its operations: what it lacks is not asked for again.
 */
export class V5 {
  readonly #gone = new Set<keyof OperationsV5>();
  #present: boolean | undefined;

  constructor(private readonly client: V5Caller) {}

  /** Known not to be there. */
  get absent(): boolean {
    return this.#present === false;
  }

  /**
   * Whether it is there: as known from other calls, or else asked for with the smallest one.
   *
   * @returns undefined when that is not known now.
   * @throws DrsError of kind `authentication`; the caller's own abort as it is.
   */
  async isThere(signal: AbortSignal): Promise<boolean | undefined> {
    if (this.#present === undefined) {
      try {
        await this.call("listJobsV5", { job_type: "sync", limit: 1 }, { signal, timeoutMs: probeTimeoutMs });
      } catch (error) {
        if (!isDrsError(error) || error.failure.kind === "authentication") {
          throw error;
        }
      }
    }
    return this.#present;
  }

  /**
   * The answer; undefined where the service has no v5, or not this operation.
   *
   * @throws DrsError as `DrsClient.call` does.
   */
  async call<N extends keyof OperationsV5>(
    name: N,
    input: RequestIn<OperationsV5, N>,
    options: CallOptions = {},
  ): Promise<ResponseIn<OperationsV5, N> | undefined> {
    if (this.absent || this.#gone.has(name)) {
      return undefined;
    }
    try {
      const answer = await this.client.callIn(operationsV5, name, input, options);
      this.#present = true;
      return answer;
    } catch (error) {
      const code = isDrsError(error) ? error.failure.code : undefined;
      if (code === noSuchPath) {
        await this.#lacks(name, options);
        return undefined;
      }
      // A refusal by the service itself, behind the gateway.
      if (code?.startsWith("DRS.") === true) {
        this.#present = true;
      }
      throw error;
    }
  }

  /** Where nothing is known of v5 yet, one that lacks an operation may lack all of them: the list of tasks says so. */
  async #lacks(name: keyof OperationsV5, { signal }: CallOptions): Promise<void> {
    if (name === "listJobsV5" && this.#present === undefined) {
      this.#present = false;
      return;
    }
    this.#gone.add(name);
    if (this.#present === undefined) {
      await this.isThere(signal ?? AbortSignal.timeout(probeTimeoutMs));
    }
  }

  /**
   * The answer to what nothing else can do.
   *
   * @throws DrsError as `call` does, and `notFound` where the service has no v5, or not this operation.
   */
  async need<N extends keyof OperationsV5>(
    name: N,
    input: RequestIn<OperationsV5, N>,
    options: CallOptions = {},
  ): Promise<ResponseIn<OperationsV5, N>> {
    const answer = await this.call(name, input, options);
    if (answer === undefined) {
      throw new DrsError({ operation: name, kind: "notFound", code: noSuchPath, ...faultOf("noV5") });
    }
    return answer;
  }
}

const known = new WeakMap<V5Caller, V5>();

/** The v5 of a client; the same one for all who ask, so that what one has found out all know. */
export function v5Of(client: V5Caller): V5 {
  const v5 = known.get(client) ?? new V5(client);
  known.set(client, v5);
  return v5;
}
