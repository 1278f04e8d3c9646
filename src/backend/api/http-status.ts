import { type AnswerOf, type Served, table } from "../../drs/all-operations";

/** Answers whose HTTP status is not always the table's. */
const statusBy: { readonly [N in Served]?: (answer: AnswerOf<N>) => Success | undefined } = {
  // The service lists the reasons, but refuses the call when it knows none of the tasks.
  batchDetail: ({ results }) =>
    results.length > 0 && results.every(({ error_code, name }) => error_code === "DRS.M00289" && name == null)
      ? 400
      : undefined,
  executeAction: ({ query_id }) => (query_id == null ? undefined : 202),
  executeActions: ({ jobs }) => (jobs.some(({ query_id }) => query_id != null) ? 202 : undefined),
};

type Success = 200 | 201 | 202 | 400;

/** The HTTP status of an answer. */
export function httpStatusOf<N extends Served>(name: N, answer: AnswerOf<N>): Success {
  const own: ((answer: AnswerOf<N>) => Success | undefined) | undefined = statusBy[name];
  return own?.(answer) ?? table[name].success;
}
