/** A task's waits: for a worker at the target, or transactions that other sessions keep open at either end. */
import { message } from "../../messages";
import type { EndLogin } from "../database-login";
import { requireEngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { Side } from "../side";
import type { StreamFinding } from "../stream-finding";
import type { Databases, Row } from "./databases";
import { objectName } from "./names";

/** How long nothing has moved before the servers are asked why, in milliseconds. */
const patienceMs = 10_000;
/** How long an answer counts. */
const answerMs = 5_000;

/** A task's progress at one poll. */
export interface Movement {
  /** Changes when the task comes further. */
  readonly progress: string;
  /** Whether a table has no worker to copy it, or the changes none to apply them. */
  readonly lacksWorker: boolean;
}

interface Wait {
  readonly progress: string;
  readonly since: number;
  askedAt: number;
  findings: readonly StreamFinding[];
}

/** Watches tasks of which something is to move. */
export class WaitWatch {
  readonly #waits = new Map<string, Wait>();

  constructor(private readonly databases: Databases) {}

  /**
   * The task's waits. The servers are queried only after a while without progress.
   *
   * @param seen undefined when nothing needs to move.
   */
  async look(task: EngineTask, seen: Movement | undefined): Promise<readonly StreamFinding[]> {
    if (seen === undefined) {
      this.forget(task.id);
      return [];
    }
    const now = Date.now();
    let wait = this.#waits.get(task.id);
    if (wait?.progress !== seen.progress) {
      wait = { progress: seen.progress, since: now, askedAt: 0, findings: [] };
      this.#waits.set(task.id, wait);
    }
    if (now - wait.since >= patienceMs && now - wait.askedAt >= answerMs) {
      wait.askedAt = now;
      wait.findings = await this.#ask(task, seen).catch((error: unknown) => {
        requireEngineError(error);
        return [];
      });
    }
    return wait.findings;
  }

  forget(id: string): void {
    this.#waits.delete(id);
  }

  async #ask(task: EngineTask, { lacksWorker }: Movement): Promise<readonly StreamFinding[]> {
    const name = objectName(task.id);
    const [atSource, atTarget, workers] = await Promise.all([
      holders(this.databases, task.source, walsenders, name),
      holders(this.databases, task.target, workersOf, name),
      lacksWorker ? noWorkerLeft(this.databases, task.target) : [],
    ]);
    return [...waiting("source", atSource), ...waiting("target", atTarget), ...workers];
  }
}

/** Sessions of the source that work for the task; $1 is its name. */
const walsenders = "a.backend_type = 'walsender' AND a.application_name = $1";
/** Workers of the target that work for the task. */
const workersOf = "a.pid IN (SELECT w.pid FROM pg_stat_subscription w WHERE w.subname = $1)";
/** The backend's own session that makes the slot of a task. */
const slotMakers =
  "a.datname = current_database() AND a.query LIKE '%pg\\_create\\_logical\\_replication\\_slot%' AND a.application_name = $1";

/** A session or a prepared transaction in whose way others have to wait. */
interface Holder extends Row {
  readonly pid: number | null;
  readonly gid: string | null;
  readonly application: string | null;
  readonly owner: string | null;
  readonly since: Date | null;
}

/** The blockers of the sessions for which the condition is true. */
async function holders(
  databases: Databases,
  login: EndLogin,
  condition: string,
  name: string,
): Promise<readonly Holder[]> {
  return await databases.query<Holder>(
    login,
    `WITH waiting AS (
       SELECT pg_blocking_pids(a.pid) AS pids,
              (SELECT l.transactionid FROM pg_locks l
               WHERE l.pid = a.pid AND NOT l.granted AND l.locktype = 'transactionid' LIMIT 1) AS transaction
       FROM pg_stat_activity a WHERE ${condition}
     )
     SELECT DISTINCT b.pid, NULL::text AS gid, b.application_name AS application, b.usename AS owner, b.xact_start AS since
     FROM waiting w JOIN pg_stat_activity b ON b.pid = ANY (w.pids)
     UNION ALL
     SELECT DISTINCT NULL::int, p.gid, NULL::text, p.owner, p.prepared FROM waiting w JOIN pg_prepared_xacts p
     ON 0 = ANY (w.pids) AND (w.transaction IS NULL OR w.transaction = p.transaction)`,
    [name],
  );
}

