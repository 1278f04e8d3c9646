/** Statements that a person runs in the demo's databases. */

import { Query, type ResultBuilder } from "pg";
import { withinLimit } from "../../drs/time-limit";
import type { DatabaseLogin } from "../engine/database-login";
import { clientOptions, codeOf } from "../engine/postgres/databases";
import { type ClientOptions, GuardedClient, ownOptions } from "../engine/postgres/guarded-client";
import { ProtocolError } from "../engine/postgres/message-guard";
import type { Side } from "../engine/side";
import { reasonOf } from "../log";
import { ApiError, message } from "../messages";
import type { DemoLogin } from "./demo";

export interface SqlRequest {
  readonly server: string;
  readonly database: string;
  readonly sql: string;
}

/** SQL for the database of a task's end. */
export interface TaskSqlRequest {
  readonly side: Side;
  readonly sql: string;
  /** The user's own login; absent: the demo's. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** As the owner of the demo's servers, who may do everything: only what the task's remedy is now. */
  readonly owner?: true | undefined;
}

/** The result of the last statement; values as PostgreSQL writes them. */
export interface SqlResult {
  readonly command: string;
  /** Rows that were changed or found. */
  readonly row_count: number;
  readonly fields: readonly string[];
  /** At most the first 100. */
  readonly rows: readonly (readonly (string | null)[])[];
}

const limitMs = 10_000;
const shownRows = 100;
/** Of what all statements answer, in bytes. */
const answerLimit = 32 * 1024 * 1024;

/**
 * Runs SQL as the shop's application or the analyst, whose logins the backend lists anyway. It ends after 10 seconds,
 * whatever the SQL sets.
 *
 * @throws ApiError DRS.M00007 for a database that is not the demo's, for what PostgreSQL refuses, and for an answer
 * that is too late or too large.
 */
export async function runDemoSql(logins: readonly DemoLogin[], request: SqlRequest): Promise<SqlResult> {
  const { server, database, sql } = request;
  const known = logins.find((one) => one.server === server && one.databases.includes(database));
  if (known === undefined) {
    throw new ApiError("DRS.M00007", message("noDemoDatabase", { server, database }));
  }
  return await runSql(ownOptions(loginIn(known, database)), sql);
}

/** The demo's login for the database of an endpoint; undefined for one that is not the demo's. */
export function demoLoginFor(
  logins: readonly DemoLogin[],
  { host, port, database }: Pick<DatabaseLogin, "host" | "port" | "database">,
): DatabaseLogin | undefined {
  const known = logins.find(
    (one) => one.host === host && one.port === port && one.databases.includes(database),
  );
  return known && loginIn(known, database);
}

/**
 * Runs SQL at an end of a task: as the given user, or as the demo's where the database is the demo's.
 *
 * @throws ApiError DRS.M00007 where a login is needed, and as `runDemoSql` does.
 */
export async function runTaskSql(
  logins: readonly DemoLogin[],
  endpoint: DatabaseLogin,
  { sql, user, password = "" }: TaskSqlRequest,
): Promise<SqlResult> {
  if (user !== undefined) {
    return await runSql(clientOptions({ ...endpoint, user, password }), sql);
  }
  const login = demoLoginFor(logins, endpoint);
  if (login === undefined) {
    throw new ApiError("DRS.M00007", message("sqlNeedsLogin", { database: endpoint.database }));
  }
  return await runSql(ownOptions(login), sql);
}

/**
 * Runs the remedy of a task as the owner of the demo's servers.
 *
 * @param owner undefined where the server is not the demo's.
 * @param remedy its statements at that end, as they were looked up just now.
 * @throws ApiError DRS.M00007 for any other SQL, and as `runTaskSql` does.
 */
export async function runRemedyAsOwner(
  owner: DatabaseLogin | undefined,
  remedy: readonly string[],
  { sql }: TaskSqlRequest,
): Promise<SqlResult> {
  const rest = remedy.reduce((text, statement) => text.replace(statement, () => ""), sql);
  if (owner === undefined || !/^[;\s]*$/.test(rest)) {
    throw new ApiError("DRS.M00007", message("onlyRemedyAsOwner"));
  }
  return await runSql(ownOptions(owner), sql);
}

function loginIn({ host, port, user, password }: DemoLogin, database: string): DatabaseLogin {
  return { host, port, user, password, database, ssl: false };
}

async function runSql(options: ClientOptions, sql: string): Promise<SqlResult> {
  const client = new GuardedClient({ ...options, answerLimit });
  let session: number | undefined;
  try {
    await client.connect();
    session = (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid;
    const late = new ProtocolError(`cancelled after ${limitMs / 1_000} seconds`, "57014");
    return await withinLimit(answerOf(client, sql), limitMs, late);
  } catch (error) {
    await terminate(options, session);
    throw new ApiError("DRS.M00007", message("sqlRefused", { code: codeOf(error), reason: reasonOf(error) }));
  } finally {
    await client.end();
  }
}

/** Ends a session from outside: the server does not notice by itself that nobody waits for what it does. */
async function terminate(options: ClientOptions, session: number | undefined): Promise<void> {
  const client = new GuardedClient({ ...options, query_timeout: 1_000 });
  try {
    await client.connect();
    await client.query("SELECT pg_terminate_backend($1)", [session]);
  } catch {
    // It is gone already, or ends when its own limit is reached.
  } finally {
    await client.end();
  }
}

/** The result of the last statement, with only the rows that are shown. */
async function answerOf(client: GuardedClient, sql: string): Promise<SqlResult> {
  const types = { getTypeParser: () => (value: string) => value };
  const asked = { text: sql, rowMode: "array", types };
  const query = new Query<(string | null)[]>(asked);
  let rows: (string | null)[][] = [];
  let shown: unknown;
  query.on("row", (row: (string | null)[], result) => {
    if (result !== shown) {
      [rows, shown] = [[], result];
    }
    if (rows.length < shownRows) {
      rows.push(row);
    }
  });
  return await new Promise((resolve, reject) => {
    query.on("error", reject);
    query.on("end", (results: ResultBuilder | ResultBuilder[]) => {
      const last = [results].flat().at(-1);
      resolve({
        command: last?.command ?? "",
        row_count: last?.rowCount ?? 0,
        fields: last?.fields.map(({ name }) => name) ?? [],
        rows: last === shown ? rows : [],
      });
    });
    client.query(query);
  });
}
