/** Copies the definition of tables: PostgreSQL's logical replication moves rows, not definitions. */
import { escapeIdentifier, escapeLiteral } from "pg";
import type { EndLogin } from "../database-login";
import type { TableName } from "../table-name";
import type { Row } from "./databases";
import { qualified } from "./names";
import { type Asked, perTable } from "./per-table";
import { type ColumnSequence, columnSequences } from "./sequences";
import { type TypeDefinitions, typeDefinitions } from "./types";

interface ColumnRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly not_null: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
}

// Constraints that are NOT VALID (NOT NULL: since PostgreSQL 18) must not keep old rows out of the target.
const columnsSql = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n'
                                      AND a.attnum = ANY (k.conkey) AND NOT k.convalidated) AS not_null,
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

/**
 * The statement that makes the index `c`. A partitioned table is an ordinary one at the target: its indexes lose the
 * ONLY that stands behind their names.
 */
const indexDefinition = `(
  SELECT d.prefix || regexp_replace(substr(d.definition, length(d.prefix) + 1), '^ONLY ', '') FROM (
    SELECT pg_get_indexdef(c.oid) AS definition,
           'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(c.relname) || ' ON ' AS prefix) d)`;

// Primary key, unique, check and exclusion; foreign keys are left out: the source has checked them, and the tables of
// a task arrive in any order. PostgreSQL 18 has checks that are not enforced, and says so in `conenforced`. The index of a
// unique constraint is made by itself only where that refuses nothing that the constraint permits: not where it is
// checked later (DEFERRABLE), or is of another kind (WITHOUT OVERLAPS).
const constraintsSql = `
  SELECT k.conname AS name, pg_get_constraintdef(k.oid) AS definition, k.contype::text AS kind,
         coalesce(to_jsonb(k)->>'conenforced', 'true') = 'true' AS enforced,
         coalesce(i.indisreplident, false) AS is_identity,
         CASE WHEN k.contype = 'u' AND m.amname = 'btree' AND NOT k.condeferrable THEN ${indexDefinition} END AS index
  FROM pg_constraint k
  LEFT JOIN pg_class c ON c.oid = k.conindid LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_am m ON m.oid = c.relam
  WHERE k.conrelid = $1::regclass AND k.contype IN ('p', 'u', 'c', 'x')
    AND (k.convalidated OR to_jsonb(k)->>'conenforced' = 'false')
  ORDER BY k.contype DESC, k.conname`;

const indexesSql = `
  SELECT c.relname AS name, ${indexDefinition} AS definition, i.indisreplident AS is_identity
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = $1::regclass AND i.indisvalid
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k
                    WHERE k.conrelid = i.indrelid AND k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
  ORDER BY c.relname`;

const identitySql = `
  SELECT c.relreplident::text AS kind, quote_ident(x.relname) AS index FROM pg_class c
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident LEFT JOIN pg_class x ON x.oid = i.indexrelid
  WHERE c.oid = $1::regclass`;

interface IdentityRow extends Row {
  /** As in `pg_class.relreplident`. */
  readonly kind: string;
  readonly index: string | null;
}

/** A table at the source. */
interface TableFacts {
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly identity: IdentityRow | undefined;
  readonly sequences: readonly ColumnSequence[];
  readonly types: TypeDefinitions;
}

interface ConstraintRow extends Row {
  readonly name: string;
  readonly definition: string;
  /** As in `pg_constraint.contype`. */
  readonly kind: string;
  readonly enforced: boolean;
  readonly is_identity: boolean;
  /** The statement that makes its index, where the constraint can take one that is there. */
  readonly index: string | null;
}

interface IndexRow extends Row {
  readonly name: string;
  readonly definition: string;
  readonly is_identity: boolean;
}

/** An index or a constraint that a table gets when its rows are there. At least one of the statements is given. */
export interface LaterPart {
  readonly name: string;
  /** Makes the index: others of the table may be made at the same time. */
  readonly index?: string;
  /** Makes the constraint, of the index where there is one. It keeps everybody else off the table. */
  readonly constraint?: string;
}

/** How a table is made. */
export interface TableDefinition {
  /** The table with all that rows need to arrive and to be found: the schemas, types and sequences, its keys, its checks. */
  readonly table: readonly string[];
  /** The parts made after its rows: faster, and several at once. */
  readonly later: readonly LaterPart[];
}

/** The statements that make the whole table. */
export function statementsOf({ table, later }: TableDefinition): readonly string[] {
  const parts = later.flatMap(({ index, constraint }) => [index, constraint]);
  return [...table, ...parts.filter((statement) => statement !== undefined)];
}

