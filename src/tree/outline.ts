import type { TaskRef } from "../connections/connection";
import type { Branch } from "./branch";
import { compareRows, type Group, type LayoutChange, lookOf, type Row } from "./layout";
import type { Node } from "./node";
import { NodeRegistry } from "./node-registry";
import { groupStep, isPart, moreThan, partsOf, rangeSize, shownOf } from "./pages";
import type { ViewOptions } from "./view-options";

/** Which rows the tree has and where they stand: connections, groups, tasks, and the parts of long groups. */
export class Outline {
  /** The branch of each connection. */
  branches: ReadonlyMap<string, Branch> = new Map();
  /** How the user arranged them. */
  viewOptions: ViewOptions;
  readonly #nodes: NodeRegistry;
  /** How many tasks are shown of the groups of which the user asked for more. */
  readonly #limits = new Map<string, number>();

  /** @param onForget is called for each node whose row is gone. */
  constructor(viewOptions: ViewOptions, onForget: (node: Node) => void) {
    this.viewOptions = viewOptions;
    this.#nodes = new NodeRegistry(onForget);
  }

  /** The nodes below a row, or the tree's first ones; those that were there before and are not any more are forgotten. */
  childrenOf(node?: Node): Node[] {
    const children = this.#childNodes(node);
    this.#nodes.keep(node, children);
    return children;
  }

  #childNodes(node: Node | undefined): Node[] {
    if (node === undefined) {
      const connections = [...this.branches.keys()];
      if (this.byConnection) {
        return connections.map((connection) => this.connectionNode(connection));
      }
      return this.viewOptions.group === "none"
        ? this.#everything()
        : connections.flatMap((connection) => this.#rowsOf(connection));
    }
    switch (node.kind) {
      case "connection":
        return [...this.#messageNodes(node.connection), ...this.#rowsOf(node.connection)];
      case "group": {
        const group = this.group(node.connection, node.group);
        return group === undefined ? [] : this.#tasksOf(node.connection, group);
      }
      case "range": {
        const group = this.group(node.connection, node.group);
        const rows = group?.rows.slice(node.from, node.from + rangeSize) ?? [];
        return group === undefined
          ? []
          : rows.map(({ task }) => this.#taskNode(node.connection, group, task.id));
      }
      case "task":
        return this.subtasksOf(node).map(({ task: { id } }) => this.#interned({ ...node, id }));
      default:
        return [];
    }
  }

  /** The row above a row; undefined for those that stand first. */
  parentOf(node: Node): Node | undefined {
    const { connection } = node;
    const above = this.byConnection && node.kind !== "connection";
    const container = above ? this.connectionNode(connection) : undefined;
    if (node.kind === "range") {
      return this.#groupNode(connection, this.group(connection, node.group)) ?? container;
    }
    const row = node.kind === "task" ? this.branches.get(connection)?.layout.row(node.id) : undefined;
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

  /** Whether connections have rows of their own. */
  get byConnection(): boolean {
    const { group } = this.viewOptions;
    return group === "connection" || (this.branches.size > 1 && group !== "none");
  }

  /** Whether one list shows the tasks of all connections. */
  get isOneList(): boolean {
    return this.viewOptions.group === "none" && this.branches.size > 1;
  }

  /** Shows another page of a group; answers the row that is to be drawn again, undefined: all of them. */
  showMore(connection: string, group: string): Node | undefined {
    const key = `${connection}/${group}`;
    this.#limits.set(key, (this.#limits.get(key) ?? groupStep) + groupStep);
    return this.#groupNode(connection, this.group(connection, group));
  }

  /** The ids of the tasks of a group, in the order of its rows. */
  idsIn(connection: string, group: string): readonly string[] {
    return this.group(connection, group)?.rows.map(({ task: { id } }) => id) ?? [];
  }

  /** The node of a listed task, for revealing it; undefined when it is not listed. */
  nodeOf({ connection, id }: TaskRef): Node | undefined {
    const [group] = this.branches.get(connection)?.layout.row(id)?.counted ?? [];
    return group && this.#taskNode(connection, group, id);
  }

  /** Undefined when no task is in it any more. */
  group(connection: string, key: string): Group | undefined {
    return this.branches.get(connection)?.layout.group(key);
  }

  /** The row of a group that has one. */
  #groupNode(connection: string, group: Group | undefined): Node | undefined {
    return group === undefined || group.kind === "all"
      ? undefined
      : this.#interned({ kind: "group", connection, group: group.key });
  }

  /** The rows of a task's child tasks: changes of its objects. */
  subtasksOf({ connection, id }: TaskRef): readonly Row[] {
    return this.branches.get(connection)?.layout.childrenOf(id) ?? [];
  }

  connectionNode(connection: string): Node {
    return this.#interned({ kind: "connection", connection });
  }

  /** The nodes that a task has in VS Code now. @param isDrawn whether a group is drawn again with everything in it. */
  listed(connection: string, { counted, task }: Row, isDrawn: (group: Node) => boolean): Node[] {
    return counted.flatMap((group) => {
      const node = this.#nodes.find(taskNode(connection, group, task.id));
      const above = this.#groupNode(connection, group);
      return node === undefined || (above !== undefined && isDrawn(above)) ? [] : [node];
    });
  }

  /** The rows of groups that count otherwise now, or show other tasks: what stands elsewhere is left alone. */
  changedGroups(connection: string, { touched }: LayoutChange): Node[] {
    return [...touched].flatMap(([group, before]) => {
      const limit = this.#limit(connection, group);
      const isOther =
        before.look !== lookOf(group) ||
        (before.rows !== group.rows &&
          !isPart(before.rows, group.rows, 0, this.isOneList ? limit : shownOf(group, limit)));
      if (isOther) {
        return [this.#groupNode(connection, group) ?? this.connectionNode(connection)];
      }
      return partsOf(group, limit)
        .filter((from) => !isPart(before.rows, group.rows, from, rangeSize))
        .map((from) => this.#interned({ kind: "range", connection, group: group.key, from }));
    });
  }

  /** The rows of a connection below its own, if it has one. */
  #rowsOf(connection: string): Node[] {
    const { groups = [] } = this.branches.get(connection)?.layout ?? {};
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
    return this.#limits.get(this.isOneList ? "/all" : `${connection}/${key}`) ?? groupStep;
  }

  /** The tasks of all connections in one list. */
  #everything(): Node[] {
    const groups = [...this.branches].flatMap(([connection, { layout }]) =>
      layout.groups.map((group) => ({ connection, group })),
    );
    const [only] = groups.length === 1 ? groups : [];
    if (only !== undefined) {
      return this.#tasksOf(only.connection, only.group);
    }
    const shown = this.#limits.get("/all") ?? groupStep;
    const first = groups
      .flatMap(({ connection, group }) =>
        group.rows.slice(0, shown + 1).map((row) => ({ connection, group, row })),
      )
      .sort((a, b) => compareRows(a.row, b.row));
    const messages =
      this.branches.size > 1 ? [...this.branches.keys()].flatMap((id) => this.#messageNodes(id)) : [];
    const more: Node[] =
      first.length > shown ? [this.#interned({ kind: "more", connection: "", group: "all" })] : [];
    const rows = first
      .slice(0, shown)
      .map(({ connection, group, row }) => this.#taskNode(connection, group, row.task.id));
    return [...messages, ...rows, ...more];
  }

  #messageNodes(connection: string): Node[] {
    return this.branches.get(connection)?.message === undefined
      ? []
      : [this.#interned({ kind: "message", connection })];
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
