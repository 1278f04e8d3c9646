import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Login } from "./backend-task";
import type { Random } from "./random";

const pauseMs = 10;

/** Inserts, updates and deletes rows of tables `(id bigint, v text)`, through every crash of their server. */
export class BusyTables {
  readonly #done: Promise<void>;
  #stopped = false;
  /** Statements that were carried out. */
  written = 0;

  constructor(
    private readonly login: Login & { readonly database: string },
    private readonly tables: readonly [string, ...string[]],
    private readonly random: Random,
  ) {
    this.#done = this.#run();
  }

  /** Stops writing; what was written is committed then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const client = new pg.Client({
        ...this.login,
        // A session may outlive its killed server, and answer nothing.
        ...{ connectionTimeoutMillis: 2_000, query_timeout: 10_000 },
      });
      client.on("error", () => undefined);
      try {
        await client.connect();
        while (!this.#stopped) {
          await client.query(this.#statement());
          this.written++;
          await delay(pauseMs);
        }
      } catch {
        // The server was killed: whether the last statement was committed, only the comparison of the sides tells.
        await delay(pauseMs);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  #statement(): string {
    const table = this.random.pick(this.tables);
    const id = 1 + this.random.below(2_000);
    const text = `md5('${this.random.next()}')`;
    return this.random.pick([
      `INSERT INTO ${table} (v) SELECT ${text} FROM generate_series(1, ${1 + this.random.below(20)})`,
      `UPDATE ${table} SET v = ${text} WHERE id BETWEEN ${id} AND ${id + 5}`,
      `DELETE FROM ${table} WHERE id = ${id}`,
    ]);
  }
}
