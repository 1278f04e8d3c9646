/**
 * The state of both ends of a task's stream, read from the catalogs alone: none of these queries takes a lock on a
 * user's table, so that none waits for one.
 */
import type { EndLogin } from "../database-login";
import type { Databases, Row } from "./databases";

/** A table of a task at one end, or a partition of it that holds rows. */
export interface MemberFacts {
  readonly oid: number;
  /** `schema.table`. */
  readonly name: string;
  /** Its file, which changes when the table is rewritten; 0: it has none. */
  readonly node: number;
  /** Changes with every change of a column's definition. */
  readonly shape: string;
  /** When it became a partition, as transaction and command; empty: it is the table itself. */
  readonly link: string;
  /** The server's estimate of its rows; below 0: it was not counted since it was made or truncated. */
  readonly tuples: number;
  /** Rows as the server counts them while it runs; a crash makes it forget them. */
  readonly live: number;
  /** Changes with its indexes, its constraints and its replica identity; empty where those do not count. */
  readonly rules: string;
  /** Whether updates and deletes can name their rows: at the source as published, at the target as a subscription needs it. */
  readonly identity: boolean;
  /** Whether row security applies to the role that reads it at the source, or writes it at the target. */
  readonly filtered: boolean;
  /** Whether a subscription may not write it. */
  readonly barred: boolean;
  /** Whether a crash of the server empties it. */
  readonly unlogged: boolean;
  /** Its triggers that fire for replicated changes. */
  readonly triggers: readonly string[];
}

interface TableFacts {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly partitioned: boolean;
  /** The highest number of a column. */
  readonly columns: number;
  /** The table itself first, then its partitions that hold rows. */
  readonly members: readonly MemberFacts[];
}

export interface SourceTableFacts extends TableFacts {
  /** Its membership in the publication: another one when it has left and come back; null: it is not in it. */
  readonly published: number | null;
  /** Whether only some of its rows or columns are published. */
  readonly restricted: boolean;
  /** Whether updates and deletes carry the whole old row (REPLICA IDENTITY FULL). */
  readonly full: boolean;
}

export interface TargetTableFacts extends TableFacts {
  readonly subscribed: boolean;
  /** Whether its rows are still being copied. */
  readonly copying: boolean;
}

/** The source's side of a task. */
export interface SourceFacts extends Row {
  readonly name: string;
  /** The oldest transaction that may still be running, with its epoch. */
  readonly horizon: string;
  /** The end of the log, and up to where the target has it, in bytes. */
  readonly position: string;
  readonly applied: string | null;
  /** The end of the log on the disk: nothing behind it was ever sent. */
  readonly flushed: string;
  /** Changes with every change of a type's definition in the database. */
  readonly types: string;
  readonly publication: {
    readonly oid: number;
    readonly owner: number;
    /** Changes with its owner, its name and its options, and not with its tables. */
    readonly version: string;
    /** Operations that it does not publish. */
    readonly missing: readonly string[];
    readonly viaRoot: boolean;
  } | null;
  readonly tables: readonly SourceTableFacts[];
}

/** The target's side of a task. */
export interface TargetFacts extends Row {
  readonly name: string;
  readonly version: number;
  readonly horizon: string;
  /** The end of its own log on the disk, in bytes. */
  readonly position: string;
  /** Up to where its worker has the source's log, in bytes; null: there is none. */
  readonly received: string | null;
  readonly types: string;
  /** The publications that the subscription follows. */
  readonly publications: readonly string[];
  /** `none`: it takes only changes that the source itself has made. */
  readonly origin: string;
  /** The position of a transaction that it is to skip; null: none. */
  readonly skip: string | null;
  readonly tables: readonly TargetTableFacts[];
}

/** A task's tables, whether the end has them or not. */
export interface Wanted {
  readonly name: string;
  readonly tables: readonly { readonly schema: string; readonly table: string }[];
}

const horizonSql = "pg_snapshot_xmin(pg_current_snapshot())::text";

// Labels of enumerations, attributes of composite types, domains and their constraints.
const typesSql = `(
  SELECT coalesce(md5(string_agg(d.version, ',' ORDER BY d.version)), '') FROM (
    SELECT e.oid || ' ' || e.xmin::text AS version FROM pg_enum e
    UNION ALL SELECT a.attrelid || ' ' || a.attnum || ' ' || a.xmin::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
              WHERE c.relkind = 'c'
    UNION ALL SELECT t.oid || ' ' || t.xmin::text FROM pg_type t WHERE t.typtype = 'd' AND t.oid >= 16384
    UNION ALL SELECT k.oid || ' ' || k.xmin::text FROM pg_constraint k WHERE k.contypid <> 0 AND k.oid >= 16384) d)`;

