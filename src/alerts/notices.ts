/** Which transitions are worth an alert, and what it says. Knows nothing of VS Code. */
import type { Diagnosis } from "../failures/diagnosis";
import { rowOf, type StatusId } from "../status/statuses";
import { errorText } from "../tasks/problems";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import type { Formats } from "../tasks/texts";

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

/** What a notice says: the likely cause where one is known, otherwise the service's own words. */
export function noticeText(
  { level, task }: Notice,
  diagnosis: Diagnosis | null | undefined,
  { t, pick }: Formats,
): string {
  const { name, meaning } = rowOf(task.status);
  const status = pick(name);
  if (level === "recovered") {
    return t('Synchronization task "{0}" recovered: {1}.', task.name, status);
  }
  const told = (reason: string) => t('Synchronization task "{0}": {1}. {2}', task.name, status, reason);
  if (diagnosis == null) {
    return told(errorText(task) ?? pick(meaning));
  }
  const cause = pick(diagnosis.cause);
  return told(diagnosis.sure ? t("Cause: {0}", cause) : t("Likely cause: {0}", cause));
}
