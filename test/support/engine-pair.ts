/** The PostgreSQL engine by itself, between databases of its own on two real servers. */

import assert from "node:assert/strict";
import { limits } from "../../scripts/limits.mjs";
import type { TableComparison } from "../../src/backend/engine/comparison";
import type { EndLogin } from "../../src/backend/engine/database-login";
import type { EngineTask, UnindexedTable } from "../../src/backend/engine/engine-task";
import { PostgresEngine } from "../../src/backend/engine/postgres/engine";
import { objectName } from "../../src/backend/engine/postgres/names";
import type { Side } from "../../src/backend/engine/side";
import type { TableName } from "../../src/backend/engine/table-name";
import { type Message, render } from "../../src/backend/messages";
import { BackendProcess, makeDataDir, removeDataDir, until } from "./backend-process";

const settleMs = 20_000;

/** What a test's task begins with. */
export interface PairPlan {
  /** Run at the source. */
  readonly source: string;
  /** Run at the target. */
  readonly target?: string;
  /** `schema.table` or the name of a table in `public`; all tables of the source without. */
  readonly tables?: readonly string[];
  readonly copiesRows?: boolean;
  /** What follows CREATE DATABASE, at each end. */
  readonly options?: Partial<Record<Side, string>>;
  readonly logins?: Partial<Record<Side, { readonly user: string; readonly password: string }>>;
}

export class EnginePair {
  readonly engine = new PostgresEngine(() => undefined);
  readonly #made: EngineTask[] = [];
  #count = 0;

  private constructor(
    private readonly dataDir: string,
    readonly backend: BackendProcess,
  ) {}

  static async start(): Promise<EnginePair> {
    const dataDir = makeDataDir();
    return new EnginePair(dataDir, await BackendProcess.startServers(dataDir));
  }

  /** A task between two databases of its own, with nothing of it made yet. */
  async task({ source, target, tables, copiesRows = true, options, logins }: PairPlan): Promise<EngineTask> {
    const database = `pair_${++this.#count}`;
    for (const side of ["source", "target"] as const) {
      await this.backend.sql(side, "postgres", `CREATE DATABASE ${database} ${options?.[side] ?? ""}`);
    }
    await this.backend.sql("source", database, source);
    await this.backend.sql("target", database, target ?? "");
    const login = (side: Side): EndLogin => ({
      side,
      ...this.backend.login(side),
      ...{ database, ssl: false },
      ...logins?.[side],
    });
    const { host, port } = login("source");
    const all = await this.engine.tablesOf({ ...login("source"), ...this.backend.login("source") });
    const task = {
      id: `00000000-0000-0000-0001-${String(this.#count).padStart(6, "0")}jb101`,
      source: login("source"),
      target: login("target"),
      publisher: { host, port },
      tables: tables?.map(named) ?? all,
      copiesRows,
      unindexed: [],
      memory: null,
    };
    this.#made.push(task);
    return task;
  }

  /** A task whose changes flow. */
  async started(plan: PairPlan): Promise<EngineTask> {
    const task = await this.task(plan);
    await this.flow(task);
    return task;
  }

  async flow(task: EngineTask): Promise<void> {
    const unindexed: UnindexedTable[] = [];
    await this.engine.prepare(task, async (made) => void unindexed.push(...made));
    await this.engine.enable(task);
    await until(
      "all tables are in step and changes flow",
      async () => (await this.engine.observe([task])).get(task.id),
      (state) =>
        state?.kind === "present" && state.streaming && state.tables.every(({ phase }) => phase === "synced"),
    );
    await this.engine.index({ ...task, unindexed }, AbortSignal.timeout(settleMs), () => undefined);
    await this.caughtUp(task);
  }

  /** Waits until the target has what the source has written so far. */
  async caughtUp(task: EngineTask): Promise<void> {
    const [now] = await this.sql(task, "source", "SELECT pg_current_wal_lsn()::text AS position");
    await until(
      "the target has caught up",
      async () =>
        await this.sql(
          task,
          "source",
          `SELECT r.replay_lsn >= '${now?.position}' AS reached FROM pg_replication_slots s
           JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = '${objectName(task.id)}'`,
        ),
      ([row]) => row?.reached === true,
    );
  }

  /** Runs statements as a superuser of one end; answers the rows of a single one. */
  async sql(
    task: EngineTask,
    side: Side,
    text: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const result: unknown = await this.backend.sql(side, task[side].database, text);
    return Array.isArray(result) ? result : [];
  }

  /** Ends a task as the backend does; answers what could not be completed, in English. */
  async ended(task: EngineTask): Promise<readonly string[]> {
    await this.engine.release(task, "target");
    const warnings = await this.engine.completeTarget(task);
    await this.engine.release(task, "source");
    return warnings.map((warning) => inWords(warning));
  }

  /** What a comparison of contents says of each table. */
  async compared(task: EngineTask, contents = true): Promise<Readonly<Record<string, TableComparison>>> {
    const found: [string, TableComparison][] = [];
    for await (const one of this.engine.compare(task, contents, AbortSignal.timeout(limits.wait))) {
      found.push([one.table.table, one]);
    }
    return Object.fromEntries(found);
  }

  /** Lets go of all tasks. */
  async release(): Promise<void> {
    for (const task of this.#made.splice(0)) {
      const own = { ...task, source: this.#own(task, "source"), target: this.#own(task, "target") };
      await this.engine.release(own, "target");
      await this.engine.release(own, "source");
    }
  }

  async dispose(): Promise<void> {
    await this.engine.dispose();
    await this.backend.stop();
    removeDataDir(this.dataDir);
  }

  #own(task: EngineTask, side: Side): EndLogin {
    return { ...task[side], ...this.backend.login(side) };
  }
}

/** A message as English text; it must have one in Chinese, too. */
export function inWords(text: Message): string {
  const [english, chinese] = [render(text, "en"), render(text, "zh")];
  assert.notEqual(english, chinese);
  return english;
}

function named(name: string): TableName {
  const [schema = "", table] = name.split(".");
  return table === undefined ? { schema: "public", table: schema } : { schema, table };
}
