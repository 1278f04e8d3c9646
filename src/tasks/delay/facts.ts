/** The facts of a task that may be behind. Delays in milliseconds, sizes in bytes, speeds per second. */

/** What a session at a database was seen waiting for, in the database's words; see `pg_stat_activity.wait_event`. */
export interface Activity {
  /** Empty: it waited for nothing, so it used the processor. */
  readonly kind: string;
  readonly event: string;
  /** Of the looks at which it was so, 0 to 1. */
  readonly share: number;
}

/** The facts of both databases; only the local backend asks them. */
export interface DelayEvidence {
  /** Who reads the source's log; absent: nobody. */
  readonly sender?: { readonly pid: number; readonly activities: readonly Activity[] } | undefined;
  /** Who applies changes at the target; absent: nobody. */
  readonly worker?:
    | {
        readonly pid: number;
        readonly activities: readonly Activity[];
        /** For how long it has been at one transaction. */
        readonly transactionMs?: number | undefined;
        /** Tables that it was seen writing to. */
        readonly tables: readonly string[];
      }
    | undefined;
  readonly lock?: { readonly table?: string | undefined; readonly holders: readonly string[] } | undefined;
  /** Tables in which each change reads all rows. */
  readonly unindexed: readonly { readonly table: string; readonly rows: number }[];
  /** The oldest transaction of the source that has written and is open. */
  readonly openTransaction?: { readonly holder: string; readonly ms: number } | undefined;
}

/** The service's facts of the instance that carries a task's rows. */
export interface InstanceFacts {
  readonly cpuPercent?: number | undefined;
  readonly reachesSource?: boolean | undefined;
  readonly reachesTarget?: boolean | undefined;
  readonly captures?: boolean | undefined;
  readonly applies?: boolean | undefined;
}

export interface DelayFacts {
  /** How far the target is behind; undefined: not known. */
  readonly delayMs?: number | undefined;
  /** How far what was read of the source's log is behind its end. */
  readonly sentMs?: number | undefined;
  /** How far what has arrived is behind it. */
  readonly receivedMs?: number | undefined;
  /** Whether changes flow. */
  readonly flows?: boolean | undefined;
  /** The part of the source's log that has not arrived, and how fast the log grows and arrives. */
  readonly log?: { readonly open: number; readonly grows: number; readonly reads: number } | undefined;
  /** The speed limit of the link between both ends (undefined: none), and its speed. */
  readonly link?: { readonly limit?: number | undefined; readonly carries?: number | undefined } | undefined;
  readonly evidence?: DelayEvidence | undefined;
  readonly instance?: InstanceFacts | undefined;
}

/** A delay that was read before. */
export interface PastDelay {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly delayMs: number;
}
