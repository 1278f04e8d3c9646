/** The muted tasks and the snooze, kept for all windows and over restarts. */
import * as v from "valibot";
import { VersionedFile } from "../storage/versioned-file";

export interface MuteState {
  /** `CONNECTION/TASK` of each task that is muted. */
  readonly muted: readonly string[];
  /** Milliseconds since 1970. */
  readonly snoozedUntil: number;
}
export type MuteStateFile = VersionedFile<MuteState>;

/** The latest time that a Date can hold. */
const latest = 8.64e15;
const schema = v.object({
  muted: v.array(v.string()),
  snoozedUntil: v.pipe(v.number(), v.minValue(0), v.maxValue(latest)),
});

/** The file, and which names in the folder are its versions. */
export function openMuteState(folder: string): { readonly file: MuteStateFile; readonly pattern: string } {
  const file = new VersionedFile<MuteState>(folder, "quiet", schema, { muted: [], snoozedUntil: 0 });
  return { file, pattern: "quiet.*.json" };
}
