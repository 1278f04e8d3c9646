/** The alert records of all tasks: shared by all windows, and kept over restarts. */
import * as v from "valibot";
import { statusOrder } from "../status/statuses";
import { VersionedFile } from "../storage/versioned-file";
import type { AlertRecord } from "./decision";
import { ruleIds, signRuleIds } from "./rules/rules";

/** By connection, by task. A connection that is not here has never been read as a whole. */
export type AlertRecords = Readonly<Record<string, Readonly<Record<string, AlertRecord>>>>;
export type AlertRecordStore = VersionedFile<AlertRecords>;

const condition = v.picklist([...statusOrder, ...ruleIds, ...signRuleIds]);
const shown = v.object({
  condition,
  at: v.number(),
  by: v.string(),
  maskedCondition: v.optional(condition),
  refused: v.optional(v.object({ apiStatus: v.string(), word: v.string() })),
  warnings: v.optional(v.array(v.string())),
  found: v.optional(v.literal(true)),
  flaps: v.optional(
    v.object({
      times: v.array(v.number()),
      errors: v.optional(v.literal(true)),
      count: v.optional(v.number()),
      since: v.optional(v.number()),
    }),
  ),
  phase: v.optional(v.picklist(["retrying", "resolved"])),
});
const unshown = v.optional(v.object({ before: v.optional(shown), since: v.optional(v.number()) }));
const schema = v.record(v.string(), v.record(v.string(), v.object({ ...shown.entries, unshown })));

/** The records that all windows share. @param folder the extension's own. */
export function openAlertRecords(folder: string): AlertRecordStore {
  return new VersionedFile<AlertRecords>(folder, "records", schema, {});
}
