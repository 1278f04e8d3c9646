/** Copies the definition of tables: PostgreSQL's logical replication moves rows, not definitions. */
import { escapeIdentifier } from "pg";
import type { DatabaseLogin, TableName } from "../engine";
import type { Databases, Row } from "./databases";
import { qualified } from "./names";
import { typeDefinitions } from "./types";

interface ColumnRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
}

const columnsSql = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
         a.attidentity::text AS identity, a.attgenerated::text AS generated,
         pg_get_expr(d.adbin, d.adrelid) AS expression,
         CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END
           AS collation
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;

// Primary key, unique, check and exclusion; foreign keys are left out: the source has checked them, and the tables of
// a task arrive in any order.
const constraintsSql = `
  SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
  WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'c', 'x') ORDER BY contype DESC, conname`;

const indexesSql = `
  SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
  WHERE i.indrelid = $1::regclass AND i.indisvalid
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)`;

// Sequences that the column defaults take their values from; `owned`: it belongs to the column (serial).
const sequencesSql = `
  SELECT a.attname AS column, n.nspname AS schema, c.relname AS "table",
         EXISTS (SELECT 1 FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid
                 AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'a') AS owned
  FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  JOIN pg_depend x ON x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid AND x.refclassid = 'pg_class'::regclass
  JOIN pg_class c ON c.oid = x.refobjid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attrelid = $1::regclass AND NOT a.attisdropped ORDER BY a.attnum`;

/** A sequence that a column's default takes its values from. */
export interface DefaultSequence extends Row, TableName {
  readonly column: string;
  /** Whether it belongs to the column. */
  readonly owned: boolean;
}

export async function defaultSequences(
  databases: Databases,
  source: DatabaseLogin,
  table: TableName,
): Promise<readonly DefaultSequence[]> {
  return await databases.query<DefaultSequence>(source, "source", sequencesSql, [qualified(table)]);
}

/** The statements that make a table as the source has it, with the schemas, types and sequences that it needs. */
export async function tableDefinition(
  databases: Databases,
  source: DatabaseLogin,
  table: TableName,
): Promise<readonly string[]> {
  const name = qualified(table);
  const ask = async <R extends Row>(sql: string) => await databases.query<R>(source, "source", sql, [name]);
  const [columns, constraints, indexes, sequences, types] = await Promise.all([
    ask<ColumnRow>(columnsSql),
    ask<{ name: string; definition: string }>(constraintsSql),
    ask<{ definition: string }>(indexesSql),
    defaultSequences(databases, source, table),
    typeDefinitions(databases, source, name),
  ]);
  const schemas = new Set([table.schema, ...types.schemas, ...sequences.map(({ schema }) => schema)]);
  return [
    ...[...schemas].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`),
    ...types.statements,
    ...sequences.map((sequence) => `CREATE SEQUENCE IF NOT EXISTS ${qualified(sequence)}`),
    `CREATE TABLE ${name} (${[
      ...columns.map(columnDefinition),
      ...constraints.map((row) => `CONSTRAINT ${escapeIdentifier(row.name)} ${row.definition}`),
    ].join(", ")})`,
    ...sequences
      .filter(({ owned }) => owned)
      .map(
        (sequence) =>
          `ALTER SEQUENCE ${qualified(sequence)} OWNED BY ${name}.${escapeIdentifier(sequence.column)}`,
      ),
    ...indexes.map((row) => row.definition.replace(" ON ONLY ", " ON ")),
  ];
}

function columnDefinition(column: ColumnRow): string {
  const { name, type, not_null, identity, generated, expression, collation } = column;
  return [
    escapeIdentifier(name),
    type,
    collation === null ? "" : `COLLATE ${collation}`,
    generated === "s" && expression !== null ? `GENERATED ALWAYS AS (${expression}) STORED` : "",
    generated === "v" && expression !== null ? `GENERATED ALWAYS AS (${expression}) VIRTUAL` : "",
    generated === "" && expression !== null ? `DEFAULT ${expression}` : "",
    identity === "" ? "" : `GENERATED ${identity === "a" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`,
    not_null ? "NOT NULL" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}
