/** Data missing at the target of a task that ends now. */
import { setTimeout as delay } from "node:timers/promises";
import type { Unapplied } from "../engine-state";
import type { EngineTask } from "../engine-task";
import type { Databases } from "./databases";
import { objectName } from "./names";
import { slotFacts } from "./publisher";
import { subscriptionFacts } from "./subscriber";

/** A target that follows has what the source has written within this time. */
const followMs = 2_000;
const pollMs = 50;

/** Data missing at the target if the task ended now, after a moment to catch up. @throws EngineError */
export async function unapplied(databases: Databases, task: EngineTask): Promise<Unapplied | undefined> {
  const name = objectName(task.id);
  const look = async () => {
    const [[slot], [subscription]] = await Promise.all([
      slotFacts(databases, task.source, [name]),
      subscriptionFacts(databases, task.target, [name]),
    ]);
    return slot && subscription && { slot, subscription };
  };
  let seen = await look();
  const end = BigInt(seen?.slot.current ?? 0);
  for (const deadline = Date.now() + followMs; seen !== undefined; seen = await look()) {
    const { slot, subscription } = seen;
    const missing = end - BigInt(slot.replayed ?? slot.confirmed ?? slot.current);
    const tables = subscription.tables.filter(({ phase }) => phase !== "synced").map((table) => table.name);
    const follows = slot.active && subscription.enabled && tables.length === 0;
    if (missing <= 0n || !follows || Date.now() > deadline) {
      return { tables, logBytes: Math.max(Number(missing), 0) };
    }
    await delay(pollMs);
  }
  return undefined;
}
