import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Translate } from "../tasks/texts";
import { addressOf, type BackendAddress } from "./backendAddress";

export interface LocalBackendOptions {
  /** `dist/local-backend.js`. */
  readonly script: string;
  readonly dataDirectory: string;
  /** Whether a new data directory is filled with the demo shop and its tasks. */
  readonly demo: boolean;
  readonly log: (line: string) => void;
  readonly t: Translate;
}

const startTimeoutMs = 120_000;
const drainMs = 1_000;
/** How the backend begins the line that says why it cannot start. */
const errorPrefix = "drs-local: ";

/** The local backend as a child of this process, ended by `dispose`. */
export class LocalBackend {
  readonly #child: ChildProcess;
  readonly address: BackendAddress;

  private constructor(child: ChildProcess, address: BackendAddress) {
    this.#child = child;
    this.address = address;
  }

  /**
   * Starts the backend and waits until it is ready.
   *
   * @throws Error with the backend's own last words when it ends before, or after two minutes.
   */
  static start(options: LocalBackendOptions, signal: AbortSignal): Promise<LocalBackend> {
    const args = [options.script, "--data-dir", options.dataDirectory, ...(options.demo ? ["--demo"] : [])];
    const child = spawn(process.execPath, args, {
      // In desktop VS Code this process is Electron, which runs as plain Node with this variable.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    const { t } = options;
    return new Promise((resolve, reject) => {
      let lastWords = "";
      const fail = (reason: unknown) => {
        clearTimeout(timer);
        child.kill();
        reject(reason);
      };
      const ended = () => fail(new Error(lastWords || t("The local backend ended before it was ready.")));
      const timer = setTimeout(
        () => fail(new Error(t("The local backend was not ready in time."))),
        startTimeoutMs,
      );
      signal.addEventListener("abort", () => fail(signal.reason), { once: true });
      child.once("error", fail);
      // The reason is on stderr, which may be read to its end only after the exit.
      child.once("close", ended);
      child.once("exit", () => setTimeout(ended, drainMs));
      createInterface({ input: child.stderr }).on("line", (line) => {
        lastWords = line.startsWith(errorPrefix) ? line.slice(errorPrefix.length) : lastWords;
        options.log(line);
      });
      createInterface({ input: child.stdout }).on("line", (line) => {
        const address = addressOf(line);
        if (address !== undefined) {
          clearTimeout(timer);
          resolve(new LocalBackend(child, address));
        }
      });
    });
  }

  /** Calls back when the backend ends. */
  onDidExit(callback: () => void): void {
    this.#child.once("exit", callback);
  }

  /** Asks the backend to end; it stops its databases by itself. */
  dispose(): void {
    this.#child.kill("SIGTERM");
  }
}
