import * as vscode from "../screen/vscode";
import { engineCompletions } from "./complete-engines";
import { tableCompletions } from "./complete-tables";
import { diagnosticsOf } from "./diagnostics";
import { clearFindings, disposeFindings } from "./finding-marks";
import { lensesOf } from "./lenses";
import { type FileParts, isTaskFile } from "./open";
import { fileSuffix } from "./suffix";
import { taskTexts } from "./task-texts";

// With this file of their own, which is loaded with the first task file or the first command about one.
export { fileHandlers } from "./commands";

/** Diagnostics and the line of buttons of the task files that are open. */
export function startEditor(parts: FileParts): vscode.Disposable {
  const { sessions, l10n } = parts;
  const diagnostics = vscode.languages.createDiagnosticCollection("drs");
  const lensesChanged = new vscode.EventEmitter<void>();
  const check = (document: vscode.TextDocument) => {
    if (isTaskFile(document)) {
      diagnostics.set(document.uri, diagnosticsOf(document, l10n.t));
    }
  };
  /** The lines as they were last shown, so that a reading that changes none of them moves nothing. */
  let reported = "";
  const tell = () => {
    const now = JSON.stringify(
      vscode.workspace.textDocuments
        .filter(isTaskFile)
        .map((document) => lensesOf(document, sessions, l10n).map(({ command }) => command?.title)),
    );
    if (now !== reported) {
      reported = now;
      lensesChanged.fire();
    }
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    diagnostics,
    lensesChanged,
    sessions.onDidUpdate(tell),
    sessions.onDidChange(tell),
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      check(document);
      if (contentChanges.length > 0) {
        clearFindings(document.uri);
      }
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      diagnostics.delete(uri);
      clearFindings(uri);
    }),
    new vscode.Disposable(disposeFindings),
    taskTexts,
    vscode.languages.registerCompletionItemProvider(
      { pattern: `**/*${fileSuffix}` },
      tableCompletions(parts),
      '"',
    ),
    vscode.languages.registerCompletionItemProvider(
      { pattern: `**/*${fileSuffix}` },
      engineCompletions(parts),
      '"',
    ),
    vscode.languages.registerCodeLensProvider(
      { pattern: `**/*${fileSuffix}` },
      {
        onDidChangeCodeLenses: lensesChanged.event,
        provideCodeLenses: (document) => lensesOf(document, sessions, l10n),
      },
    ),
  );
}
