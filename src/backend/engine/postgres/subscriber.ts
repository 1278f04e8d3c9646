/** The target's side of a task: tables and subscription. */

import { setTimeout as delay } from "node:timers/promises";
import { escapeIdentifier, escapeLiteral } from "pg";
import type { EndLogin } from "../database-login";
import { requireEngineError } from "../engine-error";
import type { TableState } from "../engine-state";
import type { EngineTask, ReleaseTask, UnindexedTable } from "../engine-task";
import type { TableName } from "../table-name";
import { fitsBinary } from "./binary";
import type { CopySight } from "./broken-copies";
import type { WorkerSample } from "./crash-loop-detector";
import { type Databases, type Row, type Session, sessionSettings } from "./databases";
import { conninfo, objectName, qualified, schemasAndTables } from "./names";
import { statementsOf, tableDefinitions } from "./schema";

/** Tables that are made in one transaction: each takes locks, of which a server has some 6,000. */
const madeTogether = 100;
/** Held at the target while tables are made: two tasks that make the same schema, type or sequence would collide. */
const makingLock = 0x64_72_73;

/**
 * Makes the tables that the target lacks, as the source has them.
 *
 * @param note given: they are made without the indexes and constraints that come after the rows, and it stores which of
 * them lack some before they are there for good.
 */
export async function ensureTables(
  databases: Databases,
  { source, target }: EngineTask,
  tables: readonly TableName[],
  note?: (tables: readonly UnindexedTable[]) => Promise<void>,
): Promise<void> {
  const have = await existingTables(databases, target, tables);
  const missing = tables.filter((table) => !have.has(qualified(table)));
  if (missing.length === 0) {
    return;
  }
  const session = await databases.session(target, new AbortController().signal);
  try {
    const all = await tableDefinitions(databases, source, missing);
    for (let first = 0; first < missing.length; first += madeTogether) {
      const some = missing.slice(first, first + madeTogether);
      const definitions = all.slice(first, first + madeTogether);
      // A crash leaves nothing half done: what was noted and is not there is made again, and is another table then.
      await session.query("BEGIN");
      await session.query("SELECT pg_advisory_xact_lock($1)", [makingLock]);
      await session.query(
        definitions.flatMap((one) => (note === undefined ? statementsOf(one) : one.table)).join("; "),
      );
      const lacking = some.filter((_, place) => definitions[place]?.later.length !== 0);
      if (note !== undefined && lacking.length > 0) {
        await note(await asMade(session, lacking));
      }
      await session.query("COMMIT");
    }
  } finally {
    await session.end();
  }
}

async function asMade(session: Session, tables: readonly TableName[]): Promise<readonly UnindexedTable[]> {
  const rows = await session.query<{ made: string }>(
    `SELECT w.name::regclass::oid::text AS made FROM unnest($1::text[]) WITH ORDINALITY w (name, place) ORDER BY w.place`,
    [tables.map(qualified)],
  );
  return tables.map(({ schema, table }, place) => ({ schema, table, made: rows[place]?.made ?? "" }));
}

/** Which of the tables the database has, by their quoted names; `writable`: as a subscription of this user needs it. */
async function existingTables(
  databases: Databases,
  target: EndLogin,
  tables: readonly TableName[],
): Promise<ReadonlyMap<string, { readonly writable: boolean }>> {
  const rows = await databases.query<{ schema: string; table: string; writable: boolean }>(
    target,
    `SELECT n.nspname AS schema, c.relname AS "table", pg_has_role(c.relowner, 'MEMBER') AS writable FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) w (schema, "table") ON w.schema = n.nspname AND w."table" = c.relname
     WHERE c.relkind IN ('r', 'p')`,
    schemasAndTables(tables),
  );
  return new Map(rows.map((row) => [qualified(row), row]));
}

/** Makes the subscription, still disabled; the slot must be there. */
export async function ensureSubscription(databases: Databases, task: EngineTask): Promise<void> {
  const name = objectName(task.id);
  if (await hasSubscription(databases, task.target, name)) {
    return;
  }
  const binary = task.copiesRows && (await fitsBinary(databases, task));
  await databases.query(task.target, await creationOf(databases, task, binary));
}

async function creationOf(databases: Databases, task: EngineTask, binary: boolean): Promise<string> {
  const quoted = escapeIdentifier(objectName(task.id));
  const version = await versionOf(databases, task.target);
  return `CREATE SUBSCRIPTION ${quoted} CONNECTION ${await wayToSource(databases, task, version)}
     PUBLICATION ${quoted}
     WITH (enabled = false, create_slot = false, slot_name = ${quoted}, copy_data = ${String(task.copiesRows)},
           binary = ${String(binary)})`;
}

