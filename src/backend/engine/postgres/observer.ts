import { message } from "../../messages";
import type { EndLogin } from "../database-login";
import { EngineError, requireEngineError } from "../engine-error";
import type { EngineState, Positions, StageDelays } from "../engine-state";
import type { EngineTask } from "../engine-task";
import type { Side } from "../side";
import type { StopCause } from "../stop-cause";
import type { StreamFinding } from "../stream-finding";
import { BrokenCopies } from "./broken-copies";
import { CrashLoopDetector } from "./crash-loop-detector";
import type { Databases } from "./databases";
import { describe } from "./errors";
import { grouped } from "./grouped";
import { LagMeter } from "./lag";
import { logPosition, objectName, objectNames } from "./names";
import { type SlotFacts, slotFacts } from "./publisher";
import { RetainedLogs } from "./retained-log";
import type { ServerLog } from "./server-log";
import { SlotWatch } from "./slot-watch";
import { memoryOf, type SlotNews, withSlotNews } from "./stream-memory";
import { StreamWatch, type Watched } from "./stream-watch";
import { type SubscriptionFacts, subscriptionFacts, suspendSubscription } from "./subscriber";
import { type Movement, WaitWatch } from "./waits";

/** The states of tasks at both ends, with the memory of them between polls. */
export class TaskObserver {
  readonly #logs: RetainedLogs;
  readonly #lag = new Map<string, LagMeter>();
  readonly #streams: StreamWatch;
  readonly #slots: SlotWatch;
  /** Tasks that this process has made ready and not run yet: nothing has flowed that could be lost. */
  readonly #unused = new Set<string>();
  /** Tasks that ran at the last poll. */
  readonly #running = new Set<string>();
  readonly #watches = new Map<string, CrashLoopDetector>();
  readonly #waits: WaitWatch;
  readonly #copies = new BrokenCopies();
  /** Why this process has stopped tasks. */
  readonly #stops = new Map<string, StopCause>();

