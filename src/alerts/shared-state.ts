import * as vscode from "../screen/vscode";
import type { VersionedFile } from "../storage/versioned-file";

/** A file that the windows of this user share, and which names in its folder are its versions. */
export interface StateFile<T> {
  readonly file: VersionedFile<T>;
  readonly pattern: string;
}

/** A value in such a file, as this window last read it. Nothing is read before the first `load`. */
export class SharedState<T> implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when another value was read. */
  readonly onDidChange = this.#changed.event;
  #value: T;
  #opening: Promise<VersionedFile<T>> | undefined;
  #watcher: vscode.FileSystemWatcher | undefined;
  #disposed = false;

  /**
   * @param folder of the extension's own, in which the windows keep what they share.
   * @param open loads the module of the file.
   * @param empty the value until the file is read.
   */
  constructor(
    private readonly folder: vscode.Uri,
    private readonly open: (folder: string) => Promise<StateFile<T>>,
    empty: T,
  ) {
    this.#value = empty;
  }

  get value(): T {
    return this.#value;
  }

  /** Reads what is stored; each call reads it again. */
  async load(): Promise<void> {
    const file = await this.#file();
    this.#take(await file.read());
  }

  /** Changes what is kept. @param work may be asked again, where another window was faster. */
  async change(work: (value: T) => T): Promise<void> {
    const file = await this.#file();
    await file.change(work);
    this.#take(await file.read());
  }

  dispose(): void {
    this.#disposed = true;
    this.#watcher?.dispose();
    this.#changed.dispose();
  }

  #file(): Promise<VersionedFile<T>> {
    this.#opening ??= this.#opened();
    return this.#opening;
  }

  async #opened(): Promise<VersionedFile<T>> {
    const { file, pattern } = await this.open(this.folder.fsPath);
    if (!this.#disposed) {
      const files = new vscode.RelativePattern(this.folder, pattern);
      this.#watcher = vscode.workspace.createFileSystemWatcher(files, false, true, true);
      // Nothing is lost if this fails: the file is read again before the next notification.
      this.#watcher.onDidCreate(() => void this.load().catch(() => undefined));
    }
    return file;
  }

  #take(value: T): void {
    const before = this.#value;
    if (!this.#disposed && JSON.stringify(before) !== JSON.stringify(value)) {
      this.#value = value;
      this.#changed.fire();
    }
  }
}