/** How tables are made as the source has them, asked with a few questions for all of them. */
export async function tableDefinitions(
  databases: Asked,
  source: EndLogin,
  tables: readonly TableName[],
): Promise<readonly TableDefinition[]> {
  const names = tables.map(qualified);
  const ask = async <R extends Row>(sql: string) => await perTable<R>(databases, source, sql, names);
  const [columns, constraints, indexes, identities, sequences, types] = await Promise.all([
    ask<ColumnRow>(columnsSql),
    ask<ConstraintRow>(constraintsSql),
    ask<IndexRow>(indexesSql),
    ask<IdentityRow>(identitySql),
    columnSequences(databases, source, tables),
    typeDefinitions(databases, source, names),
  ]);
  const sequencesBy = new Map<string, readonly ColumnSequence[]>();
  for (const sequence of sequences) {
    const name = qualified(sequence);
    sequencesBy.set(name, [...(sequencesBy.get(name) ?? []), sequence]);
  }
  return tables.map((table, place) =>
    definitionOf(table, {
      columns: columns[place] ?? [],
      constraints: constraints[place] ?? [],
      indexes: indexes[place] ?? [],
      identity: identities[place]?.[0],
      sequences: sequencesBy.get(qualified(table)) ?? [],
      types: types[place] ?? { schemas: [], statements: [] },
    }),
  );
}

function definitionOf(
  table: TableName,
  { columns, constraints, indexes, identity, sequences: all, types }: TableFacts,
): TableDefinition {
  const name = qualified(table);
  const sequences = all.filter(({ kind }) => kind !== "identity");
  const identities = new Map(
    all.filter(({ kind }) => kind === "identity").map((one) => [one.column, one] as const),
  );
  const schemas = new Set([
    table.schema,
    ...types.schemas,
    ...sequences.map(({ sequence }) => sequence.schema),
  ]);
  const constraint = (row: { name: string; definition: string }) =>
    `CONSTRAINT ${escapeIdentifier(row.name)} ${row.definition}`;
  // A subscription that has neither key nor identity to find rows by takes any index, or reads the whole table.
  const needsAll = identity?.kind === "f" && !constraints.some(({ kind }) => kind === "p");
  const isLater = (row: ConstraintRow | IndexRow) => !needsAll && !row.is_identity;
  const [laterConstraints, laterIndexes] = [
    constraints.filter((row) => (row.kind === "u" || row.kind === "x") && isLater(row)),
    indexes.filter(isLater),
  ];
  const first = constraints.filter((row) => !laterConstraints.includes(row));
  return {
    table: [
      ...[...schemas].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`),
      ...sequences.map(
        ({ sequence, type, options }) =>
          `CREATE SEQUENCE IF NOT EXISTS ${qualified(sequence)} AS ${type} ${options}`,
      ),
      ...types.statements,
      `CREATE TABLE ${name} (${[
        ...columns.map((column) => columnDefinition(column, identities.get(column.name))),
        ...first.filter(({ enforced }) => enforced).map(constraint),
      ].join(", ")})`,
      ...first
        .filter(({ enforced }) => !enforced)
        .map((row) => sincePostgres18(`ALTER TABLE ${name} ADD ${constraint(row)}`)),
      ...sequences
        .filter(({ kind }) => kind === "owned")
        .map(
          ({ sequence, column }) =>
            `ALTER SEQUENCE ${qualified(sequence)} OWNED BY ${name}.${escapeIdentifier(column)}`,
        ),
      ...indexes.filter((row) => !laterIndexes.includes(row)).map(({ definition }) => definition),
      ...replicaIdentity(name, identity),
    ],
    later: [
      ...laterIndexes.map((row) => ({ name: row.name, index: row.definition })),
      ...laterConstraints.map((row) => {
        const quoted = escapeIdentifier(row.name);
        return row.index === null
          ? { name: row.name, constraint: `ALTER TABLE ${name} ADD ${constraint(row)}` }
          : {
              ...{ name: row.name, index: row.index },
              constraint: `ALTER TABLE ${name} ADD CONSTRAINT ${quoted} UNIQUE USING INDEX ${quoted}`,
            };
      }),
    ],
  };
}

function columnDefinition(column: ColumnRow, sequence: ColumnSequence | undefined): string {
  const { name, type, not_null, identity, generated, expression, collation } = column;
  return [
    escapeIdentifier(name),
    type,
    collation === null ? "" : `COLLATE ${collation}`,
    generated === "s" && expression !== null ? `GENERATED ALWAYS AS (${expression}) STORED` : "",
    generated === "v" && expression !== null ? `GENERATED ALWAYS AS (${expression}) VIRTUAL` : "",
    generated === "" && expression !== null ? `DEFAULT ${expression}` : "",
    identity === "" ? "" : `GENERATED ${identity === "a" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`,
    sequence === undefined ? "" : `(SEQUENCE NAME ${qualified(sequence.sequence)} ${sequence.options})`,
    not_null ? "NOT NULL" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** The target's replica identity, as the source's: it finds the rows of updates and deletes. */
function replicaIdentity(name: string, identity: IdentityRow | undefined): readonly string[] {
  if (identity?.kind === "f") {
    return [`ALTER TABLE ${name} REPLICA IDENTITY FULL`];
  }
  return identity?.kind === "i" && identity.index !== null
    ? [`ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ${identity.index}`]
    : [];
}

/** An older target does without what it cannot express. */
function sincePostgres18(statement: string): string {
  return `DO ${escapeLiteral(
    `BEGIN IF current_setting('server_version_num')::int >= 180000 THEN EXECUTE ${escapeLiteral(statement)}; END IF; END`,
  )}`;
}
