import { readdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { AccessKey } from "../drs/sign-in";
import { withinLimit } from "../drs/time-limit";
import * as vscode from "../screen/vscode";
import { FolderWatch } from "../storage/folder-watch";
import type { VersionedFile } from "../storage/versioned-file";
import {
  type CloudConnection,
  type Connection,
  type EnterpriseProject,
  type FoundBackend,
  type LocalConnection,
  localId,
  type Secret,
} from "./connection";
import {
  type ConnectionList,
  connectionsIn,
  listOf,
  merged,
  withConnection,
  withEnterpriseProject,
  withName,
  withoutConnection,
  withShown,
} from "./connection-list";
import { secretIn } from "./stored-secret";

/** How long VS Code's secret storage may take, in milliseconds: a keyring may ask the user for its own password. */
const secretLimitMs = 20_000;

const listKey = "drs.connectionList";
/** Where versions before 0.2 kept the connections, and the ids of those that are shown. */
const formerKeys = { connections: "drs.connections", shown: "drs.shown" } as const;
const secretKey = (id: string) => `drs.secret.${id}`;

/** Where connections and their secrets are kept. */
export type ConnectionsContext = Pick<
  vscode.ExtensionContext,
  "globalState" | "globalStorageUri" | "secrets" | "subscriptions"
>;

/** A change of the connections: of those shown, of their facts, or of a credential. */
export interface ConnectionsChange {
  /** The connection that must sign in again. */
  readonly renewed?: string;
  /** Another window made the change: nobody at this one waits for an answer. */
  readonly elsewhere?: boolean;
}

/**
 * The connections that the user has added, and which of them this window shows. Secrets are in SecretStorage, one entry
 * for each connection; the local backend's key is only in memory. Facts are in a file that all windows of this machine
 * write and watch, and in the extension's global state, which other machines share and with which a window starts at
 * once. Both are merged entry by entry, because VS Code writes the whole global state of an extension at once and reports
 * no other window.
 *
 * VS Code's account menu (AuthenticationProvider) is not used: its sessions hand their secret as an access token to
 * any extension that the user lets ask for it, it knows neither regions nor projects, and an access key has no
 * sign-in page to send the user to.
 */
export class Connections {
  readonly #changed = new vscode.EventEmitter<ConnectionsChange>();
  readonly onDidChange = this.#changed.event;
  readonly #folder: string;
  readonly #watch: FolderWatch;
  #opening: Promise<VersionedFile<ConnectionList>> | undefined;
  #list: ConnectionList;
  /** The local backend as this window has found it: another window's may be in another folder. */
  #local: FoundBackend | undefined;
  /** Secrets as they were last read or written here. */
  readonly #stored = new Map<string, string | undefined>();
  /** Secrets that the storage did not take. */
  readonly #unstored = new Map<string, string>();
  /** Of this window: what another window hides or shows changes what the next start begins with, not this. */
  #shown: ReadonlySet<string>;
  /** Connections that this window has known. New ones are shown in every window. */
  readonly #seen: Set<string>;
  #isFollowing = false;
  /** Whether nobody has used a connection in this profile yet. */
  readonly firstRun: boolean;

  /**
   * @param log receives why something could not be kept.
   * @param atOnce whether other windows are followed at once; otherwise, where no connection is known, from `begin` on.
   */
  constructor(
    private readonly context: ConnectionsContext,
    private readonly log: Pick<vscode.LogOutputChannel, "warn">,
    atOnce = true,
  ) {
    this.#folder = vscode.Uri.joinPath(context.globalStorageUri, "connections").fsPath;
    this.#watch = new FolderWatch(this.#folder, () => void this.follow());
    this.firstRun =
      context.globalState.get(listKey) === undefined &&
      context.globalState.get(formerKeys.shown) === undefined;
    this.#list = this.#stateList();
    this.#seen = new Set(Object.keys(this.#list));
    this.#shown = new Set(shownIn(this.#list));
    context.subscriptions.push(
      this.#changed,
      this.#watch,
      context.secrets.onDidChange(({ key }) => void this.#followSecret(key)),
    );
    if (atOnce || this.#seen.size > 0) {
      void this.begin();
    }
  }

  /** Every connection that is known, in the order in which they were added. */
  get all(): readonly Connection[] {
    return connectionsIn(this.#list).map((connection) =>
      connection.kind === "local" ? (this.#local?.connection ?? connection) : connection,
    );
  }

  /** Those that are shown. */
  get shown(): readonly Connection[] {
    return this.all.filter(({ id }) => this.#shown.has(id));
  }

  /** The local backend's connection while it is shown. */
  get local(): LocalConnection | undefined {
    return this.shown.find((connection) => connection.kind === "local");
  }

  /** The local backend as this window has found it; undefined when it is not, or not shown. */
  get localAccess(): FoundBackend | undefined {
    return this.local && this.#local;
  }

  find(id: string): Connection | undefined {
    return this.all.find((connection) => connection.id === id);
  }

  /** Takes over what other windows have changed. They are watched anyway; this makes sure of it. Never rejects. */
  async follow(): Promise<void> {
    // Where the folder cannot be watched, which is logged once, it is looked at whenever the window gets the focus.
    await this.#watch.begin().catch(() => undefined);
    try {
      const file = await this.#file();
      this.#take(merged(await file.read(), this.#stateList()), { elsewhere: true });
      await this.#keepState();
    } catch (error) {
      this.log.warn(`The connections of other windows cannot be read: ${error}`);
    }
  }

  /** The connection's secret; undefined when it is not stored, or not here. */
  async secret({ id, kind }: Connection): Promise<Secret | undefined> {
    if (kind === "local") {
      return this.#local?.key;
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
    return await withinLimit(this.context.secrets.get(key), secretLimitMs, late);
  }

  /**
   * Adds a connection or replaces it, and shows it.
   *
   * @param secret absent when the environment has it.
   * @param edited what the user began to edit; a name that stayed as it was may have become another one meanwhile.
   * @throws Error when the secret could not be stored; the connection is there.
   */
  async save(
    connection: CloudConnection,
    secret: Secret | undefined,
    edited?: CloudConnection,
  ): Promise<void> {
    const text = secret && JSON.stringify(secret);
    this.#stored.set(connection.id, text);
    this.#unstored.delete(connection.id);
    const failure = await this.#keep(connection.id, text);
    const { projectId, enterpriseProject } = this.find(connection.id) ?? {};
    // Enterprise projects are those of an account: a connection that leads elsewhere shows all.
    await this.#put(
      projectId === connection.projectId ? { ...connection, enterpriseProject } : connection,
      edited,
    );
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
    const { secrets } = this.context;
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
    const { enterpriseProject } = this.find(localId) ?? {};
    const connection: LocalConnection = { id: localId, kind: "local", ...place, enterpriseProject };
    this.#local = { connection, endpoint: place.endpoint, key };
    await this.#put(connection);
  }

  /** @throws Error when another window has removed the connection. */
  async rename(connection: Pick<Connection, "id" | "name">, name: string): Promise<void> {
    await this.#change((list, now) => withName(list, connection.id, name, now));
    if (this.find(connection.id) === undefined) {
      throw new Error(vscode.l10n.t("The connection {0} was removed in another window.", connection.name));
    }
  }

  /** Shows the tasks of one enterprise project from now on, or of all. */
  async showEnterpriseProject(id: string, project: EnterpriseProject | undefined): Promise<void> {
    await this.#change((list, now) => withEnterpriseProject(list, id, project, now));
  }

  /** Forgets a connection and its secret. A local backend that is started again is shown again where it was before. */
  async remove(id: string): Promise<void> {
    if (id === localId) {
      this.#local = undefined;
    } else {
      this.#stored.set(id, undefined);
      this.#unstored.delete(id);
      await this.context.secrets.delete(secretKey(id));
    }
    await this.#change((list, now) => withoutConnection(list, id, now));
  }

  /** Shows these connections and no others. */
  async show(ids: readonly string[]): Promise<void> {
    const shown = new Set(ids);
    if (!isDeepStrictEqual(shown, this.#shown)) {
      this.#shown = shown;
      this.#changed.fire({});
    }
    await this.#change((list, now) => withShown(list, ids, now));
  }

  /** A secret that was entered or deleted in another window is this window's, too. */
  async #followSecret(key: string): Promise<void> {
    const id = [...this.#shown].find((shown) => secretKey(shown) === key);
    if (id === undefined) {
      return;
    }
    try {
      const stored = await this.#read(key);
      if (stored !== this.#stored.get(id)) {
        this.#stored.set(id, stored);
        this.#unstored.delete(id);
        this.#changed.fire({ renewed: id, elsewhere: true });
      }
    } catch {
      // What cannot be read now is read when it is needed, and reported then.
    }
  }

  async #put(connection: Connection, edited?: CloudConnection): Promise<void> {
    const { id } = connection;
    this.#shown = new Set([...this.#shown, id]);
    await this.#change((list, now) => {
      const current = list[id]?.connection;
      const kept = edited !== undefined && edited.name === connection.name ? current?.name : undefined;
      return withConnection(list, { ...connection, name: kept ?? connection.name }, now);
    }, id);
  }

  /**
   * Changes the list as it is now, whatever other windows change.
   *
   * @param renewed the connection that must sign in again.
   */
  async #change(
    work: (list: ConnectionList, now: number) => ConnectionList,
    renewed?: string,
  ): Promise<void> {
    let after: ConnectionList;
    try {
      const file = await this.#file();
      after = await file.change((stored) => {
        const changed = work(merged(stored, this.#list), Date.now());
        return isDeepStrictEqual(changed, stored) ? stored : changed;
      });
    } catch (error) {
      // The global state keeps it still, and other windows read that.
      this.log.warn(`The connections cannot be written for other windows: ${error}`);
      after = work(this.#list, Date.now());
    }
    this.#take(after, renewed === undefined ? {} : { renewed });
    await this.#keepState();
  }

  /** Takes over a list, in which a connection that is new to this window is shown. */
  #take(list: ConnectionList, change: ConnectionsChange): void {
    const before = connectionsIn(this.#list);
    this.#list = merged(list, this.#list);
    const now = connectionsIn(this.#list);
    if (before.some(({ id }) => id === localId) && !now.some(({ id }) => id === localId)) {
      this.#local = undefined;
    }
    const fresh = shownIn(this.#list).filter((id) => !this.#seen.has(id));
    for (const id of Object.keys(this.#list)) {
      this.#seen.add(id);
    }
    this.#shown = new Set([...this.#shown, ...fresh]);
    if (change.renewed !== undefined || !isDeepStrictEqual(before, now)) {
      this.#changed.fire(change);
    }
  }

  /** The list of connections in the global state. */
  #stateList(): ConnectionList {
    const { globalState } = this.context;
    const former = globalState.get<readonly Connection[]>(formerKeys.connections) ?? [];
    return merged(
      globalState.get<ConnectionList>(listKey) ?? {},
      listOf(former, globalState.get<readonly string[]>(formerKeys.shown)),
    );
  }

  async #keepState(): Promise<void> {
    const { globalState } = this.context;
    if (isDeepStrictEqual(globalState.get(listKey) ?? {}, this.#list)) {
      return;
    }
    await globalState.update(listKey, this.#list);
    for (const key of Object.values(formerKeys)) {
      if (globalState.get(key) !== undefined) {
        await globalState.update(key, undefined);
      }
    }
  }

  #file(): Promise<VersionedFile<ConnectionList>> {
    // With the checks of what it holds it is a file of its own.
    this.#opening ??= import("./connection-file").then(({ openConnectionFile }) =>
      openConnectionFile(this.#folder),
    );
    return this.#opening;
  }

  /** Follows what other windows write from now on, and what they have written; once. */
  async begin(): Promise<void> {
    if (this.#isFollowing) {
      return;
    }
    this.#isFollowing = true;
    try {
      await this.#watch.begin();
      if ((await readdir(this.#folder)).length > 0) {
        await this.follow();
      }
    } catch (error) {
      this.log.warn(`Connections of other windows are only seen when this one gets the focus: ${error}`);
    }
  }
}

/** The ids of the connections that a window begins with. */
function shownIn(list: ConnectionList): readonly string[] {
  return connectionsIn(list)
    .map(({ id }) => id)
    .filter((id) => list[id]?.hidden !== true);
}
