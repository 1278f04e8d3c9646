/** How the steps of a task file are shown: while they run, and when one fails. */
import { showFailure } from "../backend-client/show-failure";
import type { Connection } from "../connections/connection";
import { explain } from "../drs/error-text";
import type { Localizer } from "../l10n/localizer";
import { joined } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { type CreationOptions, StepError } from "../tasks/use-cases/create-task";
import { remedySqlOf } from "../tasks/use-cases/explain";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import { explainStep, stepName } from "./explain";
import type { TaskFile } from "./model";
import { type FileParts, keptOf } from "./open";
import { referenceOf } from "./passwords";

/**
 * Runs the steps with a notification that names them and can cancel them, and shows how they ended.
 *
 * @returns what is wrong with what the file says.
 */
export async function inProgress(
  parts: FileParts,
  connection: Connection,
  file: TaskFile,
  work: (options: CreationOptions) => Promise<void>,
): Promise<readonly PrecheckFinding[]> {
  const { l10n, log } = parts;
  const { t } = l10n;
  const title = t('Task "{0}"', file.name);
  const location = vscode.ProgressLocation.Notification;
  const controller = new AbortController();
  try {
    await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      await work({
        signal: controller.signal,
        onStep: (step, percent) => {
          const share = percent === undefined ? "" : l10n.percent(percent);
          progress.report({ message: joined(" ", [stepName(step, l10n), share]) });
        },
      });
    });
    void vscode.window.setStatusBarMessage(t('Task "{0}": done', file.name), 5000);
    return [];
  } catch (error) {
    if (controller.signal.aborted) {
      const message = t(
        'Task "{0}": canceled. Completed steps are kept; refresh the list to see them.',
        file.name,
      );
      void vscode.window.showInformationMessage(message);
      return [];
    } else if (error instanceof StepError) {
      log.error(`task file ${file.name}: ${error.step} failed`, error.cause ?? error.outcome?.findings);
      await tellStep(parts, error, file, connection);
      return findingsIn(error, l10n, connection.kind === "local");
    } else {
      throw error;
    }
  }
}

/** Of a pre-check what did not pass; of an end that does not work, why. */
function findingsIn(
  { step, outcome, cause }: StepError,
  l10n: Localizer,
  local: boolean,
): readonly PrecheckFinding[] {
  const side = { connectSource: "source", connectTarget: "target" }[step as string];
  return side === undefined
    ? (outcome?.findings ?? [])
    : [{ item: side, result: "FAILED", reason: explain(cause, l10n, local) }];
}

async function tellStep(
  parts: FileParts,
  error: StepError,
  file: TaskFile,
  connection: Connection,
): Promise<void> {
  const { l10n } = parts;
  const local = connection.kind === "local";
  const message = await explainStep(error, file.name, l10n, local);
  const end = { connectSource: file.source, connectTarget: file.target }[error.step as string];
  const sql = remedySqlOf(error.outcome?.findings);
  const [forget, copy] = [l10n.t("Forget the Password"), l10n.t("Copy SQL")];
  const buttons = [...(end === undefined ? [] : [forget]), ...(sql === undefined ? [] : [copy])];
  void showFailure(message, { error: error.cause, local }, l10n, ...buttons).then(async (answer) => {
    if (answer === forget && end !== undefined) {
      await keptOf(parts).forget([referenceOf(end, connection)]);
    } else if (answer === copy && sql !== undefined) {
      await vscode.env.clipboard.writeText(sql);
    }
  });
}
