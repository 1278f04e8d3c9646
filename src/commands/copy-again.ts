/** The command that copies tables of a task again. */

import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../drs/error-text";
import { isAbort } from "../drs/errors";
import { firstOf, joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { hasFailed } from "../tasks/allowed-actions";
import { isProduction } from "../tasks/production";
import { errorText } from "../tasks/status-text";
import type { Task } from "../tasks/task";
import {
  type CopyEnd,
  canCopyAgain,
  copyCandidates,
  copyTablesAgain,
  followCopy,
} from "../tasks/use-cases/copy-again";
import type { CopyChoice } from "../tasks/use-cases/local-tasks";
import { confirmedByTyping } from "./confirm";
import type { CommandHost } from "./host";

/** At most this many tables are named in a question or a message. */
const named = 10;

type Context = Pick<CommandHost, "l10n" | "log">;

/** Asks which tables and whether their rows stay, asks once more, starts the copy and follows it to its end. */
export async function askCopyAgain({ task, session }: PlacedTask, context: Context): Promise<void> {
  const { l10n, log } = context;
  const { t } = l10n;
  if (!canCopyAgain(session, task)) {
    const status = l10n.localize(rowOf(task.status).name);
    warn(t('Tables of task "{0}" cannot be copied again in status {1}.', task.name, status));
    return;
  }
  const choice = await chosen(task, context);
  if (choice === undefined || !(await confirmed(task, choice, context))) {
    return;
  }
  try {
    await copyTablesAgain(session, task, choice);
    log.info(`copying again ${choice.tables.join(", ")} of task ${task.name} (${task.id})`);
    const title = t('Copying tables of task "{0}" again', task.name);
    const options = { location: vscode.ProgressLocation.Notification, title };
    const end = await vscode.withCancel(options, async (signal, progress) => {
      let done = 0;
      const onProgress = (percent: number) => {
        progress.report({ message: l10n.percent(percent), increment: Math.max(percent - done, 0) });
        done = percent;
      };
      return await followCopy(session, task, { signal, onProgress });
    });
    tellEnd(end, task, choice, context);
  } catch (error) {
    if (isAbort(error)) {
      // The user stopped looking; the copy continues.
      return;
    }
    log.error(`tables of task ${task.name} (${task.id}) were not copied again`, error);
    const why = explain(error, l10n, true);
    const message = t('The tables of task "{0}" were not copied again: {1}', task.name, why);
    void showFailure(message, { error, local: true }, l10n);
  }
}

async function chosen(task: Task, { l10n: { t } }: Context): Promise<CopyChoice | undefined> {
  const title = t('Copy tables of task "{0}" again', task.name);
  const items = copyCandidates(task).map(({ name, warning, isTroubled }) => ({
    ...{ label: shown(name), name, picked: isTroubled },
    ...(warning === undefined ? {} : { detail: shown(`⚠ ${warning}`) }),
  }));
  const options = { title, placeHolder: t("Which tables?"), ignoreFocusOut: true, matchOnDetail: true };
  const tables = await vscode.window.showQuickPick(items, { ...options, canPickMany: true });
  if (tables?.length === 0) {
    warn(t("No table was selected. Nothing is copied."));
  }
  if (tables === undefined || tables.length === 0) {
    return undefined;
  }
  const empty = {
    label: t("Empty the tables at the target first"),
    detail: t("Their rows at the target are removed, then all rows of the source are copied."),
    keepRows: false,
  };
  const keep = {
    label: t("Keep the rows at the target"),
    detail: t("The copy fails at the first row that the target already has under the same key."),
    keepRows: true,
  };
  const rows = await vscode.window.showQuickPick([empty, keep], {
    ...{ title, ignoreFocusOut: true },
    placeHolder: t("What happens to the rows at the target?"),
  });
  return rows && { tables: tables.map(({ name }) => name), keepRows: rows.keepRows };
}

/** Names task, tables and what follows; production is confirmed by typing the task's name. */
async function confirmed(task: Task, { tables, keepRows }: CopyChoice, { l10n }: Context): Promise<boolean> {
  const { t } = l10n;
  const [only = ""] = tables;
  const question =
    tables.length === 1
      ? t('Copy table {0} of task "{1}" again?', only, task.name)
      : t('Copy {0} tables of task "{1}" again?', tables.length, task.name);
  const consequence = keepRows
    ? t(
        "All rows of these tables are copied from the source. Existing rows at the target are kept and may stop the copy.",
      )
    : t(
        "All rows of these tables are removed from the target and copied from the source. They are incomplete until the copy ends. Other tables are not touched.",
      );
  const resumes = hasFailed(task) ? [t("The task is resumed.")] : [];
  const names = namesOf(tables);
  if (!keepRows && isProduction(task, "local")) {
    const prompt = t('{0}: {1} Type the name "{2}" to copy them again.', names, consequence, task.name);
    return await confirmedByTyping(question, prompt, task.name, l10n);
  }
  const detail = joined("\n\n", [names, consequence, ...resumes]);
  const yes = t("Copy Again");
  const options = { modal: true, detail };
  return (await vscode.window.showWarningMessage(question, options, yes)) === yes;
}

function namesOf(tables: readonly string[]): Shown {
  return joined(", ", firstOf(tables.map(shown), named));
}

function tellEnd(end: CopyEnd, { name }: Task, { tables }: CopyChoice, { l10n: { t } }: Context): void {
  if (end.kind === "done") {
    const message = t('Tables of task "{0}" were copied again and are in sync: {1}', name, namesOf(tables));
    void vscode.window.showInformationMessage(message);
  } else if (end.task?.status === "paused") {
    warn(t('Task "{0}" is paused. Its tables are copied again when it is resumed.', name));
  } else if (end.task !== undefined) {
    const why = errorText(end.task) ?? end.task.apiStatus;
    void vscode.window.showErrorMessage(t('The copy for task "{0}" stopped: {1}', name, why));
  }
}

function warn(message: Shown): void {
  void vscode.window.showWarningMessage(message);
}
