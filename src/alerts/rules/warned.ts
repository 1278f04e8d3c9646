import { shown } from "../../l10n/shown";
import { warningsOf } from "../../tasks/stream-health";
import { noSigns, type SignRule } from "./sign-rule";

/** Something is wrong with a task's stream although it runs. */
export const warned: SignRule = {
  key: "warnings",
  isWanted: (settings) => settings.get("alerts.warnings") !== false,
  signs: (task) =>
    task.warnings === undefined
      ? noSigns
      : warningsOf(task).map(({ id, message }) => ({ id, message: () => shown(message) })),
  nextAt: () => undefined,
  text: ({ name }, what, { t }) => t('Synchronization task "{0}" has warnings: {1}', name, what),
  many: (tasks, { t }) => t("{0} tasks have warnings.", tasks),
};
