/** Why PostgreSQL stopped a subscription, or does not get it to run. */
import { setTimeout as delay } from "node:timers/promises";
import { message } from "../../messages";
import type { EndLogin } from "../database-login";
import { EngineError, requireEngineError } from "../engine-error";
import { type EngineTask, sourceByLink } from "../engine-task";
import { codeOfWords, kindOf } from "../error-kinds";
import type { StopCause } from "../stop-cause";
import type { Databases, Row } from "./databases";
import { describe } from "./errors";
import { objectName } from "./names";
import { rejectedRow } from "./rejected";
import type { ServerLog, WorkerError } from "./server-log";

type LogOf = (target: EndLogin) => ServerLog | undefined;

/** In the words of the target's log, or as far as both ends show it where no log can be read. */
export async function stopCause(databases: Databases, logOf: LogOf, task: EngineTask): Promise<StopCause> {
  const logged = await loggedError(logOf(task.target), task);
  if (logged !== undefined) {
    const { sqlState, text, message: reason } = logged;
    const said = { code: sqlState, reason: text };
    const [kind, code] = [kindOf(said), codeOfWords(said)];
    return kind === "loss"
      ? { kind: "connection", reason }
      : {
          ...{ kind: "failure", code, reason, message: message("stopped", { code, reason }) },
          ...{ passing: kind === "transient", rejected: rejectedRow(logged, task.tables) },
        };
  }
  try {
    return await shownCause(databases, task);
  } catch (error) {
    requireEngineError(error);
    const { code, kind, reason } = error;
    return kind === "loss"
      ? { kind: "connection", reason }
      : {
          ...{ kind: "failure", code, reason, passing: kind === "transient" },
          message: describe(error, error.side === "target" ? task.target : task.source),
        };
  }
}

/** A worker logs its error before it disables the subscription, but the line takes a moment to arrive here. */
async function loggedError(log: ServerLog | undefined, task: EngineTask): Promise<WorkerError | undefined> {
  for (const wait of log === undefined ? [] : [0, 100, 300]) {
    await delay(wait);
    const error = log?.lastErrorOf(objectName(task.id));
    if (error?.complete === true) {
      return error;
    }
  }
  return log?.lastErrorOf(objectName(task.id));
}

interface Subscription extends Row {
  /** Whether its owner must use a password. */
  readonly restricted: boolean;
  /** Tables that are not copied yet. */
  readonly uncopied: string | null;
  /** How often its workers have failed; null before PostgreSQL 15. */
  readonly errors: string | null;
}

/** @throws EngineError when the way of the target's workers is closed. */
async function shownCause(databases: Databases, task: EngineTask): Promise<StopCause> {
  // The way that the workers go, and as what they go it: it may be cut, or full, although the source is well.
  const asked = await databases.connectAsWorker(sourceByLink(task));
  const subscription = await subscriptionOf(databases, task);
  if (subscription?.restricted === true && !asked) {
    const text = message("passwordRequired", { user: task.source.user });
    const [code, reason] = ["2F003", "password is required"];
    return { kind: "failure", code, reason, message: text, passing: false };
  }
  const full = subscription?.uncopied === null ? undefined : await usedUp(databases, task.source);
  if (full !== undefined) {
    const { code, setting, count } = full;
    const text = message("tooFewAtSource", { setting, count });
    return { kind: "failure", code, reason: `${setting} = ${count}`, message: text, passing: true };
  }
  const known = [objectName(task.id), subscription?.errors, subscription?.uncopied];
  return { kind: "unknown", hint: known.filter(Boolean).join("; ") };
}

interface Limit extends Row {
  readonly code: string;
  readonly setting: string;
  readonly count: string;
}

/** The source's limit that a copying task exceeds: beside its own slot and sender each table needs one. */
async function usedUp(databases: Databases, source: EndLogin): Promise<Limit | undefined> {
  const [limit] = await databases.query<Limit>(
    source,
    `SELECT code, setting, current_setting(setting) AS count
     FROM (VALUES ('53400', 'max_replication_slots', (SELECT count(*) FROM pg_replication_slots) + 1),
                  ('53300', 'max_wal_senders', (SELECT count(*) FROM pg_stat_replication) + 2)) l (code, setting, needed)
     WHERE needed > current_setting(setting)::int LIMIT 1`,
  );
  return limit;
}

async function subscriptionOf(databases: Databases, task: EngineTask): Promise<Subscription | undefined> {
  const { target } = task;
  const name = objectName(task.id);
  const [found] = await databases.query<Subscription>(
    target,
    `SELECT NOT o.rolsuper AS restricted, NULL AS errors,
            (SELECT string_agg(r.srrelid::regclass::text, ', ' ORDER BY 1) FROM pg_subscription_rel r
             WHERE r.srsubid = s.oid AND r.srsubstate IN ('i', 'd')) AS uncopied
     FROM pg_subscription s JOIN pg_roles o ON o.oid = s.subowner WHERE s.subname = $1`,
    [name],
  );
  const [counts] = await databases
    .query<{ errors: string }>(
      target,
      `SELECT 'apply_error_count = ' || apply_error_count || ', sync_error_count = ' || sync_error_count AS errors
       FROM pg_stat_subscription_stats WHERE subname = $1`,
      [name],
    )
    .catch((error: unknown) => {
      if (error instanceof EngineError && error.code === "42P01") {
        return [];
      }
      throw error;
    });
  return found === undefined ? undefined : { ...found, errors: counts?.errors ?? null };
}