/** Puts another subscription in the place of one without tables, which knows nothing of how far it has the source's log. */
export async function renewSubscription(databases: Databases, task: EngineTask): Promise<void> {
  const quoted = escapeIdentifier(objectName(task.id));
  const creation = await creationOf(databases, task, false);
  await databases.query(
    task.target,
    `ALTER SUBSCRIPTION ${quoted} DISABLE; ALTER SUBSCRIPTION ${quoted} SET (slot_name = NONE);
     DROP SUBSCRIPTION ${quoted}; ${creation}`,
  );
}

/** Servers before PostgreSQL 15 do not have it; see `CrashLoopDetector`. */
function disableOnError(version: number, on: boolean): readonly string[] {
  return version < 15 ? [] : [`SET (disable_on_error = ${String(on)})`];
}

/** Enables the subscription, with today's way to the source. */
export async function enableSubscription(databases: Databases, task: EngineTask): Promise<void> {
  const version = await versionOf(databases, task.target);
  const connection = await wayToSource(databases, task, version);
  await alterSubscription(
    databases,
    task,
    `CONNECTION ${connection}`,
    ...disableOnError(version, true),
    "ENABLE",
  );
}

/**
 * Makes the subscription follow what its publication has now. That is possible only while it is enabled, so that it
 * must not disable itself meanwhile for a copy that fails and is about to be taken out.
 */
export async function refreshSubscription(databases: Databases, task: EngineTask): Promise<void> {
  const version = await versionOf(databases, task.target);
  const connection = await wayToSource(databases, task, version);
  await alterSubscription(
    databases,
    task,
    ...disableOnError(version, false),
    `CONNECTION ${connection}`,
    // Somebody may have made it follow others, or take only some changes.
    `SET PUBLICATION ${escapeIdentifier(objectName(task.id))} WITH (refresh = false)`,
    ...(version < 16 ? [] : ["SET (origin = any)"]),
    "ENABLE",
  );
  try {
    await refreshEnabled(databases, task);
  } finally {
    await alterSubscription(databases, task, ...disableOnError(version, true));
  }
}

/** How often a subscription that its workers disable is enabled again. */
const refreshTries = 5;

async function refreshEnabled(databases: Databases, task: EngineTask): Promise<void> {
  const refresh = `REFRESH PUBLICATION WITH (copy_data = ${String(task.copiesRows)})`;
  for (let trial = 1; ; trial++) {
    try {
      await alterSubscription(databases, task, refresh);
      return;
    } catch (error) {
      // A worker that failed just now still did as the subscription said before, such as one that has lost its source.
      if (trial >= refreshTries || !(await isDisabled(databases, task))) {
        throw error;
      }
      await alterSubscription(databases, task, "ENABLE");
    }
  }
}

async function isDisabled(databases: Databases, { id, target }: EngineTask): Promise<boolean> {
  const disabled = await databases.query(
    target,
    "SELECT FROM pg_subscription WHERE subname = $1 AND NOT subenabled",
    [objectName(id)],
  );
  return disabled.length > 0;
}

