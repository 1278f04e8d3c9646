import type * as vscode from "vscode";
import type { ConnectionsContext } from "../../src/connections/connections";

/** A context of its own beside that of the installed extension, with storage that can be looked into. */
export class StorageContext implements ConnectionsContext {
  readonly subscriptions: vscode.Disposable[] = [];
  /** What is kept in the state, as JSON. */
  readonly state = new Map<string, string>();
  readonly kept = new Map<string, string>();

  readonly globalState = {
    keys: () => [...this.state.keys()],
    get: (key: string, otherwise?: unknown) => {
      const text = this.state.get(key);
      return text === undefined ? otherwise : JSON.parse(text);
    },
    update: async (key: string, value: unknown) => {
      this.state.set(key, JSON.stringify(value));
    },
    setKeysForSync: () => undefined,
  };

  readonly secrets = {
    keys: async () => [...this.kept.keys()],
    get: async (key: string) => this.kept.get(key),
    store: async (key: string, value: string) => {
      this.kept.set(key, value);
      this.#tell(key);
    },
    delete: async (key: string) => {
      this.kept.delete(key);
      this.#tell(key);
    },
    onDidChange: (listener: (event: { readonly key: string }) => unknown) => {
      this.#listeners.add(listener);
      return { dispose: () => void this.#listeners.delete(listener) };
    },
  };
  readonly #listeners = new Set<(event: { readonly key: string }) => unknown>();

  #tell(key: string): void {
    for (const listener of this.#listeners) {
      listener({ key });
    }
  }
}
