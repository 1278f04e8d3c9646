/** What the tree shows, as data: groups by status, their tasks, and the texts of both. */

import { beginningOf, coarseDelay, coarseRemaining, type Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { freezeRow } from "../status/freezes";
import { rowOf, statusOrder } from "../status/statuses";
import { transitionIn } from "../tasks/actions";
import {
  type Attention,
  type AttentionList,
  attentionList,
  attentionOf,
  countsText,
  isDelayed,
  noThresholds,
  type Thresholds,
} from "../tasks/attention";
import { engineName } from "../tasks/engine";
import { errorName } from "../tasks/error-name";
import { dueForecasts, forecastMark, forecastsOf } from "../tasks/forecast";
import { warningsOf } from "../tasks/stream-health";
import type { Task } from "../tasks/task";
import { type Arrangement, comparison, fits, type Grouping } from "./arrangement";

/** A group of the tree. */
export interface Group {
  /** Unique among the groups of its connection. */
  readonly key: string;
  /** `all`: everything, without a row of its own. */
  readonly kind: Exclude<Grouping, "connection" | "none"> | "pinned" | "all";
  /** The status, engine type or tag that its tasks have in common; empty: none of it. */
  readonly value: string;
  readonly tasks: readonly Task[];
  /** Those that need a look, without muted ones. */
  readonly attention: AttentionList;
  /** How many are muted. */
  readonly muted: number;
}

/** What is known of tasks besides what the service says. */
export interface LayoutMarks {
  /** Tasks that stand before all others. */
  isPinned(id: string): boolean;
  /** Tasks that call for nobody. */
  isMuted(id: string): boolean;
  readonly thresholds: Thresholds;
}

/** The tasks of a connection as the tree shows them. */
export interface Layout {
  readonly groups: readonly Group[];
  /** Child tasks by the id of their parent; they stand below it and in no group of their own. */
  readonly children: ReadonlyMap<string, readonly Task[]>;
  /** How many tasks fit the filter. */
  readonly count: number;
}

/** Groups, sorts and filters tasks. */
export function layoutOf(
  tasks: Iterable<Task>,
  { group, sort, filter }: Arrangement,
  marks: LayoutMarks,
): Layout {
  const fitting = new Map<string, Task>();
  for (const task of tasks) {
    if (fits(task, filter)) {
      fitting.set(task.id, task);
    }
  }
  const sorted = [...fitting.values()].sort(comparison(sort, marks.thresholds));
  const isChild = (task: Task) =>
    task.parentId !== undefined && fitting.has(task.parentId) && !isOwnAncestor(task, fitting);
  const children = groupedBy(sorted.filter(isChild), ({ parentId = "" }) => [parentId]);
  const top = sorted.filter((task) => !isChild(task));
  const pinned = top.filter(({ id }) => marks.isPinned(id));
  const others = top.filter(({ id }) => !marks.isPinned(id));
  const now = Date.now();
  const groups = groupsOf(pinned, others, group).map((bare): Group => {
    const all = bare.tasks.flatMap((task) => [task, ...(children.get(task.id) ?? [])]);
    const heard = all.filter(({ id }) => !marks.isMuted(id));
    return {
      ...bare,
      attention: attentionList(heard, marks.thresholds, now),
      muted: all.length - heard.length,
    };
  });
  return { groups, children, count: fitting.size };
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

type BareGroup = Pick<Group, "key" | "kind" | "value" | "tasks">;

function groupsOf(
  pinned: readonly Task[],
  others: readonly Task[],
  grouping: Grouping,
): readonly BareGroup[] {
  if (grouping === "connection" || grouping === "none") {
    return [{ key: "all", kind: "all", value: "", tasks: [...pinned, ...others] }];
  }
  const byValue = groupedBy(others, (task) => valuesOf(task, grouping));
  const values = [...byValue.keys()].sort(grouping === "status" ? byStatusOrder : byText);
  const groups = values.map(
    (value): BareGroup => ({
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

/** Whether two pictures have the same groups with the same tasks, in whatever order within a group. */
export function sameMembers(a: Layout, b: Layout): boolean {
  const membersOf = ({ groups, children }: Layout) =>
    groups.map((group) => `${group.key}:${rowsOf(group, children).toSorted().join()}`).join(";");
  return membersOf(a) === membersOf(b);
}

/** Whether a group of two pictures looks the same but for its tasks: their order, and what its row counts. */
export function sameGroup(a: Group, b: Group, l10n: Localizer): boolean {
  return (
    a.tasks.every(({ id }, index) => id === b.tasks[index]?.id) &&
    groupDescription(a, l10n) === groupDescription(b, l10n)
  );
}

/** The grey text behind a task's name: what matters in its status, and its engine. */
export function descriptionOf(task: Task, l10n: Localizer, thresholds = noThresholds): Shown {
  const isLate = isDelayed(task, thresholds);
  const detail = isLate ? undefined : statusDetail(task, l10n);
  // Why a task stands still comes before what that leads to.
  const first = rowOf(task.status).alert === "none" ? [] : [detail];
  const parts = [
    ...first,
    isLate ? l10n.t("⚠ behind {0}", coarseDelay(task.delayMs ?? 0, l10n)) : undefined,
    warningMark(task, l10n),
    forecastMarks(task, l10n),
    transitionText(task, l10n),
    ...(first.length > 0 ? [] : [detail]),
    engineName(task.engine),
  ];
  return joined(
    " · ",
    parts.map((part) => part && shown(beginningOf(part, 100))),
  );
}

/** What a screen reader says of a task's row: name, status, and what the row shows besides. */
export function labelOf(task: Task, l10n: Localizer, thresholds = noThresholds): Shown {
  return joined(", ", [
    shown(task.name),
    l10n.localize(rowOf(task.status).name),
    descriptionOf(task, l10n, thresholds),
  ]);
}

/** First, because a narrow view cuts the end off. */
function warningMark(task: Task, { t }: Localizer): Shown | undefined {
  const { length } = warningsOf(task);
  return length === 0 ? undefined : length === 1 ? t("⚠ 1 warning") : t("⚠ {0} warnings", length);
}

/** What the service will soon do by itself. */
function forecastMarks(task: Task, l10n: Localizer): Shown {
  const now = Date.now();
  // A task that could not be created tells it from the beginning.
  const due = dueForecasts(task, now).filter(({ id }) => id !== "leavesList");
  return joined(
    " · ",
    due.map((forecast) => shown(`⚠ ${forecastMark(forecast, now, l10n)}`)),
  );
}

function transitionText(task: Task, { t }: Localizer): Shown | undefined {
  switch (transitionIn(task)) {
    case "pausing":
      return t("being paused");
    case "switchingOver":
      return t("being switched over");
    case undefined:
      return undefined;
  }
}

function statusDetail(task: Task, l10n: Localizer): Shown | undefined {
  switch (rowOf(task.status).detail) {
    case "apiStatus":
      return shown(task.apiStatus);
    case "progress":
      return fullDetail(task, l10n);
    case "delay":
      return task.delayMs === undefined ? undefined : l10n.t("delay {0}", coarseDelay(task.delayMs, l10n));
    case "startTime":
      return task.scheduledAt === undefined
        ? undefined
        : l10n.t("starts {0}", l10n.shortTime(task.scheduledAt));
    case "daysLeft":
      return joined(" · ", [errorName(task.error?.code, l10n), daysLeft(task, l10n)]);
    case "error":
      return errorName(task.error?.code, l10n);
    case "freeze":
      return l10n.localize(freezeRow(task.freeze?.id ?? "arrears").name);
  }
}

function fullDetail({ percent, remaining }: Task, l10n: Localizer): Shown | undefined {
  if (percent === undefined) {
    return undefined;
  }
  const left = percent >= 100 || remaining === undefined ? undefined : coarseRemaining(remaining, l10n);
  return joined(" · ", [l10n.percent(Math.floor(percent)), left]);
}

/** A task that could not be created stays listed for three days. */
function daysLeft(task: Task, l10n: Localizer): Shown | undefined {
  const now = Date.now();
  const leaving = forecastsOf(task, now).find(({ id }) => id === "leavesList");
  return leaving && forecastMark(leaving, now, l10n);
}

/** The grey text behind a group's name: how many tasks, how many of them need a look besides their status, how many are muted. */
export function groupDescription(group: Group, l10n: Localizer): Shown {
  const { tasks, attention, muted } = group;
  const own = ownAttention(group);
  return joined(" · ", [
    l10n.number(tasks.length),
    countsText(new Map([...attention].filter(([id]) => id !== own)), l10n),
    muted === 0 ? "" : l10n.t("{0} muted", l10n.number(muted)),
  ]);
}

/** What all tasks of a group need a look for, which its name says. */
function ownAttention({ kind, tasks: [first] }: Group): Attention | undefined {
  const isAlerting = kind === "status" && first !== undefined && rowOf(first.status).alert !== "none";
  return isAlerting ? attentionOf(first, noThresholds, 0) : undefined;
}

function rowsOf({ tasks }: Group, children: Layout["children"]): readonly string[] {
  return tasks.map(({ id }) => [id, ...(children.get(id) ?? []).map((child) => child.id)].join("+"));
}
