import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { Connections } from "../connections/connections";
import { poll } from "../drs/poll";
import type { Localizer } from "../l10n/localizer";
import { type BackendAddress, isReleased, runningBackend } from "./discovery";

const pollMs = 250;
/** How long a backend may take to end, and that of another window to start or to end. */
const stopLimitMs = 10_000;
const otherLimitMs = 20_000;

/**
 * The local backend as this window sees it: found when it runs, by whomever it was started; started when asked; ended
 * when asked, or when the last session with it is over (see Presence).
 */
export class BackendController implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #connections: Connections;
  readonly #l10n: Localizer;
  readonly #log: vscode.LogOutputChannel;
  /** The start in progress; disposing or stopping aborts it. */
  #starting: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;

  constructor(
    context: vscode.ExtensionContext,
    connections: Connections,
    l10n: Localizer,
    log: vscode.LogOutputChannel,
  ) {
    this.#context = context;
    this.#connections = connections;
    this.#l10n = l10n;
    this.#log = log;
  }

  /**
   * Connects to a backend that runs already; false when none does. A session with the same backend stays, and so does
   * the user's decision to stop showing it meanwhile.
   */
  async attach(): Promise<boolean> {
    const before = this.#connections.local;
    const known = before && (await this.#connections.secret(before));
    const address = await runningBackend(this.#dataDirectory());
    const moved = address?.endpoint !== before?.endpoint || known === undefined;
    if (address !== undefined && moved && isDeepStrictEqual(this.#connections.local, before)) {
      await this.#use(address);
    }
    return address !== undefined;
  }

  /** Follows a backend that came back at another address; does nothing while it is where it was, or gone. */
  async follow(): Promise<void> {
    if (this.#starting === undefined) {
      await this.attach();
    }
  }

  /**
   * Connects to the backend, which is started if it does not run.
   *
   * @throws Error with the backend's own words when it cannot start, the signal's reason when the user cancels.
   */
  start(): Promise<void> {
    if (this.#starting === undefined) {
      const controller = new AbortController();
      const done = this.#start(controller).finally(() => {
        this.#starting = undefined;
      });
      this.#starting = { controller, done };
    }
    return this.#starting.done;
  }

  /** Ends the backend, by whomever it was started, and waits until it is gone. @returns whether one ran. */
  async stop(): Promise<boolean> {
    const starting = this.#starting;
    starting?.controller.abort();
    await starting?.done.catch(() => undefined);
    const address = await runningBackend(this.#dataDirectory());
    if (address !== undefined) {
      process.kill(address.pid, "SIGTERM");
      await this.#until(stopLimitMs, () => isReleased(this.#dataDirectory()));
    }
    return address !== undefined || starting !== undefined;
  }

  dispose(): void {
    this.#starting?.controller.abort();
  }

  async #start(controller: AbortController): Promise<void> {
    if (await this.attach()) {
      return;
    }
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: this.#l10n.t("Starting the local backend"),
      cancellable: true,
    };
    await vscode.window.withProgress(options, async (_progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      try {
        await this.#spawn(controller.signal);
      } catch (error) {
        if (!(error instanceof Error && /another running backend/.test(error.message))) {
          throw error;
        }
        // Another window is starting it at this moment, or the one before a reload is still ending.
        const directory = this.#dataDirectory();
        await this.#until(otherLimitMs, async () => (await this.attach()) || (await isReleased(directory)));
        if (!(await this.attach())) {
          await this.#spawn(controller.signal);
        }
      }
    });
  }

  async #spawn(signal: AbortSignal): Promise<void> {
    const { launchBackend } = await import("./launch");
    const address = await launchBackend(
      {
        script: this.#context.asAbsolutePath("dist/local-backend.js"),
        dataDirectory: this.#dataDirectory(),
        demo: vscode.workspace.getConfiguration("drs").get("localBackend.demo", true),
        keepRunning: vscode.workspace.getConfiguration("drs").get("localBackend.keepRunning", false),
        log: (line) => this.#log.debug(`[local backend] ${line}`),
        t: this.#l10n.t,
      },
      signal,
    );
    await this.#use(address);
  }

  /** Asks until the answer is true; undefined when that takes longer than `limitMs`. */
  #until(limitMs: number, condition: () => Promise<boolean>): Promise<true | undefined> {
    const pauses = { firstMs: pollMs, longestMs: pollMs, limitMs };
    return poll(async () => (await condition()) || undefined, pauses);
  }

  #use({ endpoint, projectId, accessKey, secretKey }: BackendAddress): Promise<void> {
    const name = this.#l10n.t("Local backend");
    return this.#connections.useLocal({ name, endpoint, projectId }, { accessKey, secretKey });
  }

  #dataDirectory(): string {
    const configured = vscode.workspace.getConfiguration("drs").get("localBackend.dataDirectory", "");
    return configured || vscode.Uri.joinPath(this.#context.globalStorageUri, "local-backend").fsPath;
  }
}
