/** Every alert that does not follow from a status alone. A new one is a file, a line here, and its settings. */
import { delayed } from "./delayed";
import type { ActiveRule, AlertRule, Settings } from "./rule";

const all = { delayed };

export type RuleId = keyof typeof all;
export const rules: Readonly<Record<RuleId, AlertRule>> = all;
/** In the order of their weight: a task is reported for the first one that holds. */
export const ruleIds = Object.keys(all) as readonly RuleId[];
/** The rules that the user wants. */
export type ActiveRules = { readonly [Id in RuleId]?: ActiveRule | undefined };

export function activeRules(settings: Settings): ActiveRules {
  return Object.fromEntries(ruleIds.map((id) => [id, rules[id].read(settings)]));
}

/** Whether a condition is a rule's, not a status. */
export function isRule(condition: string): condition is RuleId {
  return Object.hasOwn(all, condition);
}
