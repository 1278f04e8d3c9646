/** Which rows the tree has and in which order, kept up to date by what changes. */
import { rowOf, statusOrder } from "../status/statuses";
import { type Attention, attentionOf, noThresholds, type Thresholds } from "../tasks/attention";
import { AttentionIndex } from "../tasks/attention-index";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import { fits, type Grouping, rankOf, type ViewOptions } from "./view-options";

/** A task in the tree. */
export interface Row {
  /** As it was last read. */
  task: Task;
  readonly isPinned: boolean;
  /** Its place among the others; those of the same rank are ordered by name. */
  readonly rank: number;
  /** Where it stands: in several only where tags group. */
  groups: readonly Group[];
  /** Which groups count it: those of its parent, for a child. */
  counted: readonly Group[];
}

/** A group of the tree. */
export interface Group {
  /** Unique among the groups of its connection. */
  readonly key: string;
  /** `all`: everything, without a row of its own. */
  readonly kind: Exclude<Grouping, "connection" | "none"> | "pinned" | "all";
  /** The status, engine type or tag that its tasks have in common; empty: none of it. */
  readonly value: string;
  /** A list that is not changed: another order is another list. */
  rows: readonly Row[];
  /** How many of its tasks need a look, without muted ones. */
  readonly attention: Map<Attention, number>;
  /** How many are muted. */
  muted: number;
}

/** The user's marks on tasks, and thresholds. */
export interface LayoutMarks {
  /** Tasks that stand before all others. */
  isPinned(id: string): boolean;
  /** Tasks that call for nobody. */
  isMuted(id: string): boolean;
  readonly thresholds: Thresholds;
}

/** The effect of a change on the rows. */
export interface LayoutChange {
  /** Whether there are other groups now. */
  readonly groups: boolean;
  /** Groups with other rows, another order or other counts, as they were. */
  readonly touched: ReadonlyMap<Group, GroupBefore>;
  /** The ids of tasks that stand elsewhere now. */
  readonly moved: ReadonlySet<string>;
}

interface GroupBefore {
  readonly rows: readonly Row[];
  readonly look: string;
}

/** The order of rows. */
export function compareRows(a: Row, b: Row): number {
  return (
    Number(b.isPinned) - Number(a.isPinned) ||
    a.rank - b.rank ||
    a.task.name.localeCompare(b.task.name) ||
    a.task.id.localeCompare(b.task.id)
  );
}

/** Groups, sorts and filters the tasks of a connection. */
export class Layout {
  readonly #rows = new Map<string, Row>();
  readonly #byKey = new Map<string, Group>();
  readonly #alone = new WeakMap<Group, readonly Group[]>();
  #groups: readonly Group[] = [];
  /** Child tasks by the id of their parent; they stand below it and in no group of their own. */
  readonly #children = new Map<string, readonly Row[]>();
  /** The ids of all parents that tasks name, listed or not. */
  readonly #parents = new Set<string>();
  /** Of all tasks, also those that do not fit the filter. */
  readonly #attention: AttentionIndex;
  /** How many tasks have each engine, of all of them. */
  readonly #engines = new Map<string, number>();

  constructor(
    tasks: Iterable<Task>,
    private readonly viewOptions: ViewOptions,
    private readonly marks: LayoutMarks,
    now = Date.now(),
  ) {
    this.#attention = new AttentionIndex([], marks.thresholds, (id) => marks.isMuted(id));
    const rows: Row[] = [];
    for (const task of tasks) {
      const attention = this.#attention.set(task, now);
      this.#countEngine(task, 1);
      if (fits(task, viewOptions.filter)) {
        const row = this.#row(task, attention);
        this.#rows.set(task.id, row);
        rows.push(row);
        if (task.parentId !== undefined) {
          this.#parents.add(task.parentId);
        }
      }
    }
    rows.sort(compareRows);
    const tops: Row[] = [];
    for (const row of rows) {
      const { parentId } = row.task;
      if (parentId !== undefined && this.#rows.has(parentId) && !this.#isOwnAncestor(row.task)) {
        this.#children.set(parentId, [...(this.#children.get(parentId) ?? []), row]);
      } else {
        tops.push(row);
      }
    }
    const members = new Map<Group, Row[]>();
    for (const row of tops) {
      this.#place(row);
      for (const group of row.groups) {
        const list = members.get(group) ?? [];
        list.push(row);
        members.set(group, list);
      }
      this.#count(row, 1);
      for (const child of this.#children.get(row.task.id) ?? []) {
        child.counted = row.groups;
        this.#count(child, 1);
      }
    }
    for (const [group, list] of members) {
      group.rows = list;
    }
    this.#orderGroups();
  }

  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** How many tasks fit the filter. */
  get count(): number {
    return this.#rows.size;
  }

