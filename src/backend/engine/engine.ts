/** Engines move the rows; the backend asks, watches and explains. */
import type { Message } from "../messages";
import type { Capabilities } from "./capabilities";
import type { CheckItem } from "./check-item";
import type { ChoosableTable } from "./choosable-table";
import type { ObjectComparison, TableComparison } from "./comparison";
import type { DatabaseLogin, EndLogin } from "./database-login";
import type { DelayEvidence } from "./delay-evidence";
import type { EngineError } from "./engine-error";
import type { EngineState, IndexProgress, Unapplied, Written } from "./engine-state";
import type { AgainTable, EngineTask, ReleaseTask, UnindexedTable } from "./engine-task";
import type { FoundRemedy } from "./remedy";
import type { Side } from "./side";
import type { FailureFacts, StopCause } from "./stop-cause";
import type { TableName } from "./table-name";

/**
 * An engine. Every step is idempotent: it may be repeated after a crash at any moment.
 * @throws EngineError from every step and question that fails, with the database's code.
 */
export interface Engine {
  readonly capabilities: Capabilities;
  /** Connects as the given user and leaves again. Answers whether the server proved that it knows the password. */
  test(connection: EndLogin): Promise<boolean>;
  /** The tables of a source database that can be synchronized. */
  tablesOf(connection: EndLogin): Promise<readonly TableName[]>;
  /**
   * The tables of a source as somebody chooses among them, also those that cannot be synchronized.
   *
   * @param target undefined: its tables are not read.
   */
  choosableTables(source: EndLogin, target: EndLogin | undefined): Promise<readonly ChoosableTable[]>;
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
   * Data missing at the target if the task ended now. It waits a moment for a target about to catch up; undefined
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
   * @param fresh whether also their streams are checked again, however recent the last check.
   */
  observe(tasks: readonly EngineTask[], fresh?: boolean): Promise<ReadonlyMap<string, EngineState>>;
  /** The rows written at the targets of many tasks, queried together; a target that does not answer is left out. */
  measure(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, Written>>;
  /**
   * How many rows the sources of many tasks have inserted, changed and deleted in their tables so far; a source that does not
   * answer is left out. Asked of tasks that are behind.
   */
  changed(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, number>>;
  /** Both ends' evidence of why a task is behind. It takes a second or two. */
  delayEvidence(task: EngineTask): Promise<DelayEvidence>;
  /**
   * Compares the task's tables one after another, also while changes flow.
   *
   * @param contents whether the rows' contents are compared too, and not only their number.
   */
  compare(task: EngineTask, contents: boolean, signal: AbortSignal): AsyncIterable<TableComparison>;
  /** Compares which objects both ends have and how they are defined: the database, the task's tables, and what belongs to these. */
  compareObjects(task: EngineTask, signal: AbortSignal): Promise<readonly ObjectComparison[]>;
  /** Why a task that was enabled is not any more, as far as can be known. */
  explainStop(task: EngineTask): Promise<StopCause>;
  /** The remedy of a failed task, from its failure and from what both ends have now. */
  remedy(task: EngineTask, failure: FailureFacts): Promise<FoundRemedy>;
  /** An error's message for the user of a task. */
  describe(error: EngineError, connection: DatabaseLogin | undefined): Message;
  dispose(): Promise<void>;
}