/** The server's major version. */
async function versionOf(databases: Databases, target: EndLogin): Promise<number> {
  const [server] = await databases.query<{ version: number }>(
    target,
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  return server?.version ?? 0;
}

/** How the target finds the source, as a literal. @param version the target's major version. */
async function wayToSource(databases: Databases, task: EngineTask, version: number): Promise<string> {
  const settings = await sessionSettings(databases, task.source);
  const { id, source, publisher } = task;
  return escapeLiteral(conninfo(source, publisher, objectName(id), version, settings));
}

/** Makes the changes, all of them or none. */
async function alterSubscription(
  databases: Databases,
  task: EngineTask,
  ...changes: readonly string[]
): Promise<void> {
  const quoted = escapeIdentifier(objectName(task.id));
  const statements = changes.map((change) => `ALTER SUBSCRIPTION ${quoted} ${change}`);
  if (statements.length > 0) {
    await databases.query(task.target, statements.join("; "));
  }
}

/** How long to wait for a worker that was asked to end; one that waits for a lock ends later. */
const workersEndMs = 2_000;

/**
 * Disables the subscription and ends workers that copy: disabling alone lets them run to their end. The worker that
 * applies changes ends by itself, after the transaction that it is in.
 */
export async function suspendSubscription(databases: Databases, task: EngineTask): Promise<void> {
  const name = objectName(task.id);
  if (!(await hasSubscription(databases, task.target, name))) {
    return;
  }
  await databases.query(task.target, `ALTER SUBSCRIPTION ${escapeIdentifier(name)} DISABLE`);
  await databases.query(
    task.target,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_subscription
     WHERE subname = $1 AND relid IS NOT NULL AND pid IS NOT NULL`,
    [name],
  );
  for (const end = Date.now() + workersEndMs; Date.now() < end; await delay(50)) {
    const [left] = await databases.query(
      task.target,
      "SELECT 1 FROM pg_stat_subscription WHERE subname = $1 AND pid IS NOT NULL",
      [name],
    );
    if (left === undefined) {
      return;
    }
  }
}

/** The slots at the source from which copied tables without a worker would continue until they are in step. */
export async function slotsToRestore(
  databases: Databases,
  { id, target }: EngineTask,
): Promise<readonly string[]> {
  const rows = await databases.query<{ slot: string }>(
    target,
    `SELECT 'pg_' || s.oid || '_sync_' || r.srrelid || '_' || c.system_identifier AS slot
     FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid, pg_control_system() c
     WHERE s.subname = $1 AND ${isSlotLost}`,
    [objectName(id)],
  );
  return rows.map(({ slot }) => slot);
}

/**
 * Whether no crash can put any table of the subscription back behind the others: its workers commit without waiting
 * for the disk.
 */
export async function isInStepForGood(databases: Databases, { id, target }: EngineTask): Promise<boolean> {
  const [behind] = await databases.query(
    target,
    `SELECT 1 FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid
     WHERE s.subname = $1 AND r.srsubstate NOT IN ('s', 'r') LIMIT 1`,
    [objectName(id)],
  );
  if (behind !== undefined) {
    return false;
  }
  // A commit that waits for the disk brings all earlier ones there.
  await databases.query(
    target,
    "SELECT set_config('synchronous_commit', 'local', true), pg_logical_emit_message(true, 'drs', '')",
  );
  return true;
}

/** Drops the subscription; the task's own slot stays at the source, which may be gone. */
export async function dropSubscription(databases: Databases, task: ReleaseTask): Promise<void> {
  const { target } = task;
  const name = objectName(task.id);
  if (!(await hasSubscription(databases, target, name))) {
    return;
  }
  const quoted = escapeIdentifier(name);
  await databases.query(target, `ALTER SUBSCRIPTION ${quoted} DISABLE`);
  await dropCopySlots(databases, task);
  await databases.query(target, `ALTER SUBSCRIPTION ${quoted} SET (slot_name = NONE)`);
  await databases.query(target, `DROP SUBSCRIPTION ${quoted}`);
}

/**
 * Removes slots that copying workers have left at the source: a worker that is killed between the end of its copy and
 * the removal of its slot forgets it. PostgreSQL names them after subscription, table and system.
 */
export async function dropCopySlots(
  databases: Databases,
  { id, source, target }: ReleaseTask,
): Promise<void> {
  const [own] = await databases.query<{ oid: string; system: string }>(
    target,
    `SELECT s.oid::text AS oid, c.system_identifier::text AS system FROM pg_subscription s, pg_control_system() c
     WHERE s.subname = $1`,
    [objectName(id)],
  );
  try {
    await databases.query(
      source,
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
       WHERE slot_name ~ ('^pg_' || $1 || '_sync_[0-9]+_' || $2 || '$') AND NOT active`,
      [own?.oid, own?.system],
    );
  } catch (error) {
    // A source that is away: it is for the source's own release to say so.
    requireEngineError(error);
  }
}

async function hasSubscription(databases: Databases, target: EndLogin, name: string): Promise<boolean> {
  const [row] = await databases.query(
    target,
    `SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
     WHERE s.subname = $1 AND d.datname = current_database()`,
    [name],
  );
  return row !== undefined;
}

interface SubscriptionRow extends Row {
  readonly name: string;
  readonly enabled: boolean;
  readonly binary: boolean;
  readonly endless: boolean;
  readonly pid: number | null;
  readonly waits: boolean;
  readonly received: string | null;
  readonly copy_workers: number;
  readonly slot_lost: boolean;
  readonly tables: readonly {
    readonly name: string;
    readonly state: string;
    readonly pid: number | null;
    readonly copied: number | null;
  }[];
}

