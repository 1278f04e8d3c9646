/** Findings of a check or a pre-check, at their lines of the task file. */
import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import { spansOf } from "./finding-places";

let marks: vscode.DiagnosticCollection | undefined;

/** Marks a file with what was found, instead of what was found before. */
export function markFindings(document: vscode.TextDocument, findings: readonly PrecheckFinding[]): void {
  marks ??= vscode.languages.createDiagnosticCollection("drs-precheck");
  const text = document.getText();
  marks.set(
    document.uri,
    findings.flatMap(({ item, result, reason = item }) =>
      spansOf(text, `${item} ${reason}`).map(({ offset, length }) => {
        const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
        const level =
          result === "FAILED" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
        const diagnostic = new vscode.Diagnostic(range, shown(reason), level);
        diagnostic.source = "DRS";
        return diagnostic;
      }),
    ),
  );
}

/** Removes the findings of a file that has changed. */
export function clearFindings(uri: vscode.Uri): void {
  marks?.delete(uri);
}

/** Removes all marks, when the extension ends. */
export function disposeFindings(): void {
  marks?.dispose();
  marks = undefined;
}
