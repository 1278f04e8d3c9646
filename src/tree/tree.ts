import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import type { Reading, Watched } from "../connections/watch";
import { diagnosisOf } from "../failures/diagnosis";
import { rowOf, type StatusId } from "../status/statuses";
import { legalActions } from "../tasks/actions";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { connectionDescription, connectionLabel, isTroubled, messageOf } from "./connectionRow";
import { hoverOf } from "./hover";
import { descriptionOf, type Group, groupsOf, labelOf, sameShape } from "./rows";

/**
 * A row of the tree: the stable name of a connection, of what it has to say, of a group or a task, whose facts are
 * looked up when it is drawn.
 */
export type Node =
  | { readonly kind: "connection"; readonly connection: string }
  | { readonly kind: "message"; readonly connection: string }
  | { readonly kind: "group"; readonly connection: string; readonly status: StatusId }
  | ({ readonly kind: "task" } & TaskRef);

/** A connection as the tree shows it. */
interface Branch {
  readonly watched: Watched;
  readonly groups: readonly Group[];
  readonly tasks: ReadonlyMap<string, Task>;
  readonly message: string | undefined;
  /** The texts of the connection's row. */
  readonly look: string;
}

const hoverMaxAgeMs = 30_000;

/**
 * The tasks, grouped by status; with several connections, each has a row of its own above its groups. What is listed
 * keeps its node for as long as it is listed, so that only rows that changed are drawn again, and expansion and
 * selection survive.
 */
