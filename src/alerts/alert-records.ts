/** What was told of which task, kept for all windows and over restarts. Knows nothing of VS Code. */
import * as v from "valibot";
import { statusOrder } from "../status/statuses";
import type { Told } from "./evaluate";
import { SharedFile } from "./versioned-file";

/** By connection, by task. A connection that is not here has never been read as a whole. */
export type Entries = Readonly<Record<string, Readonly<Record<string, Told>>>>;
export type Ledger = SharedFile<Entries>;

const condition = v.picklist([...statusOrder, "delayed"]);
const schema = v.record(
  v.string(),
  v.record(
    v.string(),
    v.object({
      condition,
      at: v.number(),
      by: v.string(),
      under: v.optional(condition),
      phase: v.optional(v.picklist(["retried", "over"])),
    }),
  ),
);

export function openLedger(folder: string): Ledger {
  return new SharedFile<Entries>(folder, "told", schema, {});
}
