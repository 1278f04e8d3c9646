/** How many rows the source's tables have, for the progress of a copy. A count never fails or delays a start. */
import { type DatabaseLogin, EngineError, type TableName } from "../engine";
import type { Databases, Session } from "./databases";
import { qualified, scanned } from "./names";

const countedExactly = 200_000;
/** For all tables of a task together. */
const countingMs = 5_000;
const estimateMs = 2_000;

/** Rows per table: counted while there is time, else the planner's estimate; a table without either is left out. */
export async function countRows(
  databases: Databases,
  source: DatabaseLogin,
  tables: readonly TableName[],
): Promise<Readonly<Record<string, number>>> {
  const rows: Record<string, number> = {};
  const limit = AbortSignal.timeout(2 * countingMs);
  const end = performance.now() + countingMs;
  let session: Session | undefined;
  try {
    session = await databases.session(source, "source", limit);
    const kinds = await kindsOf(session, tables);
    for (const table of tables) {
      const name = scanned(table, kinds.get(qualified(table)));
      const count = await countOf(session, name, end - performance.now());
      if (count !== undefined) {
        rows[`${table.schema}.${table.table}`] = count;
      }
    }
  } catch (error) {
    // The time is over, or the source is away, which the next step finds.
    if (!limit.aborted && !(error instanceof EngineError)) {
      throw error;
    }
  } finally {
    await session?.end();
  }
  return rows;
}

/** `relkind` by the tables' quoted names. */
async function kindsOf(session: Session, tables: readonly TableName[]): Promise<ReadonlyMap<string, string>> {
  const rows = await session.query<{ schema: string; table: string; kind: string }>(
    `SELECT n.nspname AS schema, c.relname AS "table", c.relkind::text AS kind
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname`,
    [tables.map(({ schema }) => schema), tables.map(({ table }) => table)],
  );
  return new Map(rows.map((row) => [qualified(row), row.kind]));
}

async function countOf(session: Session, table: string, leftMs: number): Promise<number | undefined> {
  const estimate = await within(session, estimateMs, async () => {
    const [row] = await session.query<{ "QUERY PLAN": readonly [{ Plan: { "Plan Rows": number } }] }>(
      `EXPLAIN (FORMAT JSON) SELECT FROM ${table}`,
    );
    return row?.["QUERY PLAN"][0].Plan["Plan Rows"];
  });
  if (leftMs < 1 || (estimate !== undefined && estimate > countedExactly)) {
    return estimate;
  }
  const counted = await within(session, leftMs, async () => {
    const [row] = await session.query<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ${table}`);
    return row?.rows;
  });
  return counted ?? estimate;
}

/** What a question answers within the time; undefined when the database refuses it or takes longer. */
async function within<T>(session: Session, ms: number, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    await session.query("SELECT set_config('statement_timeout', $1, false)", [String(Math.ceil(ms))]);
    return await ask();
  } catch (error) {
    if (error instanceof EngineError) {
      return undefined;
    }
    throw error;
  }
}
