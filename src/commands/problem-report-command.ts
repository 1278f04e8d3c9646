/** What the command does that reports a problem. */
import { release } from "node:os";
import { extensionId } from "../links/link";
import * as vscode from "../screen/vscode";
import type { CommandHost } from "./host";
import { remoteKind, reportOf, type SettingFact } from "./problem-report";

/** Shows the facts of a report in an editor. Nothing is sent: the user reads, changes and copies it. */
export async function reportProblem({ sessions, l10n: { t } }: CommandHost): Promise<void> {
  const { packageJSON, extensionKind } = vscode.extensions.getExtension(extensionId) ?? {};
  const surroundings = {
    Extension: `${packageJSON?.version}, ${extensionKind === vscode.ExtensionKind.UI ? "ui" : "workspace"}`,
    "VS Code": `${vscode.version}, ${vscode.env.appHost}, ${vscode.env.language}`,
    Remote: remoteKind(vscode.env.remoteName),
    System: `${process.platform} ${process.arch} ${release()}, Node.js ${process.versions.node}`,
    Workspace: vscode.workspace.isTrusted ? "trusted" : "restricted",
  };
  const settings = settingsThatDiffer(Object.keys(packageJSON?.contributes.configuration.properties ?? {}));
  const content = [
    `# ${t("A problem with DRS Sync Tasks")}`,
    "",
    t("What did you do, what happened, and what did you expect?"),
    "",
    t(
      "The information below contains no names, addresses, task or project IDs, or secrets. Nothing has been sent. Review it, then copy it into your report.",
    ),
    "",
    reportOf(surroundings, settings, sessions.shown, Date.now()),
  ].join("\n");
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
  await vscode.window.showTextDocument(document);
  const copy = t("Copy Report");
  const message = t(
    "Complete the report in the editor, copy it, and open an issue with it where you got the extension from.",
  );
  // The report is there; whether the user copies it, and when, is another matter.
  void vscode.window.showInformationMessage(message, copy).then(async (answer) => {
    if (answer === copy) {
      // As it is now, with what the user has written and removed.
      await vscode.env.clipboard.writeText(document.getText());
      void vscode.window.setStatusBarMessage(t("Copied"), 5_000);
    }
  });
}

function settingsThatDiffer(keys: readonly string[]): readonly SettingFact[] {
  const settings = vscode.workspace.getConfiguration();
  return keys.flatMap((key) => {
    const { globalValue, workspaceValue, workspaceFolderValue } = settings.inspect<unknown>(key) ?? {};
    const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
    return value === undefined ? [] : [{ key, value }];
  });
}
