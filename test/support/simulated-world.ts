/**
 * A small world for random walks: an engine and a database that exist in memory only, and can be harmed. The real jobs,
 * steps and reconciler live in it; its time is the walk's own.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import * as v from "valibot";
import {
  type AgainTable,
  type DatabaseLogin,
  type Engine,
  EngineError,
  type EngineState,
  type EngineTask,
  LogLostError,
  type Side,
  type StopCause,
  type TableName,
  type TableState,
  type UnindexedTable,
} from "../../src/backend/engine/engine";
import { type Job, jobSchema, plainName } from "../../src/backend/jobs/job";
import { migrations } from "../../src/backend/jobs/store";
import { message } from "../../src/backend/messages";

/** How often a lock must not be got before that is a failure. */
const triesOfLocks = 5;

interface Subscription {
  enabled: boolean;
  /** Why it has stopped by itself. */
  stopped: StopCause | undefined;
  readonly tables: Map<string, TableState["phase"]>;
}

/** What is true of the two ends, whatever the backend believes. */
export class SimulatedWorld {
  readonly away = new Set<Side>();
  /** Tables at the target with a row that is in the way. */
  readonly blocked = new Set<string>();
  /** Whether a lock at the target is never got in time. */
  locked = false;
  /** Whether the databases refuse to make anything. */
  refusing = false;
  slot = false;
  /** What is kept for copies under way. */
  spare = false;
  /** Copied tables that have nothing to go on from. */
  readonly slotLost = new Set<string>();
  /** Tables of the stream that have lost rows. */
  readonly lost = new Set<string>();
  subscription: Subscription | undefined;
  /** The tables that the target has; those that the engine has made lack indexes until it has made them, too. */
  readonly made = new Map<string, "lacking" | "indexed">();
  /** What waits for the next half second. */
  readonly #waiting = new Set<() => void>();
  /** How often something really went wrong, by what it leads to. */
  readonly harm = { conflict: 0, refusal: 0, loss: 0, away: 0, locks: 0 };
  /** The statuses of the task and of its changes, as they were stored. */
  readonly history: { readonly statuses: string[]; readonly changes: Map<string, string[]> } = {
    statuses: [],
    changes: new Map(),
  };
  #record: string | undefined;
  #orphans: string[] = [];
  readonly #balances = new Map<string, number>();

