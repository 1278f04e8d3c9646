/** The servers' evidence of why a task is behind. Facts only: conclusions are drawn where they are shown. */

/** A session's wait event, in the server's terms. */
export interface Activity {
  /** The kind of the wait; empty: it waited for nothing, so it used the processor. */
  readonly kind: string;
  readonly event: string;
  /** Of the samples that had it, 0 to 1. */
  readonly share: number;
}

export interface DelayEvidence {
  /** Who reads the source's log for the task; undefined: nobody. */
  readonly sender: { readonly pid: number; readonly activities: readonly Activity[] } | undefined;
  /** Who applies the changes at the target; undefined: nobody. */
  readonly worker:
    | {
        readonly pid: number;
        readonly activities: readonly Activity[];
        /** For how long it has been at one transaction, in milliseconds; undefined: it is at none. */
        readonly transactionMs: number | undefined;
        /** The task's tables that it was seen writing to, as `schema.table`. */
        readonly tables: readonly string[];
      }
    | undefined;
  /** The lock that the worker waits for: its table, where known, and its holders, in the server's terms. */
  readonly lock: { readonly table: string | undefined; readonly holders: readonly string[] } | undefined;
  /** Those of the tables written to in which each change reads the whole table, and the rows that it has. */
  readonly unindexed: readonly { readonly table: string; readonly rows: number }[];
  /** The oldest transaction of the source's database that has written and is not over. */
  readonly openTransaction: { readonly holder: string; readonly ms: number } | undefined;
}
