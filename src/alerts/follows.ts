import type { TaskRef } from "../connections/connection";
import type * as vscode from "../screen/vscode";
import type { Task } from "../tasks/task";
import type { TaskReading } from "./alert-engine-host";
import type { Follow, FollowState } from "./follow";
import type { Goal } from "./follow-goals";
import { SharedState } from "./shared-state";

const keyOf = ({ connection, id }: TaskRef) => `${connection}/${id}`;

/** An alert about the same change comes within this many milliseconds. */
const justMs = 10_000;

/** How a followed task has ended up; reported by the window that found it first. */
export interface FollowEnd extends TaskRef {
  readonly follow: Follow;
  /** Undefined: it is gone. */
  readonly task: Task | undefined;
  readonly name: string;
}

/** The tasks that the user follows, shared by the windows of this user. */
export class Follows implements vscode.Disposable {
  readonly #shared: SharedState<FollowState>;
  /** Fires also when another window follows a task, or has reported one. */
  readonly onDidChange: vscode.Event<void>;
  /** When the outcome of a task was reported, milliseconds since 1970. */
  readonly #reported = new Map<string, number>();
  /** Names of the followed tasks, for those that are gone. */
  readonly #names = new Map<string, string>();

  /** @param folder of the extension's own, in which the windows keep what they share. */
  constructor(folder: vscode.Uri) {
    const open = async (path: string) => (await import("./follow-state")).openFollowState(path);
    this.#shared = new SharedState<FollowState>(folder, open, {});
    this.onDidChange = this.#shared.onDidChange;
  }

  /** Whether any task is followed. */
  get any(): boolean {
    return Object.keys(this.#shared.value).length > 0;
  }

  /** The goal for which a task is followed; undefined: it is not followed. */
  goalOf(task: TaskRef): Goal | undefined {
    return this.#shared.value[keyOf(task)]?.goal;
  }

  /** Reads what is stored; each call reads it again. */
  async load(): Promise<void> {
    await this.#shared.load();
  }

  /** Follows a task. @returns false when it is already what is waited for. */
  async follow(task: TaskRef, { status, ...facts }: Task, goal: Goal): Promise<boolean> {
    const { isReached } = await import("./follow");
    if (isReached(goal, { status, ...facts })) {
      return false;
    }
    const follow: Follow = { goal, from: status, at: Date.now() };
    await this.#shared.change((all) => ({ ...all, [keyOf(task)]: follow }));
    return true;
  }

  async unfollow(task: TaskRef): Promise<void> {
    await this.#shared.change((all) => without(all, keyOf(task)));
  }

  /** Follows a connection's tasks no more: it was removed, or leads to other tasks. */
  async forget(connection: string): Promise<void> {
    const isOther = (key: string) => !key.startsWith(`${connection}/`);
    if (!Object.keys(this.#shared.value).every(isOther)) {
      await this.#shared.change((all) =>
        Object.fromEntries(Object.entries(all).filter(([key]) => isOther(key))),
      );
    }
  }

  /**
   * The outcomes of a connection's followed tasks; only one window gets each.
   *
   * @param isAlerted whether an alert reports a task that needs a person.
   */
  async ended(
    { connection, tasks, asOf, complete }: TaskReading,
    isAlerted: (task: Task) => boolean,
  ): Promise<readonly FollowEnd[]> {
    const ends: FollowEnd[] = [];
    const { isJudgedBy, outcomeOf } = await import("./follow");
    for (const [key, follow] of Object.entries(this.#shared.value)) {
      const id = key.slice(connection.length + 1);
      const task = tasks.get(id);
      if (
        !key.startsWith(`${connection}/`) ||
        (task === undefined && !complete) ||
        !isJudgedBy(follow, asOf)
      ) {
        continue;
      }
      this.#names.set(key, task?.name ?? this.#names.get(key) ?? id);
      const outcome = outcomeOf(follow, task);
      const byAlert = outcome === "alerting" && task !== undefined && isAlerted(task);
      // After its alert a task may still become what is waited for.
      const isOver = outcome !== undefined && !(byAlert && follow.goal !== "anything");
      if (isOver && (await this.#takes(key, follow)) && !byAlert) {
        this.#reported.set(key, Date.now());
        ends.push({ connection, id, follow, task, name: this.#names.get(key) ?? id });
      }
    }
    return ends;
  }

  /** Whether the outcome of a task has just been reported. */
  wasJustReported(task: TaskRef): boolean {
    return Math.abs(Date.now() - (this.#reported.get(keyOf(task)) ?? Number.NEGATIVE_INFINITY)) < justMs;
  }

  dispose(): void {
    this.#shared.dispose();
  }

  /** Takes a task off. @returns whether this window was the first. */
  async #takes(key: string, { at }: Follow): Promise<boolean> {
    let first = false;
    await this.#shared.change((all) => {
      first = all[key]?.at === at;
      return first ? without(all, key) : all;
    });
    return first;
  }
}

function without(all: FollowState, key: string): FollowState {
  return Object.hasOwn(all, key)
    ? Object.fromEntries(Object.entries(all).filter(([other]) => other !== key))
    : all;
}
