/** What the command does that gives a task another password for one of its databases. */

import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../l10n/error-text";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { TaskEndpoint } from "../tasks/task";
import { canChangePassword, changePassword } from "../tasks/use-cases/change-password";
import type { CommandHost } from "./host";
import { offerNext } from "./offer-next";

/** Asks for the end and the new password, sends it once, and offers to resume. The password is not kept here. */
export async function askPassword(
  found: PlacedTask,
  parts: Pick<CommandHost, "l10n" | "log" | "attempts" | "openDetails">,
): Promise<void> {
  const { l10n, log, attempts } = parts;
  const { task, session, state } = found;
  const { connection } = state;
  const { t } = l10n;
  if (!canChangePassword(session, task)) {
    const message = t('The password of task "{0}" cannot be changed in its current status.', task.name);
    void vscode.window.showWarningMessage(message);
    return;
  }
  const ends = [
    { label: t("Source database"), description: endText(task.source), end: "so" },
    { label: t("Target database"), description: endText(task.target), end: "ta" },
  ] as const;
  const title = t('Database password of task "{0}"', task.name);
  const picked = await vscode.window.showQuickPick(ends, { title, placeHolder: t("Of which database?") });
  const password =
    picked &&
    (await vscode.window.showInputBox({
      ...{ title, password: true, ignoreFocusOut: true },
      prompt: t("New password of {0}", picked.description || picked.label),
    }));
  if (picked === undefined || !password) {
    return;
  }
  try {
    await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
      changePassword(session, task, picked.end, password),
    );
  } catch (error) {
    log.error(`the password of task ${task.name} (${task.id}) was not changed`, error);
    const why = explain(error, l10n, connection.kind === "local");
    const message = t('The password of task "{0}" was not changed: {1}', task.name, why);
    const again = t("Try Again");
    if ((await vscode.window.showErrorMessage(message, again)) === again) {
      await askPassword(found, parts);
    }
    return;
  }
  const message = t('The password of task "{0}" was changed.', task.name);
  attempts.take({ connection: connection.id, id: task.id }, { text: message, at: Date.now() });
  await offerNext(found, message, parts);
}

function endText(end: TaskEndpoint | undefined): Shown {
  const { user, host, database } = end ?? {};
  const place = joined("/", [shown(host ?? ""), shown(database ?? "")]);
  return joined("@", [shown(user ?? ""), place]);
}
