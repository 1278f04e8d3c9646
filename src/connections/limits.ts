import * as vscode from "../screen/vscode";

/**
 * What the user allows a connection to the cloud. Each request asks; VS Code takes almost a millisecond to answer, so that
 * an answer is kept until the setting changes.
 */
export class Limits implements vscode.Disposable {
  readonly #known = new Map<string, number>();
  readonly #subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("drs.cloud")) {
      this.#known.clear();
    }
  });

  /** Requests in five minutes; the service refuses at 200 for all that an account's user sends. */
  readonly requests = (): number =>
    this.#kept("requests", () =>
      within(vscode.workspace.getConfiguration("drs").get("cloud.requestBudget", 120), 12, 200),
    );

  /** How long a call may take, in milliseconds. */
  readonly timeoutMs = (): number =>
    this.#kept(
      "timeoutMs",
      () => within(vscode.workspace.getConfiguration("drs").get("cloud.requestTimeout", 30), 5, 300) * 1000,
    );

  dispose(): void {
    this.#subscription.dispose();
  }

  #kept(name: string, read: () => number): number {
    const value = this.#known.get(name) ?? read();
    this.#known.set(name, value);
    return value;
  }
}

/** Settings are checked by VS Code's editor for them only, not where they are read. */
function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));
}
