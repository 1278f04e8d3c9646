/** What was told of which task, kept for all windows and over restarts. Knows nothing of VS Code. */
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { statusOrder } from "../status/statuses";
import type { Told } from "./decide";

/** By connection, by task. A connection that is not here has never been watched. */
export type Entries = Readonly<Record<string, Readonly<Record<string, Told>>>>;

const condition = v.picklist([...statusOrder, "delayed"]);
const schema = v.record(
  v.string(),
  v.record(
    v.string(),
    v.object({
      condition,
      at: v.number(),
      under: v.optional(condition),
      retried: v.optional(v.boolean()),
    }),
  ),
);

/** How long a window waits for another one, and after how long one that holds the lock is taken for dead, in milliseconds. */
const patienceMs = 3_000;
const retryMs = 20;
const deadMs = 2_000;

/**
 * A file that the windows of this user share. What one window does in `change`, no other does at the same time, so
 * that exactly one of them tells what has happened.
 */
export class Ledger {
  readonly #folder: string;

  /** @param folder of the extension's own; it is made when it is first needed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is written; nothing where the file is missing or damaged. */
  async read(): Promise<Entries> {
    try {
      const found = v.safeParse(schema, JSON.parse(await readFile(this.#file, "utf8")));
      return found.success ? found.output : {};
    } catch {
      return {};
    }
  }

  /**
   * Reads, lets `work` say what is to be written, and writes it.
   *
   * @throws when the folder cannot be written; then nothing is kept.
   */
  async change(work: (entries: Entries) => Entries): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const locked = await this.#lock();
    try {
      const before = await this.read();
      const after = work(before);
      if (after !== before) {
        const draft = `${this.#file}.${process.pid}`;
        await writeFile(draft, JSON.stringify(after));
        await rename(draft, this.#file);
      }
    } finally {
      if (locked) {
        await rm(this.#lockFile, { force: true });
      }
    }
  }

  get #file(): string {
    return join(this.#folder, "told.json");
  }

  get #lockFile(): string {
    return join(this.#folder, "told.lock");
  }

  /** @returns false when the lock could not be had in time: telling twice is better than not at all. */
  async #lock(): Promise<boolean> {
    const end = Date.now() + patienceMs;
    while (Date.now() < end) {
      try {
        await (await open(this.#lockFile, "wx")).close();
        return true;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
          throw error;
        }
      }
      await this.#removeDeadLock();
      await delay(retryMs);
    }
    return false;
  }

  async #removeDeadLock(): Promise<void> {
    const made = await stat(this.#lockFile).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > deadMs) {
      await rm(this.#lockFile, { force: true });
    }
  }
}
