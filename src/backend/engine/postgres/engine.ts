import type { Message } from "../../messages";
import type { CheckItem } from "../check-item";
import type { ObjectComparison, TableComparison } from "../comparison";
import type { EndLogin } from "../database-login";
import type { DelayEvidence } from "../delay-evidence";
import type { Engine } from "../engine";
import type { EngineError } from "../engine-error";
import type { EngineState, IndexProgress, Unapplied, Written } from "../engine-state";
import type { AgainTable, EngineTask, ReleaseTask, UnindexedTable } from "../engine-task";
import type { FoundRemedy } from "../remedy";
import type { Side } from "../side";
import type { FailureFacts, StopCause } from "../stop-cause";
import type { TableName } from "../table-name";
import { endBinary } from "./binary";
import { checkTask } from "./checks/run";
import { choosableTables } from "./choosable-tables";
import { compareTables } from "./compare";
import { compareObjects } from "./compare-objects";
import { copyAgain, copyObjection } from "./copy-again";
import { countRows } from "./counts";
import { Databases } from "./databases";
import { delayEvidence } from "./delay-evidence";
import { describe } from "./errors";
import { askedById } from "./grouped";
import { makeIndexes } from "./indexes";
import { objectName, objectNames, qualified } from "./names";
import { TaskObserver } from "./observer";
import {
  dropPublisher,
  dropSpare,
  ensurePublication,
  ensureSlot,
  ensureSpare,
  restoreSlots,
  userTablesSql,
} from "./publisher";
import { remedyOf } from "./remedy";
import { alignSequences } from "./sequences";
import type { ServerLog } from "./server-log";
import { changedRows, writtenRows } from "./statistics";
import { stopCause } from "./stop-cause";
import {
  dropCopySlots,
  dropSubscription,
  enableSubscription,
  ensureSubscription,
  ensureTables,
  isInStepForGood,
  refreshSubscription,
  retrying,
  slotsToRestore,
  suspendSubscription,
} from "./subscriber";
import { unapplied } from "./unapplied";
import { addUnvalidated } from "./unvalidated";

/**
 * PostgreSQL's own logical replication: a publication and a slot at the source, a subscription at the target, all
 * named after the task. Facts come from `pg_subscription`, `pg_subscription_rel`, `pg_stat_subscription`,
 * `pg_stat_progress_copy`, `pg_replication_slots` and `pg_stat_replication`.
 */
export class PostgresEngine implements Engine {
  readonly capabilities = {
    taskTypes: ["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"],
    canPause: true,
    canEditObjects: true,
    canCopyAgain: true,
    canCompare: true,
    knowsProgress: true,
  } as const;
  readonly #databases = new Databases();
  readonly #observer: TaskObserver;

  /** @param logOf the log of a target server, where it can be read. */
  constructor(private readonly logOf: (target: EndLogin) => ServerLog | undefined) {
    this.#observer = new TaskObserver(this.#databases, logOf);
  }

  async test(connection: EndLogin): Promise<boolean> {
    return await this.#databases.connectOnce(connection);
  }

  async tablesOf(connection: EndLogin): Promise<readonly TableName[]> {
    return await this.#databases.query<{ schema: string; table: string }>(connection, userTablesSql);
  }

