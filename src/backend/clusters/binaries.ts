/** The PostgreSQL programs that the backend runs, made runnable on this machine. */
import { spawn } from "node:child_process";
import { access, chmod, constants, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import * as v from "valibot";
import { textOf } from "../data-dir";
import { reasonOf } from "../log";
import { exitCodes, StartError } from "../start-error";
import {
  exists,
  type Installation,
  installationAt,
  installedPackage,
  installedServers,
  platformPackage,
} from "./installations";

/** How to run a PostgreSQL program: `[...prefix, file, ...arguments]` with this environment. */
export interface Binaries {
  readonly prefix: readonly string[];
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Of PostgreSQL's version. */
  readonly major: number;
  readonly env: Readonly<Record<string, string>>;
}

const symlinkList = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ source: v.string(), target: v.string() })),
);

/** PostgreSQL refuses to run as root; in a user namespace of its own it sees another user. */
const unshare = ["unshare", "-U", "--map-user=1000", "--map-group=1000", "--"];

/** The oldest PostgreSQL whose servers do what the backend asks of them. */
const oldest = 14;

export interface Search {
  /** A folder that the user named; no other is searched then. */
  readonly postgres?: string | undefined;
  /** The file whose packages are meant; by default this program's own. */
  readonly from?: string;
}

/**
 * Finds PostgreSQL: the platform's npm package, then servers installed on this machine. Databases that are there already
 * need the major version that made them.
 *
 * @param dataDir where links between the package's libraries go, so that nothing is written into the package.
 * @throws StartError when there is none that fits and runs.
 */
export async function findBinaries(dataDir: string, { postgres, from }: Search = {}): Promise<Binaries> {
  const needed = await majorOf(dataDir);
  if (postgres !== undefined) {
    const installation = await installationAt(postgres);
    if (installation === undefined) {
      throw new StartError(
        `there is no PostgreSQL server in ${postgres}: initdb, postgres and pg_ctl are looked for there and in its folder bin`,
      );
    }
    const binaries = await runnable(installation, dataDir);
    const trouble = misfit(binaries, needed, dataDir);
    if (trouble !== undefined) {
      throw new StartError(`${trouble}; ${postgres} has PostgreSQL ${binaries.major}`);
    }
    return binaries;
  }
  const troubles: StartError[] = [];
  const found = [await installedPackage(from ?? __filename), ...(await installedServers())];
  for (const installation of found.filter((one) => one !== undefined)) {
    try {
      const binaries = await runnable(installation, dataDir);
      const trouble = misfit(binaries, needed, dataDir);
      if (trouble === undefined) {
        return binaries;
      }
      troubles.push(
        new StartError(
          `${trouble}; PostgreSQL ${binaries.major} was found in ${installation.home}`,
          exitCodes.noPostgres,
        ),
      );
    } catch (error) {
      troubles.push(error instanceof StartError ? error : new StartError(reasonOf(error)));
    }
  }
  throw troubles[0] ?? noServer(needed);
}

function noServer(needed: number | undefined): StartError {
  const what = needed === undefined ? `PostgreSQL ${oldest} or newer` : `PostgreSQL ${needed}`;
  return new StartError(
    `${what} was not found. Install it and put its programs on PATH, name its folder with --postgres, or run "npm install ${platformPackage}" (there is no such package for Alpine Linux and for Windows on ARM)`,
    exitCodes.noPostgres,
  );
}

/** Why servers of this version cannot be used here. */
function misfit({ major }: Binaries, needed: number | undefined, dataDir: string): string | undefined {
  if (needed !== undefined && major !== needed) {
    return `the databases in ${dataDir} were made by PostgreSQL ${needed} and need that version; install it, or choose another data directory`;
  }
  return major < oldest ? `PostgreSQL ${oldest} or newer is needed` : undefined;
}

/** The major version of the databases in a data directory; undefined when there are none yet. */
async function majorOf(dataDir: string): Promise<number | undefined> {
  const text = await textOf(join(dataDir, "clusters", "control", "PG_VERSION"));
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** Makes what npm leaves out of a package: execute permissions, and links between libraries. */
async function runnable(installation: Installation, dataDir: string): Promise<Binaries> {
  const { home, initdb, postgres, pgCtl } = installation;
  try {
    await Promise.all([initdb, postgres, pgCtl].map(makeExecutable));
    const binaries = { initdb, postgres, pgCtl, env: await libraryPath(home, dataDir) };
    return { ...binaries, ...(await versionOf(binaries)) };
  } catch (error) {
    throw error instanceof StartError
      ? error
      : new StartError(`PostgreSQL in ${home} cannot be run: ${reasonOf(error)}`);
  }
}

async function makeExecutable(file: string): Promise<void> {
  await access(file, constants.X_OK).catch(async () => await chmod(file, 0o755));
}

/** The package's libraries are found beside the programs, unless the links between them are missing. */
async function libraryPath(native: string, dataDir: string): Promise<Record<string, string>> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = v.parse(symlinkList, list);
  const root = dirname(native);
  const missing = await Promise.all(links.map(async ({ target }) => !(await exists(join(root, target)))));
  if (!missing.includes(true)) {
    return {};
  }
  const dir = join(dataDir, "lib");
  await mkdir(dir, { recursive: true });
  await Promise.all(
    links.map(async ({ source, target }) => {
      // A link of an earlier start may lead to where the package was then.
      await rm(join(dir, basename(target)), { force: true });
      await symlink(join(root, source), join(dir, basename(target)));
    }),
  );
  // A library found through such a link looks for others beside the link.
  const path = [dir, join(native, "lib")].join(delimiter);
  return { [process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"]: path };
}

/** Runs the server's program once: with which prefix it runs, and of which major version it is. */
async function versionOf(
  binaries: Pick<Binaries, "postgres" | "env">,
): Promise<Pick<Binaries, "prefix" | "major">> {
  const prefix = process.getuid?.() === 0 ? unshare : [];
  const { code, output } = await run({ ...binaries, prefix }, binaries.postgres, ["--version"]).catch(
    (error: unknown) => ({ code: -1, output: reasonOf(error) }),
  );
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1]);
  if (code === 0 && major > 0) {
    return { prefix, major };
  }
  throw new StartError(
    prefix.length > 0
      ? "PostgreSQL does not run as root and user namespaces are not available here: start the backend as another user"
      : `PostgreSQL cannot be run: ${output}`,
  );
}

/** Runs a program to its end, which the signal brings on; `output` is what it wrote, in one line. */
export async function run(
  binaries: Pick<Binaries, "prefix" | "env">,
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number; readonly output: string }> {
  signal?.throwIfAborted();
  const [command = file, ...rest] = [...binaries.prefix, file, ...args];
  const child = spawn(command, rest, {
    env: { ...process.env, ...binaries.env },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = `${output}${text}`.slice(-4_000);
    });
  }
  // A program that is still at work must not outlive the backend.
  const end = () => child.kill();
  process.once("exit", end);
  signal?.addEventListener("abort", end);
  child.once("close", () => {
    process.off("exit", end);
    signal?.removeEventListener("abort", end);
  });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code: code ?? -1, output: output.replaceAll(/[^\S\n]+/g, " ").trim() }),
    );
  });
}
