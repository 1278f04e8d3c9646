/** The facts of a server and of the login. */
import { EngineError } from "../../engine-error";
import type { EngineTask } from "../../engine-task";
import type { Side } from "../../side";
import type { Row } from "../databases";
import { applicationName } from "../databases";
import { objectName, spareName } from "../names";

/** One end's server. Usage is by others: this task's own slots, workers and connections do not count. */
export interface ServerFacts extends Row {
  readonly version: number;
  readonly wal_level: string;
  readonly encoding: string;
  readonly standby: boolean;
  /** After which time the server gives up a slot that nobody reads from, in seconds; 0: never. */
  readonly idle_slot_seconds: number;
  /** Whether NULL is read as such in an array. */
  readonly array_nulls: boolean;
  /** How long a transaction of the login may take, in milliseconds; 0: no limit, or no such setting. */
  readonly transaction_ms: number;
  readonly read_only: boolean;
  readonly superuser: boolean;
  readonly replication: boolean;
  readonly can_create: boolean;
  readonly can_subscribe: boolean;
  readonly slots: number;
  readonly max_slots: number;
  readonly senders: number;
  readonly max_senders: number;
  readonly workers: number;
  readonly max_workers: number;
  readonly max_processes: number;
  readonly max_copy_workers: number;
  readonly origins: number;
  readonly max_origins: number;
  /** Limits of connections that hold for the login, with the connections that count; -1: no limit. */
  readonly role_limit: number;
  readonly role_used: number;
  readonly database_limit: number;
  readonly database_used: number;
  readonly server_limit: number;
  readonly server_used: number;
  /** Identifies a database, whatever address leads to it. */
  readonly identity: string;
}

// A subscription without a worker gets one as soon as there is one.
const factsSql = `
  SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('wal_level') AS wal_level,
         getdatabaseencoding()::text AS encoding, pg_is_in_recovery() AS standby,
         coalesce((SELECT setting::int FROM pg_settings WHERE name = 'idle_replication_slot_timeout'), 0) AS idle_slot_seconds,
         current_setting('array_nulls')::bool AS array_nulls,
         coalesce((SELECT reset_val::int FROM pg_settings WHERE name = 'transaction_timeout'), 0) AS transaction_ms,
         current_setting('default_transaction_read_only')::bool AS read_only,
         r.rolsuper AS superuser, r.rolreplication OR r.rolsuper AS replication,
         has_database_privilege(d.oid, 'CREATE') AS can_create,
         r.rolsuper OR EXISTS (SELECT 1 FROM pg_roles p WHERE p.rolname = 'pg_create_subscription'
                               AND pg_has_role(p.oid, 'USAGE')) AS can_subscribe,
         (SELECT count(*)::int FROM pg_replication_slots WHERE slot_name <> ALL ($1)) AS slots,
         current_setting('max_replication_slots')::int AS max_slots,
         (SELECT count(*)::int FROM pg_stat_replication a WHERE NOT EXISTS
            (SELECT 1 FROM pg_replication_slots s WHERE s.slot_name = ANY ($1) AND s.active_pid = a.pid)) AS senders,
         current_setting('max_wal_senders')::int AS max_senders,
         (SELECT count(*)::int FROM pg_stat_subscription w WHERE w.pid IS NOT NULL AND w.subname <> ALL ($1))
           + (SELECT count(*)::int FROM pg_subscription s WHERE s.subenabled AND s.subname <> ALL ($1)
              AND NOT EXISTS (SELECT 1 FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.pid IS NOT NULL)) AS workers,
         current_setting('max_logical_replication_workers')::int AS max_workers,
         current_setting('max_worker_processes')::int AS max_processes,
         current_setting('max_sync_workers_per_subscription')::int AS max_copy_workers,
         (SELECT count(*)::int FROM pg_replication_origin o WHERE NOT EXISTS
            (SELECT 1 FROM pg_subscription s WHERE s.subname = ANY ($1)
             AND (o.roname = 'pg_' || s.oid OR o.roname LIKE 'pg\\_' || s.oid || '\\_%'))) AS origins,
         coalesce(current_setting('max_active_replication_origins', true),
                  current_setting('max_replication_slots'))::int AS max_origins,
         CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END AS role_limit,
         CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END AS database_limit,
         current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0 ELSE
           current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true), '0')::int END AS server_limit,
         used.role AS role_used, used.database AS database_used, used.server AS server_used,
         pg_postmaster_start_time() || ' ' || current_setting('port') || ' ' || current_database() AS identity
  FROM pg_roles r, pg_database d, LATERAL (
    SELECT count(*) FILTER (WHERE a.usesysid = r.oid)::int AS role,
           count(*) FILTER (WHERE a.datid = d.oid)::int AS database, count(*)::int AS server
    FROM pg_stat_activity a
    WHERE a.datid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
      AND (a.usesysid <> r.oid OR a.application_name <> $2)) used
  WHERE r.rolname = current_user AND d.datname = current_database()`;

/** A server's limits, and their use by others than this task. */
export async function serverFacts(
  end: {
    readonly side: Side;
    ask<R extends Row>(sql: string, values: readonly unknown[]): Promise<readonly R[]>;
  },
  { id }: Pick<EngineTask, "id">,
): Promise<ServerFacts> {
  const [row] = await end.ask<ServerFacts>(factsSql, [[objectName(id), spareName(id)], applicationName]);
  if (row === undefined) {
    throw new EngineError("XX000", end.side, "the server does not know its own login");
  }
  return row;
}
