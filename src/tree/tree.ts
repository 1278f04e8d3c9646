import type { TaskRef } from "../connections/connection";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import { diagnosisOf } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { type AttentionList, attentionList } from "../tasks/attention";
import type { Task } from "../tasks/task";
import { type Arrangement, comparison } from "./arrangement";
import { connectionLabel, messageOf } from "./connection-row";
import { hoverOf } from "./hover";
import { HoverAges } from "./hover-ages";
import { connectionItem, contextOf, groupItem, messageItem, moreItem, taskItem } from "./items";
import { keyOf, type Marks, type Node } from "./node";
import { descriptionOf, type Group, type Layout, layoutOf, sameGroup, sameMembers } from "./rows";

/** A connection as the tree shows it. */
interface Branch {
  readonly state: ConnectionState;
  readonly layout: Layout;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly message: Shown | undefined;
  /** Those of its tasks that need a look, without muted ones. */
  readonly attention: AttentionList;
  /** What a screen reader says of the connection's row. */
  readonly label: Shown;
  /** The texts of the connection's row. */
  readonly look: string;
}

/** So many tasks of a group are shown at once. */
const pageSize = 200;

/**
 * The tasks as the user arranged them; with several connections, each has a row of its own above its groups. What is
 * listed keeps its node for as long as it is listed, so that only rows that changed are drawn again, and expansion and
 * selection survive.
 */