export class TaskTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #formats: Formats;
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #nodes = new Map<string, Node>();
  /** When the hovers were made, by node; VS Code keeps each until its row is redrawn. */
  readonly #hovers = new Map<Node, number>();
  #branches: ReadonlyMap<string, Branch> = new Map();

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** Takes what is shown now and redraws what changed. `reading`: what the tasks of one connection changed by. */
  show(shown: readonly Watched[], reading?: Reading): void {
    const before = this.#branches;
    this.#branches = new Map(
      shown.map((watched) => {
        const { id } = watched.connection;
        const same = reading !== undefined && reading.watched !== watched ? before.get(id) : undefined;
        return [id, same ?? this.#branch(watched)];
      }),
    );
    const sameConnections = [...before.keys()].join() === [...this.#branches.keys()].join();
    const redrawn = [...this.#branches].flatMap(([id, branch]) =>
      this.#redrawn(before.get(id), branch, reading),
    );
    this.#forgetNodes();
    if (!sameConnections || (!this.#several && redrawn.some(({ kind }) => kind === "connection"))) {
      this.#hovers.clear();
      this.#changed.fire(undefined);
      return;
    }
    for (const node of redrawn) {
      this.#hovers.delete(node);
    }
    if (redrawn.length > 0) {
      this.#changed.fire(redrawn);
    }
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf(task: TaskRef): Node | undefined {
    return this.#task(task) && this.#taskNode(task);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      const connections = [...this.#branches.keys()];
      return this.#several
        ? connections.map((connection) => this.#connectionNode(connection))
        : connections.flatMap((connection) => this.#groupNodes(connection));
    }
    const branch = this.#branches.get(node.connection);
    if (node.kind === "connection") {
      const message = branch?.message === undefined ? [] : [this.#messageNode(node.connection)];
      return [...message, ...this.#groupNodes(node.connection)];
    }
    const group =
      node.kind === "group" ? branch?.groups.find(({ status }) => status === node.status) : undefined;
    return (group?.tasks ?? []).map(({ id }) => this.#taskNode({ connection: node.connection, id }));
  }

  getParent(node: Node): Node | undefined {
    const task = node.kind === "task" ? this.#task(node) : undefined;
    if (task !== undefined) {
      return this.#groupNode(node.connection, task.status);
    }
    return this.#several && node.kind !== "connection" ? this.#connectionNode(node.connection) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "connection":
        return this.#connectionItem(node.connection);
      case "message":
        return this.#messageItem(node.connection);
      case "group":
        return this.#groupItem(node.connection, node.status);
      case "task":
        return this.#taskItem(node);
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    const task = node.kind === "task" ? this.#task(node) : undefined;
    if (task !== undefined) {
      item.tooltip = hoverOf(task, await diagnosisOf(task), this.#formats);
      this.#hovers.set(node, Date.now());
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  get #several(): boolean {
    return this.#branches.size > 1;
  }

  #task({ connection, id }: TaskRef): Task | undefined {
    return this.#branches.get(connection)?.tasks.get(id);
  }

  #branch(watched: Watched): Branch {
    const tasks = watched.session?.store.snapshot.tasks ?? new Map<string, Task>();
    const { readOnly, connection, state } = watched;
    const look = [connection.name, connectionLabel(watched, this.#formats), state, readOnly].join("\n");
    const message = messageOf(watched, this.#formats);
    return { watched, groups: groupsOf(tasks.values()), tasks, message, look };
  }

  /** The rows of a connection that are to be drawn again; its own stands for everything below it. */
  #redrawn(before: Branch | undefined, now: Branch, reading: Reading | undefined): Node[] {
    const { id } = now.watched.connection;
    if (
      before === undefined ||
      before.look !== now.look ||
      (this.#several && before.message !== now.message) ||
      !sameShape(before.groups, now.groups)
    ) {
      return [this.#connectionNode(id)];
    }
    if (reading?.watched.connection.id !== id) {
      return [];
    }
    return reading.changes.flatMap(({ before: old, after }) => {
      if (old === undefined || after === undefined) {
        return [];
      }
      const node = this.#taskNode({ connection: id, id: after.id });
      return this.#looksDifferent(old, after) || this.#hasOldHover(node) ? [node] : [];
    });
  }

  #connectionItem(id: string): vscode.TreeItem {
    const branch = this.#branches.get(id);
    if (branch === undefined) {
      return new vscode.TreeItem(id);
    }
    const { watched, message } = branch;
    const { connection, readOnly } = watched;
    const item = new vscode.TreeItem(connection.name, vscode.TreeItemCollapsibleState.Expanded);
    item.id = id;
    item.description = connectionDescription(watched, this.#formats);
    item.iconPath = isTroubled(watched)
      ? new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"))
      : new vscode.ThemeIcon(connection.kind === "local" ? "server-process" : "cloud");
    item.tooltip = [connection.name, connection.endpoint, message, readOnly].filter(Boolean).join("\n");
    item.contextValue = `drsConnection:${connection.kind}:`;
    item.accessibilityInformation = { label: connectionLabel(watched, this.#formats) };
    return item;
  }

  #messageItem(id: string): vscode.TreeItem {
    const message = this.#branches.get(id)?.message ?? "";
    const item = new vscode.TreeItem(message);
    item.id = `${id}/message`;
    item.tooltip = message;
    item.iconPath = new vscode.ThemeIcon("info");
    item.contextValue = "drsMessage";
    const { watched } = this.#branches.get(id) ?? {};
    if (watched?.state === "closed") {
      const title = this.#formats.t("Enter Again");
      item.command = { command: "drs.enterSecret", title, arguments: [{ connection: id }] };
    }
    return item;
  }

  #groupItem(connection: string, status: StatusId): vscode.TreeItem {
    const row = rowOf(status);
    const name = this.#formats.pick(row.name);
    const groups = this.#branches.get(connection)?.groups;
    const count = groups?.find((group) => group.status === status)?.tasks.length ?? 0;
    const item = new vscode.TreeItem(name, expansionOf(status));
    item.id = `${connection}/status/${status}`;
    item.description = String(count);
    item.iconPath = iconOf(status);
    item.tooltip = this.#formats.pick(row.meaning);
    item.contextValue = "drsGroup";
    item.accessibilityInformation = { label: this.#formats.t("{0}, tasks: {1}", name, count) };
    return item;
  }

  #taskItem(node: TaskRef): vscode.TreeItem {
    const task = this.#task(node);
    if (task === undefined) {
      return new vscode.TreeItem(node.id);
    }
    const item = new vscode.TreeItem(task.name);
    item.id = `${node.connection}/task/${node.id}`;
    item.description = descriptionOf(task, this.#formats);
    item.iconPath = iconOf(task.status);
    item.contextValue = contextOf(task, this.#branches.get(node.connection)?.watched.readOnly !== undefined);
    item.accessibilityInformation = { label: labelOf(task, this.#formats) };
    item.command = {
      command: "drs.openDetails",
      title: this.#formats.t("Show Details"),
      arguments: [node],
    };
    return item;
  }

  #looksDifferent(before: Task, after: Task): boolean {
    return (
      before.name !== after.name ||
      before.error?.message !== after.error?.message ||
      before.remaining !== after.remaining ||
      before.startedAt !== after.startedAt ||
      contextOf(before, false) !== contextOf(after, false) ||
      descriptionOf(before, this.#formats) !== descriptionOf(after, this.#formats)
    );
  }

  /** A hover tells delay and times, which the row itself does not: it may be a little old, not more. */
  #hasOldHover(node: Node): boolean {
    const madeAt = this.#hovers.get(node);
    return madeAt !== undefined && Date.now() - madeAt > hoverMaxAgeMs;
  }

  /** Lets go of the nodes of what is not listed any more. */
  #forgetNodes(): void {
    for (const [key, node] of this.#nodes) {
      const branch = this.#branches.get(node.connection);
      const listed =
        branch !== undefined &&
        (node.kind === "task"
          ? branch.tasks.has(node.id)
          : node.kind !== "group" || branch.groups.some(({ status }) => status === node.status));
      if (!listed) {
        this.#nodes.delete(key);
        this.#hovers.delete(node);
      }
    }
  }

  #connectionNode(connection: string): Node {
    return this.#interned(connection, { kind: "connection", connection });
  }

  #messageNode(connection: string): Node {
    return this.#interned(`${connection}/message`, { kind: "message", connection });
  }

  #groupNodes(connection: string): Node[] {
    const { groups = [] } = this.#branches.get(connection) ?? {};
    return groups.map(({ status }) => this.#groupNode(connection, status));
  }

  #groupNode(connection: string, status: StatusId): Node {
    return this.#interned(`${connection}/status/${status}`, { kind: "group", connection, status });
  }

  #taskNode({ connection, id }: TaskRef): Node {
    return this.#interned(`${connection}/task/${id}`, { kind: "task", connection, id });
  }

  #interned(key: string, created: Node): Node {
    const existing = this.#nodes.get(key);
    if (existing !== undefined) {
      return existing;
    }
    this.#nodes.set(key, created);
    return created;
  }
}

function iconOf(status: StatusId): vscode.ThemeIcon {
  const { icon, color } = rowOf(status);
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

/** Ended tasks are the long tail of the list; everything else is in sight. */
function expansionOf(status: StatusId): vscode.TreeItemCollapsibleState {
  return status === "completed"
    ? vscode.TreeItemCollapsibleState.Collapsed
    : vscode.TreeItemCollapsibleState.Expanded;
}

/** `drsTask:pause:end:`, so that menus can ask for `viewItem =~ /:pause:/`; `drsTask:readOnly:` without any action. */
function contextOf(task: Task, readOnly: boolean): string {
  const words = readOnly ? ["readOnly"] : legalActions(task);
  return `drsTask:${words.map((word) => `${word}:`).join("")}`;
}
