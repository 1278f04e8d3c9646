import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { ConnectionsContext } from "../../src/connections/connections";

type SecretListener = (event: { readonly key: string }) => unknown;

/** What the windows of one user share: folder, secrets, and the state that VS Code keeps. */
export class Profile {
  readonly folder = mkdtempSync(join(tmpdir(), "drs-profile-"));
  readonly secrets = new Map<string, string>();
  readonly listeners = new Set<SecretListener>();
  /** The state as it was last written by a window, which writes all of it. As JSON, by key. */
  state: ReadonlyMap<string, string> = new Map();
  /** Ends how windows hear of each other's state: VS Code does so a while after it was written. */
  isApart = false;

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A context of its own beside that of the installed extension, with storage that can be looked into. */
export class StorageContext implements ConnectionsContext {
  readonly subscriptions: vscode.Disposable[] = [];
  readonly globalStorageUri: vscode.Uri;
  readonly #profile: Profile;
  /** The state as this window knows it. */
  #state: ReadonlyMap<string, string>;

  /** Without a profile the window is the only one of its user. */
  constructor(profile?: Profile) {
    this.#profile = profile ?? new Profile();
    this.#state = this.#profile.state;
    this.globalStorageUri = vscode.Uri.file(this.#profile.folder);
    if (profile === undefined) {
      this.subscriptions.push({ dispose: () => this.#profile.remove() });
    }
  }

  /** What is kept in the state, as JSON. */
  get state(): ReadonlyMap<string, string> {
    return this.#profile.isApart ? this.#state : this.#profile.state;
  }

  get kept(): Map<string, string> {
    return this.#profile.secrets;
  }

  readonly globalState = {
    keys: () => [...this.state.keys()],
    get: (key: string, otherwise?: unknown) => {
      const text = this.state.get(key);
      return text === undefined ? otherwise : JSON.parse(text);
    },
    update: async (key: string, value: unknown) => {
      const others = [...this.state].filter(([other]) => other !== key);
      this.#state = new Map(value === undefined ? others : [...others, [key, JSON.stringify(value)]]);
      this.#profile.state = this.#state;
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
    onDidChange: (listener: SecretListener) => {
      this.#profile.listeners.add(listener);
      return { dispose: () => void this.#profile.listeners.delete(listener) };
    },
  };

  /** Ends what this window listens to. */
  close(): void {
    for (const subscription of this.subscriptions.splice(0)) {
      subscription.dispose();
    }
  }

  #tell(key: string): void {
    for (const listener of this.#profile.listeners) {
      listener({ key });
    }
  }
}
