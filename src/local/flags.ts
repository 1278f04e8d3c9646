import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StartError } from "./start-error";

/** How the backend was asked to run. */
export interface Flags {
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly demo: boolean;
  readonly help: boolean;
}

export const usage = `Usage: drs-local [--data-dir DIR] [--port N] [--demo]
       drs-local call [--data-dir DIR] METHOD PATH [BODY]

Runs the local backend of DRS Sync Tasks: the DRS API on 127.0.0.1, with PostgreSQL's logical replication behind it.

  --data-dir DIR  where task states, keys and databases are kept (default: ${defaultDataDir()})
  --port N        port of the API, 0 for any free one (default: 0)
  --demo          with a source database that keeps changing, a target database and tasks between them
  --help          this text

When ready it prints one JSON line: {"endpoint","project_id","access_key","secret_key","pid"}. "call" sends a signed
request to the backend that runs on the data directory, such as: drs-local call GET /_local/account
`;

/** @throws StartError for a flag that does not exist or has no usable value. */
export function parseFlags(args: readonly string[]): Flags {
  const values = parsed(args);
  const port = values.port ?? "0";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new StartError(`--port must be a number from 0 to 65535, not "${port}"`);
  }
  if (values["data-dir"] === "") {
    throw new StartError("--data-dir must name a directory");
  }
  return {
    dataDir: resolve(values["data-dir"] ?? defaultDataDir()),
    port: Number(port),
    demo: values.demo ?? false,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "data-dir": { type: "string" },
        port: { type: "string" },
        demo: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\. To specify.*$/s, "") : String(error);
    throw new StartError(`${reason} (see --help)`);
  }
}

/** A per-user place: `%LOCALAPPDATA%` on Windows, else the XDG data home. */
export function defaultDataDir(): string {
  const home =
    process.platform === "win32"
      ? (process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"))
      : (process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"));
  return join(home, "drs-sync-tasks", "local-backend");
}
