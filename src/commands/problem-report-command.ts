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
      "The information below contains no names, addresses, task or project IDs, or secrets. Nothing has been sent. Review it, then copy all of it into your report.",
    ),
    "",
    reportOf(surroundings, settings, sessions.shown, Date.now()),
  ].join("\n");
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: "markdown", content }),
  );
}

function settingsThatDiffer(keys: readonly string[]): readonly SettingFact[] {
  const settings = vscode.workspace.getConfiguration();
  return keys.flatMap((key) => {
    const { globalValue, workspaceValue, workspaceFolderValue } = settings.inspect<unknown>(key) ?? {};
    const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
    return value === undefined ? [] : [{ key, value }];
  });
}
