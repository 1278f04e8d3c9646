/** What is worth an alert, given what was told before. */
import { parseStatus } from "../status/status";
import { rowOf, type StatusId } from "../status/statuses";
import type { ReadTimes } from "../tasks/poll";
import { warningsOf } from "../tasks/stream-health";
import type { Task, TaskWarning } from "../tasks/task";
import { type ActiveRules, isRule, type RuleId, ruleIds, rules } from "./rules/rules";

/**
 * What a task alerts for: a status of the table that alerts, a rule, or beside these that
 * something is wrong with its stream.
 */
export type Condition = StatusId | RuleId | "warned";

export interface Notice {
  readonly level: "error" | "warning" | "recovered";
  /** What is told, or what is over. */
  readonly condition: Condition;
  readonly task: Task;
  /** With `warned`: those that are news. */
  readonly warnings?: readonly TaskWarning[] | undefined;
}

/** What was told of a task. */
export interface AlertRecord {
  readonly condition: Condition;
  /** When the task was read that was told, milliseconds since 1970. */
  readonly at: number;
  /** The window that told it. */
  readonly by: string;
  /** With a freeze: what the task alerted for already when it was frozen. */
  readonly maskedCondition?: Condition | undefined;
  /** With a freeze that only a refused call told of: the task's API status then, which says nothing of the freeze. */
  readonly refusedIn?: string | undefined;
  /** With `warned`: the ids of the warnings that were told. */
  readonly warnings?: readonly string[] | undefined;
  /** `retrying`: somebody tries again, so what follows is news, whatever it is. `resolved`: it is not so any more. */
  readonly phase?: "retrying" | "resolved" | undefined;
}

/** What the user wants to be told of. */
export interface Policy {
  /** The statuses that alert. */
  readonly statuses: ReadonlySet<StatusId>;
  readonly rules: ActiveRules;
  /** Whether warnings about streams alert. */
  readonly warnings: boolean;
}

/** Whether a rule of the user's holds for a task; one that was reported holds until it is clearly over. */
export function holds(id: RuleId, task: Task, record: AlertRecord | undefined, { rules }: Policy): boolean {
  return rules[id]?.holds(task, isOpen(record, id)) === true;
}

/** @param heldForMs for how long a rule has held, in milliseconds. */
export function conditionOf(
  task: Task,
  record: AlertRecord | undefined,
  heldForMs: (rule: RuleId) => number,
  policy: Policy,
): Condition | undefined {
  if (rowOf(task.status).alert !== "none") {
    return task.status;
  }
  const isDue = (id: RuleId) => isOpen(record, id) || heldForMs(id) >= (policy.rules[id]?.forMs ?? 0);
  return ruleIds.find((id) => holds(id, task, record, policy) && isDue(id));
}

/** Whether the user wants to hear of a condition. */
export function isWanted(condition: Condition, policy: Policy): boolean {
  if (condition === "warned") {
    return policy.warnings;
  }
  return isRule(condition) ? policy.rules[condition] !== undefined : policy.statuses.has(condition);
}

export interface Decision {
  readonly record: AlertRecord | undefined;
  readonly notice?: Notice | undefined;
  /** When the task has to be looked at again, milliseconds since 1970, because it is too early to decide. */
  readonly lookAt?: number | undefined;
}

/** Whose reading is decided on, and when it was read, milliseconds since 1970. */
export interface Observation {
  readonly at: number;
  readonly by: string;
  /** When the facts of the task were asked for; absent: just before. */
  readonly factsAt?: number | undefined;
}

/**
 * A reading takes a while: one that another window ends so shortly after the one that was told, in milliseconds, may
 * show what was before.
 */
const overlapMs = 5_000;
/**
 * What was asked for so long ago, in milliseconds, is not judged again: it was before what other windows have told.
 * Long lists are read in a quarter of an hour, but what changes in them is judged when it is read.
 */
const outdatedMs = 10 * 60_000;
/** What was told so much later than now, in milliseconds, was told by a clock that has been set back since. */
const setBackMs = 10 * 60_000;

/** What follows from what a task is like now and what was told of it. */
export function decide(
  task: Task,
  condition: Condition | undefined,
  record: AlertRecord | undefined,
  observation: Observation,
): Decision {
  // Without its details, or after a refusal that another window met, nobody knows whether a task is frozen still.
  const isUnknown = !task.detailed || record?.refusedIn === task.apiStatus;
  if (isUnknown && task.status !== "frozen" && isOpen(record, "frozen")) {
    return { record };
  }
  return unlessOverlapping(decided(task, condition, record, observation), record, observation);
}

/**
 * When the facts that alert were asked for, milliseconds since 1970; only the details tell a freeze.
 *
 * @param asOf when the reading ended.
 */
