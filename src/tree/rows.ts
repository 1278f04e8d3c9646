/** What the tree shows, as data: groups by status, their tasks, and the texts of both. Knows nothing of VS Code. */
import { rowOf, type StatusId, statusOrder } from "../status/statuses";
import { engineName } from "../tasks/engine";
import type { Task } from "../tasks/task";
import { coarseDelay, type Formats } from "../tasks/texts";

/** A group of the tree. */
export interface Group {
  readonly status: StatusId;
  readonly tasks: readonly Task[];
}

/** The groups that have tasks, in the status table's order; tasks by name. */
export function groupsOf(tasks: Iterable<Task>): readonly Group[] {
  const byStatus = new Map<StatusId, Task[]>();
  for (const task of tasks) {
    const group = byStatus.get(task.status);
    if (group === undefined) {
      byStatus.set(task.status, [task]);
    } else {
      group.push(task);
    }
  }
  return statusOrder.flatMap((status) => {
    const members = byStatus.get(status);
    return members === undefined ? [] : [{ status, tasks: members.sort(byName) }];
  });
}

/** Whether two pictures have the same groups with the same tasks in the same order. */
export function sameShape(a: readonly Group[], b: readonly Group[]): boolean {
  return shapeOf(a) === shapeOf(b);
}

/** The grey text behind a task's name: what matters in its status, and its engine. */
export function descriptionOf(task: Task, formats: Formats): string {
  return [statusDetail(task, formats), engineName(task.engine)].filter(Boolean).join(" · ");
}

/** What a screen reader says of a task's row: name, status, and what the row shows besides. */
export function labelOf(task: Task, formats: Formats): string {
  return [task.name, formats.pick(rowOf(task.status).name), descriptionOf(task, formats)]
    .filter(Boolean)
    .join(", ");
}

function statusDetail(task: Task, formats: Formats): string | undefined {
  switch (task.status) {
    case "unknown":
      return task.apiStatus;
    case "full":
      return task.percent === undefined ? undefined : formats.percent(Math.floor(task.percent));
    case "incremental":
      return task.delayMs === undefined
        ? undefined
        : formats.t("delay {0}", coarseDelay(task.delayMs, formats));
    case "pendingStart":
      return task.scheduledAt === undefined
        ? undefined
        : formats.t("starts {0}", formats.shortTime(task.scheduledAt));
    default:
      return task.error?.code;
  }
}

function byName(a: Task, b: Task): number {
  return a.name.localeCompare(b.name) || a.id.localeCompare(b.id);
}

function shapeOf(groups: readonly Group[]): string {
  return groups.map(({ status, tasks }) => `${status}:${tasks.map(({ id }) => id).join()}`).join(";");
}
