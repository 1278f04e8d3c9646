/** The local backend's calls about a task beyond the DRS API. */
import type { DelayFacts } from "../delay/facts";
import type { PastValue } from "../past-values";
import type { Unapplied } from "../unapplied";

/** An end of a task. */
export type Side = "source" | "target";

/** Tables to be copied again. */
export interface CopyChoice {
  /** As `schema.table`. */
  readonly tables: readonly string[];
  /** Whether the rows that the target has stay there; else they are removed first. */
  readonly keepRows: boolean;
}

/** The tables that are being copied again, and how far each is, 0 to 100; none when all are in sync. */
export type CopyState = readonly { readonly id: string; readonly percent: number }[];

/** A row in the way of another one, as both ends have it now: columns and values as text; null: not there. */
export interface ConflictRow {
  readonly schema: string;
  readonly table: string;
  readonly key: string;
  readonly source: RowText | null;
  readonly target: RowText | null;
}

type RowText = readonly (readonly [column: string, value: string | null])[];

/** The remedy of a failed task. */
export interface FoundRemedy {
  readonly rows: readonly ConflictRow[];
  /** In the order in which they are run. */
  readonly statements: readonly { readonly side: Side; readonly sql: string }[];
  /** The ends where SQL runs without a login of the user's. */
  readonly open: readonly Side[];
}

/** A database user. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The result of a statement. */
export interface SqlOutcome {
  readonly command: string;
  readonly row_count: number;
}

/** Everything but the first three rejects with an Error in the user's language. */
export interface LocalTasks {
  /** The facts of both ends about a task's delay; undefined where there are none. */
  delay(id: string, signal: AbortSignal): Promise<DelayFacts | undefined>;
  /** The earlier measurements of a task, the oldest first. */
  past(id: string, signal: AbortSignal): Promise<readonly PastValue[]>;
  /** The changes that the target lacks if the task ends now; undefined when nothing was made for it, and where it is not known soon. */
  unapplied(id: string): Promise<Unapplied | undefined>;
  copyAgain(id: string, choice: CopyChoice): Promise<void>;
  copyState(id: string): Promise<CopyState>;
  /** The remedy of a failed task, looked up now. */
  remedy(id: string): Promise<FoundRemedy>;
  /**
   * Runs SQL in the database of one end.
   *
   * @param login absent: the demo's; `owner`: of the demo's servers, who runs nothing but the remedy as it is now.
   */
  runSql(id: string, side: Side, sql: string, login: Login | "owner" | undefined): Promise<SqlOutcome>;
}
