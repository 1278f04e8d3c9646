import type { Translate } from "../l10n/localizer";
import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { readingOf } from "./open";

/** The problems of a file beyond its JSON schema, which the editor checks by itself. */
export function diagnosticsOf(document: vscode.TextDocument, t: Translate): readonly vscode.Diagnostic[] {
  return readingOf(document, t)
    .problems.filter(({ bySchema }) => !bySchema)
    .map(({ severity, message, offset, length }) => {
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      const level =
        severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
      const diagnostic = new vscode.Diagnostic(range, shown(message), level);
      diagnostic.source = "DRS";
      return diagnostic;
    });
}