  /** How many tasks need a look, whether they fit the filter or not. */
  get attention(): ReadonlyMap<Attention, number> {
    return this.#attention.counts;
  }

  /** The engines that tasks have. */
  get engines(): Iterable<string> {
    return this.#engines.keys();
  }

  /** Whether time alone has changed something: the layout is to be made again. */
  isStale(now: number): boolean {
    return this.#attention.isStale(now);
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  childrenOf(id: string): readonly Row[] {
    return this.#children.get(id) ?? [];
  }

  group(key: string): Group | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Takes changes over; those that were taken already change nothing.
   *
   * @returns undefined where parents and children have changed: the layout is to be made again.
   */
  apply(changes: readonly TaskChange[], now = Date.now()): LayoutChange | undefined {
    const touched = new Map<Group, GroupBefore>();
    const gone = new Map<Group, Set<Row>>();
    const come = new Map<Group, Row[]>();
    const moved = new Set<string>();
    for (const { before, after } of changes) {
      const id = (after ?? before)?.id ?? "";
      if (before?.engine !== after?.engine) {
        this.#countEngine(before, -1);
        this.#countEngine(after, 1);
      }
      const row = this.#rows.get(id);
      const was = this.#attention.of(id);
      const attention = after === undefined ? undefined : this.#attention.set(after, now);
      if (after === undefined) {
        this.#attention.delete(id);
      }
      const next =
        after !== undefined && fits(after, this.viewOptions.filter) ? this.#row(after, attention) : undefined;
      if (row !== undefined && next !== undefined && this.#standsThere(row, next)) {
        row.task = next.task;
        const is = this.#attention.of(id);
        if (was !== is) {
          this.#recount(row, was, is, touched);
        }
        continue;
      }
      if ((row && this.#isFamily(row.task)) === true || (next && this.#isFamily(next.task)) === true) {
        return undefined;
      }
      if (row !== undefined) {
        this.#rows.delete(id);
        for (const group of row.groups) {
          note(touched, group);
          count(group, was, -1, this.marks.isMuted(id));
          gone.set(group, (gone.get(group) ?? new Set()).add(row));
        }
      }
      if (next !== undefined) {
        if (row !== undefined) {
          moved.add(id);
        }
        this.#rows.set(id, next);
        this.#place(next);
        for (const group of next.groups) {
          note(touched, group);
          const list = come.get(group) ?? [];
          list.push(next);
          come.set(group, list);
        }
        this.#count(next, 1);
      }
    }
    const keys = this.#groups.length;
    for (const group of touched.keys()) {
      const left = gone.get(group);
      const stay = left === undefined ? group.rows : group.rows.filter((row) => !left.has(row));
      const added = come.get(group);
      group.rows = added === undefined ? stay : mergedRows(stay, added.sort(compareRows));
      if (group.rows.length === 0) {
        this.#byKey.delete(group.key);
      }
    }
    const isOther = this.#byKey.size !== keys || this.#groups.some(({ key }) => !this.#byKey.has(key));
    if (isOther) {
      this.#orderGroups();
    }
    return { groups: isOther, touched, moved };
  }

  #countEngine(task: Task | undefined, by: 1 | -1): void {
    const engine = task?.engine;
    if (engine !== undefined) {
      const count = (this.#engines.get(engine) ?? 0) + by;
      if (count > 0) {
        this.#engines.set(engine, count);
      } else {
        this.#engines.delete(engine);
      }
    }
  }

  #row(task: Task, attention: Attention | undefined): Row {
    return {
      task,
      isPinned: this.marks.isPinned(task.id),
      rank: rankOf(task, this.viewOptions.sort, attention),
      groups: [],
      counted: [],
    };
  }

  /** Whether a task stays where it stands. */
  #standsThere(row: Row, next: Row): boolean {
    const [before, after] = [row.task, next.task];
    return (
      row.rank === next.rank &&
      row.isPinned === next.isPinned &&
      before.name === after.name &&
      before.parentId === after.parentId &&
      this.#hasSameValues(before, after)
    );
  }

