/** Copies the definition of tables: PostgreSQL's logical replication moves rows, not definitions. */
import { escapeIdentifier, escapeLiteral } from "pg";
import type { Connection, TableName } from "../engine";
import type { Databases, Row } from "./databases";
import { qualified } from "./names";

interface ColumnRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
  /** The sequence that the column owns (serial), as schema and name. */
  readonly sequence_schema: string | null;
  readonly sequence_name: string | null;
}

const columnsSql = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
         a.attidentity::text AS identity, a.attgenerated::text AS generated,
         pg_get_expr(d.adbin, d.adrelid) AS expression,
         CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END
           AS collation,
         sn.nspname AS sequence_schema, sc.relname AS sequence_name
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_collation co ON co.oid = a.attcollation
  LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
  LEFT JOIN (pg_depend o JOIN pg_class sc ON sc.oid = o.objid AND sc.relkind = 'S'
             JOIN pg_namespace sn ON sn.oid = sc.relnamespace)
       ON o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass
          AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'a'
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

const enumsSql = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS name, n.nspname AS schema,
         array_agg(e.enumlabel ORDER BY e.enumsortorder)::text[] AS labels
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_enum e ON e.enumtypid = t.oid
  JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
  GROUP BY 1, 2`;

/** The statements that make a table as the source has it; each is sent alone. */
export async function tableDefinition(
  databases: Databases,
  source: Connection,
  table: TableName,
): Promise<readonly string[]> {
  const name = qualified(table);
  const ask = async <R extends Row>(sql: string) => await databases.query<R>(source, "source", sql, [name]);
  const [columns, constraints, indexes, enums] = await Promise.all([
    ask<ColumnRow>(columnsSql),
    ask<{ name: string; definition: string }>(constraintsSql),
    ask<{ definition: string }>(indexesSql),
    ask<{ name: string; schema: string; labels: string[] }>(enumsSql),
  ]);
  const sequences = columns.flatMap(({ name: column, identity, sequence_schema, sequence_name }) =>
    identity === "" && sequence_schema !== null && sequence_name !== null
      ? [{ column, sequence: qualified({ schema: sequence_schema, table: sequence_name }) }]
      : [],
  );
  return [
    ...enums.map(({ name: type, labels }) => createEnum(type, labels)),
    ...sequences.map(({ sequence }) => `CREATE SEQUENCE IF NOT EXISTS ${sequence}`),
    `CREATE TABLE ${name} (${[
      ...columns.map(columnDefinition),
      ...constraints.map((row) => `CONSTRAINT ${escapeIdentifier(row.name)} ${row.definition}`),
    ].join(", ")})`,
    ...sequences.map(
      ({ column, sequence }) => `ALTER SEQUENCE ${sequence} OWNED BY ${name}.${escapeIdentifier(column)}`,
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

/** There is no CREATE TYPE IF NOT EXISTS. */
function createEnum(type: string, labels: readonly string[]): string {
  const statement = `CREATE TYPE ${type} AS ENUM (${labels.map((label) => escapeLiteral(label)).join(", ")})`;
  return `DO ${escapeLiteral(`BEGIN ${statement}; EXCEPTION WHEN duplicate_object THEN NULL; END`)}`;
}
