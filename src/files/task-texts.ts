/** Tasks as task files, in editors that nobody can save and that offer nothing to do with them. */
import * as vscode from "../screen/vscode";

const scheme = "drs-task";
/** So many comparisons can be open; the texts of older ones are empty. */
const kept = 20;

const texts = new Map<string, string>();
let count = 0;

/** Shows the texts in editors, and forgets them when it is disposed. */
export function provideTaskTexts(): vscode.Disposable {
  const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  });
  return new vscode.Disposable(() => {
    provider.dispose();
    texts.clear();
  });
}

/** The place of a text that an editor can show. */
export function placeOfText(name: string, text: string): vscode.Uri {
  count += 1;
  const uri = vscode.Uri.from({ scheme, path: `/${count}/${name}.json` });
  texts.set(uri.toString(), text);
  for (const old of [...texts.keys()].slice(0, -kept)) {
    texts.delete(old);
  }
  return uri;
}
