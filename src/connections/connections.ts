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

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    context.subscriptions.push(this.#changed);
  }

  get active(): Connection | undefined {
    return this.#context.globalState.get<Connection>(connectionKey);
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
    await this.#context.globalState.update(connectionKey, connection);
    this.#changed.fire();
  }

  /** Forgets the connection and its secret. */
  async forget(): Promise<void> {
    this.#localCredentials = undefined;
    await this.#context.secrets.delete(credentialsKey);
    await this.#context.globalState.update(connectionKey, undefined);
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
