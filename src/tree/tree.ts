import * as vscode from "vscode";
import { rowOf, type StatusId } from "../status/statuses";
import { legalActions } from "../tasks/actions";
import type { Snapshot, TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";
import { hoverOf } from "./hover";
import { descriptionOf, type Group, groupsOf, labelOf, sameShape } from "./rows";

/** A row of the tree: the stable name of a group or a task, whose facts are looked up when it is drawn. */
export type Node =
  | { readonly kind: "group"; readonly status: StatusId }
  | { readonly kind: "task"; readonly id: string };

const hoverMaxAgeMs = 30_000;

/**
 * The tasks, grouped by status. A group or task keeps its node for as long as it is listed, so that only rows that
 * changed are drawn again, and expansion and selection survive.
 */
export class TaskTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #formats: Formats;
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #nodes = new Map<string, Node>();
  /** When the hovers were made, by task; VS Code keeps each until its row is redrawn. */
  readonly #hovers = new Map<string, number>();
  #groups: readonly Group[] = [];
  #tasks: ReadonlyMap<string, Task> = new Map();

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** Takes what the store says now and redraws what changed. */
  show(changes: readonly TaskChange[], snapshot: Snapshot): void {
    const groups = groupsOf(snapshot.tasks.values());
    const reshaped = !sameShape(groups, this.#groups);
    this.#groups = groups;
    this.#tasks = snapshot.tasks;
    if (reshaped) {
      this.#forgetNodes();
      this.#hovers.clear();
      this.#changed.fire(undefined);
      return;
    }
    const redrawn = changes.flatMap(({ before, after }) =>
      before !== undefined &&
      after !== undefined &&
      (this.#looksDifferent(before, after) || this.#hasOldHover(after.id))
        ? [this.#taskNode(after.id)]
        : [],
    );
    for (const { id } of redrawn.filter((node) => node.kind === "task")) {
      this.#hovers.delete(id);
    }
    if (redrawn.length > 0) {
      this.#changed.fire(redrawn);
    }
  }

  /** Forgets all tasks. */
  clear(): void {
    this.show([], { tasks: new Map(), asOf: undefined, problem: undefined });
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf(id: string): Node | undefined {
    return this.#tasks.has(id) ? this.#taskNode(id) : undefined;
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) {
      return this.#groups.map(({ status }) => this.#groupNode(status));
    }
    const group =
      node.kind === "group" ? this.#groups.find(({ status }) => status === node.status) : undefined;
    return (group?.tasks ?? []).map(({ id }) => this.#taskNode(id));
  }

  getParent(node: Node): Node | undefined {
    const task = node.kind === "task" ? this.#tasks.get(node.id) : undefined;
    return task && this.#groupNode(task.status);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === "group" ? this.#groupItem(node.status) : this.#taskItem(node.id);
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    const task = node.kind === "task" ? this.#tasks.get(node.id) : undefined;
    if (task !== undefined) {
      item.tooltip = hoverOf(task, this.#formats);
      this.#hovers.set(task.id, Date.now());
    }
    return item;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #groupItem(status: StatusId): vscode.TreeItem {
    const row = rowOf(status);
    const name = this.#formats.pick(row.name);
    const count = this.#groups.find((group) => group.status === status)?.tasks.length ?? 0;
    const item = new vscode.TreeItem(name, expansionOf(status));
    item.id = `status/${status}`;
    item.description = String(count);
    item.iconPath = iconOf(status);
    item.tooltip = this.#formats.pick(row.meaning);
    item.contextValue = "drsGroup";
    item.accessibilityInformation = { label: this.#formats.t("{0}, tasks: {1}", name, count) };
    return item;
  }

  #taskItem(id: string): vscode.TreeItem {
    const task = this.#tasks.get(id);
    if (task === undefined) {
      return new vscode.TreeItem(id);
    }
    const item = new vscode.TreeItem(task.name);
    item.id = `task/${id}`;
    item.description = descriptionOf(task, this.#formats);
    item.iconPath = iconOf(task.status);
    item.contextValue = contextOf(task);
    item.accessibilityInformation = { label: labelOf(task, this.#formats) };
    item.command = {
      command: "drs.openDetails",
      title: this.#formats.t("Show Details"),
      arguments: [node(id)],
    };
    return item;
  }

  #looksDifferent(before: Task, after: Task): boolean {
    return (
      before.name !== after.name ||
      before.error?.message !== after.error?.message ||
      before.remaining !== after.remaining ||
      before.startedAt !== after.startedAt ||
      contextOf(before) !== contextOf(after) ||
      descriptionOf(before, this.#formats) !== descriptionOf(after, this.#formats)
    );
  }

  /** A hover tells delay and times, which the row itself does not: it may be a little old, not more. */
  #hasOldHover(id: string): boolean {
    const madeAt = this.#hovers.get(id);
    return madeAt !== undefined && Date.now() - madeAt > hoverMaxAgeMs;
  }

  /** Lets go of the nodes of what is not listed any more. */
  #forgetNodes(): void {
    const shown = new Set<string>([...this.#groups.map(({ status }) => status), ...this.#tasks.keys()]);
    for (const key of this.#nodes.keys()) {
      if (!shown.has(key)) {
        this.#nodes.delete(key);
      }
    }
  }

  #groupNode(status: StatusId): Node {
    return this.#interned(status, { kind: "group", status });
  }

  #taskNode(id: string): Node {
    return this.#interned(id, node(id));
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

function node(id: string): Node {
  return { kind: "task", id };
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

/** `drsTask:pause:end:`, so that menus can ask for `viewItem =~ /:pause:/`. */
function contextOf(task: Task): string {
  return `drsTask:${legalActions(task)
    .map((action) => `${action}:`)
    .join("")}`;
}
