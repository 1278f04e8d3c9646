import type { TaskRef } from "../connections/connection";
import { longestTimerMs } from "../drs/clock";
import * as vscode from "../screen/vscode";
import type { MuteState } from "./mute-state";
import { SharedState } from "./shared-state";

const keyOf = ({ connection, id }: TaskRef) => `${connection}/${id}`;

/**
 * The muted tasks, and until when all notifications are snoozed. Shared by the windows of this user. The files are read,
 * and their module is loaded, when `load` is first called.
 */
export class Mutes implements vscode.Disposable {
  readonly #shared: SharedState<MuteState>;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires also when a snooze is over, and when another window mutes or snoozes. */
  readonly onDidChange = this.#changed.event;
  #muted: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  /** @param folder of the extension's own, in which the windows keep what they share. */
  constructor(folder: vscode.Uri) {
    const open = async (path: string) => (await import("./mute-state")).openMuteState(path);
    this.#shared = new SharedState<MuteState>(folder, open, { muted: [], snoozedUntil: 0 });
    this.#shared.onDidChange(() => {
      this.#muted = new Set(this.#shared.value.muted);
      this.#awaitEnd();
      this.#changed.fire();
    });
  }

  /** Until when notifications are snoozed, milliseconds since 1970; 0: they are not. */
  get snoozedUntil(): number {
    const { snoozedUntil } = this.#shared.value;
    return snoozedUntil > Date.now() ? snoozedUntil : 0;
  }

  /** Reads what is stored; each call reads it again. */
  async load(): Promise<void> {
    await this.#shared.load();
  }

  async snooze(until: number): Promise<void> {
    await this.#shared.change((state) => ({ ...state, snoozedUntil: until }));
  }

  isMuted(task: TaskRef): boolean {
    return this.#muted.size > 0 && this.#muted.has(keyOf(task));
  }

  async mute(task: TaskRef, muted: boolean): Promise<void> {
    await this.#shared.change((state) => {
      const others = state.muted.filter((key) => key !== keyOf(task));
      return { ...state, muted: muted ? [...others, keyOf(task)] : others };
    });
  }

  /** Forgets the tasks of a connection that are gone. @param tasks those that there are, by id. */
  async keep(connection: string, tasks: ReadonlyMap<string, unknown>): Promise<void> {
    const isGone = (key: string) =>
      key.startsWith(`${connection}/`) && !tasks.has(key.slice(connection.length + 1));
    if (this.#shared.value.muted.some(isGone)) {
      await this.#shared.change((state) => ({
        ...state,
        muted: state.muted.filter((key) => !isGone(key)),
      }));
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#shared.dispose();
    this.#changed.dispose();
  }

  #awaitEnd(): void {
    clearTimeout(this.#timer);
    const until = this.snoozedUntil;
    if (until > 0) {
      // A timer ends a little early now and then, and knows nothing of more than 24 days.
      const ms = Math.min(until - Date.now() + 1, longestTimerMs);
      this.#timer = setTimeout(() => (this.snoozedUntil > 0 ? this.#awaitEnd() : this.#changed.fire()), ms);
    }
  }
}
