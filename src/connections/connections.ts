import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { AccessKey } from "../drs/sign-in";
import {
  type CloudConnection,
  type Connection,
  type LocalConnection,
  localId,
  type Secret,
} from "./connection";
import { secretIn } from "./secret";
import { withinLimit } from "./time-limit";

/** How long VS Code's secret storage may take, in milliseconds: a keyring may ask the user for its own password. */
const secretLimitMs = 20_000;

const connectionsKey = "drs.connections";
const shownKey = "drs.shown";
const secretKey = (id: string) => `drs.secret.${id}`;

/** Where connections and their secrets are kept. */
export type ConnectionsContext = Pick<vscode.ExtensionContext, "globalState" | "secrets" | "subscriptions">;

/** What is different: which connections are shown, their facts, or also what one of them signs in with. */
export interface ConnectionsChange {
  /** The connection that must sign in again. */
  readonly renewed?: string;
}

/**
 * The connections that the user has added, and which of them are shown. Facts are in the extension's global state,
 * secrets in SecretStorage, one entry for each connection; the local backend's key is only in memory.
 *
 * VS Code's account menu (AuthenticationProvider) is not used: its sessions hand their secret as an access token to
 * any extension that the user lets ask for it, it knows neither regions nor projects, and an access key has no
 * sign-in page to send the user to.
 */
export class Connections {
  readonly #context: ConnectionsContext;
  readonly #changed = new vscode.EventEmitter<ConnectionsChange>();
  readonly onDidChange = this.#changed.event;
  #localKey: AccessKey | undefined;
  /** Secrets as they were last read or written here. */
  readonly #stored = new Map<string, string | undefined>();
  /** Secrets that the storage did not take. */
  readonly #unstored = new Map<string, string>();
  /** Of this window: what another window shows changes what the next start begins with, not this. */
  #shown: readonly string[];
  /** Whether nobody has used a connection in this profile yet. */
  readonly firstRun: boolean;

  constructor(context: ConnectionsContext) {
    this.#context = context;
    const shown = context.globalState.get<readonly string[]>(shownKey);
    this.firstRun = shown === undefined;
    this.#shown = shown ?? [];
    context.subscriptions.push(
      this.#changed,
      context.secrets.onDidChange(({ key }) => void this.#followSecret(key)),
    );
  }

  /** Every connection that is known, in the order in which they were added. */
  get all(): readonly Connection[] {
    return this.#context.globalState.get<readonly Connection[]>(connectionsKey) ?? [];
  }

  /** Those that are shown. */
  get shown(): readonly Connection[] {
    return this.all.filter(({ id }) => this.#shown.includes(id));
  }

  /** The local backend's connection while it is shown. */
  get local(): LocalConnection | undefined {
    return this.shown.find((connection) => connection.kind === "local");
  }

  find(id: string): Connection | undefined {
    return this.all.find((connection) => connection.id === id);
  }

  /** What the connection signs in with; undefined when that is not known, or not kept here. */
  async secret({ id, kind }: Connection): Promise<Secret | undefined> {
    if (kind === "local") {
      return this.#localKey;
    }
    const kept = this.#unstored.get(id) ?? (await this.#read(secretKey(id)));
    this.#stored.set(id, kept);
    return secretIn(kept);
  }

  /** @throws Error when the secret storage refuses or does not answer in time. */
  async #read(key: string): Promise<string | undefined> {
    const late = new Error(
      vscode.l10n.t("VS Code's secret storage does not answer. Unlock the system's keyring, then refresh."),
    );
    return await withinLimit(this.#context.secrets.get(key), secretLimitMs, late);
  }

  /** Adds a connection or replaces it, and shows it. `secret`: absent when the environment has it. */
  async save(connection: CloudConnection, secret: Secret | undefined): Promise<void> {
    const text = secret && JSON.stringify(secret);
    this.#stored.set(connection.id, text);
    this.#unstored.delete(connection.id);
    const failure = await this.#keep(connection.id, text);
    await this.#put(connection);
    if (failure !== undefined) {
      throw new Error(
        vscode.l10n.t(
          "The connection {0} works until this window is closed: VS Code could not store its secret ({1}).",
          connection.name,
          failure,
        ),
      );
    }
  }

  /** Keeps a secret in the storage, or else in memory. @returns why not in the storage. */
  async #keep(id: string, text: string | undefined): Promise<string | undefined> {
    const { secrets } = this.#context;
    const late = new Error(vscode.l10n.t("no answer in time"));
    try {
      const work = text === undefined ? secrets.delete(secretKey(id)) : secrets.store(secretKey(id), text);
      await withinLimit(work, secretLimitMs, late);
      return undefined;
    } catch (error) {
      if (text === undefined) {
        throw error;
      }
      this.#unstored.set(id, text);
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Shows the local backend at an address from now on. Its key stays in the backend's own file and in memory. */
  async useLocal(
    place: Pick<LocalConnection, "name" | "endpoint" | "projectId">,
    key: AccessKey,
  ): Promise<void> {
    this.#localKey = key;
    await this.#put({ id: localId, kind: "local", ...place });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#store(
      this.all.map((connection) => (connection.id === id ? { ...connection, name } : connection)),
    );
    this.#changed.fire({});
  }

  /** Forgets a connection and its secret. */
  async remove(id: string): Promise<void> {
    if (id === localId) {
      this.#localKey = undefined;
    } else {
      await this.#context.secrets.delete(secretKey(id));
    }
    await this.#store(this.all.filter((connection) => connection.id !== id));
    await this.show(this.#shown.filter((shown) => shown !== id));
  }

  /** Shows these connections and no others. */
  async show(ids: readonly string[]): Promise<void> {
    if (!isDeepStrictEqual(ids, this.#shown)) {
      this.#shown = ids;
      this.#changed.fire({});
    }
    await this.#context.globalState.update(shownKey, ids);
  }

  /** A secret that was entered in another window is this window's, too. */
  async #followSecret(key: string): Promise<void> {
    const id = this.#shown.find((shown) => secretKey(shown) === key);
    // What cannot be read now is read when it is needed, and told then.
    const stored = id === undefined ? undefined : await this.#read(key).catch(() => undefined);
    if (id !== undefined && stored !== undefined && stored !== this.#stored.get(id)) {
      this.#stored.set(id, stored);
      this.#changed.fire({ renewed: id });
    }
  }

  async #put(connection: Connection): Promise<void> {
    const known = this.find(connection.id) !== undefined;
    await this.#store(
      known
        ? this.all.map((other) => (other.id === connection.id ? connection : other))
        : [...this.all, connection],
    );
    this.#shown = [...new Set([...this.#shown, connection.id])];
    await this.#context.globalState.update(shownKey, this.#shown);
    this.#changed.fire({ renewed: connection.id });
  }

  async #store(all: readonly Connection[]): Promise<void> {
    await this.#context.globalState.update(connectionsKey, all);
  }
}
