import { readingPaceOf, type TaskRef } from "../connections/connection";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import { diagnosisOf } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import type { AttentionCounts } from "../tasks/attention";
import { delayText, isBehind } from "../tasks/delay/behind";
import { RecentAnswers } from "../tasks/recent-answers";
import type { Task } from "../tasks/task";
import { type Since, statusSince } from "../tasks/use-cases/status-since";
import { type Branch, branchOf, tasksIn } from "./branch";
import { hoverOf } from "./hover";
import { HoverAges } from "./hover-ages";
import { connectionItem, groupItem, messageItem, moreItem, rangeItem, taskItem } from "./items";
import { compareRows, type Group, Layout, type LayoutChange, lookOf, type Row } from "./layout";
import { keyOf, type Marks, type Node, previewManner } from "./node";
import { NodeRegistry } from "./node-registry";
import { isPart, moreThan, pageSize, partsOf, rangeSize, shownOf } from "./pages";
import { isRedrawn } from "./row-difference";
import type { ViewOptions } from "./view-options";

/**
 * The tasks as the user arranged them; with several connections, each has a row of its own above its groups. What is
 * listed keeps its node for as long as it is listed, so that only rows that changed are drawn again, and expansion and
 * selection survive.
 */
export class TaskTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #l10n: Localizer;
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #hovers = new HoverAges<Node>();
  readonly #times = new RecentAnswers<Since | undefined>();
  readonly #delays = new RecentAnswers<Shown | undefined>();
  readonly #nodes = new NodeRegistry((node) => this.#hovers.forget(node));
  /** How many tasks are shown of the groups of which the user asked for more. */
  readonly #limits = new Map<string, number>();
  #branches: ReadonlyMap<string, Branch> = new Map();
  #viewOptions: ViewOptions;
  /** Whether rows say which engine a task has. */
  #withEngine = false;
  readonly #marks: Marks;
  readonly #selection: () => readonly Node[];

  /** @param selection the rows that are selected. */
  constructor(l10n: Localizer, viewOptions: ViewOptions, marks: Marks, selection: () => readonly Node[]) {
    this.#l10n = l10n;
    this.#viewOptions = viewOptions;
    this.#marks = marks;
    this.#selection = selection;
  }

  /** The tasks that need a look, of all connections. */
  get attention(): readonly AttentionCounts[] {
    return [...this.#branches.values()].map(({ layout }) => layout.attention);
  }

  /** How many tasks fit the filter, and how many there are. */
  get counts(): { readonly fitting: number; readonly all: number } {
    const branches = [...this.#branches.values()];
    return {
      fitting: branches.reduce((sum, { layout }) => sum + layout.count, 0),
      all: branches.reduce((sum, { session }) => sum + tasksIn(session).size, 0),
    };
  }

  /** Rearranges the tasks, also after one was marked. */
  arrange(viewOptions: ViewOptions): void {
    this.#viewOptions = viewOptions;
    this.#branches = new Map(
      [...this.#branches].map(([id, { state }]) => [id, this.#branch(state, this.#layout(state))]),
    );
    this.#redrawAll();
  }

  /** Takes what is shown now and redraws what changed. `reading`: what the tasks of one connection changed by. */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    const before = this.#branches;
    const changes = new Map<string, LayoutChange | undefined>();
    this.#branches = new Map(
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
      new Set([...this.#branches.values()].flatMap(({ layout }) => [...layout.engines])).size > 1;
    const sameEngines = withEngine === this.#withEngine;
    this.#withEngine = withEngine;
    const sameConnections = [...before.keys()].join() === [...this.#branches.keys()].join();
    const redrawn = [...this.#branches].flatMap(([id, branch]) =>
      this.#redrawn(before.get(id), branch, changes.get(id), reading),
    );
    const isAbove = !this.#byConnection && redrawn.some(({ kind }) => kind === "connection");
    if (!sameConnections || !sameEngines || isAbove || this.#hasMovedSelection(changes)) {
      this.#redrawAll();
      return;
    }
    this.#fire(redrawn);
  }

  /** VS Code forgets the selection of a row that leaves one group and comes to another, but where both are drawn at once. */
  #hasMovedSelection(changes: ReadonlyMap<string, LayoutChange | undefined>): boolean {
    return this.#selection().some(
      (node) => node.kind === "task" && changes.get(node.connection)?.moved.has(node.id) === true,
    );
  }

  /** Shows another page of a group. */
  showMore(connection: string, group: string): void {
    const key = `${connection}/${group}`;
    this.#limits.set(key, (this.#limits.get(key) ?? pageSize) + pageSize);
    const found = this.#group(connection, group);
    if (found === undefined || found.kind === "all") {
      this.#redrawAll();
    } else {
      this.#fire([this.#interned({ kind: "group", connection, group })]);
    }
  }

  /** The ids of the tasks of a group, in the order of its rows. */
  idsIn(connection: string, group: string): readonly string[] {
    return this.#group(connection, group)?.rows.map(({ task: { id } }) => id) ?? [];
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf({ connection, id }: TaskRef): Node | undefined {
    const [group] = this.#branches.get(connection)?.layout.row(id)?.counted ?? [];
    return group && this.#taskNode(connection, group, id);
  }

  getChildren(node?: Node): Node[] {
    const children = this.#childNodes(node);
    this.#nodes.keep(node, children);
    return children;
  }

  #childNodes(node: Node | undefined): Node[] {
    if (node === undefined) {
      const connections = [...this.#branches.keys()];
      if (this.#byConnection) {
        return connections.map((connection) => this.#interned({ kind: "connection", connection }));
      }
      return this.#viewOptions.group === "none"
        ? this.#everything()
        : connections.flatMap((connection) => this.#rowsOf(connection));
    }
    switch (node.kind) {
      case "connection":
        return [...this.#messageNodes(node.connection), ...this.#rowsOf(node.connection)];
      case "group": {
        const group = this.#group(node.connection, node.group);
        return group === undefined ? [] : this.#tasksOf(node.connection, group);
      }
      case "range": {
        const group = this.#group(node.connection, node.group);
        const rows = group?.rows.slice(node.from, node.from + rangeSize) ?? [];
        return group === undefined
          ? []
          : rows.map(({ task }) => this.#taskNode(node.connection, group, task.id));
      }
      case "task":
        return this.#childrenOf(node).map(({ task: { id } }) => this.#interned({ ...node, id }));
      default:
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    const { connection } = node;
    const above = this.#byConnection && node.kind !== "connection";
    const container = above ? this.#interned({ kind: "connection", connection }) : undefined;
    if (node.kind === "range") {
      return this.#groupNode(connection, this.#group(connection, node.group)) ?? container;
    }
    const row = node.kind === "task" ? this.#branches.get(connection)?.layout.row(node.id) : undefined;
    if (node.kind !== "task" || row === undefined) {
      return container;
    }
    const { parentId } = row.task;
    if (parentId !== undefined && row.groups.length === 0) {
      return this.#interned({ ...node, id: parentId });
    }
    const group = row.groups.find(({ key }) => node.group === undefined || key === node.group);
    if (group === undefined) {
      return container;
    }
    const from = partsOf(group, this.#limit(connection, group)).findLast(
      (first) => first <= group.rows.indexOf(row),
    );
    return from === undefined
      ? (this.#groupNode(connection, group) ?? container)
      : this.#interned({ kind: "range", connection, group: group.key, from });
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
      const { session, state } = this.#branches.get(node.connection) ?? {};
      const pace = readingPaceOf(node.connection);
      const [diagnosis, since, delay] = await Promise.all([
        troubled ? diagnosisOf(task) : undefined,
        session && troubled
          ? this.#times.of(session, task, pace, () => statusSince(session, task))
          : undefined,
        session && isBehind(task)
          ? this.#delays.of(session, task, pace, () => delayText(session, task, this.#l10n))
          : undefined,
      ]);
      const place = { connection: node.connection, id: task.id, readOnly: state?.readOnly !== undefined };
      item.tooltip = hoverOf(task, place, { diagnosis, since, delay }, this.#l10n);
      this.#hovers.made(node);
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** Whether connections have rows of their own. */
  get #byConnection(): boolean {
    const { group } = this.#viewOptions;
    return group === "connection" || (this.#branches.size > 1 && group !== "none");
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
    const branch = this.#branches.get(node.connection);
    switch (node.kind) {
      case "connection":
        return branch === undefined
          ? new vscode.TreeItem(shown(node.connection))
          : connectionItem(branch.state, branch, this.#l10n);
      case "message":
        return messageItem(branch?.message ?? "", branch?.state, this.#l10n);
      case "group": {
        const group = this.#group(node.connection, node.group);
        return group === undefined ? new vscode.TreeItem("") : groupItem(group, this.#l10n);
      }
      case "task":
        return this.#taskItem(node, branch);
      case "range": {
        const size = this.#group(node.connection, node.group)?.rows.length ?? 0;
        return rangeItem(node.from, Math.min(node.from + rangeSize, size), this.#l10n);
      }
      case "more": {
        const item = moreItem(pageSize, this.#l10n);
        item.command = { command: "drs.showMore", title: "", arguments: [node] };
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
      pinned: this.#marks.isPinned(node),
      muted: this.#marks.isMuted(node),
      followed: this.#marks.followedUntil(node),
      readOnly: branch.state.readOnly !== undefined,
      console: branch.state.connection.kind === "cloud" && branch.state.connection.site !== "private",
      local: branch.state.connection.kind === "local",
      parent: this.#childrenOf(node).length > 0,
      thresholds: this.#marks.thresholds,
      withEngine: this.#withEngine,
    };
    const item = taskItem(task, state, this.#l10n);
    if (this.#isOneList) {
      item.description = joined(" · ", [shown(branch.state.connection.name), item.description]);
    }
    item.command = {
      command: "drs.openDetails",
      title: this.#l10n.t("Show Details"),
      arguments: [node, previewManner],
    };
    return item;
  }

  #task({ connection, id }: TaskRef): Task | undefined {
    const { layout, session } = this.#branches.get(connection) ?? {};
    return layout?.row(id)?.task ?? tasksIn(session).get(id);
  }

  #group(connection: string, key: string): Group | undefined {
    return this.#branches.get(connection)?.layout.group(key);
  }

  /** The row of a group that has one. */
  #groupNode(connection: string, group: Group | undefined): Node | undefined {
    return group === undefined || group.kind === "all"
      ? undefined
      : this.#interned({ kind: "group", connection, group: group.key });
  }

  #childrenOf({ connection, id }: TaskRef): readonly Row[] {
    return this.#branches.get(connection)?.layout.childrenOf(id) ?? [];
  }

  #layout({ connection, session }: ConnectionState): Layout {
    return new Layout(tasksIn(session).values(), this.#viewOptions, {
      isPinned: (id) => this.#marks.isPinned({ connection: connection.id, id }),
      isMuted: (id) => this.#marks.isMuted({ connection: connection.id, id }),
      thresholds: this.#marks.thresholds,
    });
  }

  #branch(state: ConnectionState, layout: Layout): Branch {
    return branchOf(state, layout, this.#byConnection, this.#l10n);
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
      (this.#branches.size > 1 && before.message !== now.message) ||
      before.layout !== now.layout ||
      change?.groups === true
    ) {
      return [this.#interned({ kind: "connection", connection: id })];
    }
    if (change === undefined || reading === undefined) {
      return [];
    }
    const groups = this.#changedGroups(id, change);
    return [...groups, ...this.#changedRows(id, reading, new Set(groups))];
  }

  /** The rows of groups that count otherwise now, or show other tasks: what stands elsewhere is left alone. */
  #changedGroups(connection: string, { touched }: LayoutChange): Node[] {
    return [...touched].flatMap(([group, before]) => {
      const limit = this.#limit(connection, group);
      const isOther =
        before.look !== lookOf(group) ||
        (before.rows !== group.rows &&
          !isPart(before.rows, group.rows, 0, this.#isOneList ? limit : shownOf(group, limit)));
      if (isOther) {
        return [this.#groupNode(connection, group) ?? this.#interned({ kind: "connection", connection })];
      }
      return partsOf(group, limit)
        .filter((from) => !isPart(before.rows, group.rows, from, rangeSize))
        .map((from) => this.#interned({ kind: "range", connection, group: group.key, from }));
    });
  }

  /** @param drawn rows that are drawn again with everything below them. */
  #changedRows(connection: string, reading: StoreUpdate, drawn: ReadonlySet<Node>): Node[] {
    const { layout } = this.#branches.get(connection) ?? {};
    const facts = { l10n: this.#l10n, thresholds: this.#marks.thresholds, withEngine: this.#withEngine };
    return reading.changes.flatMap(({ before: old, after }) => {
      const row = old && after && layout?.row(after.id);
      if (row === undefined || old === undefined || after === undefined) {
        return [];
      }
      const nodes = row.counted.flatMap((group) => {
        const node = this.#nodes.find(taskNode(connection, group, after.id));
        const above = this.#groupNode(connection, group);
        return node === undefined || (above !== undefined && drawn.has(above)) ? [] : [node];
      });
      return nodes.length === 0 || isRedrawn(old, after, facts)
        ? nodes
        : nodes.filter((node) => this.#hovers.isOld(node));
    });
  }

  /** The rows of a connection below its own, if it has one. */
  #rowsOf(connection: string): Node[] {
    const { groups = [] } = this.#branches.get(connection)?.layout ?? {};
    return groups.flatMap((group) =>
      group.kind === "all"
        ? this.#tasksOf(connection, group)
        : [this.#interned({ kind: "group", connection, group: group.key })],
    );
  }

  /** The first tasks of a group, the row that offers more, and the rest of a very long one in parts. */
  #tasksOf(connection: string, group: Group): Node[] {
    const limit = this.#limit(connection, group);
    const { key, rows } = group;
    const ranges: Node[] = partsOf(group, limit).map((from) =>
      this.#interned({ kind: "range", connection, group: key, from }),
    );
    const more: Node[] = moreThan(group, limit)
      ? [this.#interned({ kind: "more", connection, group: key })]
      : [];
    const shown = rows.slice(0, shownOf(group, limit));
    return [...shown.map(({ task }) => this.#taskNode(connection, group, task.id)), ...more, ...ranges];
  }

  /** How many tasks of a group the user wants to see. */
  #limit(connection: string, { key }: Group): number {
    return this.#limits.get(this.#isOneList ? "/all" : `${connection}/${key}`) ?? pageSize;
  }

  /** Whether the tasks of several connections stand in one list. */
  get #isOneList(): boolean {
    return this.#viewOptions.group === "none" && this.#branches.size > 1;
  }

  /** The tasks of all connections in one list. */
  #everything(): Node[] {
    const groups = [...this.#branches].flatMap(([connection, { layout }]) =>
      layout.groups.map((group) => ({ connection, group })),
    );
    const [only] = groups.length === 1 ? groups : [];
    if (only !== undefined) {
      return this.#tasksOf(only.connection, only.group);
    }
    const shown = this.#limits.get("/all") ?? pageSize;
    const first = groups
      .flatMap(({ connection, group }) =>
        group.rows.slice(0, shown + 1).map((row) => ({ connection, group, row })),
      )
      .sort((a, b) => compareRows(a.row, b.row));
    const messages =
      this.#branches.size > 1 ? [...this.#branches.keys()].flatMap((id) => this.#messageNodes(id)) : [];
    const more: Node[] =
      first.length > shown ? [this.#interned({ kind: "more", connection: "", group: "all" })] : [];
    const rows = first
      .slice(0, shown)
      .map(({ connection, group, row }) => this.#taskNode(connection, group, row.task.id));
    return [...messages, ...rows, ...more];
  }

  #messageNodes(connection: string): Node[] {
    return this.#branches.get(connection)?.message === undefined
      ? []
      : [this.#interned({ kind: "message", connection })];
  }

  #fire(redrawn: readonly Node[]): void {
    for (const node of redrawn) {
      this.#hovers.forget(node);
    }
    if (redrawn.length > 0) {
      this.#changed.fire([...redrawn]);
    }
  }

  #redrawAll(): void {
    this.#hovers.forgetAll();
    this.#changed.fire(undefined);
  }

  #taskNode(connection: string, group: Group, id: string): Node {
    return this.#interned(taskNode(connection, group, id));
  }

  #interned(created: Node): Node {
    return this.#nodes.interned(created);
  }
}

/** Only a task with several tags is in several groups; otherwise it keeps its node when its group changes. */
function taskNode(connection: string, { kind, key }: Group, id: string): Node {
  return kind === "tag" ? { kind: "task", connection, id, group: key } : { kind: "task", connection, id };
}
