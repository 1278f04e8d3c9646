/** What replicates: the backend asks, watches and explains, an engine moves the rows. */
import type { Message } from "../messages";
import type { DelayEvidence } from "./delay-evidence";
import { carriedWords, codeOfWords, type ErrorKind, kindOf } from "./error-kinds";

/** A way into a database. Never logged. */
export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Whether the connection must be encrypted; without it TLS is not even offered. */
  readonly ssl: boolean;
  /** Certificates (PEM) of who may vouch for the server, which is then checked with its name; undefined: nobody is asked. */
  readonly ca?: string | undefined;
  /** Whether the server must prove by SCRAM that it knows the password, because it did so before. */
  readonly proves?: boolean | undefined;
  /** The name that the certificate must have, where it is not `host`. */
  readonly certifiedHost?: string | undefined;
}

/** A table of the source database. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A table of a source, with what prevents its synchronization. */
export interface ChoosableTable extends TableName {
  /** Of its rows, without indexes. */
  readonly bytes: number;
  /** As the server estimates them; 0: not known. */
  readonly rows: number;
  /** Whether updates and deletes can name their rows. */
  readonly hasKey: boolean;
  /** Whether its changes are missing in the source's log. */
  readonly isUnlogged: boolean;
  /** Whether the target has it with rows in it. */
  readonly isFilled: boolean;
}

export type TaskType = "FULL_TRANS" | "FULL_INCR_TRANS" | "INCR_TRANS";

/** What an engine can do beyond copying and following. What it cannot is not offered to users. */
export interface Capabilities {
  /** The types of tasks that it can run; others are refused at their creation. */
  readonly taskTypes: readonly TaskType[];
  /** Whether a task can be suspended and taken up again where it was: the action PAUSE. */
  readonly canPause: boolean;
  /** Whether tables can be added and removed while changes flow: the actions CHOOSE_OBJECT and CHANGE then. */
  readonly canEditObjects: boolean;
  /** Whether single tables of a running task can be copied again while the others continue. */
  readonly canCopyAgain: boolean;
  /** Whether the contents of both ends can be compared: the action `create_compare`. */
  readonly canCompare: boolean;
  /** Whether it counts the rows of a running copy: `progress` of a full synchronization. */
  readonly knowsProgress: boolean;
}

/** How a task's link is used, now: who reads from the source through it is counted before the source hears of it. */
export interface LinkUse {
  /** Connections that were ever made through it. */
  readonly made: number;
  /** 0: none is open. */
  readonly open: number;
}

/** A task as an engine sees it. */
export interface EngineTask {
  readonly id: string;
  readonly source: DatabaseLogin;
  readonly target: DatabaseLogin;
  /** Where the target server finds the source: the task's link, or the source itself. */
  readonly publisher: {
    readonly host: string;
    readonly port: number;
    /** Where it is a link: how it is used. */
    readonly link?: LinkUse | undefined;
  };
  readonly tables: readonly TableName[];
  /** Whether the rows that are there already are copied first. */
  readonly copiesRows: boolean;
  /** Those of the tables that `prepare` has made and `index` has not completed. */
  readonly unindexed: readonly UnindexedTable[];
  /**
   * While the task is not to run: names this time, after which it is enabled again under another name or none. Undefined
   * while it is to run.
   */
  readonly rest?: string | undefined;
  /** What `observe` wanted to be remembered of the stream last; null: nothing yet, or nothing that still counts. */
  readonly memory: StreamMemory | null;
}

/** The source by the way that the target's server takes to it. */
export function sourceByLink({ source, publisher: { host, port } }: EngineTask): DatabaseLogin {
  return { ...source, host, port, certifiedHost: source.host };
}

/**
 * What an engine remembers of a task's stream from look to look, and beyond a restart: how both ends were when the copy
 * began, and what has been lost since. JSON; its content is the engine's own. A table that is not in it is learned at
 * the next look as it is then: leave it out when it is copied again.
 */
export interface StreamMemory {
  readonly task: unknown;
  /** By the tables' names, as in `TableState`. */
  readonly tables: Readonly<Record<string, unknown>>;
}

/**
 * Something that a look has found wrong with a task's stream although its workers may run: a `failure` has lost rows or
 * loses them, a `warning` will break or needs a person.
 */
export interface StreamFinding {
  /** The same as long as the same thing is wrong: kind, end, table and part of it. */
  readonly id: string;
  readonly level: "failure" | "warning";
  readonly side: Side;
  /** Undefined: it is about the whole task, or the engine cannot say about which table. */
  readonly table: TableName | undefined;
  /** Of its kind: `LS…` of a failure, `LW…` of a warning; see the catalogue of known failures. */
  readonly code: string;
  /** What is wrong, the cause, and the remedy. */
  readonly message: Message;
}

