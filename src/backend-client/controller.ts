import { homedir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { version } from "../../package.json";
import { poll } from "../drs/poll";
import type { AccessKey } from "../drs/sign-in";
import type { Localizer } from "../l10n/localizer";
import * as vscode from "../screen/vscode";
import { FolderWatch } from "../storage/folder-watch";
import type { LocalAccess } from "./access";
import { dataDirectoryOf } from "./data-directory";
import {
  type BackendAddress,
  directoryInUse,
  exists,
  isHealthy,
  isReleased,
  noPostgres,
  runningBackend,
} from "./discovery";
import { offerStart } from "./show-failure";

const pollMs = 250;
/**
 * How long a backend may take to end, and that of another window to start or to end: one of an earlier version, which
 * cannot be used, ends a minute after its last window.
 */
const stopLimitMs = 10_000;
const otherLimitMs = 300_000;
/** How long to wait for the backend of another window before the next try to start one. */
const retryMs = 2_000;

type ControllerContext = Pick<vscode.ExtensionContext, "asAbsolutePath" | "globalStorageUri">;

/** This window's connection to the local backend. */
interface LocalConnections {
  /** While it is shown. */
  readonly local: { readonly endpoint: string } | undefined;
  readonly localAccess: LocalAccess | undefined;
  useLocal(place: Record<"name" | "endpoint" | "projectId", string>, key: AccessKey): Promise<void>;
}

interface Last {
  readonly directory: string;
  readonly address: BackendAddress;
}

/**
 * The local backend as this window sees it: found when it runs, whatever started it; started when asked; ended
 * when asked. It ends by itself after its last window (see KeepAlive).
 */
export class BackendController implements vscode.Disposable {
  /** The start in progress; disposing or stopping aborts it. */
  #starting: { readonly controller: AbortController; readonly done: Promise<boolean> } | undefined;
  /** The backend that this window was connected to last. */
  #last: Last | undefined;
  /** Process of the backend whose lost data directory has been reported. */
  #lost: number | undefined;
  #watch: FolderWatch | undefined;
  /** The folder that is watched. */
  #watched: string | undefined;

  constructor(
    private readonly context: ControllerContext,
    private readonly connections: LocalConnections,
    private readonly l10n: Localizer,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /**
   * Connects to a backend that runs already. A session with the same backend stays, and so does the user's decision to
   * stop showing it meanwhile. A backend that an earlier version has started for its windows is ended instead: VS Code
   * deletes the program of that version.
   *
   * @returns `known`: this window is connected to it already; `ended`: it was of an earlier version, and its tasks stand
   * still until one is started; undefined: none runs.
   * @throws Error when the setting names no folder.
   */
  async attach(): Promise<"known" | "found" | "ended" | undefined> {
    const directory = this.#dataDirectory();
    const before = this.connections.local;
    const known = this.connections.localAccess?.key;
    const address = await runningBackend(directory);
    if (address === undefined) {
      return undefined;
    }
    if (isOutdated(address)) {
      await this.#end(directory, address);
      return "ended";
    }
    this.#last = { directory, address };
    const key = keyOf(address);
    if (address.endpoint === before?.endpoint && isDeepStrictEqual(known, key)) {
      return "known";
    }
    if (isDeepStrictEqual(this.connections.local, before)) {
      await this.#use(directory, address);
    }
    return "found";
  }

  /**
   * Follows a backend that came back at another address, while it is shown; does nothing while it is where it was. Says
   * once that its data directory is gone, and starts the one that takes the place of an earlier version's.
   */
  async follow(): Promise<void> {
    if (this.#starting !== undefined || this.connections.local === undefined) {
      return;
    }
    const attached = await this.attach();
    if (attached === "ended") {
      await this.start();
    } else if (attached === undefined && this.#last !== undefined) {
      await this.#explainLoss(this.#last);
    }
  }

  /**
   * Connects to the backend, which is started if it does not run.
   *
   * @returns whether this window was connected to it already.
   * @throws Error with the backend's own words when it cannot start, the signal's reason when the user cancels.
   */
  start(): Promise<boolean> {
    if (this.#starting === undefined) {
      const controller = new AbortController();
      const done = this.#start(controller).finally(() => {
        this.#starting = undefined;
      });
      this.#starting = { controller, done };
    }
    return this.#starting.done;
  }

  /** Ends the backend, whatever started it, and waits until it is gone. @returns whether one ran. */
  async stop(): Promise<boolean> {
    const starting = this.#starting;
    starting?.controller.abort();
    await starting?.done.catch(() => undefined);
    const directory = this.#dataDirectory();
    const address = await runningBackend(directory);
    if (address === undefined) {
      return (await this.#stopStray()) || starting !== undefined;
    }
    await this.#end(directory, address);
    return true;
  }

  async #end(directory: string, { pid }: BackendAddress): Promise<void> {
    process.kill(pid, "SIGTERM");
    await this.#until(stopLimitMs, () => isReleased(directory));
  }

  /** Ends the backend that this window was connected to last, if its data directory was deleted below it. */
  async #stopStray(): Promise<boolean> {
    const { directory, address } = this.#last ?? {};
    if (address === undefined || !(await isReleased(directory ?? "")) || !(await isHealthy(address))) {
      return false;
    }
    process.kill(address.pid, "SIGTERM");
    await this.#until(stopLimitMs, async () => !(await isHealthy(address)));
    return true;
  }

  /** Says that the folder of a backend that does not run any more has been deleted or moved. */
  async #explainLoss(last: Last): Promise<void> {
    const { directory, address } = last;
    if (this.#lost === address.pid || (await exists(directory)) || (await isHealthy(address))) {
      return;
    }
    this.#lost = address.pid;
    const { t } = this.l10n;
    const message = t(
      "The data directory {0} of the local backend is gone, and its tasks and databases with it. Put it back, or start the local backend with a new one.",
      directory,
    );
    void offerStart((start) => vscode.window.showErrorMessage(message, start), t);
  }

  dispose(): void {
    this.#starting?.controller.abort();
    this.#watch?.dispose();
  }

  async #start(controller: AbortController): Promise<boolean> {
    const found = await this.attach();
    if (isAttached(found)) {
      return found === "known";
    }
    await this.#stopStray();
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: this.l10n.t("Starting the local backend"),
      cancellable: true,
    };
    await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      for (const end = performance.now() + otherLimitMs; ; ) {
        try {
          return await this.#spawn(controller, progress);
        } catch (error) {
          if (!(error instanceof Error && error.name === directoryInUse) || performance.now() > end) {
            throw error;
          }
          // Another window is starting it at this moment, or the one before a reload is still ending.
          if ((await this.#until(retryMs, async () => isAttached(await this.attach()))) === true) {
            return;
          }
        }
      }
    });
    return false;
  }

  async #spawn(controller: AbortController, progress: vscode.Progress): Promise<void> {
    const [{ launchBackend }, { Postgres }] = await Promise.all([import("./launch"), import("./postgres")]);
    const dataDirectory = this.#dataDirectory();
    const postgres = new Postgres(this.context, this.l10n, dataDirectory, progress);
    const launch = (folder: string | undefined) =>
      launchBackend(
        {
          script: this.context.asAbsolutePath("dist/local-backend.js"),
          dataDirectory,
          demo: vscode.workspace.getConfiguration("drs").get("localBackend.demo", true),
          language: this.l10n.localize({ en: "en", zh: "zh" }) === "zh" ? "zh" : "en",
          keepRunning: vscode.workspace.getConfiguration("drs").get("localBackend.keepRunning", false),
          postgres: folder,
          log: (line) => this.log.debug(`[local backend] ${line}`),
          t: this.l10n.t,
        },
        controller.signal,
      );
    const folder = await postgres.here(controller.signal);
    const address = await launch(folder).catch(async (error: unknown) => {
      if (!(error instanceof Error && error.name === noPostgres)) {
        throw error;
      }
      return await launch(await postgres.fetched(error, controller));
    });
    await this.#use(dataDirectory, address);
  }

  /** Asks until the answer is true; undefined when that takes longer than `limitMs`. */
  #until(limitMs: number, condition: () => Promise<boolean>): Promise<true | undefined> {
    const pauses = { firstMs: pollMs, longestMs: pollMs, limitMs };
    return poll(async () => (await condition()) || undefined, pauses);
  }

  async #use(directory: string, address: BackendAddress): Promise<void> {
    this.#last = { directory, address };
    const { endpoint, projectId } = address;
    const name = this.l10n.t("Local backend");
    await this.connections.useLocal({ name, endpoint, projectId }, keyOf(address));
    await this.#watchOver(directory);
  }

  /** Follows a backend that another program ends and starts. */
  async #watchOver(directory: string): Promise<void> {
    if (this.#watch === undefined || this.#watched !== directory) {
      this.#watched = directory;
      this.#watch?.dispose();
      this.#watch = new FolderWatch(directory, () => {
        this.follow().catch((error) => this.log.error("The local backend cannot be found.", error));
      });
    }
    await this.#watch.begin().catch((error) => {
      this.log.warn(`Changes of ${directory} are not seen at once: ${error}`);
    });
  }

  /** @throws Error when the setting names no folder. */
  #dataDirectory(): string {
    const configured = vscode.workspace.getConfiguration("drs").get<unknown>("localBackend.dataDirectory");
    const usual = vscode.Uri.joinPath(this.context.globalStorageUri, "local-backend").fsPath;
    return dataDirectoryOf(configured, usual, homedir(), this.l10n.t);
  }
}

function isAttached(attached: Awaited<ReturnType<BackendController["attach"]>>): boolean {
  return attached === "known" || attached === "found";
}

function isOutdated(backend: BackendAddress): boolean {
  return backend.exitsWhenUnused && backend.version.localeCompare(version, "en", { numeric: true }) < 0;
}

function keyOf({ accessKey, secretKey }: BackendAddress): AccessKey {
  return { accessKey, secretKey };
}
