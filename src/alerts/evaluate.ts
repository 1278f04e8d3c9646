/** Decides what to report, given what was reported before. */
import { rowOf, type StatusId } from "../status/statuses";
import type { ReadTimes } from "../tasks/poll";
import type { Task } from "../tasks/task";
import type { AlertRecord, Condition, Decision, Notice, Observation } from "./decision";
import { isCounting, withFlaps } from "./flaps";
import {
  type ActiveRules,
  isRule,
  isSignRule,
  type RuleId,
  ruleIds,
  rules,
  type SignRuleId,
} from "./rules/rules";
import type { Sign } from "./rules/sign-rule";

/** Which alerts the user wants. */
export interface Policy {
  /** The statuses that alert. */
  readonly statuses: ReadonlySet<StatusId>;
  readonly rules: ActiveRules;
  /** The rules of signs that alert. */
  readonly signRules: ReadonlySet<SignRuleId>;
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
  if (isSignRule(condition)) {
    return policy.signRules.has(condition);
  }
  return isRule(condition) ? policy.rules[condition] !== undefined : policy.statuses.has(condition);
}

/**
 * A poll takes a while: one that another window ends within this time (milliseconds) after the one that was reported may
 * show the state before it.
 */
const overlapMs = 5_000;
/**
 * What was asked for longer ago than this, in milliseconds, is not judged again: other windows have reported newer facts.
 * Long lists are read in a quarter of an hour, but what changes in them is judged when it is read.
 */
const outdatedMs = 10 * 60_000;
/** A record from this far in the future, in milliseconds, was made before the clock was set back. */
const setBackMs = 10 * 60_000;

/** The decision, from a task's current state and its records. */
export function decide(
  task: Task,
  condition: Condition | undefined,
  record: AlertRecord | undefined,
  observation: Observation,
): Decision {
  // Without its details, or after a refusal that another window met, nobody knows whether a task is frozen still.
  const isUnknown = !task.detailed || record?.refused?.apiStatus === task.apiStatus;
  if (isUnknown && task.status !== "frozen" && isOpen(record, "frozen")) {
    return { record };
  }
  const { settled, ...decision } = withFlaps(
    decided(task, condition, record, observation),
    record,
    observation,
  );
  if (settled === undefined) {
    return unlessOverlapping(decision, record, observation);
  }
  // Its final status is reported.
  const isWell = rowOf(task.status).recovery === "healthy";
  const end: Notice | undefined =
    condition !== undefined
      ? { level: levelOf(condition), condition, task }
      : isWell && record !== undefined
        ? { level: "recovered", condition: record.condition, task, flaps: settled }
        : undefined;
  return end === undefined ? decision : { ...decision, notice: end };
}

/**
 * When the facts that alert were asked for, milliseconds since 1970; only the details show a freeze.
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

/** The same for the signs of a rule: each is reported once while it lasts, its end is not reported. */
export function decideSigns(
  condition: SignRuleId,
  task: Task,
  now: readonly Sign[],
  record: AlertRecord | undefined,
  observation: Observation,
): Decision {
  const known = record?.warnings ?? [];
  const news = now.filter(({ id }) => !known.includes(id));
  if (news.length === 0 && now.length === known.length) {
    return { record };
  }
  const next: AlertRecord = {
    ...{ condition, ...observation, warnings: now.map(({ id }) => id) },
    ...(now.length === 0 ? { phase: "resolved" } : {}),
  };
  const decision: Decision =
    news.length === 0
      ? { record: next }
      : { record: next, notice: { level: "warning", condition, task, signs: news } };
  return unlessOverlapping(decision, record, observation);
}

/** Waits where this poll may be older than what another window has reported. */
function unlessOverlapping(
  decision: Decision,
  record: AlertRecord | undefined,
  { at, by, factsAt = at }: Observation,
): Decision {
  if (record === undefined || decision.record === record || record.by === by) {
    return decision;
  }
  const overlaps = factsAt < record.at + overlapMs && record.at - at < setBackMs;
  return overlaps ? { record, reviewAt: record.at + overlapMs } : decision;
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
  // A failure that was not reported before the freeze is reported after it.
  const maskedCondition = condition === "frozen" && open?.phase === undefined ? open?.condition : undefined;
  const now: AlertRecord = {
    condition,
    ...observation,
    ...(maskedCondition === undefined ? {} : { maskedCondition }),
    ...(condition === "frozen" && task.freeze?.id === "refused"
      ? { refused: { apiStatus: task.apiStatus, word: task.freeze.word ?? "" } }
      : {}),
  };
  // Only the freeze is over: an earlier failure was reported when it happened.
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
export function isExpired(record: AlertRecord, now: number): boolean {
  const { phase, at } = record;
  return (
    phase === "resolved" &&
    !isCounting(record, now) &&
    (now - at > outdatedMs + overlapMs || at - now > setBackMs)
  );
}

/** The record of a task that is gone: another window may still list it. */
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

function levelOf(condition: Condition): "error" | "warning" {
  if (isRule(condition)) {
    return rules[condition].level;
  }
  return !isSignRule(condition) && rowOf(condition).alert === "error" ? "error" : "warning";
}