  /** What the engine does by itself within half a second. */
  tick(): void {
    for (const go of this.#waiting) {
      this.#waiting.delete(go);
      go();
    }
    const { subscription } = this;
    if (subscription === undefined || !subscription.enabled || this.away.has("target")) {
      return;
    }
    if (this.away.has("source")) {
      this.#stop(subscription, { kind: "connection", reason: "gone" });
      return;
    }
    if (!this.slot) {
      return;
    }
    if (this.locked) {
      this.harm.locks += 1 / triesOfLocks;
      const said = { code: "55P03", reason: "canceling statement due to lock timeout" };
      this.#stop(subscription, {
        kind: "failure",
        ...said,
        message: message("stopped", said),
        passing: true,
      });
      return;
    }
    for (const [name, phase] of subscription.tables) {
      if (this.blocked.has(name) && phase !== "waiting") {
        this.harm.conflict++;
        const said = { code: "23505", reason: name };
        const text = message("stopped", said);
        this.#stop(subscription, { kind: "failure", ...said, message: text, passing: false });
        return;
      }
      if (!this.slotLost.has(name)) {
        subscription.tables.set(name, after[phase]);
      }
    }
  }

  #stop(subscription: Subscription, cause: StopCause): void {
    subscription.enabled = false;
    subscription.stopped = cause;
  }

  /** Resolves at the next half second. */
  async nextTick(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** The target crashes between two commits of a copy, whose slot is gone already. */
  strand(): void {
    const { subscription, spare, slotLost } = this;
    for (const [name, phase] of subscription?.tables ?? []) {
      if (phase === "copied" || (spare && phase === "synced")) {
        subscription?.tables.set(name, "copied");
        slotLost.add(name);
      }
    }
  }

  /** A table is replaced at one of the ends. */
  loseTable(name: string): void {
    if (this.subscription?.tables.has(name) === true) {
      this.lost.add(name);
      this.harm.loss++;
    }
  }

  loseSlot(): void {
    if (this.slot) {
      this.slot = false;
      this.spare = false;
      this.harm.loss++;
    }
  }

  dropSubscription(): void {
    if (this.subscription !== undefined) {
      this.subscription = undefined;
      this.slotLost.clear();
      this.lost.clear();
      this.harm.loss++;
    }
  }

  /** @throws EngineError when the end is away, or refuses. */
  reach(side: Side): void {
    if (this.away.has(side)) {
      this.harm.away++;
      throw new EngineError("ECONNREFUSED", side, "away");
    }
  }

  /** The control database of one life of the backend; `alive` ends it at any statement. */
  database(alive: () => Promise<void>) {
    return {
      query: async <R extends pg.QueryResultRow>(
        sql: string,
        values: readonly unknown[] = [],
      ): Promise<pg.QueryResult<R>> => {
        await alive();
        const rows = this.#execute(sql, values);
        // The caller names the type of its rows, as with the real driver.
        return { rows: rows as R[], rowCount: rows.length, command: "", oid: 0, fields: [] };
      },
    };
  }

  #execute(sql: string, values: readonly unknown[]): readonly unknown[] {
    if (sql.startsWith("SELECT max(number)")) {
      return [{ last: migrations.length }];
    }
    if (sql.startsWith("SELECT record FROM jobs")) {
      return this.#record === undefined ? [] : [{ record: JSON.parse(this.#record) }];
    }
    if (sql.startsWith("SELECT account")) {
      return [...this.#balances].map(([account, balance]) => ({ account, balance }));
    }
    if (sql.startsWith("INSERT INTO accounts")) {
      this.#balances.set(String(values[0]), Number(values[1]));
    } else if (sql.startsWith("DELETE FROM jobs")) {
      this.#record = undefined;
    } else if (sql.includes("orphans")) {
      return this.#executeOnOrphans(sql, values);
    } else {
      this.#note(values);
    }
    return sql.startsWith("INSERT INTO jobs") ? [{ id: values[0] }] : [];
  }

  #executeOnOrphans(sql: string, values: readonly unknown[]): readonly unknown[] {
    if (sql.startsWith("SELECT")) {
      return this.#orphans.map((orphan): unknown => JSON.parse(orphan));
    }
    if (sql.startsWith("DELETE")) {
      this.#orphans = this.#orphans.filter((orphan) => !orphan.includes(`"side":"${String(values[1])}"`));
    } else {
      const record: unknown = JSON.parse(String(values[2]));
      this.#orphans.push(JSON.stringify({ side: values[1], record }));
    }
    return [];
  }

  /** Keeps the task's record, wherever it stands in the statement. */
  #note(values: readonly unknown[]): void {
    for (const value of values) {
      if (typeof value === "string" && value.startsWith('{"')) {
        const parsed = v.safeParse(jobSchema, JSON.parse(value));
        if (parsed.success) {
          this.#record = value;
          this.#remember(parsed.output);
        }
      }
    }
  }

  #remember({ status, change, tables }: Job): void {
    if (status === "INCRE_TRANSFER_STARTED") {
      const lacking = tables.map(plainName).filter((name) => this.made.get(name) === "lacking");
      assert.deepEqual(lacking, [], "changes flow before all indexes are there");
    }
    push(this.history.statuses, status);
    if (change !== null) {
      const known = this.history.changes.get(change.id) ?? [];
      this.history.changes.set(change.id, known);
      push(known, change.status);
    }
  }
}

function push(list: string[], status: string): void {
  if (list.at(-1) !== status) {
    list.push(status);
  }
}

const after = { waiting: "copying", copying: "copied", copied: "synced", synced: "synced" } as const;

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

  constructor(
    private readonly world: SimulatedWorld,
    private readonly alive: () => Promise<void>,
  ) {}

  async test(_: DatabaseLogin, side: Side): Promise<boolean> {
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
      slotLost: slotLost.size > 0,
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
