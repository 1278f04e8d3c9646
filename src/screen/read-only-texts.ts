import * as vscode from "./vscode";

/** At most this many texts can be open; older ones are empty. */
const kept = 40;

/** Texts in editors that nobody can save, such as for a comparison side by side. */
export class ReadOnlyTexts implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  #registration: vscode.Disposable | undefined;
  #count = 0;

  constructor(private readonly scheme: string) {}

  /** The place of a text that an editor can show. */
  add(name: string, text: string): vscode.Uri {
    this.#registration ??= vscode.workspace.registerTextDocumentContentProvider(this.scheme, {
      provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? "",
    });
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: this.scheme, path: `/${this.#count}/${name}` });
    this.#texts.set(uri.toString(), text);
    for (const old of [...this.#texts.keys()].slice(0, -kept)) {
      this.#texts.delete(old);
    }
    return uri;
  }

  dispose(): void {
    this.#registration?.dispose();
    this.#registration = undefined;
    this.#texts.clear();
  }
}
