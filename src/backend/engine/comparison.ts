/** Results of a comparison of both ends. */
import type { Message } from "../messages";
import type { TableName } from "./table-name";

/** The result of comparing a table; `impossible`: it cannot be compared, for the given reason. */
export interface TableComparison {
  readonly table: TableName;
  readonly verdict: "equal" | "different" | "impossible";
  readonly sourceRows: number | null;
  readonly targetRows: number | null;
  readonly onlySource: number;
  readonly onlyTarget: number;
  readonly changed: number;
  /** Whether there may be more differences than were counted. */
  readonly atLeast: boolean;
  /** The first of the rows that differ. */
  readonly listed: readonly RowDifference[];
  readonly reason?: Message | undefined;
}

/** A row that is not alike at both ends. */
export interface RowDifference {
  readonly kind: "onlySource" | "onlyTarget" | "changed";
  /** The values of its primary key. */
  readonly key: readonly string[];
  /** How to see it, at either end. */
  readonly query: string;
}

/** An object of a task's tables, by its name at either end; null: it is not there. */
export interface ObjectComparison {
  readonly kind: "DB" | "TABLE" | "INDEX" | "CONSTRAINT" | "TRIGGER" | "RULE" | "VIEW" | "FUNCTION";
  readonly source: string | null;
  readonly target: string | null;
  /** Whether both ends have it, and define it differently. */
  readonly differs?: boolean | undefined;
  readonly reason?: Message | undefined;
}
