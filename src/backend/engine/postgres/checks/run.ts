/** The pre-check of a task: what would keep PostgreSQL's logical replication from working, found beforehand. */
import { message } from "../../../messages";
import type { CheckItem } from "../../check-item";
import { EngineError, requireEngineError } from "../../engine-error";
import type { Side } from "../../side";
import type { Databases, Session } from "../databases";
import { alarm, type Check, failed, itemOf, type Problem } from "./check";
import { CheckContext, type CheckedTask } from "./context";
import { checks } from "./list";
import { unreachable } from "./network";

/** For one statement, and for all of them. */
const statementMs = 10_000;
const allMs = 60_000;

const sides = ["source", "target"] as const;

/** Checks a task's databases, item by item: one that cannot be checked hides none of the others. */
export async function checkTask(databases: Databases, task: CheckedTask): Promise<readonly CheckItem[]> {
  const limit = AbortSignal.timeout(allMs);
  const [source, target] = await Promise.all(
    sides.map(async (side) => await connected(databases, task, side, limit)),
  );
  const ends = { source, target };
  const sessions = Object.fromEntries(
    sides.flatMap((side) => (ends[side]?.session === undefined ? [] : [[side, ends[side].session]])),
  );
  const context = new CheckContext(task, sessions);
  const items: CheckItem[] = sides.map((side) =>
    itemOf({ item: `${side}_connection`, group: "network" }, ends[side]?.problems ?? []),
  );
  try {
    // One after another: a login may have few connections.
    for (const check of checks.filter((one) => one.ends.every((side) => ends[side]?.session !== undefined))) {
      items.push(itemOf(check, await evaluated(check, context, limit)));
    }
  } finally {
    await Promise.all([source?.session?.end(), target?.session?.end()]);
  }
  return items;
}

interface End {
  readonly session: Session | undefined;
  readonly problems: readonly Problem[];
}

/** A connection of the pre-check's own, so that what is tried is today's password. */
async function connected(
  databases: Databases,
  task: CheckedTask,
  side: Side,
  limit: AbortSignal,
): Promise<End> {
  try {
    const session = await databases.session(task[side], limit);
    await session.query("SELECT set_config('statement_timeout', $1, false)", [String(statementMs)]);
    return { session, problems: [] };
  } catch (error) {
    requireEngineError(error);
    return { session: undefined, problems: [unreachable(error, task[side])] };
  }
}

async function evaluated(
  check: Check,
  context: CheckContext,
  limit: AbortSignal,
): Promise<readonly Problem[]> {
  try {
    limit.throwIfAborted();
    return await check.evaluate(context);
  } catch (error) {
    if (!limit.aborted && !(error instanceof EngineError)) {
      throw error;
    }
    const { side, reason } =
      error instanceof EngineError ? error : { side: undefined, reason: `longer than ${allMs / 1000} s` };
    const text = message("notChecked", { side: side ?? "source", reason });
    return [(check.ifUnknown === "FAILED" ? failed : alarm)(text, [], reason)];
  }
}