  #hasSameValues(before: Task, after: Task): boolean {
    switch (this.viewOptions.group) {
      case "status":
        return before.status === after.status;
      case "engine":
        return before.engine === after.engine;
      case "tag":
        return before.tags === after.tags || before.tags?.join("\n") === after.tags?.join("\n");
      default:
        return true;
    }
  }

  /** Whether a task has a parent or children. */
  #isFamily({ id, parentId }: Task): boolean {
    return parentId !== undefined || this.#parents.has(id);
  }

  /** Finds the groups of a row, and makes those that are missing. */
  #place(row: Row): void {
    const groups = this.#keysOf(row).map(({ key, kind, value }) => {
      const group = this.#byKey.get(key) ?? { key, kind, value, rows: [], attention: new Map(), muted: 0 };
      this.#byKey.set(key, group);
      return group;
    });
    const [only] = groups.length === 1 ? groups : [];
    // A group may have thousands of rows; they share one list with that group in it.
    row.groups = only === undefined ? groups : (this.#alone.get(only) ?? groups);
    if (only !== undefined) {
      this.#alone.set(only, row.groups);
    }
    row.counted = row.groups;
  }

  #keysOf({ task, isPinned }: Row): readonly Pick<Group, "key" | "kind" | "value">[] {
    const { group } = this.viewOptions;
    if (group === "connection" || group === "none") {
      return [{ key: "all", kind: "all", value: "" }];
    }
    return isPinned
      ? [{ key: "pinned", kind: "pinned", value: "" }]
      : valuesOf(task, group).map((value) => ({ key: `${group}/${value}`, kind: group, value }));
  }

  #count(row: Row, by: 1 | -1): void {
    const { id } = row.task;
    const attention = this.#attention.of(id);
    const isMuted = this.marks.isMuted(id);
    for (const group of row.counted) {
      count(group, attention, by, isMuted);
    }
  }

  /** A task that stays where it is needs a look for something else. */
  #recount(
    row: Row,
    was: Attention | undefined,
    is: Attention | undefined,
    touched: Map<Group, GroupBefore>,
  ): void {
    for (const group of row.counted) {
      note(touched, group);
      count(group, was, -1, false);
      count(group, is, 1, false);
    }
  }

  #orderGroups(): void {
    const { group } = this.viewOptions;
    const compare = group === "status" ? byStatusOrder : byText;
    this.#groups = [...this.#byKey.values()].sort(
      (a, b) => Number(b.kind === "pinned") - Number(a.kind === "pinned") || compare(a.value, b.value),
    );
  }

  /** Whether the parents of a task lead back to it: such tasks stand at the top, or none of them would be shown. */
  #isOwnAncestor({ id, parentId }: Task): boolean {
    const passed = new Set<string>();
    const parentOf = (child: string) => this.#rows.get(child)?.task.parentId;
    for (let above = parentId; above !== undefined && !passed.has(above); above = parentOf(above)) {
      if (above === id) {
        return true;
      }
      passed.add(above);
    }
    return false;
  }
}

/** The text of a group's row about its tasks. */
export function lookOf({ rows, attention, muted, kind }: Group): string {
  return [
    rows.length,
    muted,
    ...[...attention].flat(),
    kind === "all" ? "" : ownAttention({ kind, rows }),
  ].join();
}

/** The attention that all tasks of a group need, where its name says so. */
export function ownAttention({ kind, rows: [first] }: Pick<Group, "kind" | "rows">): Attention | undefined {
  const isAlerting = kind === "status" && first !== undefined && rowOf(first.task.status).alert !== "none";
  return isAlerting ? attentionOf(first.task, noThresholds, 0) : undefined;
}

function note(touched: Map<Group, GroupBefore>, group: Group): void {
  if (!touched.has(group)) {
    touched.set(group, { rows: group.rows, look: lookOf(group) });
  }
}

function count(group: Group, attention: Attention | undefined, by: 1 | -1, isMuted: boolean): void {
  if (attention !== undefined) {
    group.attention.set(attention, (group.attention.get(attention) ?? 0) + by);
  }
  group.muted += isMuted ? by : 0;
}

function mergedRows(one: readonly Row[], other: readonly Row[]): readonly Row[] {
  const all: Row[] = [];
  let at = 0;
  for (const row of other) {
    const to = placeIn(one, row, at);
    for (; at < to; at++) {
      all.push(one[at] ?? row);
    }
    all.push(row);
  }
  for (const row of at === 0 ? one : one.slice(at)) {
    all.push(row);
  }
  return all;
}

/** Before how many rows a row stands, looked for from one place on. */
function placeIn(rows: readonly Row[], row: Row, from: number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRows(rows[middle] ?? row, row) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function valuesOf(task: Task, grouping: "status" | "engine" | "tag"): readonly string[] {
  switch (grouping) {
    case "status":
      return [task.status];
    case "engine":
      return [task.engine ?? ""];
    case "tag":
      return task.tags === undefined || task.tags.length === 0 ? [""] : [...new Set(task.tags)];
  }
}

function byStatusOrder(a: string, b: string): number {
  const order: readonly string[] = statusOrder;
  return order.indexOf(a) - order.indexOf(b);
}

/** Tasks without an engine or a tag come last. */
function byText(a: string, b: string): number {
  return Number(a === "") - Number(b === "") || a.localeCompare(b);
}
