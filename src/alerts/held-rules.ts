import type { Task } from "../tasks/task";
import type { AlertRecord } from "./decision";
import { holds, type Policy } from "./evaluate";
import { type RuleId, ruleIds } from "./rules/rules";

/** A rule's time starts over when what it measures has fallen to this part: the task recovers by itself. */
const recovering = 0.9;

const noRules: ReadonlyMap<RuleId, number> = new Map();

/** Since when rules hold: a condition such as a delay is reported only when it has lasted. */
export class HeldRules {
  /** Since when, and how bad it was then, by task and rule. */
  readonly #since = new Map<string, { readonly at: number; readonly measure: number }>();

  /**
   * Takes a poll of a task.
   *
   * @param key of the task among those of all connections.
   * @param asOf when it was read, milliseconds since 1970.
   * @returns the rules that hold, and since when as far as polls show it.
   */
  update(
    key: string,
    task: Task,
    record: AlertRecord | undefined,
    asOf: number,
    policy: Policy,
  ): ReadonlyMap<RuleId, number> {
    let held: Map<RuleId, number> | undefined;
    for (const rule of ruleIds) {
      const ruleKey = `${key}/${rule}`;
      if (holds(rule, task, record, policy)) {
        const measure = policy.rules[rule]?.measure(task) ?? 0;
        const known = this.#since.get(ruleKey);
        const since =
          // Also when the clock was set back meanwhile.
          known === undefined || measure <= recovering * known.measure || known.at > asOf
            ? { at: asOf, measure }
            : known;
        held ??= new Map();
        held.set(rule, since.at);
        this.#since.set(ruleKey, since);
      } else {
        this.#since.delete(ruleKey);
      }
    }
    return held ?? noRules;
  }

  forget(key: string): void {
    for (const rule of ruleIds) {
      this.#since.delete(`${key}/${rule}`);
    }
  }

  /** Forgets all tasks whose keys begin so. */
  forgetAll(prefix: string): void {
    for (const key of this.#since.keys()) {
      if (key.startsWith(prefix)) {
        this.#since.delete(key);
      }
    }
  }
}