/** A target server's view of a task's subscription. */
export interface SubscriptionFacts {
  readonly name: string;
  readonly enabled: boolean;
  /** Whether rows and changes arrive in binary. */
  readonly binary: boolean;
  /** The worker that applies changes. */
  readonly pid: number | null;
  /** Whether that waits for a lock: the source gives up a worker that does not answer meanwhile. */
  readonly waits: boolean;
  /** Whether the server restarts a failing worker without end. */
  readonly endless: boolean;
  /** Where that is so: samples of the workers that copy. */
  readonly copies: readonly WorkerSample[];
  /** Up to where the worker has the source's log, in bytes. */
  readonly received: string | null;
  readonly copyWorkers: number;
  /** Tables whose rows are being copied. */
  readonly copying: readonly CopySight[];
  /** Whether a table is copied, not yet in step, and has no worker. */
  readonly slotLost: boolean;
  readonly tables: readonly TableState[];
}

/** Of a row `r` of `pg_subscription_rel`: its table is copied, and no worker leads it on. */
const isSlotLost = `r.srsubstate = 'f' AND NOT EXISTS
  (SELECT 1 FROM pg_stat_subscription w WHERE w.subid = r.srsubid AND w.relid = r.srrelid AND w.pid IS NOT NULL)`;

const phaseByState: Readonly<Record<string, TableState["phase"]>> = {
  i: "waiting",
  f: "copied",
  s: "synced",
  r: "synced",
};

/** The target's view of subscriptions; one that does not exist is left out. @throws EngineError */
export async function subscriptionFacts(
  databases: Databases,
  target: EndLogin,
  names: readonly string[],
): Promise<readonly SubscriptionFacts[]> {
  const rows = await databases.repeated<SubscriptionRow>(
    target,
    `SELECT s.subname AS name, s.subenabled AS enabled, s.subbinary AS binary,
            current_setting('server_version_num')::int < 150000 AS endless,
            (SELECT max(w.pid) FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL) AS pid,
            EXISTS (SELECT 1 FROM pg_stat_subscription w, pg_stat_get_activity(w.pid) a
                    WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL AND a.wait_event_type = 'Lock') AS waits,
            (SELECT (max(w.received_lsn) - '0/0')::text FROM pg_stat_subscription w
             WHERE w.subid = s.oid AND w.relid IS NULL) AS received,
            (SELECT count(*)::int FROM pg_stat_subscription w
             WHERE w.subid = s.oid AND w.relid IS NOT NULL AND w.pid IS NOT NULL) AS copy_workers,
            EXISTS (SELECT 1 FROM pg_subscription_rel r WHERE r.srsubid = s.oid AND ${isSlotLost}) AS slot_lost,
            coalesce((SELECT json_agg(json_build_object('name', n.nspname || '.' || c.relname,
                                                        'state', r.srsubstate::text, 'pid', w.pid,
                                                        'copied', p.tuples_processed))
                      FROM pg_subscription_rel r
                      JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                      LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid = r.srrelid
                      LEFT JOIN pg_stat_progress_copy p ON p.pid = w.pid AND p.relid = r.srrelid
                      WHERE r.srsubid = s.oid), '[]') AS tables
     FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
     WHERE d.datname = current_database() AND s.subname = ANY($1)`,
    [names],
  );
  return rows.map(({ copy_workers, slot_lost, tables, ...row }) => ({
    ...{ ...row, copyWorkers: copy_workers, slotLost: slot_lost },
    copies: row.endless ? copiesSeen(tables) : [],
    copying: tables.filter(({ state }) => state === "d"),
    tables: tables.map((table) => ({
      name: table.name,
      phase: phaseByState[table.state] ?? "copying",
      copiedRows: table.copied ?? 0,
    })),
  }));
}

function copiesSeen(tables: SubscriptionRow["tables"]): readonly WorkerSample[] {
  const begun = tables.filter(({ state }) => state === "d" || state === "f");
  const sights = begun.map(({ name, state, pid }) => ({ name, pid, progress: state }));
  // A table waits for a worker only while others copy.
  const pid = begun.find((table) => table.pid !== null)?.pid ?? null;
  const states = tables.map(({ state }) => state).join("");
  const waiting = { name: "waiting tables", pid, progress: states };
  return states.includes("i") ? [...sights, waiting] : sights;
}

/** Repeats a step that another session may hold up for a moment. */
export async function retrying<T>(step: () => Promise<T>, attempts: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (attempt === attempts) {
        throw error;
      }
      await delay(100 * attempt);
    }
  }
}
