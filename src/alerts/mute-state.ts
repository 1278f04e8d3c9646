/** What is muted and snoozed, kept for all windows and over restarts. Knows nothing of VS Code. */
import * as v from "valibot";
import { SharedFile } from "./versioned-file";

export interface Hush {
  /** `CONNECTION/TASK` of each task that is muted. */
  readonly muted: readonly string[];
  /** Milliseconds since 1970. */
  readonly snoozedUntil: number;
}
export type QuietFile = SharedFile<Hush>;

/** The latest time that a Date can hold. */
const latest = 8.64e15;
const schema = v.object({
  muted: v.array(v.string()),
  snoozedUntil: v.pipe(v.number(), v.minValue(0), v.maxValue(latest)),
});

/** The file, and which names in the folder are its versions. */
export function openQuiet(folder: string): { readonly file: QuietFile; readonly pattern: string } {
  const file = new SharedFile<Hush>(folder, "quiet", schema, { muted: [], snoozedUntil: 0 });
  return { file, pattern: "quiet.*.json" };
}
