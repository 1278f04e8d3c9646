/** What notices and the status bar say. */
import type { Diagnosis } from "../failures/known-case";
import { beginningOf, type Localizer } from "../l10n/localizer";
import { errorText, meaningOf, problemsOf, statusName, unfreezing } from "../tasks/problems";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import type { RuleAlert } from "./alert-engine";
import type { Notice } from "./evaluate";
import { isRule, ruleIds, rules } from "./rules/rules";

/** So many warnings are told in one notice. */
const toldWarnings = 2;

/** What a notice says: cause and remedy where a case is known, otherwise the service's own words. */
export function noticeText(
  { level, condition, task, warnings = [] }: Notice,
  diagnosis: Diagnosis | null | undefined,
  l10n: Localizer,
): string {
  const { t, localize } = l10n;
  const meaning = meaningOf(task, l10n);
  const status = statusName(task, l10n);
  if (isRule(condition)) {
    return level === "recovered" ? rules[condition].recovered(task, l10n) : rules[condition].text(task, l10n);
  }
  if (condition === "warned") {
    const told = warnings.slice(0, toldWarnings).map(({ message }) => message);
    const rest = warnings.length > toldWarnings ? [`… (+${warnings.length - toldWarnings})`] : [];
    return t('Synchronization task "{0}" has warnings: {1}', task.name, [...told, ...rest].join(" "));
  }
  if (level === "recovered") {
    return t('Synchronization task "{0}" recovered: {1}.', task.name, status);
  }
  const message = (reason: string) => t('Synchronization task "{0}": {1}. {2}', task.name, status, reason);
  if (condition === "frozen") {
    // An error that the task may have, too, is not why it is frozen.
    return message(`${meaning} ${unfreezing(task, l10n)}`);
  }
  if (diagnosis == null) {
    return message(beginningOf(errorText(task) ?? meaning));
  }
  const cause = localize(diagnosis.cause);
  const why = diagnosis.sure ? t("Cause: {0}", cause) : t("Likely cause: {0}", cause);
  return message(`${why} ${t("What to do: {0}", localize(diagnosis.remedy))}`);
}

/** A connection as the status bar sees it. */
export interface Seen {
  readonly name: string;
  readonly tasks: readonly Task[];
  /** Those for which a rule was reported. */
  readonly alerting: readonly RuleAlert[];
  /** Whether its tasks cannot be read. */
  readonly unread: boolean;
}

export interface Summary {
  /** With codicons. */
  readonly text: string;
  /** What a screen reader says. */
  readonly label: string;
  /** Lines of plain text: the label, and the tasks by name. */
  readonly tooltip: string;
  readonly look: "error" | "warning" | "calm";
}

/** So many tasks are named in the hover of the status bar. */
const named = 12;

/** What the status bar shows. @param snoozedUntil milliseconds since 1970; 0: nothing is held back. */
export function summaryOf(seen: readonly Seen[], snoozedUntil: number, l10n: Localizer): Summary {
  const { t, shortTime } = l10n;
  const tasks = seen.flatMap((one) => one.tasks);
  const { failed, frozen, recovering } = problemsOf(tasks);
  const alerting = seen.flatMap((one) => one.alerting);
  const byRule = ruleIds.flatMap((id) => {
    const { length } = alerting.filter(({ rule }) => rule === id);
    return length === 0 ? [] : [{ ...rules[id], length }];
  });
  const troubled = new Set([...failed, ...frozen]);
  const warned = tasks.filter((task) => !troubled.has(task) && warningsOf(task).length > 0);
  const unread = seen.filter((one) => one.unread).map(({ name }) => name);
  const parts = [
    ...(failed.length > 0 ? [`$(error) ${failed.length}`] : []),
    ...(frozen.length > 0 ? [`$(lock) ${frozen.length}`] : []),
    ...(recovering.length > 0 ? [`$(tools) ${recovering.length}`] : []),
    ...byRule.map(({ icon, length }) => `$(${icon}) ${length}`),
    ...(warned.length > 0 ? [`$(warning) ${warned.length}`] : []),
    ...(unread.length > 0 ? ["$(debug-disconnect)"] : []),
  ];
  const mutes = snoozedUntil > 0 ? " $(bell-slash)" : "";
  const counts = [
    t("Synchronization tasks: {0} failed, {1} frozen", failed.length, frozen.length),
    ...(recovering.length > 0 ? [t("{0} in fault rectification", recovering.length)] : []),
    ...byRule.map(({ count, length }) => count(length, l10n)),
    ...(warned.length > 0 ? [t("{0} with warnings", warned.length)] : []),
  ].join(", ");
  const label = [
    counts,
    ...(unread.length > 0 ? [t("The tasks of {0} cannot be read at the moment.", unread.join(", "))] : []),
    ...(mutes === "" ? [] : [t("Notifications are snoozed until {0}.", shortTime(snoozedUntil))]),
  ];
  const lines = [
    ...[...failed, ...frozen, ...recovering].map((task) =>
      [task.name, statusName(task, l10n), task.error?.code].filter(Boolean).join(" · "),
    ),
    ...alerting.map(({ rule, task }) => `${task.name} · ${rules[rule].detail(task, l10n)}`),
    ...warned.map((task) => `${task.name} · ${warningsOf(task)[0]?.message ?? ""}`),
  ];
  const rest = lines.length - named;
  return {
    text: (parts.length === 0 ? "$(pass) DRS" : `DRS ${parts.join(" ")}`) + mutes,
    label: label.join(". "),
    tooltip: [...label, ...lines.slice(0, named), ...(rest > 0 ? [`… (+${rest})`] : [])].join("\n"),
    look:
      failed.length + frozen.length > 0
        ? "error"
        : recovering.length + alerting.length + warned.length + unread.length > 0
          ? "warning"
          : "calm",
  };
}
