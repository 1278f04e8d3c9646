import * as vscode from "../screen/vscode";

const scheme = "drs-task";
/** So many comparisons can be open; the texts of older ones are empty. */
const kept = 20;

/** Tasks as task files, in editors that nobody can save and that offer nothing to do with them. */
export class TaskTexts {
  readonly #texts = new Map<string, string>();
  #registered = false;
  #count = 0;

  /** The place of a text that an editor can show. */
  add(name: string, text: string): vscode.Uri {
    if (!this.#registered) {
      this.#registered = true;
      // For as long as the window is open.
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? "",
      });
    }
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${this.#count}/${name}.json` });
    this.#texts.set(uri.toString(), text);
    for (const old of [...this.#texts.keys()].slice(0, -kept)) {
      this.#texts.delete(old);
    }
    return uri;
  }
}
