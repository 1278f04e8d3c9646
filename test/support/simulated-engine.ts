import assert from "node:assert/strict";
import type { EndLogin } from "../../src/backend/engine/database-login";
import type { Engine } from "../../src/backend/engine/engine";
import { EngineError, LogLostError } from "../../src/backend/engine/engine-error";
import type { EngineState } from "../../src/backend/engine/engine-state";
import type { AgainTable, EngineTask, UnindexedTable } from "../../src/backend/engine/engine-task";
import type { Side } from "../../src/backend/engine/side";
import type { StopCause } from "../../src/backend/engine/stop-cause";
import { plainName, type TableName } from "../../src/backend/engine/table-name";
import { message } from "../../src/backend/messages";
import type { SimulatedWorld, Subscription } from "./simulated-world";

/** An engine in the simulated world, as one life of the backend knows it; `alive` ends it at any step. */
export class SimulatedEngine implements Engine {
  readonly capabilities = {
    taskTypes: ["FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS"],
    canPause: true,
    canEditObjects: true,
    canCopyAgain: true,
    canCompare: false,
    knowsProgress: true,
  } as const;

  #looks = 0;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly alive: () => Promise<void>,
  ) {}

  async test({ side }: EndLogin): Promise<boolean> {
    await this.alive();
    this.world.reach(side);
    return false;
  }

  async tablesOf(): Promise<readonly TableName[]> {
    await this.alive();
    this.world.reach("source");
    return ["a", "b", "c"].map((table) => ({ schema: "public", table }));
  }

  async choosableTables() {
    await this.alive();
    return [];
  }

  async check() {
    await this.alive();
    return [];
  }

  async prepare(
    task: EngineTask,
    note: (tables: readonly UnindexedTable[]) => Promise<void>,
  ): Promise<Readonly<Record<string, number>>> {
    await this.alive();
    this.world.reach("source");
    this.#refuse("source");
    this.world.reach("target");
    const missing = task.tables.filter((table) => !this.world.made.has(plainName(table)));
    if (task.copiesRows && missing.length > 0) {
      await note(missing.map((table) => ({ ...table, made: plainName(table) })));
      await this.alive();
    }
    for (const table of missing) {
      this.world.made.set(plainName(table), task.copiesRows ? "lacking" : "indexed");
    }
    this.world.slot = true;
    this.world.spare = task.copiesRows;
    await this.alive();
    this.world.subscription ??= {
      enabled: false,
      stopped: undefined,
      tables: new Map(task.tables.map((table) => [plainName(table), first(task)])),
    };
    return {};
  }

  async index({ unindexed }: EngineTask, signal: AbortSignal): Promise<void> {
    for (const { made } of unindexed) {
      await this.alive();
      this.world.reach("target");
      this.world.reach("source");
      this.#refuse("target");
      await Promise.race([
        this.world.nextTick(),
        new Promise((resolve) => signal.addEventListener("abort", resolve)),
      ]);
      signal.throwIfAborted();
      await this.alive();
      this.world.reach("target");
      this.world.made.set(made, "indexed");
    }
  }

  async enable(): Promise<void> {
    await this.alive();
    this.world.reach("target");
    const subscription = this.#subscription();
    subscription.enabled = true;
    subscription.stopped = undefined;
  }

  async change(task: EngineTask, added: readonly TableName[]): Promise<Readonly<Record<string, number>>> {
    await this.alive();
    this.world.reach("target");
    this.world.reach("source");
    if (added.length > 0) {
      this.#refuse("target");
      this.world.spare = task.copiesRows;
    }
    const { tables } = this.#subscription();
    const names = task.tables.map(plainName);
    for (const name of [...tables.keys()].filter((known) => !names.includes(known))) {
      tables.delete(name);
      this.world.slotLost.delete(name);
      this.world.lost.delete(name);
    }
    for (const name of names) {
      tables.set(name, tables.get(name) ?? first(task));
    }
    await this.enable();
    return {};
  }

  async changed() {
    await this.alive();
    return new Map<string, number>();
  }

  async delayEvidence() {
    await this.alive();
    return {
      sender: undefined,
      worker: undefined,
      lock: undefined,
      unindexed: [],
      openTransaction: undefined,
    };
  }

  async copyObjection() {
    await this.alive();
    this.world.reach("source");
    this.world.reach("target");
    return undefined;
  }

  async copyAgain(task: EngineTask, again: readonly AgainTable[]): Promise<Readonly<Record<string, number>>> {
    await this.alive();
    this.world.reach("source");
    this.world.reach("target");
    this.#refuse("target");
    const subscription = this.#subscription();
    for (const table of again) {
      subscription.tables.delete(plainName(table));
      this.world.slotLost.delete(plainName(table));
      this.world.lost.delete(plainName(table));
    }
    subscription.enabled = false;
    await this.alive();
    for (const table of again.filter(({ keepRows }) => !keepRows)) {
      this.world.blocked.delete(plainName(table));
    }
    await this.alive();
    this.world.reach("target");
    this.world.spare = true;
    for (const table of again) {
      this.#subscription().tables.set(plainName(table), "waiting");
    }
    await this.enable();
    return Object.fromEntries(task.tables.map((table) => [plainName(table), 1]));
  }

  async suspend(): Promise<void> {
    await this.alive();
    this.world.reach("target");
    if (this.world.lost.size > 0) {
      // As often as it is tried in vain.
      this.world.harm.loss++;
    }
    if (this.world.subscription !== undefined) {
      this.world.subscription.enabled = false;
      this.world.subscription.stopped = undefined;
    }
  }

  async restoreSlots(): Promise<void> {
    await this.alive();
    this.world.reach("target");
    this.world.reach("source");
    if (this.world.slotLost.size > 0 && !this.world.spare) {
      this.world.harm.loss++;
      throw new LogLostError("55000", "source", "gone");
    }
    this.world.slotLost.clear();
  }

  async cleanUp(): Promise<void> {
    await this.alive();
    this.world.reach("source");
    this.world.reach("target");
    const phases = [...this.#subscription().tables.values()];
    assert.ok(
      phases.every((phase) => phase === "synced"),
      `copies are under way: ${phases}`,
    );
    this.world.spare = false;
  }

  async unapplied(): Promise<undefined> {
    await this.alive();
    this.world.reach("source");
    this.world.reach("target");
  }

  async completeTarget(): Promise<readonly []> {
    await this.alive();
    this.world.reach("source");
    this.world.reach("target");
    return [];
  }

  async release(_: unknown, side: Side): Promise<void> {
    await this.alive();
    this.world.reach(side);
    if (side === "target") {
      this.world.subscription = undefined;
      this.world.slotLost.clear();
      this.world.lost.clear();
    } else {
      this.world.slot = false;
      this.world.spare = false;
    }
  }

  async observe(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, EngineState>> {
    await this.alive();
    return new Map(tasks.map(({ id }) => [id, this.#state()]));
  }

  async explainStop(): Promise<StopCause> {
    await this.alive();
    if (this.world.away.has("source")) {
      return { kind: "connection", reason: "away" };
    }
    return this.world.subscription?.stopped ?? { kind: "unknown", hint: "log" };
  }

  async measure() {
    await this.alive();
    return new Map();
  }

  async *compare() {
    // It cannot, and is not asked.
  }

  compareObjects = async () => [];

  remedy = async () => ({ rows: [], statements: [] });

  describe({ reason }: EngineError) {
    return message("internal", { reason });
  }

  async dispose(): Promise<void> {
    // Nothing is open.
  }

  #state(): EngineState {
    const { away, subscription, slot, spare, slotLost } = this.world;
    if (away.has("target")) {
      return { kind: "unreachable", side: "target", reason: "away" };
    }
    if (subscription === undefined) {
      return { kind: "absent" };
    }
    const tables = [...subscription.tables].map(([name, phase]) => ({ name, phase, copiedRows: 0 }));
    return {
      ...{ kind: "present", enabled: subscription.enabled, tables, copyWorkers: 0, delayMs: undefined },
      streaming: subscription.enabled && slot && !away.has("source"),
      logKept: slot || away.has("source"),
      // A worker that is started again and again is there at some of the looks.
      slotLost: slotLost.size > 0 && this.#looks++ % 3 > 0,
      needsCleanUp: spare && !away.has("source"),
      ...{ isWatched: true, isProvisional: false },
      findings: [...this.world.lost].map((name) => ({
        ...{ id: name, level: "failure", side: "source", code: "LS004" },
        ...{
          table: { schema: "public", table: name.slice("public.".length) },
          message: message("sourceTableReplaced"),
        },
      })),
    };
  }

  #subscription(): Subscription {
    if (this.world.subscription === undefined) {
      throw new EngineError("42704", "target", "no subscription");
    }
    return this.world.subscription;
  }

  #refuse(side: Side): void {
    if (this.world.refusing) {
      this.world.harm.refusal++;
      throw new EngineError("42501", side, "refused");
    }
  }
}

function first({ copiesRows }: EngineTask): "waiting" | "synced" {
  return copiesRows ? "waiting" : "synced";
}
