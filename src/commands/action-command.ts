/** An action as the user sees it: question, progress, outcome. */

import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { isAbort } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type ActionId, actionRow } from "../status/actions";
import { precheckBefore } from "../tasks/allowed-actions";
import type { Task } from "../tasks/task";
import type { Unapplied } from "../tasks/unapplied";
import { explainOutcome, notPossibleText, remedySqlOf } from "../tasks/use-cases/explain";
import {
  type ActionResult,
  NotPossibleError,
  PrecheckError,
  planAction,
  runAction,
} from "../tasks/use-cases/run-action";
import { confirmed } from "./confirm";
import { followAttempts } from "./outcomes";

/** How an action speaks to the user. */
export interface ActionDialog {
  /** Tells that no task takes the action. */
  impossible(unable: readonly PlacedTask[]): void;
  confirm(able: readonly PlacedTask[], unable: readonly PlacedTask[]): Promise<boolean>;
  progress(able: readonly PlacedTask[]): vscode.ProgressOptions;
  /** @param percent of the pre-check, 0 to 100. */
  step(task: Task, percent: number | undefined): { readonly message: Shown; readonly increment?: number };
  /** Tells what became of the tasks. Those with an action under way are not among them. */
  report(results: readonly ActionResult<PlacedTask>[]): Promise<void>;
}

/**
 * Asks, acts and reports. What the service accepts is followed on, without waiting for its outcome.
 *
 * @param startAt with `start`: milliseconds since 1970; absent: now.
 */
export async function runWith(
  dialog: ActionDialog,
  action: ActionId,
  targets: readonly PlacedTask[],
  parts: Parameters<typeof followAttempts>[2],
  startAt?: number,
): Promise<void> {
  const { log } = parts;
  const { able, unable } = await planAction(action, targets);
  if (able.length === 0) {
    dialog.impossible(unable);
    return;
  }
  if (!(await dialog.confirm(able, unable))) {
    return;
  }
  const results = await vscode.withCancel(
    dialog.progress(able),
    async (signal, progress) =>
      await runAction(action, able, {
        ...{ signal, startAt },
        onProgress: (task, percent) => progress.report(dialog.step(task, percent)),
      }),
  );
  for (const { target, error } of results) {
    const { name, id } = target.task;
    if (error === undefined) {
      log.info(`${action} accepted for task ${name} (${id})`);
    } else if (!isAbort(error)) {
      log.error(`${action} failed for task ${name} (${id})`, error);
    }
  }
  const accepted = results.flatMap(({ target, error }) => (error === undefined ? [target] : []));
  followAttempts(action, accepted, parts).catch((error) =>
    log.error("An outcome cannot be reported.", error),
  );
  await dialog.report(results);
}

/**
 * The dialog about an action on one task.
 *
 * @param where the name of its connection, where there are several.
 * @param unapplied what ending the task would leave out, where that is known exactly.
 */
export function oneTaskDialog(
  action: ActionId,
  { task, state: { connection } }: PlacedTask,
  where: string | undefined,
  l10n: Localizer,
  log: vscode.LogOutputChannel,
  unapplied: () => Promise<Unapplied | undefined>,
): ActionDialog {
  const { t } = l10n;
  const name = l10n.localize(actionRow(action).name);
  const warnImpossible = (latest: Task) =>
    void vscode.window.showWarningMessage(notPossibleText(action, latest, l10n));
  return {
    impossible: ([unable]) => warnImpossible(unable?.task ?? task),
    confirm: async ([able]) => {
      const known = action === "end" ? await unapplied() : undefined;
      return await confirmed(action, { ...(able?.task ?? task), unapplied: known }, connection, where, l10n);
    },
    progress: ([able]) => ({
      title: t('{0} task "{1}"', name, task.name),
      location:
        precheckBefore(action, able?.task ?? task) === undefined
          ? { viewId: "drs.tasks" }
          : vscode.ProgressLocation.Notification,
    }),
    step: (_, percent) => ({
      message: joined(" ", [t("pre-check"), percent === undefined ? "" : l10n.percent(percent)]),
    }),
    report: async ([result]) => {
      const error = result?.error;
      if (error instanceof NotPossibleError) {
        warnImpossible(error.task);
      } else if (error !== undefined && !isAbort(error)) {
        const local = connection.kind === "local";
        const why = await explainOutcome(error, l10n, local);
        const message = t('{0} failed for task "{1}": {2}', name, task.name, why);
        const isUnready = error instanceof PrecheckError;
        const sql = isUnready ? remedySqlOf(error.outcome.findings) : undefined;
        const [copy, run, details] = [t("Copy SQL"), t("Run Remedy SQL…"), t("Show Details")];
        const help = sql === undefined ? [] : [local ? run : copy];
        const ref = { connection: connection.id, id: task.id };
        // The action is over; whether the user reads this, and when, is another matter.
        const buttons = [...help, isUnready ? details : t("Show Log")];
        void showFailure(message, { error, local }, l10n, ...buttons).then(async (answer) => {
          if (answer === copy) {
            await vscode.env.clipboard.writeText(sql ?? "");
          } else if (answer === run || answer === details) {
            await vscode.commands.executeCommand(
              answer === run ? "drs.runRemedySql" : "drs.openDetails",
              ref,
            );
          } else if (answer !== undefined) {
            log.show();
          }
        });
      }
    },
  };
}
