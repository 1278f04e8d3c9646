import type { Message } from "../../messages";
import type { DelayEvidence } from "../delay-evidence";
import {
  type AgainTable,
  type CheckItem,
  type DatabaseLogin,
  type Engine,
  EngineError,
  type EngineState,
  type EngineTask,
  type FailureFacts,
  type FoundRemedy,
  type IndexProgress,
  type ObjectComparison,
  type Positions,
  type ReleaseTask,
  type Side,
  type StageDelays,
  type StopCause,
  type StreamFinding,
  type TableComparison,
  type TableName,
  type Unapplied,
  type UnindexedTable,
  type Written,
} from "../engine";
import { endBinary } from "./binary";
import { checkTask } from "./checks/run";
import { choosableTables } from "./choosable-tables";
import { compareTables } from "./compare";
import { compareObjects } from "./compare-objects";
import { copyAgain, copyObjection } from "./copy-again";
import { countRows } from "./counts";
import { CrashLoopDetector } from "./crash-loop-detector";
import { Databases } from "./databases";
import { delayEvidence } from "./delay-evidence";
import { describe } from "./errors";
import { grouped } from "./grouped";
import { makeIndexes } from "./indexes";
import { KeptLogs } from "./kept-log";
import { LagMeter } from "./lag";
import { logPosition, objectName, qualified } from "./names";
import {
  dropPublisher,
  dropSpare,
  ensurePublication,
  ensureSlot,
  ensureSpare,
  restoreSlots,
  type SlotFacts,
  slotFacts,
  userTablesSql,
} from "./publisher";
import { remedyOf } from "./remedy";
import { alignSequences } from "./sequences";
import type { ServerLog } from "./server-log";
import { SlotWatch } from "./slot-watch";
import { changedRows, writtenRows } from "./statistics";
import { stopCause } from "./stop-cause";
import { memoryOf, type SlotNews, withSlotNews } from "./stream-memory";
import { StreamWatch, type Watched } from "./stream-watch";
import {
  dropCopySlots,
  dropSubscription,
  enableSubscription,
  ensureSubscription,
  ensureTables,
  isInStepForGood,
  refreshSubscription,
  retrying,
  type SubscriptionFacts,
  strandedSlots,
  subscriptionFacts,
  suspendSubscription,
} from "./subscriber";
import { unapplied } from "./unapplied";
import { addUnvalidated } from "./unvalidated";
import { type Movement, WaitWatch } from "./waits";

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
  readonly #logs = new KeptLogs(this.#databases);
  readonly #lag = new Map<string, LagMeter>();
  readonly #streams: StreamWatch;
  readonly #slots = new SlotWatch(this.#databases);
  /** Tasks that this process has made ready and not run yet: nothing has flowed that could be lost. */
  readonly #unused = new Set<string>();
  /** Tasks that ran at the last look. */
  readonly #running = new Set<string>();
  readonly #watches = new Map<string, CrashLoopDetector>();
  readonly #waits = new WaitWatch(this.#databases);

  /** @param logOf the log of a target server, where it can be read. */
  constructor(private readonly logOf: (target: DatabaseLogin) => ServerLog | undefined) {
    this.#streams = new StreamWatch(
      this.#databases,
      ({ id, target }) => logOf(target)?.missingRowsOf(objectName(id)) ?? new Map(),
    );
  }

  async test(connection: DatabaseLogin, side: Side): Promise<boolean> {
    return await this.#databases.connectOnce(connection, side);
  }

  async tablesOf(connection: DatabaseLogin): Promise<readonly TableName[]> {
    return await this.#databases.query<{ schema: string; table: string }>(
      connection,
      "source",
      userTablesSql,
    );
  }

  async choosableTables(source: DatabaseLogin, target: DatabaseLogin | undefined) {
    return await choosableTables(this.#databases, source, target);
  }

  async check(task: EngineTask, wholeSchemas: readonly string[] | null): Promise<readonly CheckItem[]> {
    return await checkTask(this.#databases, { ...task, wholeSchemas });
  }

  async prepare(
    task: EngineTask,
    note?: (tables: readonly UnindexedTable[]) => Promise<void>,
  ): Promise<Readonly<Record<string, number>>> {
    this.#streams.forget(task.id);
    this.#slots.forget(task.id);
    // Anew, so that a login that does not work any more is found here and not in the target's log.
    await this.#databases.connectOnce(task.source, "source");
    await this.#databases.connectOnce(task.target, "target");
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
    this.#unused.add(task.id);
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
    this.#lag.delete(task.id);
    this.#watches.delete(task.id);
    this.#streams.forget(task.id);
    if (await this.#slots.wasMoved(task)) {
      // The next look says so.
      return;
    }
    this.#slots.restart(task.id);
    this.#unused.delete(task.id);
    await enableSubscription(this.#databases, task);
  }

  async change(task: EngineTask, added: readonly TableName[]): Promise<Readonly<Record<string, number>>> {
    this.#streams.forget(task.id);
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
    this.#watches.delete(task.id);
    this.#streams.forget(task.id);
    this.#slots.forget(task.id);
    // What is copied again may be gone, or have other types.
    const again = new Set(tables.map(qualified));
    const others = task.tables.filter((table) => !again.has(qualified(table)));
    await endBinary(this.#databases, { ...task, tables: others });
    await copyAgain(this.#databases, task, tables);
    return await countRows(this.#databases, task.source, tables);
  }

  async suspend(task: EngineTask): Promise<void> {
    await suspendSubscription(this.#databases, task);
  }

  async restoreSlots(task: EngineTask): Promise<void> {
    await restoreSlots(this.#databases, task, await strandedSlots(this.#databases, task));
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
    if (side === "target") {
      this.#watches.delete(task.id);
      this.#running.delete(task.id);
      this.#logs.forget(task.id);
      this.#streams.forget(task.id);
      this.#slots.forget(task.id);
      this.#waits.forget(task.id);
      this.#unused.delete(task.id);
      await dropSubscription(this.#databases, task);
      return;
    }
    this.#lag.delete(task.id);
    // A slot is still in use for a moment after its reader was asked to end.
    await retrying(async () => await dropPublisher(this.#databases, task.source, task.id), 5);
  }

  async observe(tasks: readonly EngineTask[], fresh = false): Promise<ReadonlyMap<string, EngineState>> {
    const compare = this.#slots.begin(tasks);
    const [slots, subscriptions] = await Promise.all([
      grouped(tasks, "source", async (login, some) => await slotFacts(this.#databases, login, namesOf(some))),
      grouped(
        tasks,
        "target",
        async (login, some) => await subscriptionFacts(this.#databases, login, namesOf(some)),
      ),
    ]);
    for (const task of tasks) {
      this.#noteStop(task, subscriptions(task));
    }
    for (const { id } of fresh ? tasks : []) {
      this.#streams.forget(id);
    }
    const news = await compare(subscriptions, slots);
    const used = tasks.filter(({ id }) => !this.#unused.has(id));
    const seen = await this.#streams.look(used, news);
    const streams = (task: EngineTask) => (this.#unused.has(task.id) ? nothingFlowed : seen(task));
    const states = tasks.map(async (task) => {
      const subscription = subscriptions(task);
      if (subscription instanceof EngineError) {
        return [task.id, withoutAnswer("target", subscription, task, news(task))] as const;
      }
      if (subscription === undefined) {
        return [task.id, { kind: "absent" }] as const;
      }
      const slot = slots(task);
      const facts = await this.#stoppedIfFailing(task, subscription, slot);
      const waits = await this.#waits.look(task, movementOf(facts));
      return [task.id, await this.#state(task, facts, slot, streams(task), waits)] as const;
    });
    return new Map(await Promise.all(states));
  }

  /** A worker that ran at the last look may have stopped over what its stream has not been looked at for yet. */
  #noteStop({ id }: EngineTask, subscription: SubscriptionFacts | EngineError | undefined): void {
    if (subscription === undefined || subscription instanceof EngineError) {
      return;
    }
    if (subscription.enabled) {
      this.#running.add(id);
    } else if (this.#running.delete(id)) {
      this.#streams.forget(id);
    }
  }

  /** Does what `disable_on_error` does, where the server has it not. */
  async #stoppedIfFailing(
    task: EngineTask,
    subscription: SubscriptionFacts,
    slot: SlotFacts | EngineError | undefined,
  ): Promise<SubscriptionFacts> {
    if (!subscription.endless || !subscription.enabled) {
      this.#watches.delete(task.id);
      return subscription;
    }
    const watch = this.#watches.get(task.id) ?? new CrashLoopDetector();
    this.#watches.set(task.id, watch);
    const confirmed = slot instanceof EngineError ? undefined : slot?.confirmed;
    const applying = { name: "changes", pid: subscription.pid, progress: confirmed ?? "" };
    if (!watch.isFailing(Date.now(), [applying, ...subscription.copies])) {
      return subscription;
    }
    try {
      await suspendSubscription(this.#databases, task);
    } catch (error) {
      if (error instanceof EngineError) {
        // The next look finds it failing still.
        return subscription;
      }
      throw error;
    }
    return { ...subscription, enabled: false, pid: null, copyWorkers: 0 };
  }

  async measure(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, Written>> {
    const written = await grouped(
      tasks,
      "target",
      async (login, some) => await writtenRows(this.#databases, login, namesOf(some)),
    );
    return new Map(
      tasks.flatMap((task) => {
        const rows = written(task);
        return rows === undefined || rows instanceof EngineError ? [] : [[task.id, rows] as const];
      }),
    );
  }

  async changed(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, number>> {
    const rows = await grouped(
      tasks,
      "source",
      async (login, some) => await changedRows(this.#databases, login, namesOf(some)),
    );
    return new Map(
      tasks.flatMap((task) => {
        const found = rows(task);
        return found === undefined || found instanceof EngineError ? [] : [[task.id, found.changed] as const];
      }),
    );
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
    return await stopCause(this.#databases, this.logOf, task);
  }

  async remedy(task: EngineTask, failure: FailureFacts): Promise<FoundRemedy> {
    return await remedyOf(this.#databases, task, failure);
  }

  describe(error: EngineError, connection: DatabaseLogin | undefined): Message {
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

  async #state(
    task: EngineTask,
    subscription: SubscriptionFacts,
    slot: SlotFacts | EngineError | undefined,
    stream: Watched | undefined,
    waits: readonly StreamFinding[],
  ): Promise<EngineState> {
    const { enabled, binary, pid, copyWorkers, slotLost, tables } = subscription;
    const known = slot === undefined || slot instanceof EngineError ? undefined : slot;
    const streaming = pid !== null && (slot instanceof EngineError || known?.active === true);
    const log = slot instanceof EngineError ? undefined : await this.#logs.read(task, slot, streaming);
    return {
      ...{ kind: "present", enabled, streaming, copyWorkers, slotLost, tables },
      logKept: slot instanceof EngineError || known?.kept === true,
      needsCleanUp: known?.spare === true,
      isProvisional: binary,
      findings: [...(stream?.findings ?? []), ...waits, ...(log?.findings ?? [])],
      isWatched: stream?.isWhole === true,
      keptLog: log?.keptLog,
      remember: stream?.remember,
      ...(streaming && known !== undefined
        ? this.#delays(task.id, known, subscription.received)
        : { delayMs: undefined }),
      positions: known === undefined ? undefined : positionsOf(known, subscription),
    };
  }

  /** Only a user with pg_read_all_stats sees what a walsender says; the target's worker shows it to everybody. */
  #delays(
    id: string,
    { current, sent, replayed, lag_ms }: SlotFacts,
    received: string | null,
  ): { readonly delayMs: number | undefined; readonly stages?: StageDelays } {
    const reached = replayed ?? received;
    if (reached === null) {
      return { delayMs: undefined };
    }
    const meter = this.#lag.get(id) ?? new LagMeter();
    this.#lag.set(id, meter);
    const now = Date.now();
    const delayMs = meter.read(now, BigInt(current), BigInt(reached), lag_ms ?? undefined);
    const age = (position: string | null) => (position === null ? null : meter.age(now, BigInt(position)));
    return { delayMs, stages: { sentMs: age(sent), receivedMs: age(received) } };
  }
}

const nothingFlowed: Watched = { findings: [], isWhole: true, remember: undefined };

/** Only a lost connection is a fault; any other error is shown to the user. */
function withoutAnswer(
  side: Side,
  error: EngineError,
  task: EngineTask,
  news: SlotNews | undefined,
): EngineState {
  const { memory, tables } = task;
  const remember =
    news === undefined ? undefined : { from: memory, to: withSlotNews(memoryOf(memory), tables, news) };
  return error.kind === "loss"
    ? { kind: "unreachable", side, reason: error.reason, remember }
    : { kind: "broken", code: error.code, message: describe(error, task[error.side ?? side]) };
}

function namesOf(tasks: readonly EngineTask[]): readonly string[] {
  return tasks.map(({ id }) => objectName(id));
}

/** Undefined where nothing needs to move: changes come when they come. */
function movementOf({ enabled, pid, copyWorkers, tables }: SubscriptionFacts): Movement | undefined {
  const open = tables.filter(({ phase }) => phase !== "synced");
  if (!enabled || (pid !== null && open.length === 0)) {
    return undefined;
  }
  const progress = open.map(({ name, phase, copiedRows }) => `${name} ${phase} ${copiedRows}`).toSorted();
  return { progress: progress.join("\n"), lacksWorker: pid === null || copyWorkers === 0 };
}

function positionsOf(slot: SlotFacts, { received }: SubscriptionFacts): Positions {
  const position = (bytes: string | null) => (bytes === null ? null : logPosition(bytes));
  return {
    source: logPosition(slot.current),
    read: position(received),
    written: position(slot.replayed ?? slot.confirmed),
    bytes: { source: Number(slot.current), read: received === null ? null : Number(received) },
  };
}