/**
 * With `wanted (name, oid, …)`: the tables and their partitions that hold rows.
 *
 * @param facts of a member `c`: its `identity`, whether it is `filtered`, whether it is `barred`, and whether its rules count (`ruled`).
 */
function membersSql(facts: {
  readonly identity: string;
  readonly filtered: string;
  readonly barred: string;
  readonly ruled: string;
}): string {
  return `
  tree (root, oid, relkind, link) AS (
    SELECT DISTINCT w.oid, w.oid, w.relkind, '' FROM wanted w
    UNION ALL
    SELECT t.root, c.oid, c.relkind, i.xmin::text || ' ' || i.cmin::text
    FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid AND NOT i.inhdetachpending
    JOIN pg_class c ON c.oid = i.inhrelid WHERE t.relkind = 'p'),
  members (root, list, columns) AS (
    SELECT t.root,
           json_agg(json_build_object(
             'oid', c.oid::int8, 'name', n.nspname || '.' || c.relname, 'node', c.relfilenode::int8, 'shape', a.shape,
             'link', t.link, 'tuples', c.reltuples,
             'live', pg_stat_get_live_tuples(c.oid),
             'rules', CASE WHEN ${facts.ruled} THEN (
               SELECT c.relreplident::text || md5(coalesce(string_agg(x.version, ',' ORDER BY x.version), '')) FROM (
                 SELECT i.indexrelid || ' ' || i.xmin::text AS version FROM pg_index i WHERE i.indrelid = c.oid
                 UNION ALL SELECT k.oid || ' ' || k.xmin::text FROM pg_constraint k WHERE k.conrelid = c.oid) x) ELSE '' END,
             'identity', ${facts.identity}, 'filtered', ${facts.filtered}, 'barred', ${facts.barred},
             'unlogged', c.relpersistence = 'u',
             'triggers', coalesce((SELECT json_agg(g.tgname ORDER BY g.tgname) FROM pg_trigger g
                                   WHERE g.tgrelid = c.oid AND g.tgenabled IN ('A', 'R') AND NOT g.tgisinternal), '[]')) ORDER BY t.oid <> t.root, t.oid),
           max(a.columns) FILTER (WHERE t.oid = t.root)
    FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
      SELECT md5(string_agg(a.attnum || ' ' || a.xmin::text, ',' ORDER BY a.attnum)) AS shape, max(a.attnum) AS columns
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) a
    WHERE t.oid = t.root OR t.relkind <> 'p'
    GROUP BY t.root)`;
}

/** A usable index that names rows, of a table `c`. @param which of its indexes, as a condition on `i`. */
function identityIndex(which: string): string {
  return `EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indislive AND i.indisvalid AND i.indisunique
                  AND i.indimmediate AND i.indpred IS NULL AND ${which})`;
}

const replicaIndex =
  "CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END";

/** Whether PostgreSQL 18 finds a generated column, one that is not published, in an identity with the given columns. */
function hasGenerated(columns: string): string {
  return `current_setting('server_version_num')::int >= 180000 AND EXISTS (
    SELECT 1 FROM pg_attribute g WHERE g.attrelid = c.oid AND g.attnum > 0 AND NOT g.attisdropped AND ${columns}
      AND (g.attgenerated = 'v' OR g.attgenerated = 's' AND EXISTS (
        SELECT 1 FROM pub JOIN pg_publication_rel r ON r.prpubid = pub.oid WHERE r.prrelid = t.root AND pub.gencols = 'n')))`;
}

/** As PostgreSQL decides whether it lets an application's update through; of a partitioned table only its partitions count. */
const sourceIdentity = `c.relkind <> 'r' OR CASE WHEN c.relreplident = 'f' THEN NOT (${hasGenerated("true")})
    ELSE ${identityIndex(`${replicaIndex} AND NOT (${hasGenerated("g.attnum = ANY(i.indkey)")})`)} END`;

