/** Whether the servers have room for a task: slots, processes, connections. */
import { escapeIdentifier } from "pg";
import { message } from "../../../messages";
import type { Side } from "../../side";
import { alarm, at, type Check, failed, type Problem } from "./check";
import type { CheckedTask } from "./context";

/** A task that copies needs a second slot, sender, worker and origin for the copy of a table. */
function neededBy({ copiesRows }: CheckedTask): number {
  return copiesRows ? 2 : 1;
}

/**
 * Connections that the backend may hold at once: five read a table's definition, and one observes at the source; one
 * makes, one observes, one counts and one compares at the target.
 */
const connectionsNeeded = { source: 6, target: 4 } as const;

interface Room {
  readonly side: Side;
  readonly setting: string;
  readonly used: number;
  readonly count: number;
  /** A query that lists who uses it. */
  readonly look: string;
}

function short({ side, setting, used, count, look }: Room, needed: number): readonly Problem[] {
  if (used + needed <= count) {
    return [];
  }
  const values = { setting, count: String(count), used: String(used), needed: String(needed), side };
  const raise = `ALTER SYSTEM SET ${setting} = ${used + needed}`;
  return [failed(message("noneLeft", values), [at(side)(look), at(side)(raise)])];
}

export const replicationSlots: Check = {
  ...{ item: "source_replication_slots", group: "parameters", ends: ["source"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source }) => {
    const { slots: used, max_slots: count, idle_slot_seconds: seconds } = await source.server();
    const look = "SELECT slot_name, database, active, wal_status FROM pg_replication_slots";
    const keep = ["ALTER SYSTEM SET idle_replication_slot_timeout = 0", "SELECT pg_reload_conf()"];
    return [
      ...short({ side: "source", setting: "max_replication_slots", used, count, look }, neededBy(task)),
      ...(seconds === 0
        ? []
        : [alarm(message("idleSlots", { seconds: String(seconds) }), keep.map(at("source")))]),
    ];
  },
};

export const walSenders: Check = {
  ...{ item: "source_wal_senders", group: "parameters", ends: ["source"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source }) => {
    const { senders: used, max_senders: count } = await source.server();
    const look = "SELECT pid, usename, application_name, state FROM pg_stat_replication";
    return short({ side: "source", setting: "max_wal_senders", used, count, look }, neededBy(task));
  },
};

export const workers: Check = {
  ...{ item: "target_workers", group: "parameters", ends: ["target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, target }) => {
    const { workers: used, max_workers, max_processes, max_copy_workers } = await target.server();
    const look = "SELECT subname, pid, relid::regclass FROM pg_stat_subscription WHERE pid IS NOT NULL";
    const room = { side: "target", used, look } as const;
    const needed = neededBy(task);
    return [
      ...short({ ...room, setting: "max_logical_replication_workers", count: max_workers }, needed),
      // The launcher of the workers is such a process itself.
      ...short({ ...room, setting: "max_worker_processes", used: used + 1, count: max_processes }, needed),
      ...(task.copiesRows && max_copy_workers === 0
        ? [
            failed(message("noCopyWorkers"), [
              at("target")("ALTER SYSTEM SET max_sync_workers_per_subscription = 2"),
              at("target")("SELECT pg_reload_conf()"),
            ]),
          ]
        : []),
    ];
  },
};

export const replicationOrigins: Check = {
  ...{ item: "target_replication_origins", group: "parameters", ends: ["target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, target }) => {
    const { version, origins: used, max_origins: count } = await target.server();
    const setting = version >= 18 ? "max_active_replication_origins" : "max_replication_slots";
    const look = "SELECT roident, roname FROM pg_replication_origin";
    return short({ side: "target", setting, used, count, look }, neededBy(task));
  },
};

/** Limits of the role, the database and the server; replication connections count for some versions. */
function connectionsOf(side: Side): Check {
  return {
    ...{ item: `${side}_connections`, group: "parameters", ends: [side], ifUnknown: "ALARM" },
    evaluate: async ({ task, ...context }) => {
      const server = await context[side].server();
      const { user, database } = task[side];
      const needed = connectionsNeeded[side] + (side === "source" ? neededBy(task) : 0);
      const role = `ALTER ROLE ${escapeIdentifier(user)} CONNECTION LIMIT`;
      const limits = [
        { what: `ROLE ${user}`, limit: server.role_limit, used: server.role_used, raise: role },
        {
          ...{ what: `DATABASE ${database}`, limit: server.database_limit, used: server.database_used },
          raise: `ALTER DATABASE ${escapeIdentifier(database)} CONNECTION LIMIT`,
        },
        {
          ...{ what: "max_connections", limit: server.server_limit, used: server.server_used },
          raise: "ALTER SYSTEM SET max_connections =",
        },
      ];
      return limits
        .filter(({ limit, used }) => limit >= 0 && used + needed > limit)
        .map(({ what, limit, used, raise }) => {
          const values = { side, what, limit: String(limit), used: String(used), needed: String(needed) };
          return failed(message("fewConnections", values), [at(side)(`${raise} ${used + needed}`)]);
        });
    },
  };
}

export const sourceConnections = connectionsOf("source");
export const targetConnections = connectionsOf("target");
