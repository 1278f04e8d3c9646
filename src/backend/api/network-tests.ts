import { randomUUID } from "node:crypto";
import type { AnswerOf } from "../../drs/all-operations";
import { ApiError, type Language, message, render } from "../messages";

/** The outcome of a connection test. */
export interface NetworkTest {
  readonly ip: string;
  readonly refusal: ApiError | undefined;
}

type Shown = NonNullable<AnswerOf<"showJobDetail">["job"]["network_results"]>;

/** Results by their query id, until the backend ends. */
export class Queries<T> {
  readonly #byId = new Map<string, T>();

  /** @param kept how many outcomes are kept at most; the oldest go first. */
  constructor(private readonly kept = 200) {}

  /** Keeps an outcome and answers the id by which it is read. */
  keep(outcome: T): string {
    const id = randomUUID();
    this.#byId.set(id, outcome);
    const oldest = this.#byId.keys().next();
    if (this.#byId.size > this.kept && oldest.done !== true) {
      this.#byId.delete(oldest.value);
    }
    return id;
  }

  /** @throws ApiError DRS.M00007 for an id that is not known, or whose outcome is not meant. */
  get(id: string, isMeant: (outcome: T) => boolean = () => true): T {
    const outcome = this.#byId.get(id);
    if (outcome === undefined || !isMeant(outcome)) {
      throw new ApiError("DRS.M00007", message("noSuchQuery", { id }));
    }
    return outcome;
  }
}

/** Connection tests that were asked for. */
export class NetworkTests {
  readonly #tests = new Queries<readonly NetworkTest[]>();

  keep(outcomes: readonly NetworkTest[]): string {
    return this.#tests.keep(outcomes);
  }

  /** @throws ApiError DRS.M00007 for an id that is not known. */
  resultsOf(id: string, language: Language): Shown {
    return this.#tests.get(id).map(({ ip, refusal }) => ({
      ip,
      success: refusal === undefined,
      status: refusal === undefined ? "success" : "failed",
      ...(refusal === undefined
        ? {}
        : { error_code: refusal.code, error_msg: render(refusal.text, language) }),
    }));
  }
}
