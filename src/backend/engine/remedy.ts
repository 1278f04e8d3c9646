/** Remedies for a failed task, run at its ends. */
import type { Side } from "./side";
import type { TableName } from "./table-name";

/** A statement that a user may run at an end; every name in it is quoted. */
export interface Remedy {
  readonly side: Side;
  readonly sql: string;
}

/** The remedy of a failed task. */
export interface FoundRemedy {
  readonly rows: readonly ConflictRow[];
  /** In the order in which they are run. */
  readonly statements: readonly Remedy[];
}

/** A row in the way of another one, as both ends have it now: columns and values as text; null: not there. */
export interface ConflictRow extends TableName {
  /** `id = 5`. */
  readonly key: string;
  readonly source: RowText | null;
  readonly target: RowText | null;
}

export type RowText = readonly (readonly [column: string, value: string | null])[];
