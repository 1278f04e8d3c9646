/** Whether a task's row looks different after a change. */
import { isDeepStrictEqual } from "node:util";
import type { Localizer } from "../l10n/localizer";
import type { Thresholds } from "../tasks/attention";
import type { Task } from "../tasks/task";
import { contextOf } from "./menu-context";
import { descriptionOf } from "./rows";

/** What a row's text depends on beside the task. */
export interface RowFacts {
  readonly l10n: Localizer;
  readonly thresholds: Thresholds;
  /** Whether rows say which engine a task has. */
  readonly withEngine: boolean;
}

/**
 * Whether the row is to be drawn again; one that cannot be compared is. VS Code closes the hover of a row that is: what
 * only the hover shows, and what changes all the time, as the retained log of a failed task does, is left to its age.
 */
export function isRedrawn(before: Task, after: Task, facts: RowFacts): boolean {
  try {
    return looksDifferent(before, after, facts);
  } catch {
    return true;
  }
}

function looksDifferent(before: Task, after: Task, { l10n, thresholds, withEngine }: RowFacts): boolean {
  const state = {
    pinned: false,
    muted: false,
    followed: undefined,
    readOnly: false,
    console: false,
    local: true,
  };
  return (
    before.name !== after.name ||
    (before.warnings !== after.warnings && !isDeepStrictEqual(before.warnings, after.warnings)) ||
    before.error?.message !== after.error?.message ||
    before.startedAt !== after.startedAt ||
    (!hasSameActions(before, after) && contextOf(before, state) !== contextOf(after, state)) ||
    descriptionOf(before, l10n, thresholds, withEngine) !== descriptionOf(after, l10n, thresholds, withEngine)
  );
}

/** Whether the menus of two tasks certainly offer the same. */
function hasSameActions(before: Task, after: Task): boolean {
  return (
    before.status === after.status &&
    before.availableActions === after.availableActions &&
    before.currentAction === after.currentAction &&
    before.resettable === after.resettable &&
    before.parentId === after.parentId
  );
}
