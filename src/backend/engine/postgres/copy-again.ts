/**
 * Copies chosen tables of a subscription again while its other tables continue. PostgreSQL does it: a table that leaves the
 * publication and comes back is copied and joins the stream like a table that was added.
 */
import { setTimeout as delay } from "node:timers/promises";
import { escapeIdentifier } from "pg";
import { type Message, message } from "../../messages";
import type { EndLogin } from "../database-login";
import { EngineError } from "../engine-error";
import type { AgainTable, EngineTask } from "../engine-task";
import { plainName, type TableName } from "../table-name";
import type { Databases, Row, Session } from "./databases";
import { objectName, qualified, schemasAndTables } from "./names";
import { ensureSlot, ensureSpare, requirePublishable } from "./publisher";
import {
  ensureTables,
  refreshSubscription,
  renewSubscription,
  retrying,
  suspendSubscription,
} from "./subscriber";

/** How long the workers of a disabled subscription may take to end when asked. */
const workersEndMs = 15_000;

/**
 * Takes the tables out of the stream, empties those that are not kept, and starts their copies.
 *
 * @throws EngineError 42P01, 55000 for a table that the source cannot publish, 2BP01 for rows that may not be deleted.
 */
export async function copyAgain(
  databases: Databases,
  task: EngineTask,
  tables: readonly AgainTable[],
): Promise<void> {
  const { source, target } = task;
  await requirePublishable(databases, source, task.tables, tables);
  await ensureTables(databases, task, tables);
  await takeOut(databases, task, tables);
  const emptied = tables.filter(({ keepRows }) => !keepRows);
  if (emptied.length > 0) {
    await emptyTables(databases, target, emptied);
  }
  if ((await subscribed(databases, task)).length === 0) {
    // Nothing is left that the log up to here is for. Servers before 18 cannot read it when the publication was gone. A
    // source that was set back has not even written what the subscription continues from.
    await renewSubscription(databases, task);
    await skipLog(databases, task);
  }
  await addToPublication(databases, task, tables);
  await ensureSpare(databases, task);
  await refreshSubscription(databases, { ...task, copiesRows: true });
}

/** Why the tables cannot be copied again now; undefined when they can, as far as can be seen. */
export async function copyObjection(
  databases: Databases,
  task: EngineTask,
  tables: readonly AgainTable[],
): Promise<Message | undefined> {
  const { source, target } = task;
  await requirePublishable(databases, source, task.tables, tables);
  if (tables.length < task.tables.length && (await publication(databases, task)) !== "own") {
    return message("copyNeedsAll");
  }
  const emptied = tables.filter(({ keepRows }) => !keepRows);
  for (const { name, from, to } of await keysFromOutside(databases, target, emptied)) {
    const [row] = await databases.query(target, `SELECT 1 FROM ${qualified(from)} LIMIT 1`);
    if (row !== undefined) {
      return message("copyReferenced", { table: plainName(to), other: plainName(from), key: name });
    }
  }
  return undefined;
}

/** The tables leave publication and subscription, and no worker is left that knows them. */
async function takeOut(databases: Databases, task: EngineTask, tables: readonly TableName[]): Promise<void> {
  const { source } = task;
  const name = escapeIdentifier(objectName(task.id));
  const found = await publication(databases, task);
  if (found !== "own") {
    await databases.query(source, `DROP PUBLICATION IF EXISTS ${name}`);
    await databases.query(source, `CREATE PUBLICATION ${name}`);
  }
  if (!(await isWhole(databases, task))) {
    await databases.query(
      source,
      `ALTER PUBLICATION ${name}
       SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
    );
  }
  // Tables not in the subscription would join with them, without the rows that they missed.
  const stay = new Set(await subscribed(databases, task));
  for (const table of tables) {
    stay.delete(qualified(table));
  }
  const leave = (await published(databases, task)).filter((table) => !stay.has(table));
  if (leave.length > 0) {
    const list = leave.map((table) => `ONLY ${table}`).join(", ");
    await databases.query(source, `ALTER PUBLICATION ${name} DROP TABLE ${list}`);
  }
  await refreshSubscription(databases, { ...task, copiesRows: true });
  // A worker remembers that a table is in step for as long as it runs.
  await suspendSubscription(databases, task);
  await workersEnd(databases, task);
}

async function workersEnd(databases: Databases, { id, target }: EngineTask): Promise<void> {
  for (const end = Date.now() + workersEndMs; ; await delay(50)) {
    const left = await databases.query(
      target,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_subscription WHERE subname = $1 AND pid IS NOT NULL`,
      [objectName(id)],
    );
    if (left.length === 0) {
      return;
    }
    if (Date.now() > end) {
      throw new EngineError("55006", "target", `workers of the subscription ${objectName(id)} do not end`);
    }
  }
}