  /** @param logOf the log of a target server, where it can be read. */
  constructor(
    private readonly databases: Databases,
    private readonly logOf: (target: EndLogin) => ServerLog | undefined,
  ) {
    this.#logs = new RetainedLogs(databases);
    this.#slots = new SlotWatch(databases);
    this.#waits = new WaitWatch(databases);
    this.#streams = new StreamWatch(
      databases,
      ({ id, target }) => logOf(target)?.missingRowsOf(objectName(id)) ?? new Map(),
    );
  }

  /** Notes that a task is ready and has not run yet. */
  noteUnused(id: string): void {
    this.#unused.add(id);
  }

  /** Whether a task that is to run may: not where its slot was moved, so that rows would be lost without a word. */
  async mayRun(task: EngineTask): Promise<boolean> {
    this.#lag.delete(task.id);
    this.#watches.delete(task.id);
    this.#stops.delete(task.id);
    this.#streams.forget(task.id);
    if (await this.#slots.wasMoved(task)) {
      return false;
    }
    this.#slots.restart(task.id);
    this.#unused.delete(task.id);
    return true;
  }

  /** The next poll checks the task's stream, however recent the last check. */
  lookAgain(id: string): void {
    this.#streams.forget(id);
  }

  /** Why this process has stopped the task; undefined: it has not. */
  stopOf(id: string): StopCause | undefined {
    return this.#stops.get(id);
  }

  /** Copies that are broken off now are so on purpose. */
  forgetCopies(id: string): void {
    this.#copies.forget(id);
  }

  /** Forgets the observations of the task's stream and slot: both begin again. */
  forgetStream(id: string): void {
    this.#watches.delete(id);
    this.#stops.delete(id);
    this.forgetCopies(id);
    this.#streams.forget(id);
    this.#slots.forget(id);
  }

  forget(id: string): void {
    this.forgetStream(id);
    this.#lag.delete(id);
    this.#running.delete(id);
    this.#logs.forget(id);
    this.#waits.forget(id);
    this.#unused.delete(id);
  }

  /** The states of tasks. @param fresh whether also their streams are checked again. */
  async observe(tasks: readonly EngineTask[], fresh: boolean): Promise<ReadonlyMap<string, EngineState>> {
    const compare = this.#slots.begin(tasks);
    const [slots, subscriptions] = await Promise.all([
      grouped(
        tasks,
        "source",
        async (login, some) => await slotFacts(this.databases, login, objectNames(some)),
      ),
      grouped(
        tasks,
        "target",
        async (login, some) => await subscriptionFacts(this.databases, login, objectNames(some)),
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

  /** A worker that ran at the last poll may have stopped over what its stream has not been checked for yet. */
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
    if (!subscription.enabled) {
      this.#watches.delete(task.id);
      return subscription;
    }
    const limit = await this.#limitOf(task, subscription);
    if (limit === undefined && !this.#isFailing(task, subscription, slot)) {
      return subscription;
    }
    try {
      await suspendSubscription(this.databases, task);
    } catch (error) {
      requireEngineError(error);
      // The next poll finds it failing still.
      return subscription;
    }
    if (limit !== undefined) {
      this.#stops.set(task.id, limit);
      this.forgetCopies(task.id);
    }
    return { ...subscription, enabled: false, pid: null, copyWorkers: 0 };
  }

  /** Whether a worker fails repeatedly, on a server that restarts workers for ever. */
  #isFailing(
    task: EngineTask,
    subscription: SubscriptionFacts,
    slot: SlotFacts | EngineError | undefined,
  ): boolean {
    if (!subscription.endless) {
      return false;
    }
    const watch = this.#watches.get(task.id) ?? new CrashLoopDetector();
    this.#watches.set(task.id, watch);
    const confirmed = slot instanceof EngineError ? undefined : slot?.confirmed;
    const applying = { name: "changes", pid: subscription.pid, progress: confirmed ?? "" };
    return watch.isFailing(Date.now(), [applying, ...subscription.copies]);
  }

  /** Checks the task's copies; returns the time limit of the target that ends one each time, if there is one. */
  async #limitOf({ id, target }: EngineTask, { copying }: SubscriptionFacts): Promise<StopCause | undefined> {
    const error = this.logOf(target)?.lastErrorOf(objectName(id));
    this.#copies.look(id, copying, Date.now(), error && `${error.sqlState} ${error.message}`);
    if (this.#copies.endedAfter(id, 0) === undefined) {
      return undefined;
    }
    const limit = await transactionLimit(this.databases, target);
    const table = limit === 0 ? undefined : this.#copies.endedAfter(id, limit);
    if (table === undefined) {
      return undefined;
    }
    const seconds = String(limit / 1_000);
    return {
      ...{ kind: "failure", code: "25P04", reason: `transaction_timeout = ${limit}`, passing: false },
      message: message("copyTimedOut", { table, seconds, user: target.user }),
    };
  }

  async #state(
    task: EngineTask,
    subscription: SubscriptionFacts,
    slot: SlotFacts | EngineError | undefined,
    stream: Watched | undefined,
    waits: readonly StreamFinding[],
  ): Promise<EngineState> {
    const copies = this.#copies.findings(task.id, task.tables);
    const { enabled, binary, pid, waits: isHeldUp, copyWorkers, slotLost, tables } = subscription;
    const known = slot === undefined || slot instanceof EngineError ? undefined : slot;
    const streaming = pid !== null && (slot instanceof EngineError || known?.active === true || isHeldUp);
    const log = slot instanceof EngineError ? undefined : await this.#logs.read(task, slot, streaming);
    return {
      ...{ kind: "present", enabled, streaming, copyWorkers, slotLost, tables },
      logKept: slot instanceof EngineError || known?.kept === true,
      needsCleanUp: known?.spare === true,
      isProvisional: binary,
      findings: [...(stream?.findings ?? []), ...waits, ...copies, ...(log?.findings ?? [])],
      isWatched: stream?.isWhole === true,
      retainedLog: log?.retainedLog,
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
    { current, sent, replayed, confirmed, active, lag_ms }: SlotFacts,
    received: string | null,
  ): { readonly delayMs: number | undefined; readonly stages?: StageDelays } {
    const reached = replayed ?? (active ? received : confirmed);
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

/** How long a transaction of the login may take, in milliseconds; 0: as long as it takes. */
async function transactionLimit(databases: Databases, login: EndLogin): Promise<number> {
  const [limit] = await databases
    .query<{ ms: number }>(
      login,
      "SELECT reset_val::int AS ms FROM pg_settings WHERE name = 'transaction_timeout'",
    )
    .catch((error: unknown) => {
      requireEngineError(error);
      return [];
    });
  return limit?.ms ?? 0;
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

/** Undefined where nothing needs to move: changes come when they come, and wait only for locks. */
function movementOf(facts: SubscriptionFacts): Movement | undefined {
  const { enabled, pid, copyWorkers, tables, waits, received } = facts;
  const open = tables.filter(({ phase }) => phase !== "synced");
  if (!enabled || (pid !== null && open.length === 0 && !waits)) {
    return undefined;
  }
  const progress =
    open.length === 0
      ? [received ?? ""]
      : open.map(({ name, phase, copiedRows }) => `${name} ${phase} ${copiedRows}`).toSorted();
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
