/** How many rows the source's tables have, for the progress of a copy. A count never fails or delays a start. */
import type { EndLogin } from "../database-login";
import { EngineError, requireEngineError } from "../engine-error";
import type { TableName } from "../table-name";
import type { Databases, Session } from "./databases";
import { scanned, schemasAndTables } from "./names";

const countedExactly = 200_000;
/** Tables of no more pages than this are counted many with one statement. */
const smallPages = 1_000;
const countedTogether = 100;
/** For all tables of a task together. */
const countingMs = 5_000;
const estimateMs = 2_000;

/** Rows per table: counted while there is time, else the planner's estimate; a table without either is left out. */
export async function countRows(
  databases: Databases,
  source: EndLogin,
  tables: readonly TableName[],
): Promise<Readonly<Record<string, number>>> {
  const rows: Record<string, number> = {};
  const limit = AbortSignal.timeout(2 * countingMs);
  const end = performance.now() + countingMs;
  let session: Session | undefined;
  try {
    session = await databases.session(source, limit);
    const sources = await countable(session, tables);
    const small = sources.filter(({ pages }) => pages <= smallPages);
    for (let first = 0; first < small.length; first += countedTogether) {
      const some = small.slice(first, first + countedTogether);
      Object.assign(rows, await countTogether(session, some, end - performance.now()));
    }
    for (const { name, scanned } of sources.filter((one) => !Object.hasOwn(rows, one.name))) {
      const count = await countOf(session, scanned, end - performance.now());
      if (count !== undefined) {
        rows[name] = count;
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

interface Countable {
  /** As the job names the table. */
  readonly name: string;
  /** As FROM takes it. */
  readonly scanned: string;
  /** Its size; infinite where it is made of others. */
  readonly pages: number;
}

/** Those of the tables that there are. */
async function countable(session: Session, tables: readonly TableName[]): Promise<readonly Countable[]> {
  const rows = await session.query<{ schema: string; table: string; kind: string; pages: number }>(
    `SELECT n.nspname AS schema, c.relname AS "table", c.relkind::text AS kind,
            CASE c.relkind WHEN 'p' THEN 'Infinity'
              ELSE pg_relation_size(c.oid)::float8 / current_setting('block_size')::int END AS pages
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname`,
    schemasAndTables(tables),
  );
  return rows.map(({ schema, table, kind, pages }) => ({
    name: `${schema}.${table}`,
    scanned: scanned({ schema, table }, kind),
    pages,
  }));
}

/** Counts small tables with one statement; nothing where the database refuses one of them, or takes longer. */
async function countTogether(
  session: Session,
  tables: readonly Countable[],
  leftMs: number,
): Promise<Readonly<Record<string, number>>> {
  if (leftMs < 1) {
    return {};
  }
  const counts = tables.map(
    (table, place) => `SELECT ${place} AS place, count(*)::float8 AS rows FROM ${table.scanned}`,
  );
  const found = await within(session, leftMs, async () => {
    return await session.query<{ place: number; rows: number }>(counts.join(" UNION ALL "));
  });
  return Object.fromEntries((found ?? []).map(({ place, rows }) => [tables[place]?.name ?? "", rows]));
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

/** A query's answer within the time; undefined when the database refuses it or takes longer. */
async function within<T>(session: Session, ms: number, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    await session.query("SELECT set_config('statement_timeout', $1, false)", [String(Math.ceil(ms))]);
    return await ask();
  } catch (error) {
    requireEngineError(error);
    return undefined;
  }
}
