/** Every part of the page, in its order. A new part is a file and a line here. */
import { compare } from "./compare";
import { delay } from "./delay";
import { dirty } from "./dirty";
import { log } from "./log";
import type { Part } from "./part";
import { precheck } from "./precheck";
import { tables } from "./tables";
import { timeline } from "./timeline";

const all = { delay, timeline, tables, precheck, compare, dirty, log };

export type PartId = keyof typeof all;
/** What is read of each part. */
export type PartValues = { [P in PartId]: (typeof all)[P] extends Part<infer Value> ? Value : never };

export const parts: { readonly [P in PartId]: Part<PartValues[P]> } = all;
export const partIds = Object.keys(all) as readonly PartId[];