  async choosableTables(source: EndLogin, target: EndLogin | undefined) {
    return await choosableTables(this.#databases, source, target);
  }

  async check(task: EngineTask, wholeSchemas: readonly string[] | null): Promise<readonly CheckItem[]> {
    return await checkTask(this.#databases, { ...task, wholeSchemas });
  }

  async prepare(
    task: EngineTask,
    note?: (tables: readonly UnindexedTable[]) => Promise<void>,
  ): Promise<Readonly<Record<string, number>>> {
    this.#observer.forgetStream(task.id);
    // Again, so that a login that does not work any more is found here and not in the target's log.
    await this.#databases.connectOnce(task.source);
    await this.#databases.connectOnce(task.target);
    // A count takes seconds: it must not come on top.
    const [rows] = await Promise.all([
      task.copiesRows ? countRows(this.#databases, task.source, task.tables) : {},
      this.#makeReady(task, note),
    ]);
    return rows;
  }

  async #makeReady(
    task: EngineTask,
    note?: (tables: readonly UnindexedTable[]) => Promise<void>,
  ): Promise<void> {
    await ensurePublication(this.#databases, task, task.tables);
    await ensureTables(this.#databases, task, task.tables, task.copiesRows ? note : undefined);
    await ensureSlot(this.#databases, task);
    await this.#spareCopies(task, task.tables);
    await ensureSubscription(this.#databases, task);
    this.#observer.noteUnused(task.id);
  }

  async index(
    task: EngineTask,
    signal: AbortSignal,
    report: (progress: readonly IndexProgress[]) => void,
  ): Promise<void> {
    await endBinary(this.#databases, task);
    await makeIndexes(this.#databases, task, signal, report);
  }

  async enable(task: EngineTask): Promise<void> {
    this.logOf(task.target)?.forget(objectName(task.id));
    // Where its slot was moved, the next poll says so.
    if (await this.#observer.mayRun(task)) {
      await enableSubscription(this.#databases, task);
    }
  }

  async change(task: EngineTask, added: readonly TableName[]): Promise<Readonly<Record<string, number>>> {
    this.#observer.lookAgain(task.id);
    // The tables first: a change for a table that the target has not would stop the task. They have all indexes from the
    // start: making one later would hold up the changes of the tables that are in step.
    await ensureTables(this.#databases, task, added);
    await ensurePublication(this.#databases, task, added);
    await this.#spareCopies(task, added);
    this.logOf(task.target)?.forget(objectName(task.id));
    await refreshSubscription(this.#databases, task);
    return task.copiesRows ? await countRows(this.#databases, task.source, added) : {};
  }

  async copyObjection(task: EngineTask, tables: readonly AgainTable[]): Promise<Message | undefined> {
    return await copyObjection(this.#databases, task, tables);
  }

  async copyAgain(
    task: EngineTask,
    tables: readonly AgainTable[],
  ): Promise<Readonly<Record<string, number>>> {
    this.logOf(task.target)?.forget(objectName(task.id));
    this.#observer.forgetStream(task.id);
    // Tables to copy again may be gone, or have other types.
    const again = new Set(tables.map(qualified));
    const others = task.tables.filter((table) => !again.has(qualified(table)));
    await endBinary(this.#databases, { ...task, tables: others });
    await copyAgain(this.#databases, task, tables);
    return await countRows(this.#databases, task.source, tables);
  }

  async suspend(task: EngineTask): Promise<void> {
    this.#observer.forgetCopies(task.id);
    await suspendSubscription(this.#databases, task);
  }

  async restoreSlots(task: EngineTask): Promise<void> {
    await restoreSlots(this.#databases, task, await slotsToRestore(this.#databases, task));
  }

  async cleanUp(task: EngineTask): Promise<void> {
    if (await isInStepForGood(this.#databases, task)) {
      await dropCopySlots(this.#databases, task);
      await dropSpare(this.#databases, task);
    }
  }

  async unapplied(task: EngineTask): Promise<Unapplied | undefined> {
    return await unapplied(this.#databases, task);
  }

  async completeTarget(task: EngineTask): Promise<readonly Message[]> {
    return [
      ...(await alignSequences(this.#databases, task)),
      ...(await addUnvalidated(this.#databases, task)),
    ];
  }

  async release(task: ReleaseTask, side: Side): Promise<void> {
    this.#observer.forget(task.id);
    if (side === "target") {
      await dropSubscription(this.#databases, task);
      return;
    }
    // A slot is still in use for a moment after its reader was asked to end.
    await retrying(async () => await dropPublisher(this.#databases, task.source, task.id), 5);
  }

  async observe(tasks: readonly EngineTask[], fresh = false): Promise<ReadonlyMap<string, EngineState>> {
    return await this.#observer.observe(tasks, fresh);
  }

  async measure(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, Written>> {
    return await askedById(
      tasks,
      "target",
      async (login, some) => await writtenRows(this.#databases, login, objectNames(some)),
    );
  }

  async changed(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, number>> {
    const counts = await askedById(
      tasks,
      "source",
      async (login, some) => await changedRows(this.#databases, login, objectNames(some)),
    );
    return new Map([...counts].map(([id, { changed }]) => [id, changed]));
  }

  async delayEvidence(task: EngineTask): Promise<DelayEvidence> {
    return await delayEvidence(this.#databases, task);
  }

  compare(task: EngineTask, contents: boolean, signal: AbortSignal): AsyncIterable<TableComparison> {
    return compareTables(this.#databases, task, contents, signal);
  }

  async compareObjects(task: EngineTask, signal: AbortSignal): Promise<readonly ObjectComparison[]> {
    return await compareObjects(this.#databases, task, signal);
  }

  async explainStop(task: EngineTask): Promise<StopCause> {
    return this.#observer.stopOf(task.id) ?? (await stopCause(this.#databases, this.logOf, task));
  }

  async remedy(task: EngineTask, failure: FailureFacts): Promise<FoundRemedy> {
    return await remedyOf(this.#databases, task, failure);
  }

  describe(error: EngineError, connection: EndLogin | undefined): Message {
    return describe(error, connection);
  }

  async dispose(): Promise<void> {
    await this.#databases.dispose();
  }

  async #spareCopies(task: EngineTask, added: readonly TableName[]): Promise<void> {
    if (task.copiesRows && added.length > 0) {
      await ensureSpare(this.#databases, task);
    }
  }
}
