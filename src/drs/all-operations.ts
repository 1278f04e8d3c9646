/** Every operation of the API, of both versions. */
import type * as v from "valibot";
import { operations } from "./operations";
import { operationsCompare } from "./operations-compare";
import { operationsOtherClients } from "./operations-other-clients";
import { operationsRecords } from "./operations-records";
import { operationsV5 } from "./operations-v5";

export const table = {
  ...operations,
  ...operationsCompare,
  ...operationsV5,
  ...operationsOtherClients,
  ...operationsRecords,
};

export type Table = typeof table;
export type Served = keyof Table;

// Object.keys forgets the keys' type; the tables are the only place they come from.
export const served = Object.keys(table) as readonly Served[];

/** The checked input of a call of the operation; fields that the table does not name pass. */
export type InputOf<N extends Served> = v.InferOutput<Table[N]["request"]>;
export type AnswerOf<N extends Served> = v.InferOutput<Table[N]["response"]>;
