/** The way into the control database. Its server may be started again at any moment. */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type DatabaseLogin, isConnectionLoss } from "../engine/engine";
import { codeOf } from "../engine/postgres/databases";

/** How long a statement waits for a server that is not there. */
const patienceMs = 10_000;
const retryMs = 100;

/** The way into the database for what only runs statements. */
export type Statements = Pick<ControlDatabase, "query">;

export class ControlDatabase {
  readonly #pool: pg.Pool;

  constructor({ host, port, user, password, database }: DatabaseLogin) {
    this.#pool = new pg.Pool({
      ...{ host, port, user, password, database },
      ...{ max: 8, connectionTimeoutMillis: 5_000 },
    });
    // An idle connection that breaks is made anew by the next statement.
    this.#pool.on("error", () => undefined);
  }

  /** Runs a statement, anew when the connection was lost: it must be one that may be repeated. */
  async query<R extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<R>> {
    for (const deadline = Date.now() + patienceMs; ; await delay(retryMs)) {
      try {
        return await this.#pool.query<R>(sql, [...values]);
      } catch (error) {
        if (!isConnectionLoss(codeOf(error)) || Date.now() > deadline) {
          throw error;
        }
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
