import type { TaskRef } from "../connections/connection";
import { readingPaceOf } from "../connections/poll-intervals";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import { diagnosisOf } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import type { AttentionCounts } from "../tasks/attention";
import { RecentAnswers } from "../tasks/recent-answers";
import type { Task } from "../tasks/task";
import { delayText, isBehind } from "../tasks/use-cases/delay-text";
import { type Since, statusSince } from "../tasks/use-cases/status-since";
import { type Branch, branchOf, tasksIn } from "./branch";
import { hoverOf } from "./hover";
import { Hovers } from "./hovers";
import { connectionItem, groupItem, messageItem, moreItem, rangeItem, taskItem } from "./items";
import { Layout, type LayoutChange } from "./layout";
import { keyOf, type Marks, type Node, openRow } from "./node";
import { Outline } from "./outline";
import { groupStep, rangeSize } from "./pages";
import { redrawOf } from "./row-difference";
import type { ViewOptions } from "./view-options";

/**
 * The tasks as the user arranged them; with several connections, each has a row of its own above its groups. What is
 * listed keeps its node for as long as it is listed, so that only rows that changed are drawn again, and expansion and
 * selection survive.
 */
export class TaskTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #hovers = new Hovers<Node>((rows) => this.#fire(rows));
  readonly #times = new RecentAnswers<Since | undefined>();
  readonly #delays = new RecentAnswers<Shown | undefined>();
  readonly #outline: Outline;
  /** Whether rows say which engine a task has. */
  #withEngine = false;

  /** @param selection the rows that are selected. */
  constructor(
    private readonly l10n: Localizer,
    viewOptions: ViewOptions,
    private readonly marks: Marks,
    private readonly selection: () => readonly Node[],
  ) {
    this.#outline = new Outline(viewOptions, (node) => this.#hovers.forget(node));
  }

  /** The tasks that need a look, of all connections. */
  get attention(): readonly AttentionCounts[] {
    return [...this.#outline.branches.values()].map(({ layout }) => layout.attention);
  }

  /** How many tasks fit the filter, and how many there are. */
  get counts(): { readonly fitting: number; readonly all: number } {
    const branches = [...this.#outline.branches.values()];
    return {
      fitting: branches.reduce((sum, { layout }) => sum + layout.count, 0),
      all: branches.reduce((sum, { session }) => sum + tasksIn(session).size, 0),
    };
  }

  /** Rearranges the tasks, also after one was marked. */
  arrange(viewOptions: ViewOptions): void {
    this.#outline.viewOptions = viewOptions;
    this.#outline.branches = new Map(
      [...this.#outline.branches].map(([id, { state }]) => [id, this.#branch(state, this.#layout(state))]),
    );
    this.#redrawAll();
  }

  /** Takes what is shown now and redraws what changed. `reading`: what the tasks of one connection changed by. */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    const before = this.#outline.branches;
    const changes = new Map<string, LayoutChange | undefined>();
    this.#outline.branches = new Map(
      shown.map((state) => {
        const { id } = state.connection;
        const known = before.get(id);
        const isSame = known?.session === state.session && known?.layout.isStale(Date.now()) === false;
        if (known === undefined || !isSame) {
          return [id, this.#branch(state, this.#layout(state))];
        }
        if (reading?.state !== state) {
          return [id, reading === undefined ? this.#branch(state, known.layout) : known];
        }
        const change = known.layout.apply(reading.changes);
        changes.set(id, change);
        return [id, this.#branch(state, change === undefined ? this.#layout(state) : known.layout)];
      }),
    );
    const withEngine =
      new Set([...this.#outline.branches.values()].flatMap(({ layout }) => [...layout.engines])).size > 1;
    const sameEngines = withEngine === this.#withEngine;
    this.#withEngine = withEngine;
    const sameConnections = [...before.keys()].join() === [...this.#outline.branches.keys()].join();
    const redrawn = [...this.#outline.branches].flatMap(([id, branch]) =>
      this.#redrawn(before.get(id), branch, changes.get(id), reading),
    );
    const isAbove = !this.#outline.byConnection && redrawn.some(({ kind }) => kind === "connection");
    if (!sameConnections || !sameEngines || isAbove || this.#hasMovedSelection(changes)) {
      this.#redrawAll();
      return;
    }
    this.#fire(redrawn);
  }

  /** VS Code forgets the selection of a row that leaves one group and comes to another, but where both are drawn at once. */
  #hasMovedSelection(changes: ReadonlyMap<string, LayoutChange | undefined>): boolean {
    return this.selection().some(
      (node) => node.kind === "task" && changes.get(node.connection)?.moved.has(node.id) === true,
    );
  }

  /** Shows another page of a group. */
  showMore(connection: string, group: string): void {
    const node = this.#outline.showMore(connection, group);
    if (node === undefined) {
      this.#redrawAll();
    } else {
      this.#fire([node]);
    }
  }

  /** The ids of the tasks of a group, in the order of its rows. */
  idsIn(connection: string, group: string): readonly string[] {
    return this.#outline.idsIn(connection, group);
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf(task: TaskRef): Node | undefined {
    return this.#outline.nodeOf(task);
  }

  getChildren(node?: Node): Node[] {
    return this.#outline.childrenOf(node);
  }

  getParent(node: Node): Node | undefined {
    return this.#outline.parentOf(node);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = this.#drawn(node);
    item.id = keyOf(node);
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    const task = node.kind === "task" ? this.#task(node) : undefined;
    if (node.kind === "task" && task !== undefined) {
      // An error that lingers in a healthy task explains nothing.
      const troubled = rowOf(task.status).alert !== "none";
      const { session, state } = this.#outline.branches.get(node.connection) ?? {};
      const pace = readingPaceOf(node.connection);
      const [diagnosis, since, delay] = await Promise.all([
        troubled ? diagnosisOf(task) : undefined,
        session && troubled
          ? this.#times.of(session, task, pace, () => statusSince(session, task))
          : undefined,
        session && isBehind(task)
          ? this.#delays.of(session, task, pace, () => delayText(session, task, this.l10n))
          : undefined,
      ]);
      const place = { connection: node.connection, id: task.id, readOnly: state?.readOnly !== undefined };
      item.tooltip = hoverOf(task, place, { diagnosis, since, delay }, this.l10n);
      this.#hovers.made(node);
    }
    return item;
  }

  dispose(): void {
    this.#hovers.dispose();
    this.#changed.dispose();
  }

  /** A row that cannot be drawn still stands there by its name, and takes no other along. */
  #drawn(node: Node): vscode.TreeItem {
    try {
      return this.#item(node);
    } catch (error) {
      const item = new vscode.TreeItem(
        shown(node.kind === "task" ? (this.#task(node)?.name ?? node.id) : node.connection),
      );
      item.iconPath = new vscode.ThemeIcon("warning");
      item.tooltip = shown(String(error));
      return item;
    }
  }

  #item(node: Node): vscode.TreeItem {
    const branch = this.#outline.branches.get(node.connection);
    switch (node.kind) {
      case "connection":
        return branch === undefined
          ? new vscode.TreeItem(shown(node.connection))
          : connectionItem(branch.state, branch, this.l10n);
      case "message":
        return messageItem(branch?.message ?? "", branch?.state, this.l10n);
      case "group": {
        const group = this.#outline.group(node.connection, node.group);
        return group === undefined ? new vscode.TreeItem("") : groupItem(group, this.l10n);
      }
      case "task":
        return this.#taskItem(node, branch);
      case "range": {
        const size = this.#outline.group(node.connection, node.group)?.rows.length ?? 0;
        return rangeItem(node.from, Math.min(node.from + rangeSize, size), this.l10n);
      }
      case "more": {
        const item = moreItem(groupStep, this.l10n);
        item.command = { command: openRow, title: "" };
        return item;
      }
    }
  }

  #taskItem(node: Extract<Node, { kind: "task" }>, branch: Branch | undefined): vscode.TreeItem {
    const task = branch?.layout.row(node.id)?.task;
    if (branch === undefined || task === undefined) {
      return new vscode.TreeItem(shown(node.id));
    }
    const state = {
      pinned: this.marks.isPinned(node),
      muted: this.marks.isMuted(node),
      followed: this.marks.followedUntil(node),
      readOnly: branch.state.readOnly !== undefined,
      console: branch.state.connection.kind === "cloud" && branch.state.connection.site !== "private",
      local: branch.state.connection.kind === "local",
      parent: this.#outline.subtasksOf(node).length > 0,
      thresholds: this.marks.thresholds,
      withEngine: this.#withEngine,
    };
    const item = taskItem(task, state, this.l10n);
    if (this.#outline.isOneList) {
      item.description = joined(" · ", [shown(branch.state.connection.name), item.description]);
    }
    item.command = { command: openRow, title: this.l10n.t("Show Details") };
    return item;
  }

  #task({ connection, id }: TaskRef): Task | undefined {
    const { layout, session } = this.#outline.branches.get(connection) ?? {};
    return layout?.row(id)?.task ?? tasksIn(session).get(id);
  }

  #layout({ connection, session }: ConnectionState): Layout {
    return new Layout(tasksIn(session).values(), this.#outline.viewOptions, {
      isPinned: (id) => this.marks.isPinned({ connection: connection.id, id }),
      isMuted: (id) => this.marks.isMuted({ connection: connection.id, id }),
      thresholds: this.marks.thresholds,
    });
  }

  #branch(state: ConnectionState, layout: Layout): Branch {
    return branchOf(state, layout, this.#outline.byConnection, this.l10n);
  }

  /** The rows of a connection that are to be drawn again; its own stands for everything below it. */
  #redrawn(
    before: Branch | undefined,
    now: Branch,
    change: LayoutChange | undefined,
    reading: StoreUpdate | undefined,
  ): Node[] {
    const { id } = now.state.connection;
    if (
      before === undefined ||
      before.look !== now.look ||
      (this.#outline.branches.size > 1 && before.message !== now.message) ||
      before.layout !== now.layout ||
      change?.groups === true
    ) {
      return [this.#outline.connectionNode(id)];
    }
    if (change === undefined || reading === undefined) {
      return [];
    }
    const groups = this.#outline.changedGroups(id, change);
    return [...groups, ...this.#changedRows(id, reading, new Set(groups))];
  }

  /** @param drawn rows that are drawn again with everything below them. */
  #changedRows(connection: string, reading: StoreUpdate, drawn: ReadonlySet<Node>): Node[] {
    const { layout } = this.#outline.branches.get(connection) ?? {};
    const facts = { l10n: this.l10n, thresholds: this.marks.thresholds, withEngine: this.#withEngine };
    return reading.changes.flatMap(({ before: old, after }) => {
      const row = old && after && layout?.row(after.id);
      if (row === undefined || old === undefined || after === undefined) {
        return [];
      }
      const nodes = this.#outline.listed(connection, row, (group) => drawn.has(group));
      const redraw = nodes.length === 0 ? "now" : redrawOf(old, after, facts);
      return redraw === "now"
        ? nodes
        : nodes.filter((node) =>
            redraw === "unlessRead" ? !this.#hovers.postpones(node) : this.#hovers.isOld(node),
          );
    });
  }

  #fire(redrawn: readonly Node[]): void {
    for (const node of redrawn) {
      this.#hovers.drawn(node);
    }
    if (redrawn.length > 0) {
      this.#changed.fire([...redrawn]);
    }
  }

  #redrawAll(): void {
    this.#hovers.forgetAll();
    this.#changed.fire(undefined);
  }
}
