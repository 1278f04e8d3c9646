import { randomUUID } from "node:crypto";
import { type Language, message, Refusal, render } from "../messages";
import type { AnswerOf } from "./table";

/** The outcome of a connection test. */
export interface NetworkTest {
  readonly ip: string;
  readonly refusal: Refusal | undefined;
}

type Shown = NonNullable<AnswerOf<"showJobDetail">["job"]["network_results"]>;

const keptTests = 200;

/** Connection tests that were asked for and are read by their query id, until the backend ends. */
export class NetworkTests {
  readonly #byQuery = new Map<string, readonly NetworkTest[]>();

  /** Keeps outcomes and answers the id by which they are read. */
  keep(outcomes: readonly NetworkTest[]): string {
    const id = randomUUID();
    this.#byQuery.set(id, outcomes);
    const oldest = this.#byQuery.keys().next();
    if (this.#byQuery.size > keptTests && oldest.done !== true) {
      this.#byQuery.delete(oldest.value);
    }
    return id;
  }

  /** @throws Refusal DRS.M00007 for an id that is not known. */
  resultsOf(id: string, language: Language): Shown {
    const outcomes = this.#byQuery.get(id);
    if (outcomes === undefined) {
      throw new Refusal("DRS.M00007", message("noSuchQuery", { id }));
    }
    return outcomes.map(({ ip, refusal }) => ({
      ip,
      success: refusal === undefined,
      status: refusal === undefined ? "success" : "failed",
      ...(refusal === undefined
        ? {}
        : { error_code: refusal.code, error_msg: render(refusal.text, language) }),
    }));
  }
}
