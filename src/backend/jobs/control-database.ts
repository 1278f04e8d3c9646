/** The way into the control database. Its server may be started again at any moment. */
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { DatabaseLogin } from "../engine/database-login";
import { isConnectionLoss } from "../engine/error-kinds";
import { codeOf } from "../engine/postgres/databases";
import { guardedPool, ownOptions } from "../engine/postgres/guarded-client";
import { reasonOf } from "../log";

/** How long a statement waits for a server that is not there. */
const patienceMs = 10_000;
const retryMs = 100;

/** The way into the database for what only runs statements. */
export type Statements = Pick<ControlDatabase, "query">;

/** A pool of eight connections. While the server is away, statements wait for ten seconds at most. */
export class ControlDatabase {
  readonly #pool: pg.Pool;

  constructor(login: DatabaseLogin) {
    this.#pool = guardedPool(ownOptions(login), { max: 8, idleMs: 10_000 });
  }

  /** Runs a statement, again if the server was away: it must be repeatable. */
  async query<R extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<R>> {
    for (const deadline = Date.now() + patienceMs; ; await delay(retryMs)) {
      try {
        return await this.#pool.query<R>(sql, [...values]);
      } catch (error) {
        if (!isAway(error) || Date.now() > deadline) {
          throw error;
        }
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** The server knows this login: who refuses it, or cannot prove itself, is another program on its port. */
function isAway(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith("28") || isConnectionLoss({ code, reason: reasonOf(error) });
}
