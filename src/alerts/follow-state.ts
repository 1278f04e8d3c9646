/** Which tasks the user follows, kept for all windows and over restarts. */
import * as v from "valibot";
import { statusOrder } from "../status/statuses";
import { VersionedFile } from "../storage/versioned-file";
import type { FollowState } from "./follow";
import { goals } from "./follow-goals";
import type { StateFile } from "./shared-state";

const schema = v.record(
  v.string(),
  v.object({ goal: v.picklist(goals), from: v.picklist(statusOrder), at: v.number() }),
);

/** The file, and which names in the folder are its versions. */
export function openFollowState(folder: string): StateFile<FollowState> {
  return {
    file: new VersionedFile<FollowState>(folder, "follows", schema, {}),
    pattern: "follows.*.json",
  };
}
