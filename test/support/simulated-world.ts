/**
 * A small world for random walks: two ends and a control database that exist in memory only, and can be harmed. The real
 * jobs, steps and reconciler live in it; its time is the walk's own.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import * as v from "valibot";
import { EngineError } from "../../src/backend/engine/engine-error";
import type { TableState } from "../../src/backend/engine/engine-state";
import type { Side } from "../../src/backend/engine/side";
import type { StopCause } from "../../src/backend/engine/stop-cause";
import { plainName } from "../../src/backend/engine/table-name";
import { type Job, jobSchema } from "../../src/backend/jobs/job";
import { migrations } from "../../src/backend/jobs/store";
import { message } from "../../src/backend/messages";

/** How often a lock must not be got before that is a failure. */
const triesOfLocks = 5;

export interface Subscription {
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
