/** The command that runs a pre-check without starting the task. */

import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { isAbort } from "../drs/errors";
import * as vscode from "../screen/vscode";
import { explainOutcome, findingsText, remedySqlOf } from "../tasks/use-cases/explain";
import { checkTask } from "../tasks/use-cases/precheck";
import type { CommandHost } from "./host";
import { offerNext } from "./offer-next";

/** Runs a pre-check and says what it found. */
export async function runPrecheck(found: PlacedTask, parts: CommandHost): Promise<void> {
  const { l10n, log, attempts, openDetails } = parts;
  const { t } = l10n;
  const { task, session, state } = found;
  const title = t('Pre-check of task "{0}"', task.name);
  const options = { location: vscode.ProgressLocation.Notification, title };
  try {
    const { passed, findings } = await vscode.withCancel(options, async (signal, progress) => {
      const onProgress = (percent: number) => progress.report({ message: l10n.percent(percent) });
      return await checkTask(session, task, { signal, onProgress });
    });
    if (passed) {
      await offerNext(found, t('Task "{0}" passed the pre-check.', task.name), parts);
      return;
    }
    const ref = { connection: state.connection.id, id: task.id };
    if (attempts.isSeen(ref) && vscode.window.state.focused) {
      // The page says so, and offers what helps.
      return;
    }
    const why = await findingsText(findings, task.engine, l10n);
    const sql = remedySqlOf(findings);
    const isLocal = state.connection.kind === "local";
    const help = sql === undefined ? [] : [isLocal ? t("Run Remedy SQL…") : t("Copy SQL")];
    const details = t("Show Details");
    const message = t('Task "{0}" did not pass the pre-check. {1}', task.name, why);
    const answer = await vscode.window.showErrorMessage(message, ...help, details);
    if (answer === details) {
      await openDetails(ref);
    } else if (answer !== undefined && isLocal) {
      await vscode.commands.executeCommand("drs.runRemedySql", ref);
    } else if (answer !== undefined) {
      await vscode.env.clipboard.writeText(sql ?? "");
    }
  } catch (error) {
    if (!isAbort(error)) {
      log.error(`the pre-check of task ${task.name} (${task.id}) failed`, error);
      const local = state.connection.kind === "local";
      const why = await explainOutcome(error, l10n, local);
      const message = t('The pre-check of task "{0}" failed: {1}', task.name, why);
      void showFailure(message, { error, local }, l10n);
    }
  }
}