/** The log that a source keeps for a task that has not read it. */
export interface KeptLog {
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

/** A table that is to be copied again. */
export interface AgainTable extends TableName {
  /** Whether the rows that the target has stay there; else they are removed first. */
  readonly keepRows: boolean;
}

/** A table that an engine has made for a task without the indexes and constraints that come after the rows. */
export interface UnindexedTable extends TableName {
  /** Which one it is, in the engine's terms: another that somebody makes in its place is not meant. */
  readonly made: string;
}

/** How far the indexes and constraints of a table are that come after its rows. */
export interface IndexProgress extends TableName {
  readonly all: number;
  /** Those that are made, and of those in the making the part that is done: 0 to `all`. */
  readonly made: number;
}

/** How far a table is: `waiting` for its copy, `copying`, `copied`, or `synced` with the stream of changes. */
export interface TableState {
  readonly name: string;
  readonly phase: "waiting" | "copying" | "copied" | "synced";
  /** Rows copied so far, while copying. */
  readonly copiedRows: number;
}

/** How far parts of a stream are behind the end of the source's log, in milliseconds; null: not known. */
export interface StageDelays {
  /** What the source has sent. */
  readonly sentMs: number | null;
  /** What the target has received. */
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

/** What the engine says of a task. */
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
      /** What is wrong with the stream, of all tables that it has. */
      readonly findings: readonly StreamFinding[];
      /** Whether both ends said what the stream needs. Otherwise what was found before still holds. */
      readonly isWatched: boolean;
      /** What is to be remembered instead of `from`, the memory with which this look was taken. */
      readonly remember?: { readonly from: StreamMemory | null; readonly to: StreamMemory } | undefined;
      /** Undefined while the source cannot be asked. */
      readonly keptLog?: KeptLog | undefined;
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

export type Side = "source" | "target";

/** What a task has not brought to its target. */
export interface Unapplied {
  /** Tables whose copies are not complete, as `schema.table`. */
  readonly tables: readonly string[];
  /** Of the source's log since what the target has, in bytes; it may hold changes of other tables, too. */
  readonly logBytes: number;
}

/** Rows at a task's target. */
export interface Written {
  /** Rows inserted, changed and deleted so far in the task's tables, by any session. */
  readonly written: number;
  /** Of copies that are not committed yet. */
  readonly copying: number;
}

/** A row that the target refused. */
export interface RejectedRow extends TableName {
  /** What was to be done with it: INSERT, UPDATE, DELETE or COPY. */
  readonly command: string;
  readonly sqlState: string;
  /** The target's words. */
  readonly reason: string;
  readonly detail: string;
  /** The values of the row, or of its key, as far as the target says them. */
  readonly row: string;
}

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

/** A statement that a user may run at an end; every name in it is quoted. */
export interface Remedy {
  readonly side: Side;
  readonly sql: string;
}

/** Why a task failed, as it was noted. */
export interface FailureFacts {
  readonly code: string;
  /** The database's own words. */
  readonly reason: string;
  readonly rejected?: RejectedRow | undefined;
}

/** A row in the way of another one, as both ends have it now: columns and values as text; null: not there. */
export interface ConflictRow extends TableName {
  /** `id = 5`. */
  readonly key: string;
  readonly source: RowText | null;
  readonly target: RowText | null;
}

export type RowText = readonly (readonly [column: string, value: string | null])[];

/** The remedy of a failed task. */
export interface FoundRemedy {
  readonly rows: readonly ConflictRow[];
  /** In the order in which they are run. */
  readonly statements: readonly Remedy[];
}

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

/** A row that is not alike at both ends. */
export interface RowDifference {
  readonly kind: "onlySource" | "onlyTarget" | "changed";
  /** The values of its primary key. */
  readonly key: readonly string[];
  /** How to see it, at either end. */
  readonly query: string;
}

/** What a comparison has found of a table; `impossible`: it cannot be compared, for the given reason. */
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

/** An object of a task's tables, by its name at either end; null: it is not there. */
export interface ObjectComparison {
  readonly kind: "DB" | "TABLE" | "INDEX" | "CONSTRAINT" | "TRIGGER";
  readonly source: string | null;
  readonly target: string | null;
  readonly reason?: Message | undefined;
}

/** What `release` is to remove, and at which ends. */
export interface ReleaseTask {
  readonly id: string;
  readonly source: DatabaseLogin;
  readonly target: DatabaseLogin;
}

/**
 * An engine. Every step is idempotent: it may be repeated after a crash at any moment.
 * @throws EngineError from every step and question that fails, with the database's code.
 */
export interface Engine {
  readonly capabilities: Capabilities;
  /** Connects as the given user and leaves again. Answers whether the server proved that it knows the password. */
  test(connection: DatabaseLogin, side: Side): Promise<boolean>;
  /** The tables of a source database that can be synchronized. */
  tablesOf(connection: DatabaseLogin): Promise<readonly TableName[]>;
  /**
   * The tables of a source as somebody chooses among them, also those that cannot be synchronized.
   *
   * @param target undefined: what it has is not looked at.
   */
  choosableTables(
    source: DatabaseLogin,
    target: DatabaseLogin | undefined,
  ): Promise<readonly ChoosableTable[]>;
  /** @param wholeSchemas the schemas of which all tables were selected; null: all schemas. */
  check(task: EngineTask, wholeSchemas: readonly string[] | null): Promise<readonly CheckItem[]>;
  /**
   * Makes everything the task needs at both ends, not yet running. Answers the source's rows per table.
   *
   * @param note stores which tables are made without what `index` adds. They are there for good only when it is done;
   * without it they are made whole.
   */
  prepare(
    task: EngineTask,
    note?: (tables: readonly UnindexedTable[]) => Promise<void>,
  ): Promise<Readonly<Record<string, number>>>;
  /**
   * Completes copied tables: makes the indexes and constraints that the unindexed ones lack. It is called
   * when the tables are in step, and begins again where it was ended. The user's own tables are never touched.
   *
   * @param signal ends it, with what is in the making.
   * @throws EngineError when one of them cannot be made, naming it.
   */
  index(
    task: EngineTask,
    signal: AbortSignal,
    report: (progress: readonly IndexProgress[]) => void,
  ): Promise<void>;
  /** Lets changes flow. */
  enable(task: EngineTask): Promise<void>;
  /**
   * Makes a task that runs, or was stopped by a failure, continue with exactly these tables; answers the source's rows
   * per added table.
   *
   * @param added those of the task's tables that are new to it: they are made at the target and copied.
   */
  change(task: EngineTask, added: readonly TableName[]): Promise<Readonly<Record<string, number>>>;
  /**
   * Why tables cannot be copied again now; undefined when nothing is seen that is in the way.
   *
   * @param tables some of the task's.
   */
  copyObjection(task: EngineTask, tables: readonly AgainTable[]): Promise<Message | undefined>;
  /**
   * Makes a task that runs, or was stopped by a failure, copy some of its tables again, also those that publication or
   * subscription have lost, while the others continue; answers the source's rows per table. Nothing is applied to these
   * tables until they are copied.
   */
  copyAgain(task: EngineTask, tables: readonly AgainTable[]): Promise<Readonly<Record<string, number>>>;
  /** Stops the flow and a running copy; the source keeps its log. */
  suspend(task: EngineTask): Promise<void>;
  /**
   * Gives copied tables that have lost their place in the source's log another one to continue from.
   *
   * @throws LogLostError when the source does not keep any more what such a table needs.
   */
  restoreSlots(task: EngineTask): Promise<void>;
  /** Removes what only copies under way can need. It is called when all tables are in step. */
  cleanUp(task: EngineTask): Promise<void>;
  /**
   * What the target would lack if the task ended now. It waits a moment for a target that is about to catch up; undefined
   * when nothing was made for the task.
   */
  unapplied(task: EngineTask): Promise<Unapplied | undefined>;
  /**
   * Gives the target, which nothing is written to any more, what the source has beside rows: the positions of sequences,
   * and constraints that old rows need not meet. Answers what it could not do; that fails nothing.
   */
  completeTarget(task: EngineTask): Promise<readonly Message[]>;
  /** Removes what the task made at the given end. */
  release(task: ReleaseTask, side: Side): Promise<void>;
  /**
   * The states of many tasks, asked for together.
   *
   * @param fresh whether also their streams are looked at again, however short ago that was.
   */
  observe(tasks: readonly EngineTask[], fresh?: boolean): Promise<ReadonlyMap<string, EngineState>>;
  /** What was written at the targets of many tasks, asked for together; a target that does not answer is left out. */
  measure(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, Written>>;
  /**
   * How many rows the sources of many tasks have inserted, changed and deleted in their tables so far; a source that does not
   * answer is left out. Asked of tasks that are behind.
   */
  changed(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, number>>;
  /** What both ends say about why a task is behind. It takes a second or two. */
  delayEvidence(task: EngineTask): Promise<DelayEvidence>;
  /**
   * Compares the task's tables one after another, also while changes flow.
   *
   * @param contents whether the rows' contents are compared too, and not only their number.
   */
  compare(task: EngineTask, contents: boolean, signal: AbortSignal): AsyncIterable<TableComparison>;
  /** Compares by their names which objects both ends have: the database, the task's tables, and what belongs to these. */
  compareObjects(task: EngineTask, signal: AbortSignal): Promise<readonly ObjectComparison[]>;
  /** Why a task that was enabled is not any more, as far as can be known. */
  explainStop(task: EngineTask): Promise<StopCause>;
  /** The remedy of a failed task, from its failure and from what both ends have now. */
  remedy(task: EngineTask, failure: FailureFacts): Promise<FoundRemedy>;
  /** What an error means to the user of a task. */
  describe(error: EngineError, connection: DatabaseLogin | undefined): Message;
  dispose(): Promise<void>;
}

/** What a database said, with its SQLSTATE or the system's error code. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  /** What it is about. */
  readonly kind: ErrorKind;
  /** The SQLSTATE or the system's error code; the source's where the target only passes its words on. */
  readonly code: string;
  readonly side: Side | undefined;

  constructor(
    code: string,
    side: Side | undefined,
    /** The database's own words. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.kind = kindOf({ code, reason });
    this.code = codeOfWords({ code, reason });
    this.side = carriedWords({ code, reason }) === undefined ? side : "source";
  }
}

/** The source does not keep any more what a task has not read: its rows can only be copied again. */
export class LogLostError extends EngineError {}
