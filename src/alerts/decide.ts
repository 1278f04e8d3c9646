/** What is worth an alert, given what was told before. Knows nothing of VS Code. */
import { statusOf } from "../status/status";
import { rowOf, type StatusId } from "../status/statuses";
import type { Task } from "../tasks/task";

/** What a task alerts for: a status of the table that alerts, or that its target is too far behind. */
export type Condition = StatusId | "delayed";

export interface Notice {
  readonly level: "error" | "warning" | "recovered";
  /** What is told, or what is over. */
  readonly condition: Condition;
  readonly task: Task;
}

/** What was told of a task. */
export interface Told {
  readonly condition: Condition;
  /** When the task was read that was told, milliseconds since 1970. */
  readonly at: number;
  /** With a freeze: what the task alerted for already when it was frozen. */
  readonly under?: Condition | undefined;
  /** Somebody tries again: what follows is news, whatever it is. */
  readonly retried?: boolean | undefined;
}

/** What the user wants to be told of. */
export interface Policy {
  /** The statuses that alert. */
  readonly statuses: ReadonlySet<StatusId>;
  /** How far behind a target may be, in milliseconds; 0: as far as it likes. */
  readonly delayMs: number;
  /** For how long it must be so, in milliseconds. */
  readonly delayForMs: number;
}

/** A delay that was told is over when it is this much below the threshold, so that it does not come and go. */
const calm = 0.8;

/** Whether the target is further behind than the user wants, or has not come back far enough since that was told. */
export function isBehind({ status, delayMs }: Task, told: Told | undefined, policy: Policy): boolean {
  if (policy.delayMs === 0 || status !== "incremental") {
    return false;
  }
  const wasTold = told?.condition === "delayed";
  return delayMs === undefined ? wasTold : delayMs > (wasTold ? calm * policy.delayMs : policy.delayMs);
}

/** @param behindForMs for how long `isBehind` has been true, in milliseconds. */
export function conditionOf(
  task: Task,
  told: Told | undefined,
  behindForMs: number,
  policy: Policy,
): Condition | undefined {
  if (policy.statuses.has(task.status)) {
    return task.status;
  }
  const due = told?.condition === "delayed" || behindForMs >= policy.delayForMs;
  return due && isBehind(task, told, policy) ? "delayed" : undefined;
}

export interface Decision {
  readonly told: Told | undefined;
  readonly notice?: Notice | undefined;
}

/**
 * What follows from what a task is like now and what was told of it.
 *
 * @param at when the task was read, milliseconds since 1970.
 */
export function decide(
  task: Task,
  condition: Condition | undefined,
  told: Told | undefined,
  at: number,
): Decision {
  if (told !== undefined && isOlder(at, told)) {
    return { told };
  }
  if (condition === undefined) {
    return told === undefined ? { told } : withoutCondition(task, told);
  }
  if (told?.condition === condition && told.retried !== true) {
    return { told };
  }
  const under = condition === "frozen" ? underFreeze(task, told) : undefined;
  const now: Told = { condition, at, ...(under === undefined ? {} : { under }) };
  // Only the freeze is over: what failed before it was told then.
  return told?.under === condition
    ? { told: now }
    : { told: now, notice: { level: levelOf(condition), condition, task } };
}

/** A window may hold an older reading than the one that another window has told. A clock that was set back is none. */
function isOlder(at: number, told: Told): boolean {
  return at < told.at && told.at - at < 10 * 60_000;
}

const healthy: ReadonlySet<StatusId> = new Set(["incremental", "full"]);
/** Statuses on the way from a failure to something else. */
const trying: ReadonlySet<StatusId> = new Set([
  "starting",
  "modifying",
  "upgrading",
  "creating",
  "rectification",
]);

function withoutCondition(task: Task, told: Told): Decision {
  const over = told.condition === "frozen" ? rowOf(task.status).alert === "none" : healthy.has(task.status);
  if (over) {
    return { told: undefined, notice: { level: "recovered", condition: told.condition, task } };
  }
  if (!trying.has(task.status)) {
    return { told: undefined };
  }
  return { told: told.retried === true ? told : { ...told, retried: true } };
}

function underFreeze(task: Task, told: Told | undefined): Condition | undefined {
  const status = statusOf(task.apiStatus);
  const failed = status !== undefined && status !== "frozen" && rowOf(status).alert !== "none";
  return failed ? status : told?.condition;
}

function levelOf(condition: Condition): "error" | "warning" {
  return condition !== "delayed" && rowOf(condition).alert === "error" ? "error" : "warning";
}
