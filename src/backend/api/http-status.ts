/** All operations of the API that are served here. */
import type * as v from "valibot";
import { operations } from "../../drs/operations";
import { operationsCompare } from "../../drs/operations-compare";
import { operationsV5 } from "../../drs/operations-v5";

export const table = { ...operations, ...operationsCompare, ...operationsV5 };

export type Table = typeof table;
export type Served = keyof Table;

// Object.keys forgets the keys' type; the tables are the only place they come from.
export const served = Object.keys(table) as readonly Served[];

/** The checked input of a call of the operation; fields that the table does not name pass. */
export type InputOf<N extends Served> = v.InferOutput<Table[N]["request"]>;
export type AnswerOf<N extends Served> = v.InferOutput<Table[N]["response"]>;

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
export function statusOf<N extends Served>(name: N, answer: AnswerOf<N>): Success {
  const own: ((answer: AnswerOf<N>) => Success | undefined) | undefined = statusBy[name];
  return own?.(answer) ?? table[name].success;
}
