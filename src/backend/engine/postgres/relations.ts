/** Tables and their partitions in PostgreSQL's catalogs: replica identity, privileges and columns. */
import type { TableName } from "../table-name";
import type { Row } from "./databases";
import { schemasAndTables } from "./names";

/**
 * Whether the application may update and delete rows of the relation `c` (of pg_class) once it is published: its
 * replica identity is FULL, or an index as RelationGetIndexList accepts it. Partitions count, not the partitioned table
 * (CheckCmdReplicaIdentity).
 */
export const acceptsPublishedWrites = `(c.relreplident = 'f' OR EXISTS (
  SELECT 1 FROM pg_index i
  WHERE i.indrelid = c.oid AND i.indislive AND i.indisunique AND i.indpred IS NULL AND i.indimmediate AND i.indisvalid
    AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END))`;

/** A column, dropped ones left out. */
export interface Column {
  readonly name: string;
  /** The type with its modifier; a type of an extension is named after that and not after its schema. */
  readonly type: string;
  /** Of a domain the type below it. */
  readonly base: string | null;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** `s` (stored) or `v` (virtual) for a generated column, else empty. */
  readonly generated: string;
  readonly collation: string | null;
}

/** A selected table, or a partition of one. */
export interface Relation extends Row {
  /** The selected table. */
  readonly schema: string;
  readonly table: string;
  /** The relation itself. */
  readonly part_schema: string;
  readonly part_table: string;
  readonly oid: number;
  readonly is_root: boolean;
  /** Whether it holds rows itself. */
  readonly is_leaf: boolean;
  /** `relkind`. */
  readonly kind: string;
  /** `relpersistence`. */
  readonly persistence: string;
  /** Of a partition the outermost table that it belongs to, as `oid`; else null. */
  readonly ancestor: number | null;
  /** Whether it belongs to the system and can be published by nobody. */
  readonly system: boolean;
  readonly replident: "d" | "n" | "f" | "i";
  readonly primary_key: "none" | "usable" | "deferrable" | "invalid";
  /** Columns of the index by which the relation's rows are published; null without one. */
  readonly identity: readonly string[] | null;
  /** Columns by which a subscription finds the rows (GetRelationIdentityOrPK); null without. */
  readonly key: readonly string[] | null;
  readonly columns: readonly Column[];
  readonly owner: string;
  /** Whether the login has the privileges of the owner. */
  readonly owned: boolean;
  /** Whether a subscription of the login may become the owner. */
  readonly settable: boolean;
  /** Whether the login may name things in the schema. */
  readonly usage: boolean;
  readonly readable: boolean;
  readonly row_security: boolean;
  /** Whether the login sees only what policies let it see. */
  readonly filtered: boolean;
  /** The role that a subscription writes as, and the privileges that it lacks. */
  readonly writer: string;
  readonly writer_lacks: readonly string[];
  readonly writer_filtered: boolean;
}

const keyColumns = (index: string) => `(
  SELECT array_agg(a.attname::text ORDER BY k.place)
  FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, place)
  JOIN pg_attribute a ON a.attnum = k.attnum
  WHERE i.indexrelid = ${index} AND a.attrelid = i.indrelid AND k.place <= i.indnkeyatts)`;

