import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { escapeLiteral } from "pg";
import type { DatabaseLogin } from "../engine/database-login";
import { ownClient } from "../engine/postgres/guarded-client";

/** Log written to leave the slot behind all others, and the distance that the others must keep from it, in bytes. */
const writtenBytes = 64 * 1024 * 1024;
const distanceBytes = 48 * 1024 * 1024;
const megabyte = 1024 * 1024;
const stepMs = 50;
const patienceMs = 5_000;
/** How long the reader of a slot may take to end after it is terminated: on a busy server, several seconds. */
const endMs = 30_000;

/**
 * Makes the source give up a slot that nobody reads: the server writes so much log that the slot exceeds
 * `max_slot_wal_keep_size` (`invalidated`). Where another slot lags as far, which would be lost with it, the slot is
 * dropped instead, as an operator would do whose disk is full (`dropped`).
 *
 * @param source the superuser's way into the server.
 */
export async function loseSlot(source: DatabaseLogin, slot: string): Promise<"invalidated" | "dropped"> {
  const client = ownClient(source);
  await client.connect();
  try {
    await untilUnread(client, slot);
    const keep = await keepOfOthers(client, slot);
    if (keep !== undefined) {
      await client.query(`ALTER SYSTEM SET max_slot_wal_keep_size = ${escapeLiteral(`${keep}MB`)}`);
      await client.query("SELECT pg_reload_conf()");
      try {
        if (await isInvalidated(client, slot)) {
          return "invalidated";
        }
      } finally {
        await client.query("ALTER SYSTEM SET max_slot_wal_keep_size = '2GB'");
        await client.query("SELECT pg_reload_conf()");
      }
    }
    await client.query(
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
      [slot],
    );
    return "dropped";
  } finally {
    await client.end();
  }
}

async function untilUnread(client: pg.Client, slot: string): Promise<void> {
  for (const deadline = Date.now() + endMs; ; await delay(stepMs)) {
    const { rows } = await client.query(
      "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active",
      [slot],
    );
    if (rows.length === 0 || Date.now() > deadline) {
      return;
    }
  }
}

/** A limit in megabytes that this slot exceeds and no other; undefined where there is none. */
async function keepOfOthers(client: pg.Client, slot: string): Promise<number | undefined> {
  // Read before anything is written: a slot that is behind already would stay there.
  if (((await behind(client, slot))?.distance ?? 0) < 0) {
    return undefined;
  }
  for (let written = 0; written < writtenBytes; written += megabyte) {
    await client.query("SELECT pg_logical_emit_message(false, 'drs-fault', repeat('x', $1))", [megabyte]);
  }
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(stepMs)) {
    // Readers of the log move their slots on when they meet such a record.
    await client.query("SELECT pg_log_standby_snapshot()");
    const now = await behind(client, slot);
    if (now !== undefined && now.distance > distanceBytes) {
      return Math.ceil(now.others / megabyte) + 16;
    }
  }
  return undefined;
}

/** How far the slots lag: the farthest of the others, and how much farther this one, in bytes. */
async function behind(
  client: pg.Client,
  slot: string,
): Promise<{ others: number; distance: number } | undefined> {
  const { rows } = await client.query<{ others: number; distance: number }>(
    `SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), o.restart_lsn)), 0)::float8 AS others,
            (pg_wal_lsn_diff(pg_current_wal_lsn(), mine.restart_lsn)
             - coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), o.restart_lsn)), 0))::float8 AS distance
     FROM pg_replication_slots mine
     LEFT JOIN pg_replication_slots o ON o.slot_name <> mine.slot_name AND o.restart_lsn IS NOT NULL
     WHERE mine.slot_name = $1 GROUP BY mine.restart_lsn`,
    [slot],
  );
  return rows[0];
}

async function isInvalidated(client: pg.Client, slot: string): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(stepMs)) {
    await client.query("CHECKPOINT");
    const { rows } = await client.query(
      "SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND wal_status = 'lost'",
      [slot],
    );
    if (rows.length > 0) {
      return true;
    }
  }
  return false;
}
