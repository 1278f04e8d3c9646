/** The command that reports a problem. */
import { release } from "node:os";
import { iconText } from "../l10n/shown";
import { extensionId } from "../links/link";
import * as vscode from "../screen/vscode";
import type { CommandHost } from "./host";
import { remoteKind, reportOf, type SettingFact } from "./problem-report";

/**
 * Shows the facts of a report in an editor. Nothing is sent: the user reads, changes and copies it.
 *
 * @param written of a report that the line above it copies, as it is now.
 */
export async function reportProblem(parts: CommandHost, written: unknown): Promise<void> {
  const { t } = parts.l10n;
  if (written instanceof vscode.Uri) {
    const report = await vscode.workspace.openTextDocument(written);
    await vscode.env.clipboard.writeText(report.getText());
    void vscode.window.setStatusBarMessage(t("Copied"), 5_000);
    return;
  }
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
      "The information below contains no names, addresses, task or project IDs, or secrets. Nothing has been sent. Complete the report, copy it, and open an issue with it where you got the extension from.",
    ),
    "",
    reportOf(surroundings, settings, parts.sessions.shown, Date.now()),
  ].join("\n");
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
  offerCopy(document, parts);
  await vscode.window.showTextDocument(document);
}

/** The button stays above the report until it is closed: completing it takes longer than a notification is shown. */
function offerCopy(report: vscode.TextDocument, { lifetime, l10n: { t } }: CommandHost): void {
  const lens = new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
    title: iconText("copy", t("Copy Report")),
    command: "drs.reportProblem",
    arguments: [report.uri],
  });
  const offer = vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(
      { scheme: report.uri.scheme },
      { provideCodeLenses: (document) => (document === report ? [lens] : []) },
    ),
    vscode.workspace.onDidCloseTextDocument((document) => document === report && offer.dispose()),
  );
  lifetime.addEventListener("abort", () => offer.dispose());
}

function settingsThatDiffer(keys: readonly string[]): readonly SettingFact[] {
  const settings = vscode.workspace.getConfiguration();
  return keys.flatMap((key) => {
    const { globalValue, workspaceValue, workspaceFolderValue } = settings.inspect<unknown>(key) ?? {};
    const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
    return value === undefined ? [] : [{ key, value }];
  });
}
