/** Why a task stopped. */
import type { Message } from "../messages";
import type { TableName } from "./table-name";

/** Why the engine stopped a task by itself. */
export type StopCause =
  | { readonly kind: "connection"; readonly reason: string }
  | {
      readonly kind: "failure";
      readonly code: string;
      /** The database's own words. */
      readonly reason: string;
      readonly message: Message;
      /** Whether it may pass, so that the task is to be tried again some times. */
      readonly passing: boolean;
      /** The row that the target refused, if it is about one. */
      readonly rejected?: RejectedRow | undefined;
    }
  | { readonly kind: "unknown"; readonly hint: string };

/** A row that the target refused. */
export interface RejectedRow extends TableName {
  /** The rejected command: INSERT, UPDATE, DELETE or COPY. */
  readonly command: string;
  readonly sqlState: string;
  /** The target's words. */
  readonly reason: string;
  readonly detail: string;
  /** The values of the row, or of its key, as far as the target says them. */
  readonly row: string;
}

/** Why a task failed, as it was noted. */
export interface FailureFacts {
  readonly code: string;
  /** The database's own words. */
  readonly reason: string;
  readonly rejected?: RejectedRow | undefined;
}
