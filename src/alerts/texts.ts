/** The texts of notices. */

import type { Diagnosis } from "../failures/known-case";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { firstOf, joined, type Shown } from "../l10n/shown";
import { errorText, meaningOf, statusName, unfreezing } from "../tasks/status-text";
import type { Task } from "../tasks/task";
import type { Flaps, Notice } from "./decision";
import { calmMs } from "./flaps";
import { isRule, isSignRule, rules, signRules } from "./rules/rules";

/** The most signs in one notification. */
const mostSigns = 2;

/**
 * The text of a notice: cause and remedy where a case is known, otherwise the service's own words.
 *
 * @param why what causes the condition of a rule.
 */
export function noticeText(
  { level, condition, task, signs = [], flaps }: Notice,
  diagnosis: Diagnosis | null | undefined,
  l10n: Localizer,
  why?: Shown,
): Shown {
  const { t } = l10n;
  const meaning = meaningOf(task, l10n);
  const status = statusName(task, l10n);
  if (flaps !== undefined) {
    return level === "recovered"
      ? settledText(task, flaps, l10n)
      : joined(" ", [flappingText(task, flaps, l10n), diagnosis == null ? "" : reasonText(diagnosis, l10n)]);
  }
  if (isRule(condition)) {
    return level === "recovered"
      ? rules[condition].recovered(task, l10n)
      : rules[condition].text(task, l10n, why);
  }
  if (isSignRule(condition)) {
    const texts = signs.map((sign) => sign.message(l10n));
    return signRules[condition].text(task, joined(" ", firstOf(texts, mostSigns)), l10n);
  }
  if (level === "recovered") {
    return t('Synchronization task "{0}" recovered: {1}.', task.name, status);
  }
  const message = (reason: string) => t('Synchronization task "{0}": {1}. {2}', task.name, status, reason);
  if (condition === "frozen") {
    // An error that the task may have, too, is not why it is frozen.
    return message(joined(" ", [meaning, unfreezing(task, l10n)]));
  }
  if (diagnosis == null) {
    return message(beginningOf(errorText(task) ?? meaning));
  }
  return message(reasonText(diagnosis, l10n));
}

/** Cause and remedy of a known case. */
export function reasonText({ cause, remedy, sure }: Diagnosis, { t, localize }: Localizer): Shown {
  const why = sure ? t("Cause: {0}", localize(cause)) : t("Likely cause: {0}", localize(cause));
  return joined(" ", [why, t("What to do: {0}", localize(remedy))]);
}

function flappingText(task: Task, { count, since }: Flaps, l10n: Localizer): Shown {
  const { t, duration } = l10n;
  return t(
    'Synchronization task "{0}" fails and recovers again and again: {1} failures since {2}. You are notified again when it has kept one status for {3}.',
    task.name,
    count,
    l10n.shortTime(since),
    duration(calmMs),
  );
}

function settledText(task: Task, { count, since }: Flaps, l10n: Localizer): Shown {
  return l10n.t(
    'Synchronization task "{0}" has settled: {1}. It had failed {2} times since {3}.',
    task.name,
    statusName(task, l10n),
    count,
    l10n.shortTime(since),
  );
}
