import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";

const mutedKey = "drs.muted";
const snoozeKey = "drs.snoozedUntil";
const keyOf = ({ connection, id }: TaskRef) => `${connection}/${id}`;

/** What the user does not want to hear: tasks that are muted, and for how long everything is. Kept for all windows. */
export class Quiet implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires also when a snooze is over. */
  readonly onDidChange = this.#changed.event;
  #timer: NodeJS.Timeout | undefined;

  /** @param state of the user, not of a workspace. */
  constructor(state: vscode.Memento) {
    this.#state = state;
    this.#awaitEnd();
  }

  /** Until when nothing is told, milliseconds since 1970; 0 when everything is. */
  get snoozedUntil(): number {
    const until = this.#state.get(snoozeKey, 0);
    return until > Date.now() ? until : 0;
  }

  async snooze(until: number): Promise<void> {
    await this.#state.update(snoozeKey, until);
    this.#awaitEnd();
    this.#changed.fire();
  }

  isMuted(task: TaskRef): boolean {
    return this.#muted.includes(keyOf(task));
  }

  async mute(task: TaskRef, muted: boolean): Promise<void> {
    const others = this.#muted.filter((key) => key !== keyOf(task));
    await this.#state.update(mutedKey, muted ? [...others, keyOf(task)] : others);
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  #awaitEnd(): void {
    clearTimeout(this.#timer);
    const until = this.snoozedUntil;
    if (until > 0) {
      this.#timer = setTimeout(() => this.#changed.fire(), until - Date.now());
    }
  }

  get #muted(): readonly string[] {
    return this.#state.get<readonly string[]>(mutedKey, []);
  }
}