/** Publications and their tables in the source's catalogs. @throws EngineError */
export async function sourceFacts(
  databases: Databases,
  source: EndLogin,
  wanted: readonly Wanted[],
): Promise<readonly SourceFacts[]> {
  return await databases.repeated<SourceFacts>(
    source,
    `WITH RECURSIVE
     pub AS (SELECT p.*, p.xmin::text AS version, coalesce(to_jsonb(p) ->> 'pubgencols', 'n') AS gencols FROM pg_publication p WHERE p.pubname = ANY($1)),
     wanted AS (
       SELECT w.name, c.oid, c.relkind, c.relreplident, n.nspname, c.relname FROM unnest($2::text[], $3::text[], $4::text[]) w (name, schema, "table")
       JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"
       WHERE c.relkind IN ('r', 'p')
       UNION
       SELECT pub.pubname, c.oid, c.relkind, c.relreplident, n.nspname, c.relname FROM pub JOIN pg_publication_rel r ON r.prpubid = pub.oid
       JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace),
     ${membersSql({ identity: sourceIdentity, filtered: "row_security_active(c.oid)", barred: "false", ruled: "t.oid = t.root" })}
     SELECT u.name, ${horizonSql} AS horizon, ${typesSql} AS types, (pg_current_wal_lsn() - '0/0')::text AS position,
            (pg_current_wal_flush_lsn() - '0/0')::text AS flushed,
            (SELECT (s.confirmed_flush_lsn - '0/0')::text FROM pg_replication_slots s WHERE s.slot_name = u.name) AS applied,
            (SELECT json_build_object('oid', pub.oid::int8, 'owner', pub.pubowner::int8,
               'version', pub.version, 'viaRoot', pub.pubviaroot, 'missing', array_remove(ARRAY[
               CASE WHEN NOT pub.pubinsert THEN 'insert' END, CASE WHEN NOT pub.pubupdate THEN 'update' END,
               CASE WHEN NOT pub.pubdelete THEN 'delete' END, CASE WHEN NOT pub.pubtruncate THEN 'truncate' END], NULL))
             FROM pub WHERE pub.pubname = u.name) AS publication,
            coalesce((SELECT json_agg(json_build_object(
               'oid', w.oid::int8, 'schema', w.nspname, 'table', w.relname, 'partitioned', w.relkind = 'p',
               'columns', m.columns, 'members', m.list, 
               'full', w.relreplident = 'f', 'published', r.oid::int8,
               'restricted', coalesce(to_jsonb(r) ->> 'prqual', to_jsonb(r) ->> 'prattrs') IS NOT NULL))
             FROM wanted w JOIN members m ON m.root = w.oid
             LEFT JOIN pub ON pub.pubname = w.name
             LEFT JOIN pg_publication_rel r ON r.prpubid = pub.oid AND r.prrelid = w.oid
             WHERE w.name = u.name), '[]') AS tables
     FROM unnest($1::text[]) u (name)`,
    parameters(wanted),
  );
}

/** Since PostgreSQL 16 a subscription's workers write as the owner of the table. */
const writer =
  "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN c.relowner ELSE o.subowner END";

const targetFiltered = `c.relrowsecurity AND EXISTS (
    SELECT 1 FROM pg_roles x, own o WHERE o.oid IN (SELECT w.subscription FROM wanted w WHERE w.oid = t.root)
      AND x.oid = ${writer} AND NOT x.rolsuper AND NOT x.rolbypassrls
      AND (c.relforcerowsecurity OR NOT pg_has_role(x.oid, c.relowner, 'USAGE')))`;

const targetBarred = `EXISTS (
    SELECT 1 FROM own o WHERE o.oid IN (SELECT w.subscription FROM wanted w WHERE w.oid = t.root) AND NOT (
      has_table_privilege(${writer}, c.oid, 'INSERT') AND has_table_privilege(${writer}, c.oid, 'UPDATE')
      AND has_table_privilege(${writer}, c.oid, 'DELETE')
      AND CASE WHEN c.oid = t.root AND current_setting('server_version_num')::int >= 160000
               THEN pg_has_role(o.subowner, c.relowner, 'SET') ELSE true END))`;

/** Subscriptions and their tables in the target's catalogs. @throws EngineError */
export async function targetFacts(
  databases: Databases,
  target: EndLogin,
  wanted: readonly Wanted[],
): Promise<readonly TargetFacts[]> {
  return await databases.repeated<TargetFacts>(
    target,
    `WITH RECURSIVE
     own AS (SELECT s.oid, s.subname, s.subowner, s.subpublications,
                    (SELECT suborigin FROM pg_subscription x WHERE x.oid = s.oid) AS origin,
                    (SELECT nullif(subskiplsn, '0/0')::text FROM pg_subscription x WHERE x.oid = s.oid) AS skip
             FROM (SELECT 'any' AS suborigin, '0/0'::pg_lsn AS subskiplsn) older, pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
             WHERE d.datname = current_database() AND s.subname = ANY($1)),
     wanted AS (
       SELECT o.oid AS subscription, c.oid, c.relkind, n.nspname, c.relname
       FROM unnest($2::text[], $3::text[], $4::text[]) w (name, schema, "table") JOIN own o ON o.subname = w.name
       JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table"
       WHERE c.relkind IN ('r', 'p')
       UNION
       SELECT o.oid, c.oid, c.relkind, n.nspname, c.relname FROM own o JOIN pg_subscription_rel r ON r.srsubid = o.oid
       JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace),
     ${membersSql({ identity: identityIndex(`(i.indisprimary OR ${replicaIndex})`), filtered: targetFiltered, barred: targetBarred, ruled: "true" })}
     SELECT o.subname AS name, current_setting('server_version_num')::int AS version, ${horizonSql} AS horizon,
            (pg_current_wal_flush_lsn() - '0/0')::text AS position,
            (SELECT (max(w.received_lsn) - '0/0')::text FROM pg_stat_subscription w
             WHERE w.subid = o.oid AND w.relid IS NULL) AS received,
            ${typesSql} AS types, o.subpublications AS publications, o.origin, o.skip,
            coalesce((SELECT json_agg(json_build_object(
               'oid', w.oid::int8, 'schema', w.nspname, 'table', w.relname, 'partitioned', w.relkind = 'p',
               'columns', m.columns, 'members', m.list, 'subscribed', r.srrelid IS NOT NULL,
               'copying', coalesce(r.srsubstate NOT IN ('s', 'r'), false)))
             FROM wanted w JOIN members m ON m.root = w.oid
             LEFT JOIN pg_subscription_rel r ON r.srsubid = w.subscription AND r.srrelid = w.oid
             WHERE w.subscription = o.oid), '[]') AS tables
     FROM own o`,
    parameters(wanted),
  );
}

