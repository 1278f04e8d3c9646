/** Copies the definition of the types that a table's columns have: enumerations, domains, ranges and composite types. */
import { escapeLiteral } from "pg";
import type { EndLogin } from "../database-login";
import type { Row } from "./databases";
import { type Asked, perTable } from "./per-table";

interface TypeRow extends Row {
  readonly schema: string;
  readonly kind: "c" | "d" | "e" | "r";
  /** Text after CREATE TYPE or CREATE DOMAIN. */
  readonly definition: string;
}

// Types of columns, and those that they are made of, the innermost first. Types of extensions come with these; a table's
// row type comes with the table. Checks of a domain that old rows need not meet (NOT VALID) are left out: see
// `unvalidatedConstraints`.
const typesSql = `
  WITH RECURSIVE used (oid, depth) AS (
    SELECT atttypid, 0 FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT inner_type.oid, used.depth + 1 FROM used JOIN pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (
      SELECT t.typelem AS oid WHERE t.typelem <> 0
      UNION ALL SELECT t.typbasetype WHERE t.typbasetype <> 0
      UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid
      UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid
      UNION ALL SELECT a.atttypid FROM pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) inner_type WHERE used.depth < 16),
  wanted AS (SELECT oid, max(depth) AS depth FROM used GROUP BY oid),
  collations AS (
    SELECT c.oid, ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname) AS clause
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace)
  SELECT n.nspname AS schema, t.typtype::text AS kind,
         quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' AS ' || CASE t.typtype
           WHEN 'e' THEN 'ENUM (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                                               FROM pg_enum e WHERE e.enumtypid = t.oid), '') || ')'
           WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
                || coalesce((SELECT k.clause FROM collations k JOIN pg_type b ON b.oid = t.typbasetype
                             WHERE k.oid = t.typcollation AND t.typcollation <> b.typcollation), '')
                || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '')
                || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
                || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(k.conname) || ' '
                                               || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
                             FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' AND k.convalidated), '')
           WHEN 'r' THEN (
             SELECT 'RANGE (SUBTYPE = ' || format_type(r.rngsubtype, -1)
                    || ', SUBTYPE_OPCLASS = ' || quote_ident(pn.nspname) || '.' || quote_ident(p.opcname)
                    || coalesce(', COLLATION =' || replace(k.clause, ' COLLATE', ''), '')
                    || CASE WHEN r.rngsubdiff::oid <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::text ELSE '' END
                    || ', MULTIRANGE_TYPE_NAME = ' || quote_ident(mn.nspname) || '.' || quote_ident(m.typname) || ')'
             FROM pg_range r JOIN pg_opclass p ON p.oid = r.rngsubopc JOIN pg_namespace pn ON pn.oid = p.opcnamespace
             JOIN pg_type m ON m.oid = r.rngmultitypid JOIN pg_namespace mn ON mn.oid = m.typnamespace
             LEFT JOIN collations k ON k.oid = r.rngcollation WHERE r.rngtypid = t.oid)
           ELSE '(' || coalesce((SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                                          || CASE WHEN a.attcollation <> b.typcollation THEN k.clause ELSE '' END,
                                          ', ' ORDER BY a.attnum)
                        FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
                        LEFT JOIN collations k ON k.oid = a.attcollation
                        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'
         END AS definition
  FROM wanted JOIN pg_type t ON t.oid = wanted.oid JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND (t.typtype IN ('e', 'd', 'r')
         OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_class c WHERE c.oid = t.typrelid) = 'c')
    AND NOT EXISTS (SELECT 1 FROM pg_depend x
                    WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
  ORDER BY wanted.depth DESC, n.nspname, t.typname`;

/** The schemas that the types of a table are in, and the statements that make those types where they are missing. */
export interface TypeDefinitions {
  readonly schemas: readonly string[];
  readonly statements: readonly string[];
}

/** Those of each of the tables, which are given by their quoted names. */
export async function typeDefinitions(
  databases: Asked,
  source: EndLogin,
  tables: readonly string[],
): Promise<readonly TypeDefinitions[]> {
  const found = await perTable<TypeRow>(databases, source, typesSql, tables);
  return found.map((rows) => ({
    schemas: rows.map(({ schema }) => schema),
    statements: rows.map(({ kind, definition }) => {
      const statement = `CREATE ${kind === "d" ? "DOMAIN" : "TYPE"} ${definition}`;
      // There is no CREATE TYPE IF NOT EXISTS.
      return `DO ${escapeLiteral(`BEGIN ${statement}; EXCEPTION WHEN duplicate_object THEN NULL; END`)}`;
    }),
  }));
}
