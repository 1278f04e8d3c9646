/** How the user wants the tasks to be shown: grouped, sorted, filtered. */
import { rowOf, type StatusId, statusOrder } from "../status/statuses";
import { type Attention, urgencyBy } from "../tasks/attention";
import { engineName } from "../tasks/engine-name";
import type { Task } from "../tasks/task";

export const groupings = ["status", "engine", "tag", "connection", "none"] as const;
export type Grouping = (typeof groupings)[number];

export const sortings = ["urgency", "name", "created", "delay"] as const;
export type Sorting = (typeof sortings)[number];

/** The filter of tasks; an empty part lets everything pass. */
export interface Filter {
  /** Found in name, id, description, error, addresses, engine or tags, whatever the case. */
  readonly text: string;
  readonly statuses: readonly StatusId[];
  /** Engine types as the API has them. */
  readonly engines: readonly string[];
}

export interface ViewOptions {
  readonly group: Grouping;
  readonly sort: Sorting;
  readonly filter: Filter;
}

export const noFilter: Filter = { text: "", statuses: [], engines: [] };
export const usual: ViewOptions = { group: "status", sort: "urgency", filter: noFilter };

/** The view options in what was stored, perhaps by another version; whatever is not understood is as usual. */
export function viewOptionsIn(stored: unknown): ViewOptions {
  const fields = fieldsOf(stored);
  const filter = fieldsOf(fields.get("filter"));
  const text = filter.get("text");
  return {
    group: groupings.find((grouping) => grouping === fields.get("group")) ?? usual.group,
    sort: sortings.find((sorting) => sorting === fields.get("sort")) ?? usual.sort,
    filter: {
      text: typeof text === "string" ? text : "",
      statuses: statusOrder.filter((status) => listOf(filter.get("statuses")).includes(status)),
      engines: listOf(filter.get("engines")).filter((engine) => typeof engine === "string"),
    },
  };
}

/** Whether the filter leaves anything out. */
export function isFiltered({ text, statuses, engines }: Filter): boolean {
  return text !== "" || statuses.length > 0 || engines.length > 0;
}

/** Whether a task fits a filter. */
export function fits(task: Task, { text, statuses, engines }: Filter): boolean {
  return (
    (statuses.length === 0 || statuses.includes(task.status)) &&
    (engines.length === 0 || engines.includes(task.engine ?? "")) &&
    (text === "" || textOf(task).includes(text.toLowerCase()))
  );
}

/**
 * Where a task stands among others, the smallest number first; those that are equal in it are ordered by name.
 *
 * @param attention what it needs a look for.
 */
export function rankOf(task: Task, sorting: Sorting, attention: Attention | undefined): number {
  switch (sorting) {
    case "urgency":
      return urgencyBy(task, attention);
    case "name":
      return 0;
    case "created":
      return -(task.createdAt ?? 0);
    case "delay":
      // In whole seconds, as the rows show it, so that healthy tasks do not change places all the time.
      return -wholeSeconds(task);
  }
}

function wholeSeconds({ delayMs }: Task): number {
  return delayMs === undefined ? -1 : Math.floor(delayMs / 1000);
}

function textOf(task: Task): string {
  const { source, target, error, tags = [] } = task;
  const { en, zh } = rowOf(task.status).name;
  return [
    ...[task.name, task.id, task.description, task.engine, engineName(task.engine), en, zh],
    ...[error?.code, error?.message, source?.host, source?.database, target?.host, target?.database],
    ...tags,
  ]
    .filter(Boolean)
    .join("\n")
    .toLowerCase();
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
