import * as vscode from "vscode";
import type { Formats } from "../tasks/texts";
import { type BackendAddress, runningBackend } from "./backendAddress";
import type { Connections } from "./connections";
import type { LocalBackend } from "./localBackend";

/** The local backend as this window sees it: found when it runs, started when asked, ended with the window that started it. */
export class Local implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #connections: Connections;
  readonly #formats: Formats;
  readonly #log: vscode.LogOutputChannel;
  #child: LocalBackend | undefined;
  #starting: Promise<void> | undefined;

  constructor(
    context: vscode.ExtensionContext,
    connections: Connections,
    formats: Formats,
    log: vscode.LogOutputChannel,
  ) {
    this.#context = context;
    this.#connections = connections;
    this.#formats = formats;
    this.#log = log;
  }

  /** Connects to a backend that runs already; false when none does. */
  async attach(): Promise<boolean> {
    const address = await runningBackend(this.#dataDirectory());
    if (address !== undefined) {
      await this.#use(address);
    }
    return address !== undefined;
  }

  /** Follows a backend that came back at another address; does nothing while it is where it was, or gone. */
  async follow(): Promise<void> {
    if (this.#starting !== undefined) {
      return;
    }
    const address = await runningBackend(this.#dataDirectory());
    if (address !== undefined && address.endpoint !== this.#connections.active?.endpoint) {
      await this.#use(address);
    }
  }

  /**
   * Connects to the backend, which is started if it does not run.
   *
   * @throws Error with the backend's own words when it cannot start.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Ends the backend, by whomever it was started. @returns whether one ran. */
  async stop(): Promise<boolean> {
    const address = await runningBackend(this.#dataDirectory());
    if (address !== undefined) {
      process.kill(address.pid, "SIGTERM");
    }
    return address !== undefined;
  }

  dispose(): void {
    this.#child?.dispose();
  }

  async #start(): Promise<void> {
    if (await this.attach()) {
      return;
    }
    const { t } = this.#formats;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: t("Starting the local backend"),
      cancellable: true,
    };
    await vscode.window.withProgress(options, async (_progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const { LocalBackend } = await import("./localBackend");
      const child = await LocalBackend.start(
        {
          script: this.#context.asAbsolutePath("dist/local-backend.js"),
          dataDirectory: this.#dataDirectory(),
          demo: vscode.workspace.getConfiguration("drs").get("localBackend.demo", true),
          log: (line) => this.#log.debug(`[local backend] ${line}`),
        },
        controller.signal,
      );
      this.#child = child;
      child.onDidExit(() => {
        if (this.#child === child) {
          this.#child = undefined;
          this.#log.warn("The local backend ended.");
        }
      });
      await this.#use(child.address);
    });
  }

  #use({ endpoint, projectId, accessKey, secretKey }: BackendAddress): Promise<void> {
    const name = this.#formats.t("Local backend");
    return this.#connections.use({ kind: "local", name, endpoint, projectId }, { accessKey, secretKey });
  }

  #dataDirectory(): string {
    const configured = vscode.workspace.getConfiguration("drs").get("localBackend.dataDirectory", "");
    return configured || vscode.Uri.joinPath(this.#context.globalStorageUri, "local-backend").fsPath;
  }
}
