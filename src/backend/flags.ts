import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultDataDir } from "../drs/own-environment";
import type { Language } from "./messages";
import { StartError } from "./start-error";

/** How the backend was asked to run. */
export interface Flags {
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly demo: boolean;
  /** Of the descriptions of the demo's tasks. */
  readonly language: Language;
  /** The folder of the PostgreSQL to run; undefined: it is found. */
  readonly postgres: string | undefined;
  /** Seconds after which a backend that nobody uses ends; undefined: it stays. */
  readonly exitWhenUnused: number | undefined;
  readonly help: boolean;
}

export const usage = `Usage: drs-local [--data-dir DIR] [--port N] [--demo] [--language LANGUAGE] [--postgres DIR]
                 [--exit-when-unused SECONDS]
       drs-local call [--data-dir DIR] METHOD PATH [BODY]

Runs the local backend of DRS Sync Tasks: the DRS API on 127.0.0.1, with PostgreSQL's logical replication behind it.

  --data-dir DIR  where task states, keys and databases are kept (default: ${defaultDataDir()})
  --port N        port of the API, 0 for any free one (default: 0)
  --demo          with a source database that keeps changing, a target database and tasks between them
  --language LANGUAGE
                  of the descriptions of the demo's tasks: en or zh (default: en)
  --postgres DIR  PostgreSQL 14 or newer to run the backend's own databases (default: that of the npm package
                  for this platform, then those installed on this machine)
  --exit-when-unused SECONDS
                  ends when nobody has held a call of /_local/presence open for so long
  --help          this text

When ready it prints one JSON line: {"endpoint","project_id","access_key","secret_key","pid","version",
"exits_when_unused"}. "call" sends a signed request to the backend that runs on the data directory, such as:
drs-local call GET /_local/account
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
  if (values.postgres === "") {
    throw new StartError("--postgres must name a directory");
  }
  return {
    dataDir: resolve(values["data-dir"] ?? defaultDataDir()),
    port: Number(port),
    demo: values.demo ?? false,
    language: languageIn(values.language),
    postgres: values.postgres === undefined ? undefined : resolve(values.postgres),
    exitWhenUnused: seconds(values["exit-when-unused"]),
    help: values.help ?? false,
  };
}

function languageIn(text = "en"): Language {
  if (text !== "en" && text !== "zh") {
    throw new StartError(`--language must be en or zh, not "${text}"`);
  }
  return text;
}

function seconds(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,4}$/.test(text)) {
    throw new StartError(`--exit-when-unused must be a number of seconds from 1 to 99999, not "${text}"`);
  }
  return text === undefined ? undefined : Number(text);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "data-dir": { type: "string" },
        port: { type: "string" },
        demo: { type: "boolean" },
        language: { type: "string" },
        postgres: { type: "string" },
        "exit-when-unused": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\. To specify.*$/s, "") : String(error);
    throw new StartError(`${reason} (see --help)`);
  }
}
