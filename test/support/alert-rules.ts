import { type ActiveRules, activeRules } from "../../src/alerts/rules/rules";

/** The rules as these settings have them. */
export function rulesOf(delayThreshold: number, delayDuration: number): ActiveRules {
  const settings = new Map([
    ["alerts.delayThreshold", delayThreshold],
    ["alerts.delayDuration", delayDuration],
  ]);
  return activeRules(settings);
}
