/** Which transitions are worth an alert. Knows nothing of VS Code. */
import { rowOf, type StatusId } from "../status/statuses";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";

export interface Notice {
  readonly level: "error" | "warning" | "recovered";
  readonly task: Task;
}

/**
 * The notices that a reading's changes call for: a task that came into an alerting status it was not in before, or
 * that got out of one by itself or by a repair. A task that is ended while it failed has not recovered.
 */
export function noticesOf(changes: readonly TaskChange[]): readonly Notice[] {
  return changes.flatMap(({ before, after }): Notice[] => {
    if (after === undefined || before?.status === after.status) {
      return [];
    }
    const level = rowOf(after.status).alert;
    if (after.status === "frozen" && before?.detailed === false) {
      // It was frozen all the time; only now it is known.
      return [];
    }
    if (before?.status === "frozen" && before.apiStatus === after.apiStatus) {
      // Only the freeze is over: whatever failed before it failed then.
      return level === "none" ? [{ level: "recovered", task: after }] : [];
    }
    if (level !== "none") {
      return [{ level, task: after }];
    }
    const wasAlerting = before !== undefined && rowOf(before.status).alert !== "none";
    return wasAlerting && healthy.has(after.status) ? [{ level: "recovered", task: after }] : [];
  });
}

const healthy: ReadonlySet<StatusId> = new Set(["incremental", "full"]);
