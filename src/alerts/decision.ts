/** The record of a task that alerts, and the decision that follows from a reading. */
import type { StatusId } from "../status/statuses";
import type { Task } from "../tasks/task";
import type { RuleId, SignRuleId } from "./rules/rules";
import type { Sign } from "./rules/sign-rule";

/** What a task alerts for: a status, a rule, or a rule of signs. */
export type Condition = StatusId | RuleId | SignRuleId;

export interface Notice {
  readonly level: "error" | "warning" | "recovered";
  /** The condition that is reported or resolved. */
  readonly condition: Condition;
  readonly task: Task;
  /** With a rule of signs: the new ones. */
  readonly signs?: readonly Sign[] | undefined;
  /** The task fails and recovers again and again; with `recovered`: it did, and has settled. */
  readonly flaps?: Flaps | undefined;
}

/** The last report about a task. */
export interface AlertRecord {
  readonly condition: Condition;
  /** When the reported state was read, milliseconds since 1970. */
  readonly at: number;
  /** The window that reported it. */
  readonly by: string;
  /** With a freeze: what the task alerted for already when it was frozen. */
  readonly maskedCondition?: Condition | undefined;
  /** With a freeze that only a refused call showed: the task's API status then, which does not show it, and the refusal. */
  readonly refused?: { readonly apiStatus: string; readonly word: string } | undefined;
  /** With a rule of signs: the ids of the reported ones. */
  readonly warnings?: readonly string[] | undefined;
  /** The condition is older than the first poll: `at` does not say when it began. */
  readonly found?: true | undefined;
  /** Its notice is decided and not shown yet; `before`: what was recorded until then; `since`: when it was decided, absent before 0.2. */
  readonly unshown?:
    | { readonly before?: AlertRecord | undefined; readonly since?: number | undefined }
    | undefined;
  readonly flaps?: FlapRecord | undefined;
  /** `retrying`: the task left the failed state, so the next condition is reported again. `resolved`: the condition has ended. */
  readonly phase?: "retrying" | "resolved" | undefined;
}

/** A task's recent failures. Times: milliseconds since 1970. */
export interface FlapRecord {
  /** When failures were found, within the last half hour. */
  readonly times: readonly number[];
  /** Whether these are errors; otherwise they are faults from which the service recovers by itself. */
  readonly errors?: true | undefined;
  /** How many there have been since `times` began; only while the task flaps. */
  readonly count?: number | undefined;
  readonly since?: number | undefined;
}

/** The count of a flapping task's failures, for its notice. */
export interface Flaps {
  readonly count: number;
  /** Since when, milliseconds since 1970. */
  readonly since: number;
}

export interface Decision {
  readonly record: AlertRecord | undefined;
  readonly notice?: Notice | undefined;
  /** When the task is due for another review, milliseconds since 1970, because it is too early to decide. */
  readonly reviewAt?: number | undefined;
  /** The task has stopped failing and recovering again and again. */
  readonly settled?: Flaps | undefined;
}

/** Whose reading is decided on, and when it was read, milliseconds since 1970. */
export interface Observation {
  readonly at: number;
  readonly by: string;
  /** When the facts of the task were asked for; absent: just before. */
  readonly factsAt?: number | undefined;
}
