import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";

/** Completions that take the place of the JSON text at the position. @param values texts of the service or a database. */
export function textCompletions(
  document: vscode.TextDocument,
  position: vscode.Position,
  values: readonly string[],
  kind: vscode.CompletionItemKind,
): vscode.CompletionItem[] {
  const range = document.getWordRangeAtPosition(position, /"[^"]*"?/);
  return values.map((value) => {
    const item = new vscode.CompletionItem(shown(value), kind);
    item.insertText = JSON.stringify(value);
    item.filterText = JSON.stringify(value);
    if (range !== undefined) {
      item.range = range;
    }
    return item;
  });
}
