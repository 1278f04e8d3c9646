import { homedir } from "node:os";
import { join } from "node:path";

/** What the local backend and its database servers get of the environment; cloud keys and tokens are none of it. */
const names = new Set([
  ...[
    "PATH",
    "PATHEXT",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
  ],
  ...[
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
  ],
  ...["WINDIR", "COMSPEC", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "ELECTRON_RUN_AS_NODE"],
]);
const prefixes = ["LC_", "XDG_"];

/** Whether processes of ours may have a variable: from a list, so that what others add is left out. */
export function isOwnVariable(name: string): boolean {
  // Windows ignores their case.
  const known = name.toUpperCase();
  return names.has(known) || prefixes.some((prefix) => known.startsWith(prefix));
}

/** Where the local backend keeps its data by default: `%LOCALAPPDATA%` on Windows, else the XDG data home. */
export function defaultDataDir(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const home =
    platform === "win32"
      ? (environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"))
      : (environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share"));
  return join(home, "drs-sync-tasks", "local-backend");
}
