import { setTimeout as delay } from "node:timers/promises";
import type { Missing } from "../connections/access";
import type { TaskRef } from "../connections/connection";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import * as vscode from "../screen/vscode";
import type { ConnectedView } from "./connected-view";
import type { Marks, Node } from "./node";
import { pinOf, pinsIn } from "./pins";
import { viewDescription } from "./view-description";
import type { ViewOptions } from "./view-options";

/** The state that decides the text of the empty view (`viewsWelcome`, context key `drs.state`). */
export type ViewState =
  | "disconnected"
  | "connecting"
  | "stopped"
  | "closed"
  | "connected"
  | "noSecret"
  | "noEnvironment"
  | "noProject";

const stateWithout: Readonly<Record<Missing, ViewState>> = {
  secret: "noSecret",
  environment: "noEnvironment",
  project: "noProject",
};

const viewOptionsKey = "drs.arrangement";
const pinsKey = "drs.pinned";
/** Within this time VS Code has drawn the tree again, in milliseconds. */
const redrawMs = 2_000;

/** The view of the tasks. What it shows is a file of its own, loaded with the first connection. */
export class TasksView implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  #content: ConnectedView | undefined;
  #isLoading = false;
  #disposed = false;
  #shown: readonly ConnectionState[] = [];
  readonly #view: vscode.TreeView<Node>;
  readonly #context = new Map<string, unknown>();
  readonly onDidChangeVisibility: vscode.Event<vscode.TreeViewVisibilityChangeEvent>;

  /**
   * @param state of the workspace: keeps view options and pins.
   * @param marks whether a task is muted, and what it is followed for.
   * @param log receives why the view cannot be filled.
   */
  constructor(
    private readonly l10n: Localizer,
    private readonly state: vscode.Memento,
    private readonly marks: Pick<Marks, "isMuted" | "followedUntil">,
    private readonly log: Pick<vscode.LogOutputChannel, "error">,
  ) {
    const tree = () => this.#content?.tree;
    this.#view = vscode.window.createTreeView<Node>("drs.tasks", {
      treeDataProvider: {
        onDidChangeTreeData: this.#changed.event,
        getChildren: (node) => tree()?.getChildren(node) ?? [],
        getParent: (node) => tree()?.getParent(node),
        getTreeItem: (node) => tree()?.getTreeItem(node) ?? new vscode.TreeItem(""),
        resolveTreeItem: async (item: vscode.TreeItem, node) =>
          (await tree()?.resolveTreeItem(item, node)) ?? item,
      },
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.onDidChangeVisibility = this.#view.onDidChangeVisibility;
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  /** The rows that are selected. */
  get selection(): readonly Node[] {
    return this.#view.selection;
  }

  /** The row that was selected first. VS Code has none while it draws the tree again. */
  async selectedRow(): Promise<Node | undefined> {
    const end = performance.now() + redrawMs;
    while (this.selection.length === 0 && performance.now() < end) {
      await delay(20);
    }
    return this.selection[0];
  }

  /** How the tasks are grouped, sorted and filtered in this workspace, as `viewOptionsIn` reads it. */
  get storedViewOptions(): unknown {
    return this.state.get(viewOptionsKey);
  }

  async arrange(viewOptions: ViewOptions): Promise<void> {
    await this.state.update(viewOptionsKey, viewOptions);
    this.redraw();
  }

  isPinned(task: TaskRef): boolean {
    return this.#pins.includes(pinOf(task));
  }

  /** Pins a task before all others, or unpins it. */
  async pin(task: TaskRef, pinned: boolean): Promise<void> {
    const others = this.#pins.filter((pin) => pin !== pinOf(task));
    await this.state.update(pinsKey, pinned ? [...others, pinOf(task)] : others);
    this.redraw();
  }

  /** Redraws everything, after a change of the view options, of a setting or of a marked task. */
  redraw(): void {
    this.#content?.redraw();
  }

  /** The ids of the tasks of a group. */
  idsIn(connection: string, group: string): readonly string[] {
    return this.#content?.tree.idsIn(connection, group) ?? [];
  }

  /** Shows more tasks of the group of a row that offers them. */
  showMore(connection: string, group: string): void {
    this.#content?.tree.showMore(connection, group);
  }

  /**
   * Takes the connections that are shown.
   *
   * @param known how many connections there are, shown or not.
   * @param reading the poll that is the reason, if one is.
   */
  show(shown: readonly ConnectionState[], known: number, reading?: StoreUpdate): void {
    this.#shown = shown;
    const [only] = shown.length === 1 ? shown : [];
    this.#view.description = only === undefined ? "" : viewDescription(only, this.l10n);
    this.#setContext("drs.state", stateOf(shown));
    this.#setContext(
      "drs.local",
      shown.some(({ connection, session }) => connection.kind === "local" && session !== undefined),
    );
    this.#setContext(
      "drs.cloud",
      shown.some(
        ({ connection, session }) =>
          connection.kind === "cloud" && session?.store.snapshot.asOf !== undefined,
      ),
    );
    this.#setContext("drs.several", shown.length > 1);
    this.#setContext("drs.known", known);
    if (this.#content !== undefined) {
      this.#content.show(shown, reading);
    } else if (shown.length > 0 && !this.#isLoading) {
      this.#isLoading = true;
      this.#load().catch((error) => this.log.error("The tasks cannot be shown.", error));
    }
  }

  async #load(): Promise<void> {
    const { ConnectedView } = await import("./connected-view");
    if (this.#disposed) {
      return;
    }
    this.#content = new ConnectedView(
      {
        l10n: this.l10n,
        storedViewOptions: () => this.storedViewOptions,
        marks: { ...this.marks, isPinned: (task) => this.isPinned(task) },
        setFiltered: (filtered) => this.#setContext("drs.filtered", filtered),
      },
      this.#view,
    );
    this.#content.tree.onDidChangeTreeData((nodes) => this.#changed.fire(nodes));
    this.#content.show(this.#shown);
  }

  get #pins(): readonly string[] {
    return pinsIn(this.state.get(pinsKey));
  }

  /** Selects a task's row and brings it into sight. */
  async reveal(task: TaskRef): Promise<void> {
    const node = this.#content?.tree.nodeOf(task);
    if (node !== undefined) {
      await this.#view.reveal(node, { select: true, focus: true });
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#view.dispose();
    this.#content?.dispose();
    this.#changed.dispose();
  }

  /**
   * Unsets the view's context keys, does something, and sets them again: a step of the walkthrough is checked off only by
   * a key that changes after the walkthrough was opened.
   */
  async withContextReset(work: () => Thenable<unknown>): Promise<void> {
    for (const key of this.#context.keys()) {
      await vscode.commands.executeCommand("setContext", key, undefined);
    }
    try {
      await work();
    } finally {
      for (const [key, value] of this.#context) {
        await vscode.commands.executeCommand("setContext", key, value);
      }
    }
  }

  #setContext(key: string, value: unknown): void {
    if (this.#context.get(key) !== value) {
      this.#context.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
  }
}

function stateOf(shown: readonly ConnectionState[]): ViewState {
  if (shown.length === 0) {
    return "disconnected";
  }
  if (shown.some(({ session }) => session?.store.snapshot.asOf !== undefined)) {
    return "connected";
  }
  const states = new Set(shown.map(({ phase }) => phase));
  if (states.has("open") || states.has("opening")) {
    return "connecting";
  }
  const missing = shown.length === 1 ? shown[0]?.missing : undefined;
  if (missing !== undefined) {
    return stateWithout[missing];
  }
  return states.has("closed") ? "closed" : "stopped";
}
