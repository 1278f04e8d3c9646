import * as vscode from "../screen/vscode";
import type { FileParts } from "./open";
import { fileSuffix } from "./suffix";

/** Loads what task files need when the first one is opened. */
export function watchTaskFiles(parts: FileParts): vscode.Disposable {
  let editor: Promise<vscode.Disposable> | undefined;
  let disposed = false;
  const look = ({ uri }: vscode.TextDocument) => {
    if (editor === undefined && uri.path.endsWith(fileSuffix)) {
      editor = import("./editor").then(({ startEditor }) => startEditor(parts));
      editor.then(
        (started) => disposed && started.dispose(),
        (error) => parts.log.error("Task files cannot be shown.", error),
      );
    }
  };
  const opened = vscode.workspace.onDidOpenTextDocument(look);
  vscode.workspace.textDocuments.forEach(look);
  return new vscode.Disposable(() => {
    disposed = true;
    opened.dispose();
    editor?.then((started) => started.dispose()).catch(() => undefined);
  });
}
