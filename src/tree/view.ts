import * as vscode from "vscode";
import type { Connection } from "../connections/connection";
import { explain } from "../tasks/explain";
import { problemsOf } from "../tasks/problems";
import type { Snapshot, TaskChange } from "../tasks/store";
import type { Formats } from "../tasks/texts";
import { type Node, TaskTree } from "./tree";

/** What the empty view says and offers (`viewsWelcome`, context key `drs.state`). */
export type ViewState = "disconnected" | "connecting" | "stopped" | "connected";

/** The view of the tasks: the tree, its badge, and the line above it that tells how old the data is. */
export class TasksView implements vscode.Disposable {
  readonly #formats: Formats;
  readonly #tree: TaskTree;
  readonly #view: vscode.TreeView<Node>;
  #connection: Connection | undefined;
  readonly onDidChangeVisibility: vscode.Event<vscode.TreeViewVisibilityChangeEvent>;

  constructor(formats: Formats) {
    this.#formats = formats;
    this.#tree = new TaskTree(formats);
    this.#view = vscode.window.createTreeView("drs.tasks", {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
    });
    this.onDidChangeVisibility = this.#view.onDidChangeVisibility;
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  /** Takes what the store says now. */
  show(changes: readonly TaskChange[], snapshot: Snapshot): void {
    this.#tree.show(changes, snapshot);
    this.#view.message = this.#messageOf(snapshot) ?? "";
    const { failed, frozen } = problemsOf(snapshot.tasks.values());
    const count = failed.length + frozen.length;
    this.#view.badge =
      count === 0
        ? undefined
        : { value: count, tooltip: this.#formats.t("Synchronization tasks that need attention: {0}", count) };
    if (snapshot.asOf !== undefined) {
      this.#setState("connected");
    }
  }

  /** Shows another connection, or that there is none; its tasks come with the first reading. */
  reset(connection: Connection | undefined, state: ViewState): void {
    this.#connection = connection;
    this.#tree.clear();
    this.#view.description = connection?.name ?? "";
    this.#view.message = "";
    this.#view.badge = undefined;
    this.#setState(state);
  }

  /** Selects a task's row and brings it into sight. */
  async reveal(id: string): Promise<void> {
    const node = this.#tree.nodeOf(id);
    if (node !== undefined) {
      await this.#view.reveal(node, { select: true, focus: true });
    }
  }

  dispose(): void {
    this.#view.dispose();
    this.#tree.dispose();
  }

  #messageOf({ asOf, problem, tasks, unread }: Snapshot): string | undefined {
    const { t, shortTime, number } = this.#formats;
    if (problem === undefined) {
      return (
        unread && t("Read so far: {0} of {1} synchronization tasks.", number(tasks.size), number(unread.of))
      );
    }
    const why = explain(problem, this.#formats, this.#connection?.kind === "local");
    return asOf === undefined ? why : t("As of {0}. {1}", shortTime(asOf), why);
  }

  #setState(state: ViewState): void {
    void vscode.commands.executeCommand("setContext", "drs.state", state);
    void vscode.commands.executeCommand("setContext", "drs.local", this.#connection?.kind === "local");
  }
}
