/** Readings of a source's objects that were asked for and are fetched by their query id. */
import type { AnswerOf } from "../../drs/all-operations";
import { ApiError, type Language, render } from "../messages";
import { Queries } from "./network-tests";
import { internalError } from "./outcome";

type Objects = AnswerOf<"showDbObjectsCollected">;

interface Reading {
  readonly job: string;
  answer: Objects | undefined;
  refusal: ApiError | undefined;
}

/** The maps of large databases have megabytes, so that few are kept. */
const keptReadings = 20;

/** The last 20 readings, in memory. Each belongs to one task. */
export class ObjectCollections {
  readonly #readings = new Queries<Reading>(keptReadings);

  /** Begins to read and answers the query id. */
  begin(job: string, read: () => Promise<Objects>): string {
    const reading: Reading = { job, answer: undefined, refusal: undefined };
    void read().then(
      (answer) => {
        reading.answer = answer;
      },
      (error: unknown) => {
        reading.refusal = error instanceof ApiError ? error : internalError(error);
      },
    );
    return this.#readings.keep(reading);
  }

  /** @throws ApiError DRS.M00007 for an id that is not known, or is another task's. */
  stateOf(job: string, id: string, language: Language): Objects {
    const { answer, refusal } = this.#readings.get(id, (reading) => reading.job === job);
    if (refusal !== undefined) {
      const error_msg = render(refusal.text, language);
      return { id, status: "failed", error_code: refusal.code, error_msg };
    }
    return answer === undefined ? { id, status: "pending" } : { ...answer, id };
  }
}
