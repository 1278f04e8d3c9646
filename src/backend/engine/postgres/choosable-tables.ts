/** The tables of a source for a table picker: the size of each, and what prevents its synchronization. */
import type { ChoosableTable } from "../choosable-table";
import type { EndLogin } from "../database-login";
import type { Databases, Row } from "./databases";
import { qualified, schemasAndTables } from "./names";

interface SourceRow extends Row {
  readonly schema: string;
  readonly table: string;
  readonly bytes: number;
  readonly rows: number;
  readonly unlogged: boolean;
  readonly key: boolean;
}

/** @param target undefined: its tables are not read. */
export async function choosableTables(
  databases: Databases,
  source: EndLogin,
  target: EndLogin | undefined,
): Promise<readonly ChoosableTable[]> {
  const tables = await databases.query<SourceRow>(
    source,
    `SELECT n.nspname AS schema, c.relname AS "table", c.relpersistence = 'u' AS unlogged,
            parts.bytes::float8 AS bytes, parts.rows::float8 AS rows,
            c.relreplident = 'f' OR EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid
              AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END) AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL (
       SELECT sum(pg_table_size(p.oid)) AS bytes, sum(greatest(p.reltuples, 0)) AS rows FROM pg_class p
       WHERE p.oid = c.oid OR c.relkind = 'p' AND p.relkind = 'r' AND p.oid IN (SELECT relid FROM pg_partition_tree(c.oid))
     ) parts
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
       AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
     ORDER BY 1, 2`,
  );
  const filled = target === undefined ? new Set<string>() : await filledTables(databases, target, tables);
  return tables.map(({ schema, table, bytes, rows, unlogged, key }) => ({
    ...{ schema, table, bytes, rows },
    hasKey: key,
    isUnlogged: unlogged,
    isFilled: filled.has(qualified({ schema, table })),
  }));
}

/** Those that the target has with rows in them, by their quoted names. */
async function filledTables(
  databases: Databases,
  target: EndLogin,
  tables: readonly SourceRow[],
): Promise<ReadonlySet<string>> {
  const there = await databases.query<{ schema: string; table: string }>(
    target,
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname
     WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')`,
    schemasAndTables(tables),
  );
  const filled = new Set<string>();
  for (const name of there.map(qualified)) {
    const [row] = await databases.query<{ filled: boolean }>(
      target,
      `SELECT EXISTS (SELECT FROM ${name}) AS filled`,
    );
    if (row?.filled === true) {
      filled.add(name);
    }
  }
  return filled;
}
