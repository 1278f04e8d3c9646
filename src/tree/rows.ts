/** What the tree shows, as data: groups by status, their tasks, and the texts of both. */

import { beginningOf, coarseDelay, coarseRemaining, type Localizer } from "../l10n/localizer";
import { freezeRow } from "../status/freezes";
import { rowOf, statusOrder } from "../status/statuses";
import { transitionIn } from "../tasks/actions";
import { engineName } from "../tasks/engine";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { type Arrangement, comparison, fits, type Grouping } from "./arrangement";

const hourMs = 3_600_000;

/** A group of the tree. */
export interface Group {
  /** Unique among the groups of its connection. */
  readonly key: string;
  /** `all`: everything, without a row of its own. */
  readonly kind: Exclude<Grouping, "connection" | "none"> | "pinned" | "all";
  /** The status, engine type or tag that its tasks have in common; empty: none of it. */
  readonly value: string;
  readonly tasks: readonly Task[];
}

/** The tasks of a connection as the tree shows them. */
export interface Layout {
  readonly groups: readonly Group[];
  /** Child tasks by the id of their parent; they stand below it and in no group of their own. */
  readonly children: ReadonlyMap<string, readonly Task[]>;
  /** How many tasks fit the filter. */
  readonly count: number;
}

/**
 * Groups, sorts and filters tasks.
 *
 * @param isPinned tasks that stand before all others.
 */
export function layoutOf(
  tasks: Iterable<Task>,
  { group, sort, filter }: Arrangement,
  isPinned: (id: string) => boolean,
): Layout {
  const fitting = new Map<string, Task>();
  for (const task of tasks) {
    if (fits(task, filter)) {
      fitting.set(task.id, task);
    }
  }
  const sorted = [...fitting.values()].sort(comparison(sort));
  const isChild = (task: Task) =>
    task.parentId !== undefined && fitting.has(task.parentId) && !isOwnAncestor(task, fitting);
  const children = groupedBy(sorted.filter(isChild), ({ parentId = "" }) => [parentId]);
  const top = sorted.filter((task) => !isChild(task));
  const pinned = top.filter(({ id }) => isPinned(id));
  const others = top.filter(({ id }) => !isPinned(id));
  return { groups: groupsOf(pinned, others, group), children, count: fitting.size };
}

/** Whether the parents of a task lead back to it: such tasks stand at the top, or none of them would be shown. */
function isOwnAncestor({ id, parentId }: Task, tasks: ReadonlyMap<string, Task>): boolean {
  const passed = new Set<string>();
  for (let above = parentId; above !== undefined && !passed.has(above); above = tasks.get(above)?.parentId) {
    if (above === id) {
      return true;
    }
    passed.add(above);
  }
  return false;
}

function groupsOf(pinned: readonly Task[], others: readonly Task[], grouping: Grouping): readonly Group[] {
  if (grouping === "connection" || grouping === "none") {
    return [{ key: "all", kind: "all", value: "", tasks: [...pinned, ...others] }];
  }
  const byValue = groupedBy(others, (task) => valuesOf(task, grouping));
  const values = [...byValue.keys()].sort(grouping === "status" ? byStatusOrder : byText);
  const groups = values.map(
    (value): Group => ({
      key: `${grouping}/${value}`,
      kind: grouping,
      value,
      tasks: byValue.get(value) ?? [],
    }),
  );
  return pinned.length === 0
    ? groups
    : [{ key: "pinned", kind: "pinned", value: "", tasks: pinned }, ...groups];
}

function groupedBy(
  tasks: readonly Task[],
  keysOf: (task: Task) => readonly string[],
): ReadonlyMap<string, readonly Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    for (const key of keysOf(task)) {
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, [task]);
      } else {
        group.push(task);
      }
    }
  }
  return groups;
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
  const rank = (value: string) => order.indexOf(value);
  return rank(a) - rank(b);
}

/** What has no engine or tag comes last. */
function byText(a: string, b: string): number {
  return Number(a === "") - Number(b === "") || a.localeCompare(b);
}

/** Whether two pictures have the same groups with the same tasks in the same order. */
export function sameShape(a: Layout, b: Layout): boolean {
  return shapeOf(a) === shapeOf(b);
}

/** The grey text behind a task's name: what matters in its status, and its engine. */
export function descriptionOf(task: Task, l10n: Localizer): string {
  return [
    warningMark(task, l10n),
    transitionText(task, l10n),
    statusDetail(task, l10n),
    engineName(task.engine),
  ]
    .flatMap((part) => (part ? [beginningOf(part, 100)] : []))
    .join(" · ");
}

/** What a screen reader says of a task's row: name, status, and what the row shows besides. */
export function labelOf(task: Task, l10n: Localizer): string {
  return [task.name, l10n.localize(rowOf(task.status).name), descriptionOf(task, l10n)]
    .filter(Boolean)
    .join(", ");
}

/** First, because a narrow view cuts the end off. */
function warningMark(task: Task, { t }: Localizer): string | undefined {
  const { length } = warningsOf(task);
  return length === 0 ? undefined : length === 1 ? t("⚠ 1 warning") : t("⚠ {0} warnings", length);
}

function transitionText(task: Task, { t }: Localizer): string | undefined {
  switch (transitionIn(task)) {
    case "pausing":
      return t("being paused");
    case "switchingOver":
      return t("being switched over");
    case undefined:
      return undefined;
  }
}

function statusDetail(task: Task, l10n: Localizer): string | undefined {
  switch (rowOf(task.status).detail) {
    case "apiStatus":
      return task.apiStatus;
    case "progress":
      return fullDetail(task, l10n);
    case "delay":
      return task.delayMs === undefined ? undefined : l10n.t("delay {0}", coarseDelay(task.delayMs, l10n));
    case "startTime":
      return task.scheduledAt === undefined
        ? undefined
        : l10n.t("starts {0}", l10n.shortTime(task.scheduledAt));
    case "daysLeft":
      return [task.error?.code, daysLeft(task, l10n)].filter(Boolean).join(" · ");
    case "error":
      return task.error?.code;
    case "freeze":
      return l10n.localize(freezeRow(task.freeze?.id ?? "arrears").name);
  }
}

function fullDetail({ percent, remaining }: Task, l10n: Localizer): string | undefined {
  if (percent === undefined) {
    return undefined;
  }
  const left = percent >= 100 || remaining === undefined ? undefined : coarseRemaining(remaining, l10n);
  return [l10n.percent(Math.floor(percent)), left].filter(Boolean).join(" · ");
}

/** A task that could not be created stays listed for three days. */
function daysLeft({ createdAt }: Task, { t, duration }: Localizer): string | undefined {
  const ms = createdAt === undefined ? 0 : createdAt + 3 * 24 * hourMs - Date.now();
  return ms <= 0 ? undefined : t("deleted in {0}", duration(Math.ceil(ms / hourMs) * hourMs));
}

function shapeOf({ groups, children }: Layout): string {
  const row = ({ id }: Task) => [id, ...(children.get(id) ?? []).map((child) => child.id)].join("+");
  return groups.map(({ key, tasks }) => `${key}:${tasks.map(row).join()}`).join(";");
}
