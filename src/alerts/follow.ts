/** A task that is followed until something happens to it. */

import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import { isCopied } from "../status/status";
import { hasEnded, isStreaming, rowOf, type StatusId } from "../status/statuses";
import { statusName } from "../tasks/status-text";
import type { Task } from "../tasks/task";
import type { Goal } from "./follow-goals";

export interface Follow {
  readonly goal: Goal;
  /** The status of the task when the user began to follow it. */
  readonly from: StatusId;
  /** When the user began to follow it, milliseconds since 1970. */
  readonly at: number;
}

/** By `CONNECTION/TASK`. */
export type FollowState = Readonly<Record<string, Follow>>;

/** A follow that began this far in the future, in milliseconds, is older than a clock that was set back. */
const setBackMs = 10 * 60_000;
/** A target that is at most this far behind has caught up, in milliseconds: healthy tasks are behind by seconds. */
const caughtUpMs = 10_000;

/** Whether a task has reached a goal. */
export function isReached(goal: Goal, task: Task): boolean {
  switch (goal) {
    case "incremental":
      return task.status === "incremental";
    case "complete":
      return hasEnded(task.status) || isCopied(task.apiStatus);
    case "caughtUp":
      return isStreaming(task.status) && task.delayMs !== undefined && task.delayMs <= caughtUpMs;
    case "anything":
      return false;
  }
}

/** Whether a reading came after a follow. @param asOf when it ended, milliseconds since 1970. */
export function isJudgedBy({ at }: Follow, asOf: number): boolean {
  return asOf > at || at - asOf > setBackMs;
}

/**
 * What became of a task that is followed: `reached` what was waited for, or something `other`, after which it is not
 * followed any more; `alerting`: it needs a person, which its alert reports.
 *
 * @param task undefined: it is gone.
 */
export function outcomeOf(
  { goal, from }: Follow,
  task: Task | undefined,
): "reached" | "other" | "alerting" | undefined {
  if (task === undefined) {
    return "other";
  }
  if (isReached(goal, task)) {
    return "reached";
  }
  if (task.status === from) {
    return undefined;
  }
  if (rowOf(task.status).alert !== "none") {
    return "alerting";
  }
  const { pace, recovery } = rowOf(task.status);
  // What is under way leads somewhere, which is waited for.
  const isUnderWay = pace === "fast" || recovery === "healthy";
  return goal === "anything" || !isUnderWay ? "other" : undefined;
}

/** The notification. @param name the task's, where it is gone. */
export function followText({ goal }: Follow, task: Task | undefined, name: string, l10n: Localizer): Shown {
  const { t, duration } = l10n;
  if (task === undefined) {
    return t('Synchronization task "{0}", which you follow, is no longer in the list.', name);
  }
  if (goal === "caughtUp" && isReached(goal, task)) {
    return t(
      'Synchronization task "{0}", which you follow, has caught up: its delay is {1}.',
      name,
      duration(task.delayMs ?? 0),
    );
  }
  if (goal === "complete" && isReached(goal, task)) {
    return t('Synchronization task "{0}", which you follow, is complete.', name);
  }
  return t('Synchronization task "{0}", which you follow: {1}.', name, statusName(task, l10n));
}