export function factsAtOf(
  { status }: Task,
  record: AlertRecord | undefined,
  asOf: number,
  { listedAt, detailAt }: ReadTimes = { listedAt: asOf, detailAt: asOf },
): number {
  return status === "frozen" || isOpen(record, "frozen") ? Math.min(listedAt, detailAt) : listedAt;
}

/** The same for the warnings about a task's stream: each is told once while it lasts, its end is not. */
export function decideWarnings(
  task: Task,
  record: AlertRecord | undefined,
  observation: Observation,
): Decision {
  const now = warningsOf(task);
  const known = record?.warnings ?? [];
  const news = now.filter(({ id }) => !known.includes(id));
  if (news.length === 0 && now.length === known.length) {
    return { record };
  }
  const next: AlertRecord = {
    ...{ condition: "warned", ...observation, warnings: now.map(({ id }) => id) },
    ...(now.length === 0 ? { phase: "resolved" } : {}),
  };
  const decision: Decision =
    news.length === 0
      ? { record: next }
      : { record: next, notice: { level: "warning", condition: "warned", task, warnings: news } };
  return unlessOverlapping(decision, record, observation);
}

/** Waits where another window has told something that this reading may be too old for. */
function unlessOverlapping(
  decision: Decision,
  record: AlertRecord | undefined,
  { at, by, factsAt = at }: Observation,
): Decision {
  if (record === undefined || decision.record === record || record.by === by) {
    return decision;
  }
  const overlaps = factsAt < record.at + overlapMs && record.at - at < setBackMs;
  return overlaps ? { record, lookAt: record.at + overlapMs } : decision;
}

function decided(
  task: Task,
  condition: Condition | undefined,
  record: AlertRecord | undefined,
  { at, by }: Observation,
): Decision {
  const observation = { at, by };
  const open = record?.phase === "resolved" ? undefined : record;
  if (condition === undefined) {
    return open === undefined ? { record } : withoutCondition(task, open, observation);
  }
  if (open?.condition === condition && open.phase !== "retrying") {
    return { record };
  }
  const maskedCondition = condition === "frozen" ? conditionUnderFreeze(task, open) : undefined;
  const now: AlertRecord = {
    condition,
    ...observation,
    ...(maskedCondition === undefined ? {} : { maskedCondition }),
    ...(condition === "frozen" && task.freeze?.id === "refused" ? { refusedIn: task.apiStatus } : {}),
  };
  // Only the freeze is over: what failed before it was told then.
  return open?.maskedCondition === condition
    ? { record: now }
    : { record: now, notice: { level: levelOf(condition), condition, task } };
}

/** Whether this was reported and still continues. */
export function isOpen(record: AlertRecord | undefined, condition: Condition): boolean {
  return record?.condition === condition && record.phase !== "resolved";
}

/**
 * Whether an entry serves no purpose any more: no window judges by what it has read before the end.
 *
 * @param now milliseconds since 1970.
 */
export function isExpired({ phase, at }: AlertRecord, now: number): boolean {
  return phase === "resolved" && (now - at > outdatedMs + overlapMs || at - now > setBackMs);
}

/** What is kept of a task that is gone: another window may list it still. */
export function goneRecord(
  record: AlertRecord | undefined,
  { at, by }: Observation,
): AlertRecord | undefined {
  return record === undefined || record.phase === "resolved"
    ? record
    : { condition: record.condition, at, by, phase: "resolved" };
}

/** Whether facts are too old to be judged. @param factsAt when they were asked for; both in milliseconds since 1970. */
export function isOutdated(factsAt: number, now: number): boolean {
  return now - factsAt > outdatedMs;
}

function withoutCondition(task: Task, record: AlertRecord, observation: Observation): Decision {
  const { condition } = record;
  const { recovery } = rowOf(task.status);
  const recovered = condition === "frozen" || recovery === "healthy";
  if (recovery === "trying" && !recovered) {
    return {
      record: record.phase === "retrying" ? record : { ...record, ...observation, phase: "retrying" },
    };
  }
  const over: AlertRecord = { condition, ...observation, phase: "resolved" };
  return recovered ? { record: over, notice: { level: "recovered", condition, task } } : { record: over };
}

function conditionUnderFreeze(task: Task, record: AlertRecord | undefined): Condition | undefined {
  const status = parseStatus(task.apiStatus);
  const failed = status !== undefined && status !== "frozen" && rowOf(status).alert !== "none";
  return failed ? status : record?.condition;
}

function levelOf(condition: Condition): "error" | "warning" {
  if (isRule(condition)) {
    return rules[condition].level;
  }
  return condition !== "warned" && rowOf(condition).alert === "error" ? "error" : "warning";
}
