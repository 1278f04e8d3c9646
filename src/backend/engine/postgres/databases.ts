import { createHash } from "node:crypto";
import pg from "pg";
import { reasonOf, shortened } from "../../log";
import { type DatabaseLogin, EngineError, type Side } from "../engine";
import { type ClientOptions, GuardedClient, guardedPool } from "./guarded-client";

const connectMs = 5_000;
const statementMs = 30_000;
const idleMs = 10_000;
/** By which servers know connections of the backend. */
export const applicationName = "drs-local-backend";
/** To one server with one login. */
const mostConnections = 10;

/** One row of a result. */
export type Row = Readonly<Record<string, unknown>>;

/** A connection of one's own. */
export interface Session {
  query<R extends Row>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  end(): Promise<void>;
}

const longerWorkMs = 10 * 60_000;
const longerWork = { statement_timeout: longerWorkMs, query_timeout: longerWorkMs + 5_000 };

/** Connections to the databases of tasks: shared by all who log in alike, closed when idle. */
export class Databases {
  readonly #pools = new Map<string, pg.Pool>();

  /**
   * Runs one statement.
   *
   * @throws EngineError with the SQLSTATE, or the system's code when the server cannot be reached.
   */
  async query<R extends Row>(
    connection: DatabaseLogin,
    side: Side,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly R[]> {
    try {
      return (await this.#pool(connection).query<R>(sql, [...values])).rows;
    } catch (error) {
      throw asEngineError(error, side);
    }
  }

  /** Connects anew, so that what is tried is today's password and not an open connection's. */
  async connectOnce(connection: DatabaseLogin, side: Side): Promise<void> {
    const client = new GuardedClient(clientOptions(connection));
    try {
      await client.connect();
      await client.query("SELECT 1");
    } catch (error) {
      throw asEngineError(error, side);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * A connection of one's own for longer work, closed by `end` or when the signal aborts.
   *
   * @throws EngineError as `query` does.
   */
  async session(connection: DatabaseLogin, side: Side, signal: AbortSignal): Promise<Session> {
    const client = new GuardedClient({ ...clientOptions(connection), ...longerWork });
    const end = async () => {
      signal.removeEventListener("abort", end);
      await client.end().catch(() => undefined);
    };
    try {
      signal.throwIfAborted();
      signal.addEventListener("abort", end);
      // A client that is ended while it connects never says so.
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        client.connect().then(() => resolve(), reject);
      });
    } catch (error) {
      void end();
      throw asEngineError(error, side);
    }
    return {
      query: async <R extends Row>(sql: string, values: readonly unknown[] = []) => {
        try {
          return (await client.query<R>(sql, [...values])).rows;
        } catch (error) {
          throw asEngineError(error, side);
        }
      },
      end,
    };
  }

  async dispose(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map(async (pool) => await pool.end()));
  }

  #pool(connection: DatabaseLogin): pg.Pool {
    const key = createHash("sha256").update(JSON.stringify(connection)).digest("hex");
    const known = this.#pools.get(key);
    if (known !== undefined) {
      return known;
    }
    const pool = guardedPool(clientOptions(connection), { max: mostConnections, idleMs });
    this.#pools.set(key, pool);
    return pool;
  }
}

/**
 * Definitions come with schemas written out, whatever the user's own path is, and values are written alike by every
 * server.
 */
const settings = [
  "search_path=pg_catalog",
  "timezone=UTC",
  "datestyle=ISO",
  "intervalstyle=postgres",
  "extra_float_digits=3",
  "bytea_output=hex",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

function clientOptions(connection: DatabaseLogin): ClientOptions {
  const { host, port, user, password, database, ssl } = connection;
  return {
    ...{ host, port, user, password, database },
    ssl: ssl ? { rejectUnauthorized: false } : false,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    application_name: applicationName,
    options: settings,
  };
}

/** The SQLSTATE or the system's code of what the driver threw; what looks like neither, a server has made up. */
export function codeOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (inner instanceof Error && "code" in inner && /^[0-9A-Z_]{1,40}$/.test(String(inner.code))) {
    return String(inner.code);
  }
  return inWords.find(([pattern]) => pattern.test(reasonOf(inner)))?.[1] ?? "XX000";
}

/** What the driver reports in words only. */
const inWords: readonly (readonly [RegExp, string])[] = [
  [/^Connection terminated|^timeout e|^Query read timeout|^Client (has enc|was closed)|^SASL: /, "08006"],
];

function asEngineError(error: unknown, side: Side): EngineError {
  const detail = error instanceof pg.DatabaseError && error.detail !== undefined ? ` (${error.detail})` : "";
  return new EngineError(codeOf(error), side, shortened(`${reasonOf(error)}${detail}`), { cause: error });
}
