import { randomBytes } from "node:crypto";
import { chmod, link, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { log, reasonOf } from "./log";
import { exitCodes, StartError } from "./start-error";

const identity = v.object({
  projectId: v.string(),
  accessKey: v.string(),
  secretKey: v.string(),
  /** 32 bytes in base64; seals the passwords of endpoints. */
  sealingKey: v.string(),
  /** The superuser's password of the servers in this directory. */
  databasePassword: v.string(),
});

/** Keys and ids that are generated once for a data directory and kept, so that clients keep working. */
export type Identity = v.InferOutput<typeof identity>;

const owner = v.object({ pid: v.number(), started: v.nullable(v.string()) });

/** A data directory that this process owns until `release`. */
export class DataDir {
  private constructor(
    readonly path: string,
    readonly identity: Identity,
    /** The content of `owner.json`. */
    private readonly ownership: string,
  ) {}

  /**
   * Takes the directory, making it when it is missing.
   *
   * @throws StartError when it cannot be written, another live process owns it, or another user could have written it.
   */
  static async take(path: string): Promise<DataDir> {
    try {
      await makeDirectory(path);
      await keepPrivate(path);
      const ownership = await lock(path);
      const kept = keptIdentity(join(path, "identity.json"));
      await kept.catch(async () => await rm(join(path, "owner.json")));
      return new DataDir(path, await kept, ownership);
    } catch (error) {
      if (error instanceof StartError) {
        throw error;
      }
      throw new StartError(`the data directory ${path} cannot be used: ${reasonOf(error)}`);
    }
  }

  /** Says in `backend.json` how to reach the running backend. */
  async announce(readyLine: string): Promise<void> {
    await writePrivately(join(this.path, "backend.json"), readyLine);
  }

  /**
   * Whether this process owns the directory still: somebody may have deleted or moved it, and another backend may have
   * made it again.
   */
  async isOurs(): Promise<boolean> {
    return (await textOf(join(this.path, "owner.json"))) === this.ownership;
  }

  /** Gives the directory back: `backend.json` and the lock go away, unless another backend has taken it. */
  async release(): Promise<void> {
    if (await this.isOurs()) {
      await rm(join(this.path, "backend.json"), { force: true });
      await rm(join(this.path, "owner.json"), { force: true });
    }
  }
}

/** Makes a directory and what it lies in. Node's own recursion never ends where nothing can be made, as in `/proc`. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      return;
    }
    if (!hasCode(error, "ENOENT") || dirname(path) === path) {
      throw error;
    }
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

/** A new data directory has nothing in it, or what a start that is under way puts there. */
const ownerFile = /^owner\.json(\.\d+(\.stale)?)?$/;

/**
 * Closes a directory to all but the user: the databases in it are the user's. Another user who could write in it could have put
 * keys there that they know, or a server with settings of their own.
 *
 * @throws StartError when that may have happened.
 */
async function keepPrivate(path: string): Promise<void> {
  if (process.platform === "win32") {
    return;
  }
  const uid = process.getuid?.();
  const { mode, uid: owner } = await stat(path);
  if (owner !== uid) {
    throw new StartError(
      `the data directory ${path} belongs to another user (uid ${owner}); choose one of your own`,
    );
  }
  const isNew = async () => (await readdir(path)).every((entry) => ownerFile.test(entry));
  const close = async () => {
    await chmod(path, 0o700);
    log(`the data directory ${path} was open to other users and is closed to them now`);
  };
  if ((mode & 0o077) !== 0 && (await isNew())) {
    await close();
  }
  // Looked at again: somebody may have been faster.
  if ((mode & 0o022) !== 0 && !(await isNew())) {
    throw new StartError(
      `other users can write in the data directory ${path}; choose another one, or run chmod 700 on it if you trust all that is in it`,
    );
  }
  const keys = await lstat(join(path, "identity.json")).catch(() => undefined);
  if (keys !== undefined && (!keys.isFile() || keys.uid !== uid || (keys.mode & 0o077) !== 0)) {
    throw new StartError(
      `${join(path, "identity.json")} is not a file that only you can read, so its keys may be known to others; choose another data directory`,
    );
  }
  // One that holds other things, as a home directory, is left as it is.
  if ((mode & 0o077) !== 0 && keys !== undefined) {
    await close();
  }
}

/** Writes a file only the user can read, whole or not at all; never through a link that lies there. */
export async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined when there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  });
}

/** @returns the content of the lock. */
async function lock(path: string): Promise<string> {
  const file = join(path, "owner.json");
  const mine = `${file}.${process.pid}`;
  const text = JSON.stringify({ pid: process.pid, started: await startTimeOf(process.pid) });
  await rm(mine, { force: true });
  await writeFile(mine, text, { mode: 0o600, flag: "wx" });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await hasLinked(mine, file)) {
        return text;
      }
      const found = await textOf(file);
      const pid = await liveOwner(found);
      if (pid !== undefined) {
        throw new StartError(
          `the data directory ${path} belongs to another running backend (process ${pid})`,
          exitCodes.directoryInUse,
        );
      }
      await removeStale(file, found);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new StartError(
    `the data directory ${path} is being taken by another process`,
    exitCodes.directoryInUse,
  );
}

/** Gives a file a second name, which appears whole and only if it is free. */
async function hasLinked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      return false;
    }
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Removes what a dead owner left; another process that has taken the directory meanwhile keeps it. */
async function removeStale(file: string, judged: string | undefined): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch {
    // Somebody else has removed it.
    return;
  }
  if ((await textOf(aside)) !== judged) {
    await hasLinked(aside, file);
  }
  await rm(aside, { force: true });
}

async function liveOwner(text: string | undefined): Promise<number | undefined> {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), owner), text);
  if (!result.success) {
    return undefined;
  }
  const { pid, started } = result.output;
  // A process that took over the number of a dead owner was started at another time.
  return isAlive(pid) && (await startTimeOf(pid)) === started ? pid : undefined;
}

/** Whether a process with this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/**
 * When a process started, in the kernel's own terms; null where the system does not say, undefined for one that has
 * ended and whose parent has not asked for its exit code.
 */
async function startTimeOf(pid: number): Promise<string | null | undefined> {
  if (process.platform !== "linux") {
    return null;
  }
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // State and start time are fields 3 and 22: the 1st and the 20th after the command's closing bracket.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : (fields[19] ?? null);
}

/** @throws StartError for keys that are not understood: new ones would make what is sealed with them unreadable. */
async function keptIdentity(file: string): Promise<Identity> {
  const text = await textOf(file);
  if (text !== undefined) {
    const kept = v.safeParse(v.pipe(v.string(), v.parseJson(), identity), text);
    if (kept.success) {
      return kept.output;
    }
    throw new StartError(
      `${file} is damaged, or a newer version of the local backend has written it: update it, or choose another data directory`,
    );
  }
  const made: Identity = {
    projectId: randomBytes(16).toString("hex"),
    accessKey: `LOCAL${randomBytes(8).toString("hex").slice(0, 15).toUpperCase()}`,
    secretKey: randomBytes(30).toString("base64url"),
    sealingKey: randomBytes(32).toString("base64"),
    databasePassword: randomBytes(24).toString("base64url"),
  };
  await writePrivately(file, JSON.stringify(made));
  log("made new keys for this data directory");
  return made;
}
