import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import pg from "pg";
import { reasonOf, shortened } from "../../log";
import type { DatabaseLogin, EndLogin } from "../database-login";
import { EngineError } from "../engine-error";
import type { Side } from "../side";
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
const noLimit = { statement_timeout: 0, query_timeout: 0 };
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
    login: EndLogin,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly R[]> {
    return await this.#run<R>(login, { text: sql, values: [...values] });
  }

  /**
   * Runs one statement as `query` does, of a text that is the same each time: a session plans it once. The server takes
   * up to ten times as long to plan what tasks are watched with as to run it.
   */
  async repeated<R extends Row>(
    login: EndLogin,
    sql: string,
    values: readonly unknown[],
  ): Promise<readonly R[]> {
    const name = `drs_${createHash("sha256").update(sql).digest("hex").slice(0, 32)}`;
    return await this.#run<R>(login, { name, text: sql, values: [...values] });
  }

  async #run<R extends Row>(login: EndLogin, query: pg.QueryConfig): Promise<readonly R[]> {
    try {
      return (await this.#pool(login).query<R>(query)).rows;
    } catch (error) {
      throw asEngineError(error, login.side);
    }
  }

  /**
   * Opens a new connection, so that it tests the current password and not an open connection's. Answers whether the
   * server proved that it knows the password.
   */
  async connectOnce(login: EndLogin): Promise<boolean> {
    return await this.#connect(clientOptions(login), login.side);
  }

  /** Connects as the workers of a subscription do; answers whether the server asked for the password. */
  async connectAsWorker(login: EndLogin): Promise<boolean> {
    let asked = false;
    const onPassword = () => {
      asked = true;
    };
    await this.#connect({ ...clientOptions(login), replication: "database", onPassword }, login.side);
    return asked;
  }

  async #connect(options: ClientOptions, side: Side): Promise<boolean> {
    const client = new GuardedClient(options);
    try {
      await client.connect();
      await client.query("SELECT 1");
      return client.isProven;
    } catch (error) {
      throw asEngineError(error, side);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * A connection of one's own for longer work, closed by `end` or when the signal aborts.
   *
   * @param work its name at the server, for work that takes as long as it takes; else ten minutes a statement.
   * @throws EngineError as `query` does.
   */
  async session(login: EndLogin, signal: AbortSignal, work?: string): Promise<Session> {
    const { side } = login;
    const limits = work === undefined ? longerWork : { ...noLimit, application_name: work };
    const client = new GuardedClient({ ...clientOptions(login), ...limits });
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
    await makeReady(client).catch((error: unknown) => {
      void end();
      throw asEngineError(error, side);
    });
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

  /** Both ends of a task may be one database, with one login. */
  #pool({ side: _, ...login }: EndLogin): pg.Pool {
    const key = createHash("sha256").update(JSON.stringify(login)).digest("hex");
    const known = this.#pools.get(key);
    if (known !== undefined) {
      return known;
    }
    const pool = guardedPool(clientOptions(login), {
      ...{ max: mostConnections, idleMs },
      prepare: makeReady,
    });
    this.#pools.set(key, pool);
    return pool;
  }
}

/**
 * The settings of a task's sessions, whatever those of the role, database or server are: no time limits but the
 * backend's own, and errors in the language by whose words they are known.
 */
const needed = {
  ...{ statement_timeout: "0", lock_timeout: "0", idle_in_transaction_session_timeout: "0" },
  ...{ idle_session_timeout: "0", transaction_timeout: "0", lc_messages: "C" },
  // A policy that would filter the rows of a copy is an error instead.
  row_security: "off",
};

/** Those of a server's settings among them that this session may change: older servers lack some. */
const changeable = `SELECT name FROM pg_settings
  WHERE name = ANY($1) AND (context = 'user' OR (context = 'superuser' AND current_setting('is_superuser') = 'on'))`;

/** Settings that some servers lack, or do not let everybody change, so that they cannot be sent with the login. */
const lateSettings = `SELECT set_config(name, wanted, false) FROM pg_settings
  JOIN (VALUES ('idle_session_timeout', '0'), ('transaction_timeout', '0'), ('lc_messages', 'C')) w (name, wanted)
  USING (name) WHERE context = 'user' OR (context = 'superuser' AND current_setting('is_superuser') = 'on')`;

/** Where the server refuses these settings, the session does without. @throws what the driver throws for a lost connection. */
async function makeReady(client: pg.ClientBase): Promise<void> {
  await client.query(lateSettings).catch(async (error: unknown) => {
    if (!(error instanceof pg.DatabaseError)) {
      throw error;
    }
    // Data after the refusal may have broken the connection, which its socket reports a moment later.
    await setImmediate();
    if (client instanceof GuardedClient && client.broken !== undefined) {
      throw client.broken;
    }
  });
}

/** The settings that a session of this login is to have. A server that is away is asked for the most common ones. */
export async function sessionSettings(
  databases: Pick<Databases, "query">,
  login: EndLogin,
): Promise<Readonly<Record<string, string>>> {
  const names = Object.keys(needed);
  const may = await databases.query<{ name: string }>(login, changeable, [names]).catch((error) => {
    if (error instanceof EngineError && error.kind === "loss") {
      return ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "row_security"].map(
        (name) => ({ name }),
      );
    }
    throw error;
  });
  const allowed = new Set(may.map(({ name }) => name));
  return Object.fromEntries(Object.entries(needed).filter(([name]) => allowed.has(name)));
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
  "lock_timeout=0",
  "idle_in_transaction_session_timeout=0",
  "lc_monetary=C",
  "quote_all_identifiers=off",
  // Compiling a query of catalogs takes seconds, the query itself milliseconds.
  "jit=off",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/** How the driver connects to a task's database: with TLS, proof and limits as its login says. */
export function clientOptions(connection: DatabaseLogin): ClientOptions {
  const { host, port, user, password, database, ssl, ca, certifiedHost = host, proves } = connection;
  const verified = {
    ...{ ca, rejectUnauthorized: true },
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      checkServerIdentity(certifiedHost, certificate),
  };
  return {
    ...{ host, port, user, password, database, mustProve: proves },
    ssl: ssl && (ca === undefined ? { rejectUnauthorized: false } : verified),
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    application_name: applicationName,
    options: settings,
  };
}

/** The SQLSTATE or the system's code of the driver's error; a code in another form is made up by a server. */
export function codeOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (inner instanceof Error && "code" in inner && /^[0-9A-Z_]{1,40}$/.test(String(inner.code))) {
    return String(inner.code);
  }
  return inWords.find(([pattern]) => pattern.test(reasonOf(inner)))?.[1] ?? "XX000";
}

/** Driver errors without a code. */
const inWords: readonly (readonly [RegExp, string])[] = [
  [/^Connection terminated|^timeout e|^Query read timeout|^Client (has enc|was closed)|^SASL: /, "08006"],
];

function asEngineError(error: unknown, side: Side): EngineError {
  const detail = error instanceof pg.DatabaseError && error.detail !== undefined ? ` (${error.detail})` : "";
  return new EngineError(codeOf(error), side, shortened(`${reasonOf(error)}${detail}`), { cause: error });
}
