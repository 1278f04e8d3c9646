/** Asks both servers why a task is behind. It takes about a second, and is asked only while somebody wants to know. */
import { setTimeout as delay } from "node:timers/promises";
import type { Activity, DelayEvidence } from "../delay-evidence";
import type { EngineTask } from "../engine-task";
import type { Databases, Row } from "./databases";
import { objectName } from "./names";
import { heldUpBy, openTransaction } from "./waits";

const looks = 6;
const lookMs = 150;

interface Sight extends Row {
  readonly pid: number;
  readonly kind: string | null;
  readonly event: string | null;
  readonly transaction_ms: number | null;
}

/** Of a session `a`. */
const sight = `a.pid, a.wait_event_type AS kind, a.wait_event AS event,
  (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS transaction_ms`;

/** Workers that apply changes, those that help with a large transaction included. */
const workers = "pg_stat_subscription w JOIN pg_stat_activity a ON a.pid = w.pid";
const applies = "w.subname = $1 AND w.relid IS NULL";

/**
 * Wait events of senders and apply workers in six samples within a second, and the lock that blocks changes.
 *
 * @throws EngineError when an end cannot be asked.
 */
export async function delayEvidence(databases: Databases, task: EngineTask): Promise<DelayEvidence> {
  const { source, target } = task;
  const name = objectName(task.id);
  const senders: Sight[][] = [];
  const appliers: Sight[][] = [];
  const written = new Map<string, number | null>();
  let lock: DelayEvidence["lock"];
  for (let look = 0; look < looks; look++) {
    const [sending, applying, tables, holders] = await Promise.all([
      databases.query<Sight>(
        source,
        `SELECT ${sight} FROM pg_replication_slots s JOIN pg_stat_activity a ON a.pid = s.active_pid
         WHERE s.slot_name = $1`,
        [name],
      ),
      databases.query<Sight>(target, `SELECT ${sight} FROM ${workers} WHERE ${applies} ORDER BY a.pid`, [
        name,
      ]),
      writtenTables(databases, task, name),
      heldUpBy(databases, target, name),
    ]);
    senders.push([...sending]);
    appliers.push([...applying]);
    for (const { table, rows } of tables) {
      written.set(table, rows);
    }
    const [holder] = holders;
    lock =
      holder === undefined
        ? lock
        : { table: holder.table ?? lock?.table, holders: holders.map(({ words }) => words) };
    await delay(lookMs);
  }
  const unindexed = [...written].flatMap(([table, rows]) => (rows === null ? [] : [{ table, rows }]));
  const [sender, worker] = [lastOf(senders), lastOf(appliers)];
  const since = appliers.at(-1)?.flatMap(({ transaction_ms }) => transaction_ms ?? []) ?? [];
  return {
    sender: sender && { pid: sender.pid, activities: activitiesOf(senders) },
    worker: worker && {
      pid: worker.pid,
      activities: activitiesOf(appliers),
      transactionMs: since.length === 0 ? undefined : Math.max(...since),
      tables: [...written.keys()],
    },
    lock,
    unindexed: await changedAtSource(databases, task, unindexed),
    openTransaction: await openTransaction(databases, source),
  };
}

function lastOf(seen: readonly (readonly Sight[])[]): Sight | undefined {
  return seen.at(-1)?.[0];
}

/** Of several sessions the one that does the most counts: the others wait for it. */
function activitiesOf(seen: readonly (readonly Sight[])[]): readonly Activity[] {
  const counts = new Map<string, number>();
  for (const sights of seen) {
    const [busiest] = sights.toSorted((a, b) => weight(b) - weight(a));
    if (busiest !== undefined) {
      const key = JSON.stringify([busiest.kind ?? "", busiest.event ?? ""]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .map(([key, count]) => {
      const [kind, event]: [string, string] = JSON.parse(key);
      return { kind, event, share: count / total };
    })
    .toSorted((a, b) => b.share - a.share);
}

function weight({ kind }: Sight): number {
  return kind === "Lock" ? 2 : kind === "Activity" || kind === "IPC" ? 0 : 1;
}

/**
 * The task's tables that the workers write to right now, and the rows of those in which they find a row by reading all
 * of them; null: an index leads to it. Since PostgreSQL 16 any index does.
 */
async function writtenTables(
  databases: Databases,
  { target }: EngineTask,
  name: string,
): Promise<readonly { readonly table: string; readonly rows: number | null }[]> {
  return await databases.query<{ table: string; rows: number | null }>(
    target,
    `SELECT DISTINCT n.nspname || '.' || c.relname AS "table",
            CASE WHEN EXISTS (
              SELECT 1 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
              WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL
                AND (i.indisunique OR current_setting('server_version_num')::int >= 160000
                     AND m.amname IN ('btree', 'hash') AND i.indkey[0] <> 0))
            THEN NULL ELSE greatest(c.reltuples::float8, pg_stat_get_live_tuples(c.oid)) END AS rows
     FROM ${workers} JOIN pg_locks l ON l.pid = w.pid AND l.locktype = 'relation' AND l.granted
       AND l.mode = 'RowExclusiveLock'
     JOIN pg_subscription_rel r ON r.srsubid = w.subid AND r.srrelid = l.relation
     JOIN pg_class c ON c.oid = r.srrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${applies}`,
    [name],
  );
}

/** Rows are looked for only where the source changes or deletes some: inserts need no index. */
async function changedAtSource(
  databases: Databases,
  { source }: EngineTask,
  tables: DelayEvidence["unindexed"],
): Promise<DelayEvidence["unindexed"]> {
  if (tables.length === 0) {
    return [];
  }
  const changed = await databases.query<{ table: string }>(
    source,
    `SELECT schemaname || '.' || relname AS "table" FROM pg_stat_user_tables
     WHERE schemaname || '.' || relname = ANY($1) AND n_tup_upd + n_tup_del > 0`,
    [tables.map(({ table }) => table)],
  );
  const names = new Set(changed.map(({ table }) => table));
  return tables.filter(({ table }) => names.has(table));
}