/** Parameters: schemas, tables, and the privilege to become a role: SET, before PostgreSQL 16 MEMBER. */
export const relationsSql = `
  WITH roots AS (
    SELECT c.oid, n.nspname::text AS schema, c.relname::text AS "table", c.relkind, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')),
  relations AS (
    SELECT r.*, r.oid AS relation, true AS is_root, r.relkind <> 'p' AS is_leaf FROM roots r
    UNION ALL
    SELECT r.*, p.relid, false, p.isleaf FROM roots r, pg_partition_tree(r.oid) p
    WHERE r.relkind = 'p' AND p.relid <> r.oid)
  SELECT r.schema, r."table", n.nspname::text AS part_schema, c.relname::text AS part_table, c.oid::int8::float8 AS oid,
         r.is_root, r.is_leaf, c.relkind::text AS kind, c.relpersistence::text AS persistence,
         CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid::int8::float8 END AS ancestor,
         c.oid < 16384 OR n.nspname = 'information_schema' AS system,
         c.relreplident::text AS replident,
         CASE WHEN pk.indexrelid IS NULL THEN 'none' WHEN NOT pk.indimmediate THEN 'deferrable'
              WHEN pk.indisvalid OR c.relkind = 'p' THEN 'usable' ELSE 'invalid' END AS primary_key,
         ${keyColumns("found.identity")} AS identity,
         ${keyColumns("coalesce(found.identity, found.usable_key)")} AS key,
         columns.list AS columns,
         owner.rolname::text AS owner, pg_has_role(c.relowner, 'USAGE') AS owned,
         pg_has_role(c.relowner, $3) AS settable,
         has_schema_privilege(n.oid, 'USAGE') AS usage,
         has_table_privilege(c.oid, 'SELECT') OR NOT EXISTS (
           SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             AND a.attgenerated = '' AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')) AS readable,
         c.relrowsecurity AS row_security, row_security_active(c.oid) AS filtered,
         writer.rolname::text AS writer,
         -- The row that is updated or deleted is looked up first.
         ARRAY(SELECT p FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p
               WHERE NOT has_table_privilege(writer.oid, c.oid, p)) AS writer_lacks,
         c.relrowsecurity AND NOT writer.rolsuper AND NOT writer.rolbypassrls
           AND (c.relforcerowsecurity OR NOT pg_has_role(writer.oid, c.relowner, 'USAGE')) AS writer_filtered
  FROM relations r
  JOIN pg_class c ON c.oid = r.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_roles owner ON owner.oid = c.relowner
  -- From PostgreSQL 16 on rows are written as the owner of the table that is subscribed to.
  JOIN pg_roles writer ON CASE WHEN current_setting('server_version_num')::int >= 160000 THEN writer.oid = r.relowner
                               ELSE writer.rolname = current_user END
  LEFT JOIN LATERAL (SELECT i.* FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indislive) pk ON true
  LEFT JOIN LATERAL (SELECT i.indexrelid FROM pg_index i
                     WHERE i.indrelid = c.oid AND i.indisreplident AND i.indislive AND i.indisunique
                       AND i.indpred IS NULL AND i.indimmediate AND i.indisvalid) chosen ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN pk.indimmediate AND (pk.indisvalid OR c.relkind = 'p') THEN pk.indexrelid END
                        AS usable_key) usable
  CROSS JOIN LATERAL (SELECT usable.usable_key, CASE c.relreplident WHEN 'd' THEN usable.usable_key
                                                     WHEN 'i' THEN chosen.indexrelid END AS identity) found
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
             'name', a.attname, 'notNull', a.attnotnull OR t.typnotnull, 'hasDefault', a.atthasdef OR a.attidentity <> '',
             'generated', a.attgenerated, 'type', coalesce(x.extname || '.' || t.typname
               || substr(format_type(a.atttypid, a.atttypmod), length(format_type(a.atttypid, -1)) + 1),
               format_type(a.atttypid, a.atttypmod)),
             'base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
             'collation', CASE WHEN a.attcollation <> 0 AND a.attcollation <> 100 THEN a.attcollation::regcollation::text END)
             ORDER BY a.attnum), '[]') AS list
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_extension'::regclass
    LEFT JOIN pg_extension x ON x.oid = d.refobjid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) columns
  ORDER BY 1, 2, r.is_root DESC, 3, 4`;

/** The parameters of `relationsSql` at a server of the given version. */
export function relationParameters(tables: readonly TableName[], version: number): readonly unknown[] {
  return [...schemasAndTables(tables), version >= 16 ? "SET" : "MEMBER"];
}