/** `own`: for tables by name, as the backend makes it; `other`: somebody has made one for all tables. */
async function publication(
  databases: Databases,
  { id, source }: EngineTask,
): Promise<"own" | "other" | "absent"> {
  const [row] = await databases.query<{ all: boolean }>(
    source,
    "SELECT puballtables AS all FROM pg_publication WHERE pubname = $1",
    [objectName(id)],
  );
  return row === undefined ? "absent" : row.all ? "other" : "own";
}

/** Whether the publication publishes as the backend makes it: altering it is noticed by the streams of all its tables. */
async function isWhole(databases: Databases, { id, source }: EngineTask): Promise<boolean> {
  const whole = await databases.query(
    source,
    `SELECT FROM pg_publication WHERE pubname = $1
     AND pubinsert AND pubupdate AND pubdelete AND pubtruncate AND pubviaroot`,
    [objectName(id)],
  );
  return whole.length > 0;
}

/** The quoted names of the tables that the publication names. */
async function published(databases: Databases, { id, source }: EngineTask): Promise<readonly string[]> {
  const rows = await databases.query<TableName & Row>(
    source,
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_publication p
     JOIN pg_publication_rel r ON r.prpubid = p.oid JOIN pg_class c ON c.oid = r.prrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = $1`,
    [objectName(id)],
  );
  return rows.map(qualified);
}

/** The quoted names of the tables that the subscription has. */
async function subscribed(databases: Databases, { id, target }: EngineTask): Promise<readonly string[]> {
  const rows = await databases.query<TableName & Row>(
    target,
    `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_subscription s
     JOIN pg_subscription_rel r ON r.srsubid = s.oid JOIN pg_class c ON c.oid = r.srrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.subname = $1`,
    [objectName(id)],
  );
  return rows.map(qualified);
}

/** Publishes further tables, which must not be published yet. */
async function addToPublication(
  databases: Databases,
  { id, source }: EngineTask,
  tables: readonly TableName[],
): Promise<void> {
  const list = tables.map((table) => `ONLY ${qualified(table)}`).join(", ");
  const name = escapeIdentifier(objectName(id));
  await databases.query(source, `ALTER PUBLICATION ${name} ADD TABLE ${list}`);
}

/** Lets a slot that nobody needs the log of begin at its present end. Its reader must have gone, or go. */
async function skipLog(databases: Databases, task: EngineTask): Promise<void> {
  const { source } = task;
  const name = objectName(task.id);
  await retrying(async () => {
    await databases.query(
      source,
      "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active",
      [name],
    );
    await databases.query(
      source,
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
       WHERE slot_name = $1 AND confirmed_flush_lsn > pg_current_wal_lsn()`,
      [name],
    );
    await ensureSlot(databases, task);
    await databases.query(source, "SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())", [name]);
  }, 5);
}

/** A foreign key at the target; `to`: the table to which it, or its partition, belongs. */
interface ForeignKey extends Row {
  readonly name: string;
  readonly from: TableName;
  readonly to: TableName;
}

/** Foreign keys of other tables that refer to one of these, or to a partition of theirs. */
async function keysFromOutside(
  databases: Databases,
  target: EndLogin,
  tables: readonly TableName[],
): Promise<readonly ForeignKey[]> {
  return await databases.query<ForeignKey>(
    target,
    `${ownSql} ${keysSql} AND NOT inside.own`,
    schemasAndTables(tables),
  );
}

