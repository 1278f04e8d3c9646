/** The states of tasks in engines. */
import type { Message } from "../messages";
import type { StreamMemory } from "./engine-task";
import type { Side } from "./side";
import type { StreamFinding } from "./stream-finding";
import type { TableName } from "./table-name";

/** A task's state in its engine. */
export type EngineState =
  | { readonly kind: "absent" }
  | {
      readonly kind: "present";
      readonly enabled: boolean;
      /** Whether changes flow: a worker at the target is connected to the source's log, or waits for a lock before it is again. */
      readonly streaming: boolean;
      /** Workers that copy tables right now. */
      readonly copyWorkers: number;
      readonly tables: readonly TableState[];
      /** Whether the source still keeps the log that the task has not read. */
      readonly logKept: boolean;
      /** Whether a table is copied, not yet in step, and nobody works on it; see `restoreSlots`. */
      readonly slotLost: boolean;
      /** Whether something is kept that only copies under way can need; see `cleanUp`. */
      readonly needsCleanUp: boolean;
      /** Whether what was copied counts only after `index`, also where no table is unindexed. */
      readonly isProvisional: boolean;
      /** How far the target is behind, in milliseconds; undefined while nothing flows. */
      readonly delayMs: number | undefined;
      /** How far the stages before the last are behind, whose delay is `delayMs`. */
      readonly stages?: StageDelays | undefined;
      readonly positions?: Positions | undefined;
      /** The problems of the stream, in all of its tables. */
      readonly findings: readonly StreamFinding[];
      /** Whether both ends answered the stream's check. Otherwise earlier findings still hold. */
      readonly isWatched: boolean;
      /** The memory that replaces `from`, the one with which this poll began. */
      readonly remember?: { readonly from: StreamMemory | null; readonly to: StreamMemory } | undefined;
      /** Undefined while the source cannot be asked. */
      readonly retainedLog?: RetainedLog | undefined;
    }
  | {
      readonly kind: "unreachable";
      readonly side: Side;
      readonly reason: string;
      /** As of a task that is present: what was seen at the other end. */
      readonly remember?: { readonly from: StreamMemory | null; readonly to: StreamMemory } | undefined;
    }
  /** The question itself was refused, such as after a change of the password. */
  | { readonly kind: "broken"; readonly code: string; readonly message: Message };

/** How far a table is: `waiting` for its copy, `copying`, `copied`, or `synced` with the stream of changes. */
export interface TableState {
  readonly name: string;
  readonly phase: "waiting" | "copying" | "copied" | "synced";
  /** Rows copied so far, while copying. */
  readonly copiedRows: number;
}

/** How far parts of a stream are behind the end of the source's log, in milliseconds; null: not known. */
export interface StageDelays {
  /** The log that was sent. */
  readonly sentMs: number | null;
  /** The log that was received. */
  readonly receivedMs: number | null;
}

/** Positions in the source's log, in the source's own terms; null: not known. */
export interface Positions {
  /** The end of the log. */
  readonly source: string;
  /** Up to where it was read. */
  readonly read: string | null;
  /** Up to where the target has it. */
  readonly written: string | null;
  /** The end of the log and what the target has received of it, in bytes. */
  readonly bytes: { readonly source: number; readonly read: number | null };
}

/** The log that a source keeps for a task that has not read it. */
export interface RetainedLog {
  readonly bytes: number;
  /** The most that the server keeps (`max_slot_wal_keep_size`), in bytes; null: as much as fits on its disk. */
  readonly limit: number | null;
  /** How fast the log grows, in bytes a second; undefined until it has been watched for long enough. */
  readonly rate: number | undefined;
  /** When it is lost at this rate, in milliseconds since 1970; undefined: not known, or not in sight. */
  readonly lostAt: number | undefined;
  /** When the disk of the source is full at this rate; undefined: not known, or not in sight. */
  readonly diskFullAt: number | undefined;
}

/** How far the indexes and constraints of a table are that come after its rows. */
export interface IndexProgress extends TableName {
  readonly all: number;
  /** Those that are made, and of those in the making the part that is done: 0 to `all`. */
  readonly made: number;
}

/** The data that a task's target lacks. */
export interface Unapplied {
  /** Tables whose copies are not complete, as `schema.table`. */
  readonly tables: readonly string[];
  /**
   * Of the source's log since what the target has confirmed, in bytes: the least, for of a transaction that is being
   * applied a part may be confirmed. It may hold changes of other tables, too.
   */
  readonly logBytes: number;
}

/** Rows at a task's target. */
export interface Written {
  /** Rows inserted, changed and deleted so far in the task's tables, by any session. */
  readonly written: number;
  /** Of copies that are not committed yet. */
  readonly copying: number;
}
