/**
 * Copies in PostgreSQL's binary format, which are half as long again as fast. A value of another type can be read as a
 * wrong one in it, without an error: so it is used only between columns of the same built-in types, and only until the
 * tables are in step. That the types are still the same then proves that no value was misread.
 */
import { escapeIdentifier } from "pg";
import type { EndLogin } from "../database-login";
import { EngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { TableName } from "../table-name";
import type { Databases, Row } from "./databases";
import { objectName, qualified, schemasAndTables } from "./names";

/** From this version on both ends can copy so. */
const leastVersion = 160_000;

/** Built-in types whose binary values mean the same on every server; not those that hold oids or depend on a locale. */
const plainTypes =
  `bool, bytea, char, name, int2, int4, int8, text, json, jsonb, float4, float8, bpchar, varchar, date, time, timetz,
  timestamp, timestamptz, interval, numeric, uuid, inet, cidr, macaddr, macaddr8, bit, varbit`.split(/,\s*/);

interface ColumnTypes extends Row, TableName {
  /** Of its columns, generated ones left out, by name. */
  readonly types: Readonly<Record<string, string>>;
  readonly plain: boolean;
  readonly version: number;
}

const typesSql = `
  SELECT n.nspname AS schema, c.relname AS "table", current_setting('server_version_num')::int AS version,
         coalesce(json_object_agg(a.attname, a.atttypid::text || ' ' || a.atttypmod) FILTER (WHERE a.attgenerated = ''), '{}') AS types,
         coalesce(bool_and(s.typnamespace = 'pg_catalog'::regnamespace AND s.typname = ANY ($3::text[]))
                  FILTER (WHERE a.attgenerated = ''), false) AS plain
  FROM unnest($1::text[], $2::text[]) w (schema, "table")
  JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type s ON s.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
  GROUP BY 1, 2`;

/** Whether all rows of the task can be copied in binary: its columns have the same plain types at both ends. */
export async function fitsBinary(
  databases: Databases,
  { source, target, tables }: EngineTask,
): Promise<boolean> {
  const ask = async (login: EndLogin) =>
    await databases.query<ColumnTypes>(login, typesSql, [...schemasAndTables(tables), plainTypes]);
  const [atSource, atTarget] = await Promise.all([ask(source), ask(target)]);
  const others = new Map(atTarget.map((table) => [qualified(table), table]));
  return atSource.every((table) => {
    const other = others.get(qualified(table));
    return (
      other !== undefined &&
      table.plain &&
      Math.min(table.version, other.version) >= leastVersion &&
      Object.entries(table.types).every(([column, type]) => other.types[column] === type)
    );
  });
}

/**
 * Lets changes arrive as text from now on, when the copies were in binary.
 *
 * @throws EngineError 42804 when the columns have other types by now, so that rows may have been misread.
 */
export async function endBinary(databases: Databases, task: EngineTask): Promise<void> {
  const name = objectName(task.id);
  const [binary] = await databases.query(
    task.target,
    `SELECT 1 FROM pg_subscription WHERE subname = $1 AND subbinary
       AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [name],
  );
  if (binary === undefined) {
    return;
  }
  if (!(await fitsBinary(databases, task))) {
    const what =
      "the types of columns were changed while rows were copied; reset the task to copy all rows again";
    throw new EngineError("42804", "source", what);
  }
  await databases.query(task.target, `ALTER SUBSCRIPTION ${escapeIdentifier(name)} SET (binary = false)`);
}
