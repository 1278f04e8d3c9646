/** The source's side of a task: publication and slot. */
import { escapeIdentifier } from "pg";
import type { EndLogin } from "../database-login";
import { EngineError, LogLostError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { TableName } from "../table-name";
import type { Databases, Row } from "./databases";
import { logEnd, objectName, qualified, schemasAndTables, spareName } from "./names";
import { acceptsPublishedWrites } from "./relations";
import { slotHolders } from "./waits";

/** Ordinary and partitioned tables of users; a partition belongs to its table. */
export const userTablesSql = `
  SELECT n.nspname AS schema, c.relname AS "table"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
    AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  ORDER BY 1, 2`;

/** A table at the source; `key` says whether it and its partitions take updates once published. */
export interface SourceTable extends Row {
  readonly schema: string;
  readonly table: string;
  readonly key: boolean;
}

/** Those of the tables that exist at the source. */
export async function sourceTables(
  databases: Databases,
  source: EndLogin,
  tables: readonly TableName[],
): Promise<readonly SourceTable[]> {
  return await databases.query<SourceTable>(
    source,
    `SELECT n.nspname AS schema, c.relname AS "table",
            CASE c.relkind WHEN 'r' THEN ${acceptsPublishedWrites}
              ELSE NOT EXISTS (SELECT 1 FROM pg_partition_tree(root.oid) p JOIN pg_class c ON c.oid = p.relid
                               WHERE c.relkind = 'r' AND NOT ${acceptsPublishedWrites}) END AS key
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname
     CROSS JOIN LATERAL (SELECT c.oid) root
     WHERE c.relkind IN ('r', 'p')`,
    schemasAndTables(tables),
  );
}

/**
 * Makes the publication over the task's tables.
 *
 * @param added those of the tables that must be there; others may have been dropped since they were published.
 * @throws EngineError 42P01 for an added table that is not there, 55000 for one whose updates cannot be published.
 */
export async function ensurePublication(
  databases: Databases,
  task: EngineTask,
  added: readonly TableName[],
): Promise<void> {
  const { source } = task;
  const name = objectName(task.id);
  const found = await requirePublishable(databases, source, task.tables, added);
  // A table stands for itself: tables that inherit from it have rows and publications of their own.
  const list = found.map((table) => `ONLY ${qualified(table)}`).join(", ");
  const [existing] = await databases.query(source, "SELECT 1 FROM pg_publication WHERE pubname = $1", [name]);
  await databases.query(
    source,
    existing === undefined
      ? `CREATE PUBLICATION ${escapeIdentifier(name)} FOR TABLE ${list} WITH (publish_via_partition_root = true)`
      : `ALTER PUBLICATION ${escapeIdentifier(name)} SET TABLE ${list}`,
  );
}

/**
 * @param added those of the tables that must be there.
 * @returns those of the tables that exist at the source.
 * @throws EngineError 42P01 for an added table that is not there, 55000 for one that cannot be published as it is meant.
 */
export async function requirePublishable(
  databases: Databases,
  source: EndLogin,
  tables: readonly TableName[],
  added: readonly TableName[],
): Promise<readonly SourceTable[]> {
  const found = await sourceTables(databases, source, tables);
  const missing = added.find((t) => !found.some((f) => f.schema === t.schema && f.table === t.table));
  if (missing !== undefined) {
    throw new EngineError("42P01", "source", `relation "${missing.schema}.${missing.table}" does not exist`);
  }
  const wanted = new Set(added.map(qualified));
  const keyless = found.find((table) => !table.key && wanted.has(qualified(table)));
  if (keyless !== undefined) {
    // Publishing it would make the application's own updates fail.
    const what = `table "${keyless.schema}.${keyless.table}" has no primary key and no replica identity`;
    throw new EngineError("55000", "source", what);
  }
  const unfit = await unpublishable(databases, source, found, wanted);
  if (unfit !== undefined) {
    throw new EngineError("55000", "source", unfit);
  }
  return found;
}

/**
 * Why one of the tables cannot be published as it is meant: rows of a partition that is selected beside its partitioned
 * table arrive as the latter's, and a table without a column that is published cannot be copied.
 *
 * @param wanted the quoted names of those that are checked.
 */
async function unpublishable(
  databases: Databases,
  source: EndLogin,
  tables: readonly TableName[],
  wanted: ReadonlySet<string>,
): Promise<string | undefined> {
  if (wanted.size === 0) {
    return undefined;
  }
  const rows = await databases.query<TableName & Row & { root: string | null; columns: number }>(
    source,
    `WITH chosen AS (
       SELECT c.oid, w.schema, w."table" FROM unnest($1::text[], $2::text[]) w (schema, "table")
       JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w."table")
     SELECT x.schema, x."table",
            (SELECT o.schema || '.' || o."table" FROM pg_partition_ancestors(x.oid) a (relid) JOIN chosen o ON o.oid = a.relid
             WHERE a.relid <> x.oid LIMIT 1) AS root,
            (SELECT count(*)::int FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND a.attgenerated = '') AS columns
     FROM chosen x`,
    schemasAndTables(tables),
  );
  for (const { schema, table, root, columns } of rows) {
    if (root !== null) {
      return `table "${schema}.${table}" is a partition of "${root}", which is selected as well and brings its rows; select only one of them`;
    }
    if (columns === 0 && wanted.has(qualified({ schema, table }))) {
      return `table "${schema}.${table}" has no columns that are published (generated columns are not); leave it out`;
    }
  }
  return undefined;
}

/** A slot waits for all transactions that were open before it. */
export class SlotWaitsError extends EngineError {
  constructor(
    { code, side, reason }: EngineError,
    /** Whom it waits for, in one line. */
    readonly holders: string,
  ) {
    super(code, side, reason);
  }
}

const holdersMs = 2_000;

/**
 * Makes the slot: from here on the source keeps its log for the task.
 *
 * @throws SlotWaitsError when older transactions do not end in time.
 */
export async function ensureSlot(databases: Databases, task: EngineTask): Promise<void> {
  let holders = "";
  const timer = setInterval(() => {
    slotHolders(databases, task.source).then(
      (found) => {
        holders = found || holders;
      },
      () => undefined,
    );
  }, holdersMs);
  try {
    await databases.query(
      task.source,
      `SELECT pg_create_logical_replication_slot($1, 'pgoutput')
       WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1)`,
      [objectName(task.id)],
    );
  } catch (error) {
    throw error instanceof EngineError && holders !== "" ? new SlotWaitsError(error, holders) : error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Makes the spare slot, at the position of the task's own. The task does without where the server would then have no
 * slot left: the copies themselves need one.
 */
export async function ensureSpare(databases: Databases, task: EngineTask): Promise<void> {
  const spare = spareName(task.id);
  const [room] = await databases.query(
    task.source,
    `SELECT 1 FROM pg_replication_slots WHERE slot_name <> $1
     HAVING count(*) + 1 < current_setting('max_replication_slots')::int`,
    [spare],
  );
  if (room === undefined) {
    return;
  }
  await databases.query(
    task.source,
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND wal_status = 'lost'",
    [spare],
  );
  await copySlot(databases, task.source, objectName(task.id), spare);
}

/**
 * Makes those of the slots that are missing from the task's spare one. They may begin too early: what reads from
 * them knows where to continue.
 *
 * @throws LogLostError when there is no spare slot, or the source has given it up.
 */
export async function restoreSlots(
  databases: Databases,
  task: EngineTask,
  slots: readonly string[],
): Promise<void> {
  const spare = spareName(task.id);
  const rows = await databases.query<{ name: string }>(
    task.source,
    `SELECT slot_name AS name FROM pg_replication_slots
     WHERE slot_name = ANY($1) AND wal_status IS DISTINCT FROM 'lost'`,
    [[...slots, spare]],
  );
  const kept = new Set(rows.map(({ name }) => name));
  for (const slot of slots.filter((name) => !kept.has(name))) {
    if (!kept.has(spare)) {
      throw new LogLostError("55000", "source", `the replication slot ${slot} is gone`);
    }
    await copySlot(databases, task.source, spare, slot);
  }
}

async function copySlot(databases: Databases, source: EndLogin, from: string, to: string): Promise<void> {
  await databases.query(
    source,
    `SELECT pg_copy_logical_replication_slot($1, $2)
     WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $2)`,
    [from, to],
  );
}

/** Drops the spare slot of a task; nothing where there is none. @throws EngineError */
export async function dropSpare(databases: Databases, task: EngineTask): Promise<void> {
  await databases.query(
    task.source,
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
    [spareName(task.id)],
  );
}

/** Drops slots and publication of a task, even if a client still reads from the slot. */
export async function dropPublisher(databases: Databases, source: EndLogin, jobId: string): Promise<void> {
  const name = objectName(jobId);
  await databases.query(
    source,
    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active",
    [name],
  );
  await databases.query(
    source,
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ANY($1)",
    [[name, spareName(jobId)]],
  );
  await databases.query(source, `DROP PUBLICATION IF EXISTS ${escapeIdentifier(name)}`);
}

/** A source server's view of a task's slot and of its reader. */
export interface SlotFacts extends Row {
  readonly name: string;
  readonly active: boolean;
  readonly kept: boolean;
  /** Whether there is a spare slot, too. */
  readonly spare: boolean;
  /** Positions in the log, in bytes. */
  readonly current: string;
  readonly sent: string | null;
  readonly replayed: string | null;
  /** The confirmed position, which every role may see. */
  readonly confirmed: string | null;
  readonly lag_ms: number | null;
  /** The log that is kept for it, the most that may be kept (null: any), and what may still be written; in bytes. */
  readonly kept_bytes: number | null;
  readonly keep_limit: number | null;
  readonly keep_room: number | null;
}

/** The source's view of slots; one that does not exist is left out. @throws EngineError */
export async function slotFacts(
  databases: Databases,
  source: EndLogin,
  names: readonly string[],
): Promise<readonly SlotFacts[]> {
  return await databases.repeated<SlotFacts>(
    source,
    `SELECT s.slot_name AS name, s.active, s.wal_status IS DISTINCT FROM 'lost' AS kept,
            EXISTS (SELECT 1 FROM pg_replication_slots o WHERE o.slot_name = s.slot_name || '_spare') AS spare,
            (${logEnd} - '0/0')::text AS current, (r.sent_lsn - '0/0')::text AS sent,
            (r.replay_lsn - '0/0')::text AS replayed,
            (s.confirmed_flush_lsn - '0/0')::text AS confirmed,
            (extract(epoch FROM r.replay_lag) * 1000)::float8 AS lag_ms,
            (pg_current_wal_lsn() - s.restart_lsn)::float8 AS kept_bytes, s.safe_wal_size::float8 AS keep_room,
            CASE WHEN current_setting('max_slot_wal_keep_size') <> '-1'
                 THEN pg_size_bytes(current_setting('max_slot_wal_keep_size'))::float8 END AS keep_limit
     FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid
     WHERE s.slot_name = ANY($1)`,
    [names],
  );
}
