/** Every alert that does not follow from a status alone. A new one is a file, a line here, and its settings. */
import { ahead } from "./ahead";
import { delayed } from "./delayed";
import type { ActiveRule, AlertRule, Settings } from "./rule";
import type { SideRule } from "./side-rule";
import { warned } from "./warned";

const all = { delayed };
const beside = { warned, ahead };

export type RuleId = keyof typeof all;
export const rules: Readonly<Record<RuleId, AlertRule>> = all;
/** In the order of their weight: a task is reported for the first one that holds. */
export const ruleIds = Object.keys(all) as readonly RuleId[];
/** The rules that the user wants. */
export type ActiveRules = { readonly [Id in RuleId]?: ActiveRule | undefined };

export type SideId = keyof typeof beside;
/** The rules that are reported beside everything else. */
export const sideRules: Readonly<Record<SideId, SideRule>> = beside;
export const sideIds = Object.keys(beside) as readonly SideId[];

/** The rules as the settings have them; a rule that is off is undefined. */
export function activeRules(settings: Settings): ActiveRules {
  return Object.fromEntries(ruleIds.map((id) => [id, rules[id].read(settings)]));
}

/** Those beside everything else that the user wants. */
export function wantedSides(settings: Settings): ReadonlySet<SideId> {
  return new Set(sideIds.filter((id) => sideRules[id].isWanted(settings)));
}

/** Whether a condition is a rule's, not a status. */
export function isRule(condition: string): condition is RuleId {
  return Object.hasOwn(all, condition);
}

/** Whether a condition is reported beside everything else. */
export function isSide(condition: string): condition is SideId {
  return Object.hasOwn(beside, condition);
}