export class TaskTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #l10n: Localizer;
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #nodes = new Map<string, Node>();
  readonly #hovers = new HoverAges<Node>();
  /** How many tasks are shown of the groups of which the user asked for more. */
  readonly #limits = new Map<string, number>();
  #branches: ReadonlyMap<string, Branch> = new Map();
  #arrangement: Arrangement;
  readonly #marks: Marks;

  constructor(l10n: Localizer, arrangement: Arrangement, marks: Marks) {
    this.#l10n = l10n;
    this.#arrangement = arrangement;
    this.#marks = marks;
  }

  /** The tasks that need a look, of all connections. */
  get attention(): readonly AttentionList[] {
    return [...this.#branches.values()].map(({ attention }) => attention);
  }

  /** How many tasks fit the filter, and how many there are. */
  get counts(): { readonly fitting: number; readonly all: number } {
    const branches = [...this.#branches.values()];
    return {
      fitting: branches.reduce((sum, { layout }) => sum + layout.count, 0),
      all: branches.reduce((sum, { tasks }) => sum + tasks.size, 0),
    };
  }

  /** Rearranges the tasks, also after one was marked. */
  arrange(arrangement: Arrangement): void {
    this.#arrangement = arrangement;
    this.#branches = new Map([...this.#branches].map(([id, { state }]) => [id, this.#branch(state)]));
    this.#redrawAll();
  }

  /** Takes what is shown now and redraws what changed. `reading`: what the tasks of one connection changed by. */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    const before = this.#branches;
    this.#branches = new Map(
      shown.map((state) => {
        const { id } = state.connection;
        const same = reading !== undefined && reading.state !== state ? before.get(id) : undefined;
        return [id, same ?? this.#branch(state)];
      }),
    );
    const sameConnections = [...before.keys()].join() === [...this.#branches.keys()].join();
    const redrawn = [...this.#branches].flatMap(([id, branch]) =>
      this.#redrawn(before.get(id), branch, reading),
    );
    if (!sameConnections || (!this.#byConnection && redrawn.some(({ kind }) => kind === "connection"))) {
      this.#redrawAll();
      return;
    }
    this.#forgetNodes();
    for (const node of redrawn) {
      this.#hovers.forget(node);
    }
    if (redrawn.length > 0) {
      this.#changed.fire(redrawn);
    }
  }

  /** Shows another page of a group. */
  showMore(connection: string, group: string): void {
    const key = `${connection}/${group}`;
    this.#limits.set(key, (this.#limits.get(key) ?? pageSize) + pageSize);
    this.#redrawAll();
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf({ connection, id }: TaskRef): Node | undefined {
    const group = this.#groupOf(connection, id);
    return group && this.#taskNode(connection, group, id);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      const connections = [...this.#branches.keys()];
      if (this.#byConnection) {
        return connections.map((connection) => this.#interned({ kind: "connection", connection }));
      }
      return this.#arrangement.group === "none"
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
      case "task":
        return this.#childrenOf(node).map(({ id }) => this.#interned({ ...node, id }));
      default:
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    const { connection } = node;
    const above = this.#byConnection && node.kind !== "connection";
    const container = above ? this.#interned({ kind: "connection", connection }) : undefined;
    if (node.kind !== "task") {
      return container;
    }
    const parentId = this.#task(node)?.parentId;
    const group = this.#groupOf(connection, node.id, node.group);
    if (parentId !== undefined && group?.tasks.every(({ id }) => id !== node.id) === true) {
      return this.#interned({ ...node, id: parentId });
    }
    return group === undefined || group.kind === "all"
      ? container
      : this.#interned({ kind: "group", connection, group: group.key });
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = this.#drawn(node);
    item.id = keyOf(node);
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    const task = node.kind === "task" ? this.#task(node) : undefined;
    if (task !== undefined) {
      // An error that lingers in a healthy task explains nothing.
      const troubled = rowOf(task.status).alert !== "none";
      item.tooltip = hoverOf(task, troubled ? await diagnosisOf(task) : undefined, this.#l10n);
      this.#hovers.made(node);
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** Whether connections have rows of their own. */
  get #byConnection(): boolean {
    const { group } = this.#arrangement;
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
      case "more": {
        const item = moreItem(pageSize, this.#l10n);
        item.command = { command: "drs.showMore", title: "", arguments: [node] };
        return item;
      }
    }
  }

  #taskItem(node: Extract<Node, { kind: "task" }>, branch: Branch | undefined): vscode.TreeItem {
    const task = branch?.tasks.get(node.id);
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
    };
    const item = taskItem(task, state, this.#l10n);
    if (this.#arrangement.group === "none" && this.#branches.size > 1) {
      item.description = joined(" · ", [shown(branch.state.connection.name), item.description]);
    }
    item.command = {
      command: "drs.openDetails",
      title: this.#l10n.t("Show Details"),
      arguments: [node],
    };
    return item;
  }

  #task({ connection, id }: TaskRef): Task | undefined {
    return this.#branches.get(connection)?.tasks.get(id);
  }

  #group(connection: string, key: string): Group | undefined {
    return this.#branches.get(connection)?.layout.groups.find((group) => group.key === key);
  }

  /** The group in which a task or its parent stands: the named one, or the first. */
  #groupOf(connection: string, id: string, key?: string): Group | undefined {
    const { groups = [] } = this.#branches.get(connection)?.layout ?? {};
    const parentId = this.#task({ connection, id })?.parentId;
    const holds = (group: Group, wanted: string | undefined) =>
      group.tasks.some((task) => task.id === wanted);
    const named = groups.filter((group) => key === undefined || group.key === key);
    return named.find((group) => holds(group, id)) ?? named.find((group) => holds(group, parentId));
  }

  #childrenOf({ connection, id }: TaskRef): readonly Task[] {
    return this.#branches.get(connection)?.layout.children.get(id) ?? [];
  }

  #branch(state: ConnectionState): Branch {
    const { readOnly, connection, phase, session } = state;
    const tasks = session?.store.snapshot.tasks ?? new Map<string, Task>();
    const { thresholds } = this.#marks;
    const layout = layoutOf(tasks.values(), this.#arrangement, {
      isPinned: (id) => this.#marks.isPinned({ connection: connection.id, id }),
      isMuted: (id) => this.#marks.isMuted({ connection: connection.id, id }),
      thresholds,
    });
    const heard = [...tasks.values()].filter(
      ({ id }) => !this.#marks.isMuted({ connection: connection.id, id }),
    );
    const attention = attentionList(heard, thresholds, Date.now());
    const label = connectionLabel(state, attention, this.#l10n);
    // Where connections have no rows, their counts are shown nowhere.
    const look = [connection.name, this.#byConnection ? label : "", phase, readOnly].join("\n");
    return { state, layout, tasks, attention, message: messageOf(state, this.#l10n), label, look };
  }

  /** The rows of a connection that are to be drawn again; its own stands for everything below it. */
  #redrawn(before: Branch | undefined, now: Branch, reading: StoreUpdate | undefined): Node[] {
    const { id } = now.state.connection;
    if (
      before === undefined ||
      before.look !== now.look ||
      (this.#branches.size > 1 && before.message !== now.message) ||
      !sameMembers(before.layout, now.layout)
    ) {
      return [this.#interned({ kind: "connection", connection: id })];
    }
    if (reading?.state.connection.id !== id) {
      return [];
    }
    return [...this.#changedGroups(before.layout, now), ...this.#changedRows(id, reading)];
  }

  /** The rows of groups that count otherwise now, or have another order: what stands elsewhere is left alone. */
  #changedGroups(before: Layout, { state, layout }: Branch): Node[] {
    const { id } = state.connection;
    return layout.groups.flatMap((group, index) => {
      const old = before.groups[index];
      if (old !== undefined && sameGroup(old, group, this.#l10n)) {
        return [];
      }
      return group.kind === "all"
        ? [this.#interned({ kind: "connection", connection: id })]
        : [this.#interned({ kind: "group", connection: id, group: group.key })];
    });
  }

  #changedRows(id: string, reading: StoreUpdate): Node[] {
    return reading.changes.flatMap(({ before: old, after }) => {
      if (old === undefined || after === undefined) {
        return [];
      }
      const nodes = this.#nodesOf(id, after.id);
      return this.#isRedrawn(old, after) ? nodes : nodes.filter((node) => this.#hovers.isOld(node));
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

  /** The first tasks of a group, and the row that offers more. */
  #tasksOf(connection: string, group: Group): Node[] {
    const { tasks, key } = group;
    const shown = this.#limits.get(`${connection}/${key}`) ?? pageSize;
    const more: Node[] =
      tasks.length > shown ? [this.#interned({ kind: "more", connection, group: key })] : [];
    return [...tasks.slice(0, shown).map(({ id }) => this.#taskNode(connection, group, id)), ...more];
  }

  /** The tasks of all connections in one list. */
  #everything(): Node[] {
    const compare = comparison(this.#arrangement.sort, this.#marks.thresholds);
    const all = [...this.#branches].flatMap(([connection, { layout }]) =>
      layout.groups.flatMap((group) => group.tasks.map((task) => ({ connection, group, task }))),
    );
    const rank = ({ connection, task: { id } }: (typeof all)[number]) =>
      Number(!this.#marks.isPinned({ connection, id }));
    const sorted = all.sort((a, b) => rank(a) - rank(b) || compare(a.task, b.task));
    const shown = this.#limits.get("/all") ?? pageSize;
    const messages =
      this.#branches.size > 1 ? [...this.#branches.keys()].flatMap((id) => this.#messageNodes(id)) : [];
    const more: Node[] =
      sorted.length > shown ? [this.#interned({ kind: "more", connection: "", group: "all" })] : [];
    const rows = sorted
      .slice(0, shown)
      .map(({ connection, group, task }) => this.#taskNode(connection, group, task.id));
    return [...messages, ...rows, ...more];
  }

  #messageNodes(connection: string): Node[] {
    return this.#branches.get(connection)?.message === undefined
      ? []
      : [this.#interned({ kind: "message", connection })];
  }

  /** One that cannot be compared is drawn again. */
  #isRedrawn(before: Task, after: Task): boolean {
    try {
      return this.#looksDifferent(before, after);
    } catch {
      return true;
    }
  }

  #looksDifferent(before: Task, after: Task): boolean {
    const state = {
      pinned: false,
      muted: false,
      followed: undefined,
      readOnly: false,
      console: false,
      local: true,
    };
    return (
      before.name !== after.name ||
      before.warnings !== after.warnings ||
      before.keptLog !== after.keptLog ||
      before.error?.message !== after.error?.message ||
      before.remaining !== after.remaining ||
      before.startedAt !== after.startedAt ||
      contextOf(before, state) !== contextOf(after, state) ||
      descriptionOf(before, this.#l10n, this.#marks.thresholds) !==
        descriptionOf(after, this.#l10n, this.#marks.thresholds)
    );
  }

  #redrawAll(): void {
    this.#forgetNodes();
    this.#hovers.forgetAll();
    this.#changed.fire(undefined);
  }

  /** Lets go of the nodes of what is not listed any more. */
  #forgetNodes(): void {
    for (const [key, node] of this.#nodes) {
      const branch = this.#branches.get(node.connection);
      const listed =
        node.kind === "task"
          ? branch?.tasks.has(node.id)
          : node.kind === "group"
            ? this.#group(node.connection, node.group) !== undefined
            : branch !== undefined || node.connection === "";
      if (listed !== true) {
        this.#nodes.delete(key);
        this.#hovers.forget(node);
      }
    }
  }

  /** Every row of a task. */
  #nodesOf(connection: string, id: string): Node[] {
    const { groups = [] } = this.#branches.get(connection)?.layout ?? {};
    const nodes = groups
      .filter(({ tasks }) => tasks.some((task) => task.id === id))
      .map((group) => this.#taskNode(connection, group, id));
    return nodes.length > 0 ? nodes : [this.nodeOf({ connection, id })].flatMap((node) => node ?? []);
  }

  #taskNode(connection: string, group: Group, id: string): Node {
    // Only a task with several tags is in several groups; otherwise it keeps its node when its group changes.
    return this.#interned({
      kind: "task",
      connection,
      id,
      ...(group.kind === "tag" ? { group: group.key } : {}),
    });
  }

  #interned(created: Node): Node {
    const key = keyOf(created);
    const existing = this.#nodes.get(key);
    if (existing !== undefined) {
      return existing;
    }
    this.#nodes.set(key, created);
    return created;
  }
}
