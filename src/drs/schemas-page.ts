/** Pages of lists, and what a query repeats. */
import * as v from "valibot";
import { wholeNumber } from "./schemas";

export const offset = v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0);
/** As most lists of v5 have it: 10 by default, 1 to 1000. */
const limit = v.optional(wholeNumber(1, 1000), 10);
export const page = { offset, limit };

/** A repeated field of a query, which comes as one text when it is there once. */
export const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((value) => [value].flat()),
);
