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
  /** The window that told it. */
  readonly by: string;
  /** With a freeze: what the task alerted for already when it was frozen. */
  readonly under?: Condition | undefined;
  /** `retried`: somebody tries again, so what follows is news, whatever it is. `over`: it is not so any more. */
  readonly phase?: "retried" | "over" | undefined;
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
  const wasTold = isOpen(told, "delayed");
  return delayMs === undefined ? wasTold : delayMs > (wasTold ? calm * policy.delayMs : policy.delayMs);
}

/** @param behindForMs for how long `isBehind` has been true, in milliseconds. */
export function conditionOf(
  task: Task,
  told: Told | undefined,
  behindForMs: number,
  policy: Policy,
): Condition | undefined {
  if (rowOf(task.status).alert !== "none") {
    return task.status;
  }
  const due = isOpen(told, "delayed") || behindForMs >= policy.delayForMs;
  return due && isBehind(task, told, policy) ? "delayed" : undefined;
}

/** Whether the user wants to hear of a condition. */
export function isWanted(condition: Condition, policy: Policy): boolean {
  return condition === "delayed" ? policy.delayMs > 0 : policy.statuses.has(condition);
}

export interface Decision {
  readonly told: Told | undefined;
  readonly notice?: Notice | undefined;
  /** When the task has to be looked at again, milliseconds since 1970, because it is too early to decide. */
  readonly lookAt?: number | undefined;
}

/** Whose reading is decided on, and when it was read, milliseconds since 1970. */
export interface Occasion {
  readonly at: number;
  readonly by: string;
}

/**
 * A reading takes a while: one that another window ends so shortly after the one that was told, in milliseconds, may
 * show what was before.
 */
const overlapMs = 5_000;
/** What was told so much later than now, in milliseconds, was told by a clock that has been set back since. */
const setBackMs = 10 * 60_000;

/** What follows from what a task is like now and what was told of it. */
export function decide(
  task: Task,
  condition: Condition | undefined,
  told: Told | undefined,
  occasion: Occasion,
): Decision {
  // Without its details nobody knows whether a task is frozen still.
  if (!task.detailed && isOpen(told, "frozen")) {
    return { told };
  }
  const decision = decided(task, condition, told, occasion);
  if (told === undefined || decision.told === told || told.by === occasion.by) {
    return decision;
  }
  const { at } = occasion;
  const overlaps = at < told.at + overlapMs && told.at - at < setBackMs;
  return overlaps ? { told, lookAt: told.at + overlapMs } : decision;
}

function decided(
  task: Task,
  condition: Condition | undefined,
  told: Told | undefined,
  occasion: Occasion,
): Decision {
  const open = told?.phase === "over" ? undefined : told;
  if (condition === undefined) {
    return open === undefined ? { told } : withoutCondition(task, open, occasion);
  }
  if (open?.condition === condition && open.phase !== "retried") {
    return { told };
  }
  const under = condition === "frozen" ? underFreeze(task, open) : undefined;
  const now: Told = { condition, ...occasion, ...(under === undefined ? {} : { under }) };
  // Only the freeze is over: what failed before it was told then.
  return open?.under === condition
    ? { told: now }
    : { told: now, notice: { level: levelOf(condition), condition, task } };
}

/** Whether this was told and goes on. */
export function isOpen(told: Told | undefined, condition: Condition): boolean {
  return told?.condition === condition && told.phase !== "over";
}

/** Whether an entry serves no purpose any more. @param now milliseconds since 1970. */
export function isSpent({ phase, at }: Told, now: number): boolean {
  return phase === "over" && (now - at > 2 * overlapMs || at - now > setBackMs);
}

const healthy: ReadonlySet<StatusId> = new Set(["incremental", "full"]);
/** Statuses on the way from a failure to something else. */
const trying: ReadonlySet<StatusId> = new Set(["starting", "modifying", "upgrading", "creating"]);

function withoutCondition(task: Task, told: Told, occasion: Occasion): Decision {
  const { condition } = told;
  const recovered = condition === "frozen" || healthy.has(task.status);
  if (!recovered && trying.has(task.status)) {
    return { told: told.phase === "retried" ? told : { ...told, ...occasion, phase: "retried" } };
  }
  const over: Told = { condition, ...occasion, phase: "over" };
  return recovered ? { told: over, notice: { level: "recovered", condition, task } } : { told: over };
}

function underFreeze(task: Task, told: Told | undefined): Condition | undefined {
  const status = statusOf(task.apiStatus);
  const failed = status !== undefined && status !== "frozen" && rowOf(status).alert !== "none";
  return failed ? status : told?.condition;
}

function levelOf(condition: Condition): "error" | "warning" {
  return condition !== "delayed" && rowOf(condition).alert === "error" ? "error" : "warning";
}
