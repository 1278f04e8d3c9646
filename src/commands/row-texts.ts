import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";

const scheme = "drs-rows";
/** So many comparisons can be open; the texts of older ones are empty. */
const kept = 20;

/** Texts that VS Code compares side by side, in editors that nobody can save. */
export class RowTexts {
  readonly #texts = new Map<string, string>();
  readonly #lifetime: AbortSignal;
  #registration: vscode.Disposable | undefined;
  #count = 0;

  /** @param lifetime aborts when the window closes. */
  constructor(lifetime: AbortSignal) {
    this.#lifetime = lifetime;
  }

  async compare(left: string, right: string, title: Shown): Promise<void> {
    this.#register();
    const number = ++this.#count;
    const [source, target] = [left, right].map((text, index) => {
      const uri = vscode.Uri.from({ scheme, path: `/${number}/${index === 0 ? "source" : "target"}` });
      this.#texts.set(uri.toString(), text);
      return uri;
    });
    for (const uri of [...this.#texts.keys()].slice(0, -2 * kept)) {
      this.#texts.delete(uri);
    }
    await vscode.commands.executeCommand("vscode.diff", source, target, title, { preview: true });
  }

  #register(): void {
    if (this.#registration === undefined) {
      const registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? "",
      });
      this.#lifetime.addEventListener("abort", () => registration.dispose(), { once: true });
      this.#registration = registration;
    }
  }
}
