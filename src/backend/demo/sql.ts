/** Statements that a person runs in the demo's databases. */
import { Client, DatabaseError } from "pg";
import { ApiError, message } from "../messages";
import type { DemoLogin } from "./demo";

export interface SqlRequest {
  readonly server: string;
  readonly database: string;
  readonly sql: string;
}

/** What the last statement came to; values as PostgreSQL writes them. */
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

/**
 * Runs SQL as the shop's application or the analyst, whose logins the backend tells anyway.
 *
 * @throws ApiError DRS.M00007 for a database that is not the demo's, and for what PostgreSQL refuses.
 */
export async function runDemoSql(logins: readonly DemoLogin[], request: SqlRequest): Promise<SqlResult> {
  const { server, database, sql } = request;
  const login = logins.find((one) => one.server === server && one.databases.includes(database));
  if (login === undefined) {
    throw new ApiError("DRS.M00007", message("noDemoDatabase", { server, database }));
  }
  const { host, port, user, password } = login;
  const client = new Client({
    ...{ host, port, user, password, database },
    ...{ connectionTimeoutMillis: limitMs, statement_timeout: limitMs },
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const types = { getTypeParser: () => (value: string) => value };
    const query = { text: sql, rowMode: "array" as const, types };
    const results = [await client.query<(string | null)[]>(query)].flat();
    const last = results.at(-1);
    return {
      command: last?.command ?? "",
      row_count: last?.rowCount ?? 0,
      fields: last?.fields.map(({ name }) => name) ?? [],
      rows: last?.rows.slice(0, shownRows) ?? [],
    };
  } catch (error) {
    if (error instanceof DatabaseError) {
      throw new ApiError(
        "DRS.M00007",
        message("sqlRefused", { code: error.code ?? "", reason: error.message }),
      );
    }
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
