/** The API's v5 where a service has it. */
import type { CallOptions, DrsClient } from "./client";
import { DrsError, faultOf, isDrsError } from "./errors";
import type { RequestIn, ResponseIn } from "./operations";
import { type OperationsV5, operationsV5 } from "./operations-v5";

export type V5Caller = Pick<DrsClient, "callIn">;

/** What the gateway answers for a path that it does not have. */
const noSuchPath = "APIGW.0101";

/** v5 as one client sees it. The first call tells whether it is there; where it is not, nothing is sent again. */
export class V5 {
  readonly #client: V5Caller;
  #absent = false;

  constructor(client: V5Caller) {
    this.#client = client;
  }

  /** Known not to be there. */
  get absent(): boolean {
    return this.#absent;
  }

  /**
   * The answer; undefined where the service has no v5.
   *
   * @throws DrsError as `DrsClient.call` does.
   */
  async call<N extends keyof OperationsV5>(
    name: N,
    input: RequestIn<OperationsV5, N>,
    options: CallOptions = {},
  ): Promise<ResponseIn<OperationsV5, N> | undefined> {
    if (this.#absent) {
      return undefined;
    }
    try {
      return await this.#client.callIn(operationsV5, name, input, options);
    } catch (error) {
      if (isDrsError(error) && error.failure.code === noSuchPath) {
        this.#absent = true;
        return undefined;
      }
      throw error;
    }
  }

  /**
   * The answer to what nothing else can do.
   *
   * @throws DrsError as `call` does, and `notFound` where the service has no v5.
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