/** Who holds up the making of a slot right now, in one line; empty: nobody. */
export async function slotHolders(databases: Databases, source: EndLogin): Promise<string> {
  const found = await holders(databases, source, slotMakers, "drs-local-backend");
  return found.map(inWords).join("; ");
}

/** In whose way the workers of a subscription have to wait at the target, and for which table, where that is known. */
export async function heldUpBy(
  databases: Databases,
  target: EndLogin,
  name: string,
): Promise<readonly { readonly words: string; readonly table: string | undefined }[]> {
  const applying = `${workersOf} AND a.backend_type <> 'client backend'`;
  const found = await holders(databases, target, applying, name);
  if (found.length === 0) {
    return [];
  }
  const [waited] = await databases.query<{ table: string }>(
    target,
    // Who waits for a row's transaction holds the lock of the row meanwhile.
    `SELECT n.nspname || '.' || c.relname AS "table" FROM pg_stat_subscription w JOIN pg_locks l ON l.pid = w.pid
     JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE w.subname = $1 AND w.relid IS NULL AND (NOT l.granted OR l.locktype = 'tuple') ORDER BY l.granted LIMIT 1`,
    [name],
  );
  return found.map((holder) => ({ words: inWords(holder), table: waited?.table }));
}

/** The oldest transaction of a source's database that has written and is still open: its changes come when it ends. */
export async function openTransaction(
  databases: Databases,
  source: EndLogin,
): Promise<{ readonly holder: string; readonly ms: number } | undefined> {
  const [oldest] = await databases.query<Holder & { readonly ms: number }>(
    source,
    `SELECT o.*, (extract(epoch FROM clock_timestamp() - o.since) * 1000)::float8 AS ms FROM (
       SELECT a.pid, NULL::text AS gid, a.application_name AS application, a.usename AS owner, a.xact_start AS since
       FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.backend_xid IS NOT NULL
       UNION ALL
       SELECT NULL, p.gid, NULL, p.owner, p.prepared FROM pg_prepared_xacts p WHERE p.database = current_database()
     ) o ORDER BY o.since LIMIT 1`,
  );
  return oldest && { holder: inWords(oldest), ms: oldest.ms };
}

function waiting(side: Side, found: readonly Holder[]): readonly StreamFinding[] {
  return found.map((holder) => ({
    ...{ id: `wait-${side}-${holder.pid ?? holder.gid}`, level: "warning", side, table: undefined },
    code: holder.gid === null ? "LW101" : "LW102",
    message: message(holder.gid === null ? "waitsForSession" : "waitsForPrepared", {
      side,
      holder: inWords(holder),
      name: holder.gid ?? String(holder.pid),
    }),
  }));
}

/** As `pid 17, psql, app, xact_start 2026-01-01T00:00:00Z`, in PostgreSQL's own terms for both languages. */
function inWords({ pid, gid, application, owner, since }: Holder): string {
  const began = pid === null ? "prepared" : "xact_start";
  const parts = [
    pid === null ? `gid ${gid}` : `pid ${pid}`,
    application || undefined,
    owner ?? undefined,
    since === null ? undefined : `${began} ${since.toISOString().replace(/\.\d+Z$/, "Z")}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

interface Workers extends Row {
  readonly used: number;
  readonly most: number;
  readonly subscriptions: string;
}

/** Whether all workers of the target are in use, and by which subscriptions. */
async function noWorkerLeft(databases: Databases, target: EndLogin): Promise<readonly StreamFinding[]> {
  const [workers] = await databases.query<Workers>(
    target,
    `SELECT count(*)::int AS used, current_setting('max_logical_replication_workers')::int AS most,
            coalesce(string_agg(DISTINCT subname, ', ' ORDER BY subname), '') AS subscriptions
     FROM pg_stat_subscription WHERE pid IS NOT NULL`,
  );
  if (workers === undefined || workers.used < workers.most) {
    return [];
  }
  const { most, subscriptions } = workers;
  return [
    {
      ...{ id: "wait-worker", level: "warning", side: "target", table: undefined, code: "LW103" },
      message: message("waitsForWorker", { count: String(most), subscriptions }),
    },
  ];
}
