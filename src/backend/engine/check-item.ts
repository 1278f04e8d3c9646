import type { Message } from "../messages";
import type { Remedy } from "./remedy";

/** One item of a pre-check. */
export interface CheckItem {
  readonly item: string;
  readonly group: string;
  readonly result: "PASSED" | "ALARM" | "FAILED";
  /** Everything that was found, with what to do about it. */
  readonly reasons: readonly Message[];
  readonly remedies: readonly Remedy[];
  /** The database's own words. */
  readonly raw?: string | undefined;
}
