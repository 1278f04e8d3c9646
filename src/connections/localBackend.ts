import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { addressOf, type BackendAddress } from "./backendAddress";

export interface LocalBackendOptions {
  /** `dist/local-backend.js`. */
  readonly script: string;
  readonly dataDirectory: string;
  /** Whether a new data directory is filled with the demo shop and its tasks. */
  readonly demo: boolean;
  readonly log: (line: string) => void;
}

const startTimeoutMs = 120_000;

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
    return new Promise((resolve, reject) => {
      let lastWords = "";
      const fail = (reason: string) => {
        clearTimeout(timer);
        child.kill();
        reject(new Error(reason));
      };
      const timer = setTimeout(() => fail("the local backend was not ready in time"), startTimeoutMs);
      signal.addEventListener("abort", () => fail("the start was cancelled"), { once: true });
      child.once("error", (error) => fail(error.message));
      child.once("exit", () => fail(lastWords || "the local backend ended before it was ready"));
      createInterface({ input: child.stderr }).on("line", (line) => {
        lastWords = line;
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
