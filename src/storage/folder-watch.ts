/** Notices at once that another window has written into a folder that windows share. */
import { type FSWatcher, watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename } from "node:path";

/** One change of a shared file is several of its folder. */
const togetherMs = 20;

/**
 * Watches a folder without VS Code, whose watchers begin some time after they were made and miss what is written
 * meanwhile.
 */
export class FolderWatch {
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** @param onChange is called after a file came or went, until `dispose`. */
  constructor(
    private readonly folder: string,
    private readonly onChange: () => void,
  ) {}

  /**
   * Makes the folder if it is missing and watches it, unless that is done.
   *
   * @throws Error when the folder cannot be made or watched.
   */
  async begin(): Promise<void> {
    if (this.#watcher !== undefined) {
      return;
    }
    await mkdir(this.folder, { recursive: true });
    if (this.#disposed || this.#watcher !== undefined) {
      return;
    }
    const watcher = watch(this.folder, { persistent: false }, (_, name) => {
      if (name === basename(this.folder)) {
        // The folder itself has gone, and one that is made again is another.
        this.#end();
      }
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.onChange();
      }, togetherMs);
    });
    watcher.on("error", () => this.#end());
    this.#watcher = watcher;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#end();
  }

  #end(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
