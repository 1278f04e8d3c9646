import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import type { MuteState, MuteStateFile } from "./mute-state";

const keyOf = ({ connection, id }: TaskRef) => `${connection}/${id}`;

/**
 * What the user does not want to hear: tasks that are muted, and for how long everything is. Shared by the windows of
 * this user. The files are looked at, and their module is loaded, when `load` is called first.
 */
export class Mutes implements vscode.Disposable {
  readonly #folder: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires also when a snooze is over, and when another window mutes or snoozes. */
  readonly onDidChange = this.#changed.event;
  #opening: Promise<MuteStateFile> | undefined;
  #watcher: vscode.FileSystemWatcher | undefined;
  #state: MuteState = { muted: [], snoozedUntil: 0 };
  #muted: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** @param folder of the extension's own, in which the windows keep what they share. */
  constructor(folder: vscode.Uri) {
    this.#folder = folder;
  }

  /** Until when nothing is told, milliseconds since 1970; 0 when everything is. */
  get snoozedUntil(): number {
    return this.#state.snoozedUntil > Date.now() ? this.#state.snoozedUntil : 0;
  }

  /** Looks at what is kept, again if it has been looked at before. */
  async load(): Promise<void> {
    const file = await this.#file();
    this.#take(await file.read());
  }

  async snooze(until: number): Promise<void> {
    await this.#change((state) => ({ ...state, snoozedUntil: until }));
  }

  isMuted(task: TaskRef): boolean {
    return this.#muted.has(keyOf(task));
  }

  async mute(task: TaskRef, muted: boolean): Promise<void> {
    await this.#change((state) => {
      const others = state.muted.filter((key) => key !== keyOf(task));
      return { ...state, muted: muted ? [...others, keyOf(task)] : others };
    });
  }

  /** Forgets the tasks of a connection that are gone. @param tasks those that there are, by id. */
  async keep(connection: string, tasks: ReadonlyMap<string, unknown>): Promise<void> {
    const isGone = (key: string) =>
      key.startsWith(`${connection}/`) && !tasks.has(key.slice(connection.length + 1));
    if (this.#state.muted.some(isGone)) {
      await this.#change((state) => ({ ...state, muted: state.muted.filter((key) => !isGone(key)) }));
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#watcher?.dispose();
    this.#changed.dispose();
  }

  async #change(work: (state: MuteState) => MuteState): Promise<void> {
    const file = await this.#file();
    await file.change(work);
    this.#take(await file.read());
  }

  #file(): Promise<MuteStateFile> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<MuteStateFile> {
    const { openMuteState } = await import("./mute-state");
    const { file, pattern } = openMuteState(this.#folder.fsPath);
    if (!this.#disposed) {
      const files = new vscode.RelativePattern(this.#folder, pattern);
      this.#watcher = vscode.workspace.createFileSystemWatcher(files, false, true, true);
      // Nothing is lost if this fails: it is looked at again before anything is told.
      this.#watcher.onDidCreate(() => void this.load().catch(() => undefined));
    }
    return file;
  }

  #take(state: MuteState): void {
    if (this.#disposed) {
      return;
    }
    const before = this.#state;
    this.#state = state;
    this.#muted = new Set(state.muted);
    this.#awaitEnd();
    if (before.snoozedUntil !== state.snoozedUntil || before.muted.join() !== state.muted.join()) {
      this.#changed.fire();
    }
  }

  #awaitEnd(): void {
    clearTimeout(this.#timer);
    const until = this.snoozedUntil;
    if (until > 0) {
      // A timer ends a little early now and then, and knows nothing of more than 24 days.
      const ms = Math.min(until - Date.now() + 1, 2 ** 31 - 1);
      this.#timer = setTimeout(() => (this.snoozedUntil > 0 ? this.#awaitEnd() : this.#changed.fire()), ms);
    }
  }
}
