/** Waits for a target to catch up with its source. */
import { setTimeout as delay } from "node:timers/promises";
import { EngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { Session } from "./databases";
import { logEnd, objectName } from "./names";

const catchUpMs = 60_000;
const catchUpPollMs = 20;

/** The target is too far behind for the request. */
export class FarBehindError extends EngineError {}

/**
 * Waits until the target has everything that the source has now. Without a slot nothing flows, and nothing is waited for.
 *
 * @throws FarBehindError when it takes more than a minute.
 */
export async function caughtUp(source: Session, task: EngineTask, signal: AbortSignal): Promise<void> {
  const name = objectName(task.id);
  const [now] = await source.query<{ position: string }>(`SELECT ${logEnd}::text AS position`);
  for (const deadline = Date.now() + catchUpMs; ; ) {
    const [slot] = await source.query<{ reached: boolean }>(
      `SELECT coalesce(r.replay_lsn, s.confirmed_flush_lsn) >= $2::pg_lsn AS reached
       FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = $1`,
      [name, now?.position],
    );
    if (slot === undefined || slot.reached) {
      return;
    }
    if (Date.now() > deadline) {
      throw new FarBehindError("57014", "target", "the target has not caught up with the source in time");
    }
    await delay(catchUpPollMs, undefined, { signal });
  }
}
