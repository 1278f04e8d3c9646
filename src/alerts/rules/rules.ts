/** Every alert that does not follow from a status alone. A new one is a file, a line here, and its settings. */
import { ahead } from "./ahead";
import { delayed } from "./delayed";
import type { ActiveRule, AlertRule, Settings } from "./rule";
import type { SignRule } from "./sign-rule";
import { warned } from "./warned";

const table = { delayed };
const signTable = { warned, ahead };

export type RuleId = keyof typeof table;
export const rules: Readonly<Record<RuleId, AlertRule>> = table;
/** In the order of their weight: a task is reported for the first one that holds. */
export const ruleIds = Object.keys(table) as readonly RuleId[];
/** The rules that the user wants. */
export type ActiveRules = { readonly [Id in RuleId]?: ActiveRule | undefined };

export type SignRuleId = keyof typeof signTable;
/** The rules whose signs are reported apart from the task's condition. */
export const signRules: Readonly<Record<SignRuleId, SignRule>> = signTable;
export const signRuleIds = Object.keys(signTable) as readonly SignRuleId[];

/** The rules as the settings have them; a rule that is off is undefined. */
export function activeRules(settings: Settings): ActiveRules {
  return Object.fromEntries(ruleIds.map((id) => [id, rules[id].read(settings)]));
}

/** The rules of signs that the user wants. */
export function wantedSignRules(settings: Settings): ReadonlySet<SignRuleId> {
  return new Set(signRuleIds.filter((id) => signRules[id].isWanted(settings)));
}

/** Whether a condition is a rule's, not a status. */
export function isRule(condition: string): condition is RuleId {
  return Object.hasOwn(table, condition);
}

/** Whether a condition is a rule of signs. */
export function isSignRule(condition: string): condition is SignRuleId {
  return Object.hasOwn(signTable, condition);
}