/** `own`: the tables, and their partitions with the table that they belong to. */
const ownSql = `
  WITH RECURSIVE own AS (
    SELECT c.oid, c.oid AS root FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname
    UNION
    SELECT i.inhrelid, own.root FROM own JOIN pg_class p ON p.oid = own.oid AND p.relkind = 'p'
    JOIN pg_inherits i ON i.inhparent = own.oid)`;

const keysSql = `
  SELECT k.conname AS name, json_build_object('schema', fn.nspname, 'table', f.relname) AS from,
         json_build_object('schema', tn.nspname, 'table', t.relname) AS to
  FROM own JOIN pg_constraint k ON k.confrelid = own.oid AND k.contype = 'f' AND k.conparentid = 0
  JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
  JOIN pg_class t ON t.oid = own.root JOIN pg_namespace tn ON tn.oid = t.relnamespace
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM own o WHERE o.oid = k.conrelid) AS own) inside
  WHERE true`;

/**
 * Removes all rows of the tables, and none of any other. TRUNCATE does it at once, where no other table refers to them;
 * otherwise they are deleted, as long as those tables are empty.
 */
async function emptyTables(
  databases: Databases,
  target: EndLogin,
  tables: readonly TableName[],
): Promise<void> {
  const session = await databases.session(target, new AbortController().signal);
  try {
    await session.query("BEGIN");
    await session.query("SET LOCAL lock_timeout = '20s'");
    const outside = await keysFromOutside(databases, target, tables);
    if (outside.length === 0) {
      const own = await ownRows(databases, target, tables);
      await session.query(`TRUNCATE ${[...own.values()].join(", ")}`);
    } else {
      await deleteRows(session, databases, target, { tables, outside });
    }
    await session.query("COMMIT");
  } finally {
    await session.end();
  }
}

/**
 * How statements name the tables, by their quoted names: with ONLY, so that tables that inherit keep their rows; not so
 * partitioned tables, whose rows are in their partitions.
 */
async function ownRows(
  databases: Databases,
  target: EndLogin,
  tables: readonly TableName[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await databases.query<TableName & Row & { readonly partitioned: boolean }>(
    target,
    `SELECT w.schema, w."table", c.relkind = 'p' AS partitioned FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname`,
    schemasAndTables(tables),
  );
  return new Map(
    rows.map((row) => [qualified(row), row.partitioned ? qualified(row) : `ONLY ${qualified(row)}`]),
  );
}

async function deleteRows(
  session: Session,
  databases: Databases,
  target: EndLogin,
  { tables, outside }: { readonly tables: readonly TableName[]; readonly outside: readonly ForeignKey[] },
): Promise<void> {
  for (const { name, from, to } of outside) {
    await session.query(`LOCK TABLE ${qualified(from)} IN SHARE MODE`);
    const [row] = await session.query(`SELECT 1 FROM ${qualified(from)} LIMIT 1`);
    if (row !== undefined) {
      const what = `rows of ${plainName(from)} refer to ${plainName(to)} by the foreign key ${name}`;
      throw new EngineError("2BP01", "target", what);
    }
  }
  const inside = await databases.query<ForeignKey>(
    target,
    `${ownSql} ${keysSql} AND inside.own`,
    schemasAndTables(tables),
  );
  // A policy that hides rows must not keep them.
  await session.query("SET LOCAL row_security = off");
  const keys = inside.map(({ from, to }) => ({ from: qualified(from), to: qualified(to) }));
  const own = await ownRows(databases, target, tables);
  for (const name of referringFirst(tables.map(qualified), keys)) {
    await session.query(`DELETE FROM ${own.get(name) ?? name}`);
  }
}

/** Tables before those that they refer to; in a circle, which cannot be emptied so, in any order. */
export function referringFirst(
  tables: readonly string[],
  keys: readonly { readonly from: string; readonly to: string }[],
): readonly string[] {
  const done: string[] = [];
  const visit = (table: string, path: readonly string[]) => {
    if (done.includes(table) || path.includes(table)) {
      return;
    }
    for (const { from } of keys.filter(({ to }) => to === table)) {
      visit(from, [...path, table]);
    }
    done.push(table);
  };
  for (const table of tables) {
    visit(table, []);
  }
  return done.filter((table) => tables.includes(table));
}
