import * as vscode from "vscode";
import type { Connection, Credentials } from "./connection";

const connectionKey = "drs.connection";
const credentialsKey = "drs.credentials";

/** The connection in use: its facts in the extension's global state, its secret in SecretStorage. */
export class Connections {
  readonly #context: vscode.ExtensionContext;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when another connection is used, or none any more. */
  readonly onDidChange = this.#changed.event;
  #localCredentials: Credentials | undefined;
  /** Of this window: another window that connects elsewhere changes what the next start begins with, not this. */
  #active: Connection | undefined;
  /** Whether nobody has connected or disconnected in this profile yet. */
  readonly firstRun: boolean;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    const stored = context.globalState.get<Connection | null>(connectionKey);
    this.#active = stored ?? undefined;
    this.firstRun = stored === undefined;
    context.subscriptions.push(this.#changed);
  }

  get active(): Connection | undefined {
    return this.#active;
  }

  /** The key of the active connection; undefined when it is not known, so that the user has to connect again. */
  async credentials(): Promise<Credentials | undefined> {
    if (this.active?.kind === "local") {
      return this.#localCredentials;
    }
    return credentialsIn(await this.#context.secrets.get(credentialsKey));
  }

  /** Uses a connection from now on. The local backend's key stays in the backend's own file and in memory. */
  async use(connection: Connection, credentials: Credentials): Promise<void> {
    if (connection.kind === "local") {
      this.#localCredentials = credentials;
    } else {
      await this.#context.secrets.store(credentialsKey, JSON.stringify(credentials));
    }
    this.#active = connection;
    await this.#context.globalState.update(connectionKey, connection);
    this.#changed.fire();
  }

  /** Forgets the connection and its secret. */
  async forget(): Promise<void> {
    if (this.#active?.kind === "cloud") {
      await this.#context.secrets.delete(credentialsKey);
    }
    this.#localCredentials = undefined;
    this.#active = undefined;
    await this.#context.globalState.update(connectionKey, null);
    this.#changed.fire();
  }
}

function credentialsIn(stored: string | undefined): Credentials | undefined {
  try {
    const value: unknown = JSON.parse(stored ?? "null");
    return isCredentials(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCredentials(value: unknown): value is Credentials {
  return (
    typeof value === "object" &&
    value !== null &&
    "accessKey" in value &&
    typeof value.accessKey === "string" &&
    "secretKey" in value &&
    typeof value.secretKey === "string"
  );
}
