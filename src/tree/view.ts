import type { Missing } from "../connections/access";
import type { TaskRef } from "../connections/connection";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { attentionText, merged, sumOf, type Thresholds, thresholdsIn } from "../tasks/attention";
import { type Arrangement, arrangementIn, isFiltered } from "./arrangement";
import { messageOf } from "./connection-row";
import type { Marks, Node } from "./node";
import { TaskTree } from "./tree";

/** What the empty view says and offers (`viewsWelcome`, context key `drs.state`). */
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

const arrangementKey = "drs.arrangement";
const pinsKey = "drs.pinned";
const pinOf = ({ connection, id }: TaskRef) => `${connection}/${id}`;

/** The view of the tasks: the tree, its badge, and the line above it that tells how old the data is. */
export class TasksView implements vscode.Disposable {
  readonly #l10n: Localizer;
  readonly #state: vscode.Memento;
  readonly #tree: TaskTree;
  #shown: readonly ConnectionState[] = [];
  readonly #view: vscode.TreeView<Node>;
  readonly #context = new Map<string, unknown>();
  #thresholds = readThresholds();
  readonly onDidChangeVisibility: vscode.Event<vscode.TreeViewVisibilityChangeEvent>;

  /**
   * @param state of the workspace: keeps arrangement and pins.
   * @param alerts what the user wants to hear of a task: whether its notices are held back, and what it is followed for.
   */
  constructor(l10n: Localizer, state: vscode.Memento, alerts: Pick<Marks, "isMuted" | "followedUntil">) {
    this.#l10n = l10n;
    this.#state = state;
    const thresholds = () => this.#thresholds;
    this.#tree = new TaskTree(l10n, this.arrangement, {
      isPinned: (task) => this.isPinned(task),
      isMuted: (task) => alerts.isMuted(task),
      followedUntil: (task) => alerts.followedUntil(task),
      get thresholds() {
        return thresholds();
      },
    });
    this.#view = vscode.window.createTreeView("drs.tasks", {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.onDidChangeVisibility = this.#view.onDidChangeVisibility;
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  /** The rows that are selected. */
  get selection(): readonly unknown[] {
    return this.#view.selection;
  }

  /** How the tasks are grouped, sorted and filtered in this workspace. */
  get arrangement(): Arrangement {
    return arrangementIn(this.#state.get(arrangementKey));
  }

  async arrange(change: Partial<Arrangement>): Promise<void> {
    await this.#state.update(arrangementKey, { ...this.arrangement, ...change });
    this.redraw();
  }

  isPinned(task: TaskRef): boolean {
    return this.#pins.includes(pinOf(task));
  }

  /** Lets a task stand before all others, or not any more. */
  async pin(task: TaskRef, pinned: boolean): Promise<void> {
    const others = this.#pins.filter((pin) => pin !== pinOf(task));
    await this.#state.update(pinsKey, pinned ? [...others, pinOf(task)] : others);
    this.redraw();
  }

  /** From where on a delay is too long. */
  get thresholds(): Thresholds {
    return this.#thresholds;
  }

  /** Redraws everything, after a change of the arrangement, of a setting or of a marked task. */
  redraw(): void {
    this.#thresholds = readThresholds();
    this.#tree.arrange(this.arrangement);
    this.#tellMessage();
    this.#tellBadge();
  }

  /** Shows more tasks of the group of a row that offers them. */
  showMore(connection: string, group: string): void {
    this.#tree.showMore(connection, group);
  }

  /**
   * Takes what is shown now.
   *
   * @param known how many connections there are, shown or not.
   * @param reading what the tasks of one connection changed by, if that is the occasion.
   */
  show(shown: readonly ConnectionState[], known: number, reading?: StoreUpdate): void {
    this.#shown = shown;
    this.#tree.show(shown, reading);
    const [only] = shown.length === 1 ? shown : [];
    this.#view.description = only === undefined ? "" : this.#descriptionOf(only);
    this.#tellMessage();
    this.#tellBadge();
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
  }

  get #pins(): readonly string[] {
    return this.#state.get<readonly string[]>(pinsKey, []);
  }

  /** How many tasks need a person; what is muted does not call for one. */
  #tellBadge(): void {
    const attention = merged(this.#tree.attention);
    const value = sumOf(attention);
    this.#view.badge = value === 0 ? undefined : { value, tooltip: attentionText(attention, this.#l10n) };
  }

  /** The lines above the tree: trouble with the one connection, and how many tasks fit the filter. */
  #tellMessage(): void {
    const { t, number } = this.#l10n;
    const [only] = this.#shown.length === 1 ? this.#shown : [];
    // What is missing is told, and offered, in the empty view itself, which a message would hide.
    const trouble = only === undefined || only.missing !== undefined ? "" : messageOf(only, this.#l10n);
    const filtered = isFiltered(this.arrangement.filter);
    const { fitting, all } = this.#tree.counts;
    const count =
      filtered && fitting > 0 ? t("{0} of {1} tasks match the filter.", number(fitting), number(all)) : "";
    this.#view.message = joined("\n", [trouble, count]);
    this.#setContext("drs.filtered", filtered);
  }

  /** Selects a task's row and brings it into sight. */
  async reveal(task: TaskRef): Promise<void> {
    const node = this.#tree.nodeOf(task);
    if (node !== undefined) {
      await this.#view.reveal(node, { select: true, focus: true });
    }
  }

  dispose(): void {
    this.#view.dispose();
    this.#tree.dispose();
  }

  /** The name of the one connection, and what else there is to say of it. */
  #descriptionOf(state: ConnectionState): Shown {
    const { connection, readOnly } = state;
    const region = connection.kind === "cloud" && connection.name !== connection.region;
    const rest: readonly Shown[] = [
      region ? shown(connection.region) : "",
      readOnly === undefined ? "" : this.#l10n.t("read only"),
    ];
    return joined(" · ", [shown(connection.name), ...rest]);
  }

  #setContext(key: string, value: unknown): void {
    if (this.#context.get(key) !== value) {
      this.#context.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
  }
}

function readThresholds(): Thresholds {
  return thresholdsIn(vscode.workspace.getConfiguration("drs"));
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
