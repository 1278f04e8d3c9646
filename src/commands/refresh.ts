/** *Refresh*, and its message where there is nothing to read. */

import { offerConnection } from "../backend-client/show-failure";
import { localId } from "../connections/connection";
import type { ConnectionState } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import type { CommandHost } from "./host";

/** Reads the tasks of one connection or of all that are shown. */
export async function refreshTasks(parts: CommandHost, connection: string | undefined): Promise<void> {
  const { local, sessions, l10n } = parts;
  await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, async () => {
    try {
      if (connection === undefined || connection === localId) {
        await local.follow();
      }
    } finally {
      await sessions.refresh(connection);
    }
  });
  const states = sessions.shown.filter(({ connection: { id } }) => id === (connection ?? id));
  if (states.length === 0) {
    void offerConnection(l10n);
  }
  for (const state of states.filter(({ session }) => session === undefined)) {
    void explain(state, parts);
  }
}

/** Says why a connection cannot be read, with the way out. */
async function explain(
  { connection: { id, name }, phase, trouble, missing }: ConnectionState,
  { l10n: { t } }: CommandHost,
): Promise<void> {
  const why = phase === "stopped" ? t("The local backend is not running.") : trouble;
  if (why === undefined) {
    return;
  }
  const [remedy, command] =
    phase === "stopped"
      ? [t("Start the Local Backend"), "drs.startLocalBackend"]
      : missing === "secret"
        ? [t("Enter Again"), "drs.enterSecret"]
        : [t("Edit Connection"), "drs.editConnection"];
  const message = phase === "stopped" ? why : t("{0}: {1}", name, why);
  if ((await vscode.window.showWarningMessage(message, remedy)) === remedy) {
    await vscode.commands.executeCommand(command, { connection: id });
  }
}
