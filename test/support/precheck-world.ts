/** Two servers of the test's own, and the engine that checks tasks between them. */
import assert from "node:assert/strict";
import type { CheckItem } from "../../src/backend/engine/check-item";
import type { EngineTask } from "../../src/backend/engine/engine-task";
import { PostgresEngine } from "../../src/backend/engine/postgres/engine";
import type { TableName } from "../../src/backend/engine/table-name";
import { render } from "../../src/backend/messages";
import { OwnServer } from "./own-server";

/** A task with a schema of its own, of the same name at both ends, or with databases of its own. */
export interface CheckedPlan {
  readonly schema: string;
  readonly task: EngineTask;
}

export interface PlanOptions {
  readonly source?: string;
  readonly target?: string;
  /** Names as `schema.table`, or in the task's schema. */
  readonly tables?: readonly string[];
  readonly copiesRows?: boolean;
  readonly sourceLogin?: { readonly user: string; readonly password: string };
  readonly targetLogin?: { readonly user: string; readonly password: string };
  /** Whether it has databases of its own; its schema is public then. Options of CREATE DATABASE make it so, too. */
  readonly fresh?: boolean;
  readonly sourceDatabase?: string;
  readonly targetDatabase?: string;
}

export class PrecheckWorld {
  readonly engine = new PostgresEngine(() => undefined);
  #count = 0;

  private constructor(
    readonly source: OwnServer,
    readonly target: OwnServer,
  ) {}

  /** @param packages a file for which Node finds the package with the servers' programs. */
  static async start(packages: string, settings: readonly string[] = []): Promise<PrecheckWorld> {
    // Nothing here needs to outlive a crash.
    const quick = ["fsync=off", "full_page_writes=off", ...settings];
    const [source, target] = await Promise.all([
      OwnServer.start(packages, quick),
      OwnServer.start(packages, quick),
    ]);
    return new PrecheckWorld(source, target);
  }

  /** Makes a schema or databases of the task's own, fills them, and answers the task. */
  async plan(options: PlanOptions): Promise<CheckedPlan> {
    const name = `check_${++this.#count}`;
    const fresh =
      options.fresh === true || options.sourceDatabase !== undefined || options.targetDatabase !== undefined;
    const schema = fresh ? "public" : name;
    const database = fresh ? name : "postgres";
    for (const side of ["source", "target"] as const) {
      if (fresh) {
        await this[side].sql("postgres", `CREATE DATABASE ${name} ${options[`${side}Database`] ?? ""}`);
      }
      const sql = options[side] ?? (side === "source" ? "" : undefined);
      if (sql !== undefined) {
        const making = fresh ? "" : `CREATE SCHEMA ${name}; `;
        await this[side].sql(database, `${making}SET search_path = ${schema}; ${sql}`);
      }
    }
    const end = (side: "source" | "target") => ({
      side,
      ...this[side].login,
      ...options[`${side}Login`],
      ...{ database, ssl: false },
    });
    const task = {
      id: `00000000-0000-0000-0000-${String(this.#count).padStart(6, "0")}jb101`,
      ...{ source: end("source"), target: end("target") },
      publisher: { host: this.source.login.host, port: this.source.login.port },
      tables: (options.tables ?? []).map((table) => tableOf(table, schema)),
      copiesRows: options.copiesRows ?? true,
      unindexed: [],
      memory: null,
    };
    return { schema, task };
  }

  /** Runs statements as a superuser, with the task's schema as the path. */
  async sql(
    { schema, task }: CheckedPlan,
    side: "source" | "target",
    text: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return await this[side].sql(task[side].database, `SET search_path = ${schema}; ${text}`);
  }

  async check(task: EngineTask, wholeSchemas: readonly string[] | null = []): Promise<readonly CheckItem[]> {
    return await this.engine.check(task, wholeSchemas);
  }

  /** Runs every remedy as a user would who copies them, as a superuser. */
  async remedy({ task }: CheckedPlan, items: readonly CheckItem[]): Promise<void> {
    for (const { remedies } of items) {
      for (const { side, sql } of remedies) {
        await this[side].sql(task[side].database, sql);
      }
    }
  }

  async stop(): Promise<void> {
    await this.engine.dispose();
    await this.source.stop();
    await this.target.stop();
  }
}

function tableOf(name: string, schema: string): TableName {
  const [first = "", second] = name.split(".");
  return second === undefined ? { schema, table: first } : { schema: first, table: second };
}

/** The item, which must be there. */
export function itemIn(items: readonly CheckItem[], name: string): CheckItem {
  const found = items.find(({ item }) => item === name);
  assert.ok(found !== undefined, `${name} among ${items.map(({ item }) => item).join(", ")}`);
  return found;
}

/** What an item says, in English. */
export function reasonsOf({ reasons }: CheckItem): string {
  return reasons.map((reason) => render(reason, "en")).join(" ");
}

/** Items that did not pass, as `item RESULT`. */
export function findingsIn(items: readonly CheckItem[]): readonly string[] {
  return items.filter(({ result }) => result !== "PASSED").map(({ item, result }) => `${item} ${result}`);
}
