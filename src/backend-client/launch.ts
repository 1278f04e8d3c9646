import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { isOwnVariable } from "../drs/own-environment";
import type { Translate } from "../l10n/localizer";
import { addressOf, type BackendAddress, directoryInUse, noPostgres } from "./discovery";

export interface LaunchOptions {
  /** `dist/local-backend.js`. */
  readonly script: string;
  readonly dataDirectory: string;
  /** Whether a new data directory is filled with the demo shop and its tasks. */
  readonly demo: boolean;
  /** The language of the demo's descriptions. */
  readonly language: "en" | "zh";
  /** Whether it stays when no window uses it any more. */
  readonly keepRunning: boolean;
  /** The folder of the PostgreSQL to run; undefined: the backend looks for one. */
  readonly postgres?: string | undefined;
  readonly log: (line: string) => void;
  readonly t: Translate;
}

/** A slow machine takes more than a minute to make the databases of the demo. */
const startTimeoutMs = 300_000;
const drainMs = 1_000;
/** The backend ends when it was unused for this long: longer than a window takes to reload on a busy machine. */
const unusedSeconds = 60;
/** How the backend begins the line that says why it cannot start. */
const errorPrefix = "drs-local: ";
/** Exit codes with which the backend says why it cannot start. */
const exitCodes = { directoryInUse: 3, diskFull: 4, noPostgres: 5 } as const;

/**
 * Starts the backend and waits until it is ready. From then on it has no parent: it ends when asked to, or,
 * unless it is to keep running, when no window has used it for a while.
 *
 * @throws Error with the backend's own last words when it ends before it is ready, or after five minutes; its name is
 *   `directoryInUse` where another backend has the data directory, `noPostgres` where it finds no PostgreSQL that fits.
 */
export function launchBackend(options: LaunchOptions, signal: AbortSignal): Promise<BackendAddress> {
  const args = [options.script, "--data-dir", options.dataDirectory];
  args.push(...(options.demo ? ["--demo", "--language", options.language] : []));
  args.push(...(options.postgres === undefined ? [] : ["--postgres", options.postgres]));
  args.push(...(options.keepRunning ? [] : ["--exit-when-unused", String(unusedSeconds)]));
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => isOwnVariable(name)));
  const child = spawn(process.execPath, args, {
    // In desktop VS Code this process is Electron, which runs as plain Node with this variable.
    env: { ...environment, ELECTRON_RUN_AS_NODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    // What ends this window's processes must not end what other windows use.
    detached: true,
  });
  const { t } = options;
  return new Promise((resolve, reject) => {
    let lastWords = "";
    let ready = false;
    const fail = (reason: unknown) => {
      clearTimeout(timer);
      if (!ready) {
        child.kill();
      }
      reject(reason);
    };
    const ended = (code: number | null) => fail(endOf(code, lastWords, options));
    const timer = setTimeout(
      () => fail(new Error(t("The local backend was not ready in time."))),
      startTimeoutMs,
    );
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });
    child.once("error", fail);
    // The reason is on stderr, which may be read to its end only after the exit.
    child.once("close", (code) => ended(code));
    child.once("exit", (code) => {
      if (ready) {
        options.log(`ended with exit code ${code}`);
      }
      setTimeout(() => ended(code), drainMs);
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      lastWords = line.startsWith(errorPrefix) ? line.slice(errorPrefix.length) : lastWords;
      options.log(line);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = addressOf(line);
      if (address !== undefined) {
        ready = true;
        clearTimeout(timer);
        child.unref();
        resolve(address);
      }
    });
  });
}

function endOf(code: number | null, lastWords: string, { dataDirectory, t }: LaunchOptions): Error {
  const words = lastWords || t("The local backend exited before it was ready.");
  if (code === exitCodes.diskFull) {
    return new Error(
      t(
        "No space is left for the local backend's data directory {0}. Free space there, or choose another folder in the setting drs.localBackend.dataDirectory. {1}",
        dataDirectory,
        words,
      ),
    );
  }
  const error = new Error(words);
  if (code === exitCodes.directoryInUse || code === exitCodes.noPostgres) {
    error.name = code === exitCodes.directoryInUse ? directoryInUse : noPostgres;
  }
  return error;
}