function parameters(wanted: readonly Wanted[]): readonly (readonly string[])[] {
  const rows = wanted.flatMap(({ name, tables }) => tables.map((table) => ({ name, ...table })));
  return [
    wanted.map(({ name }) => name),
    rows.map(({ name }) => name),
    rows.map(({ schema }) => schema),
    rows.map(({ table }) => table),
  ];
}

/** Changes that found no row at the target, as PostgreSQL 18 counts them for each subscription. */
export interface ConflictCounters {
  readonly updates: number;
  readonly deletes: number;
}

/** How many updates and deletes found no row at the target, by subscription (PostgreSQL 18). @throws EngineError */
export async function conflictCounters(
  databases: Databases,
  target: EndLogin,
  names: readonly string[],
): Promise<readonly (ConflictCounters & { readonly name: string })[]> {
  return await databases.repeated<ConflictCounters & { readonly name: string } & Row>(
    target,
    `SELECT subname AS name, confl_update_missing::float8 AS updates, confl_delete_missing::float8 AS deletes
     FROM pg_stat_subscription_stats WHERE subname = ANY($1)`,
    [names],
  );
}

/** A column of a table at one end. */
export interface Column extends Row {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  /** Whether a row must bring a value of its own. */
  readonly required: boolean;
  readonly generated: boolean;
  /** The value for rows that are older than the column; null: none is stored. */
  readonly missing: string | null;
  /** Whether its definition has changed since the given transaction. */
  readonly changed: boolean;
}

/** The column names of tables, by table and number; null: dropped. */
export async function columnNames(
  databases: Databases,
  login: EndLogin,
  oids: readonly number[],
): Promise<ReadonlyMap<number, readonly (string | null)[]>> {
  const rows = await databases.query<{ oid: number; names: readonly (string | null)[] }>(
    login,
    `SELECT a.attrelid::int8::float8 AS oid,
            json_agg(CASE WHEN NOT a.attisdropped THEN a.attname END ORDER BY a.attnum) AS names
     FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 GROUP BY 1`,
    [oids],
  );
  return new Map(rows.map(({ oid, names }) => [oid, names]));
}

/** @param horizon as in `SourceFacts`. */
export async function columnsOf(
  databases: Databases,
  login: EndLogin,
  { oid, horizon }: { readonly oid: number; readonly horizon: string },
): Promise<readonly Column[]> {
  return await databases.query<Column>(
    login,
    `SELECT a.attnum AS number, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required, a.attgenerated <> '' AS generated,
            CASE WHEN a.atthasmissing THEN a.attmissingval::text END AS missing,
            age(a.xmin) <= age($2::xid8::xid) AS changed
     FROM pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [oid, horizon],
  );
}

/**
 * Whether a partition had rows before it was attached, as far as its first pages show; undefined: somebody works on it
 * and must not be waited for.
 */
export async function hadRows(
  databases: Databases,
  login: EndLogin,
  part: MemberFacts,
): Promise<boolean | undefined> {
  const [named] = await databases.query<{ name: string }>(
    login,
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = $1 AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock')`,
    [part.oid],
  );
  if (named === undefined) {
    return undefined;
  }
  const [transaction, command] = part.link.split(" ");
  const rows = await databases.query(
    login,
    `SELECT 1 FROM ONLY ${named.name} WHERE ctid < '(1000,0)'::tid
       AND (age(xmin) > age($1::xid) OR xmin = $1::xid AND cmin::text::int8 < $2::int8) LIMIT 1`,
    [transaction, command],
  );
  return rows.length > 0;
}
