/** Follows an action that the service accepted until it has had its effect, or has not. */
import { type Clock, systemClock } from "../../drs/clock";
import { poll } from "../../drs/poll";
import { type ActionId, actionRow } from "../../status/actions";
import { hasEnded, rowOf } from "../../status/statuses";
import type { Outcome } from "../attempts";
import { isOutdated } from "../list-reader";
import type { Task } from "../task";
import type { Target } from "./run-action";

export interface FollowOptions {
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** After this many milliseconds the outcome is `open`; absent: what the service may take. */
  readonly limitMs?: number | undefined;
}

/** When a store was last asked to read, by the clock in use: many tasks that are followed share one reading. */
const askedAt = new WeakMap<object, number>();

/**
 * Milliseconds. `apart`: the least time between two readings; `settle`: for how long a task that fails again may run
 * before; `stale`: by when an accepted action shows in the status.
 */
const paces = {
  local: { firstMs: 250, longestMs: 2_000, limitMs: 60_000, apart: 500, settle: 4_000, stale: 10_000 },
  cloud: {
    firstMs: 2_000,
    longestMs: 10_000,
    limitMs: 10 * 60_000,
    apart: 5_000,
    settle: 20_000,
    stale: 60_000,
  },
} as const;

/**
 * @param target the task as it was when the action was asked for.
 * @throws the signal's reason when it aborts.
 */
export async function followOutcome(
  action: ActionId,
  { task: before, session: { store } }: Target,
  options: FollowOptions = {},
): Promise<Outcome> {
  const { signal, clock = systemClock } = options;
  const { apart, settle, stale, ...pace } = paces[before.cloud === true ? "cloud" : "local"];
  const limitMs = options.limitMs ?? pace.limitMs;
  const begin = clock.now();
  let hasMoved = false;
  let reachedAt: number | undefined;
  const look = async (): Promise<Outcome | undefined> => {
    if (isOutdated(askedAt.get(store) ?? Number.NEGATIVE_INFINITY, clock.now(), apart)) {
      askedAt.set(store, clock.now());
      await store.refresh(before.id);
    }
    const at = clock.now();
    const { tasks, problem } = store.snapshot;
    if (problem !== undefined) {
      return undefined;
    }
    const task = tasks.get(before.id);
    if (isReached(action, task)) {
      // Also when the clock was set back meanwhile.
      reachedAt = Math.min(reachedAt ?? at, at);
      // Only a task that was to run may still fail for what it failed before.
      const isSettled = actionRow(action).goal !== "running" || at - reachedAt >= settle;
      return isSettled ? { kind: "reached", at: reachedAt } : undefined;
    }
    hasMoved ||= reachedAt !== undefined || task?.status !== before.status;
    reachedAt = undefined;
    if (task !== undefined && rowOf(task.status).alert === "error") {
      // Until it has moved it shows the failure of before, of which the task of the last reading may know other words.
      if (hasMoved || at - begin >= stale) {
        return { kind: "failed", at, again: isSameError(before, task) };
      }
    }
    return undefined;
  };
  return (await poll(look, { ...pace, limitMs, signal, clock })) ?? { kind: "open", at: clock.now() };
}

/** Whether a task is as an action was to make it. */
export function isReached(action: ActionId, task: Task | undefined): boolean {
  if (task === undefined) {
    return actionRow(action).goal === "gone";
  }
  const { status } = task;
  switch (actionRow(action).goal) {
    case "running":
      return rowOf(status).recovery === "healthy" || status === "pendingStart" || hasEnded(status);
    case "paused":
      return status === "paused";
    case "ended":
      return hasEnded(status);
    case "gone":
      return false;
  }
}

/** Whether a task has failed as it had before: positions in the log and processes may differ. */
function isSameError(before: Task, now: Task): boolean {
  return rowOf(before.status).alert === "error" && wordsOf(before) === wordsOf(now);
}

function wordsOf({ status, error }: Task): string {
  return [status, error?.code, error?.message?.replaceAll(/\b[0-9A-F]+\/[0-9A-F]+\b|\bPID \d+/g, "#")].join(
    "\n",
  );
}
