/** A value in files that all windows of this user share. */
import { constants } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";

type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Versions to keep, so that a concurrent reader always finds one, a damaged one can be skipped, and a window that was
 * overtaken after it had written can be distinguished from one that wrote too late.
 */
const kept = 8;
/** How often a change is tried while other windows are faster. */
const tries = 100;
/** A draft that is older than this many milliseconds was left by a window that died. */
const deadMs = 60_000;

/**
 * The files hold the value alone, which is format 1. A later format is `{ "format": 2, "value": … }`, so that this version can
 * tell what it would destroy.
 */
class NewerFormatError extends Error {
  override readonly name = "NewerFormatError";

  constructor(readonly file: string) {
    super(
      `${file} was written by a newer version of DRS Sync Tasks. Update the extension, or delete the file. ${file} 由更新版本的 DRS Sync Tasks 写入，请更新扩展或删除该文件`,
    );
  }
}

/**
 * Each change is a file of its own, `NAME.5.json` after `NAME.4.json`: making the next one succeeds for one window
 * only, and the others look again. So there is no lock that a window could die with, or sleep over.
 */
export class VersionedFile<T> {
  /**
   * @param folder is made when it is first needed.
   * @param empty what it is while nothing is written, or nothing that can be read.
   */
  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly schema: Schema<T>,
    private readonly empty: T,
  ) {}

  /** The stored value; never rejects. */
  async read(): Promise<T> {
    const latest = await this.#latest().catch(() => undefined);
    return latest === undefined ? this.empty : latest.value;
  }

  /**
   * Writes what `work` makes of what is written; it is asked again where another window was faster, and nothing is
   * written where it returns what it was given.
   *
   * @returns what is written then.
   * @throws when the folder cannot be written, or when other windows never pause; NewerFormatError, and nothing is written,
   *   where a newer version has written before.
   */
  async change(work: (before: T) => T): Promise<T> {
    await mkdir(this.folder, { recursive: true });
    for (let trial = 0; trial < tries; trial++) {
      const { version, value } = await this.#latest();
      const after = work(value);
      if (after === value || (await this.#put(version + 1, after))) {
        return after;
      }
      await delay(Math.random() * 20);
    }
    throw new Error(`${this.folder} is written all the time.`);
  }

  /** @returns false when another window has written this version, or a later one. */
  async #put(version: number, value: T): Promise<boolean> {
    const draft = join(this.folder, `${this.name}.${crypto.randomUUID()}.draft`);
    const file = this.#file(version);
    try {
      await writeFile(draft, JSON.stringify(value));
      // A link appears at once with all that is in it. File systems without links have to copy.
      await link(draft, file).catch(async (error) => {
        if (isExisting(error)) {
          throw error;
        }
        await copyFile(draft, file, constants.COPYFILE_EXCL);
      });
    } catch (error) {
      if (isExisting(error)) {
        return false;
      }
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
    const [newest = 0, ...older] = await this.#versions();
    if (newest >= version + kept) {
      // This window was so slow that its version had come and gone. What is less far behind was there when it was written.
      await rm(file, { force: true });
      return false;
    }
    await this.#removeOld(older.slice(kept - 1));
    return true;
  }

  async #removeOld(versions: readonly number[]): Promise<void> {
    const drafts = (await readdir(this.folder)).filter((file) => file.endsWith(".draft"));
    const dead = drafts.map(async (file) => {
      const made = await stat(join(this.folder, file)).catch(() => undefined);
      return made !== undefined && Date.now() - made.mtimeMs > deadMs ? [join(this.folder, file)] : [];
    });
    const old = versions.map((version) => this.#file(version));
    for (const file of [...old, ...(await Promise.all(dead)).flat()]) {
      // What cannot be removed now will be next time.
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** The newest version and its value; where it is damaged, the value of the one before. */
  async #latest(): Promise<{ readonly version: number; readonly value: T }> {
    for (let trial = 0; trial < tries; trial++) {
      const versions = await this.#versions();
      const found = await this.#firstOf(versions);
      if (found !== "gone") {
        const [version = 0] = versions;
        return { version, value: found === "damaged" ? this.empty : found.is };
      }
    }
    throw new Error(`${this.folder} is written all the time.`);
  }

  async #firstOf(versions: readonly number[]): Promise<{ readonly is: T } | "damaged" | "gone"> {
    for (const version of versions) {
      const value = await this.#valueOf(version);
      if (value !== "damaged") {
        return value;
      }
    }
    return "damaged";
  }

  /** The versions that there are, the newest first. */
  async #versions(): Promise<readonly number[]> {
    const files = await readdir(this.folder);
    return files
      .flatMap((file) => {
        const [name, version, ...rest] = file.split(".");
        const number = Number(version);
        return name === this.name && rest.join() === "json" && Number.isSafeInteger(number) ? [number] : [];
      })
      .sort((one, other) => other - one);
  }

  async #valueOf(version: number): Promise<{ readonly is: T } | "damaged" | "gone"> {
    try {
      const written: unknown = JSON.parse(await readFile(this.#file(version), "utf8"));
      if (isOfNewerFormat(written)) {
        throw new NewerFormatError(this.#file(version));
      }
      const found = v.safeParse(this.schema, written);
      return found.success ? { is: found.output } : "damaged";
    } catch (error) {
      if (error instanceof NewerFormatError) {
        throw error;
      }
      return error instanceof Error && "code" in error && error.code === "ENOENT" ? "gone" : "damaged";
    }
  }

  #file(version: number): string {
    return join(this.folder, `${this.name}.${version}.json`);
  }
}

function isOfNewerFormat(written: unknown): boolean {
  return v.is(v.object({ format: v.pipe(v.number(), v.minValue(2)), value: v.unknown() }), written);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
