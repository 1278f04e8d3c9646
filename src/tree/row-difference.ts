/** Whether, and when, a task's row is drawn again after a change. */
import { isDeepStrictEqual } from "node:util";
import type { Localizer } from "../l10n/localizer";
import type { Thresholds } from "../tasks/attention";
import type { Task } from "../tasks/task";
import { contextOf } from "./menu-context";
import { descriptionOf } from "./rows";

/** The facts besides the task on which a row's text depends. */
export interface RowFacts {
  readonly l10n: Localizer;
  readonly thresholds: Thresholds;
  /** Whether rows say which engine a task has. */
  readonly withEngine: boolean;
}

/** `unlessRead`: not while its hover is read, which that would close. */
export type Redraw = "now" | "unlessRead" | "no";

/**
 * When a row is to be drawn again; one that cannot be compared is at once. VS Code closes the hover of a row that is: what
 * only the hover shows, and what changes all the time, as the retained log of a failed task does, is left to its age.
 */
export function redrawOf(before: Task, after: Task, facts: RowFacts): Redraw {
  try {
    if (saysOther(before, after)) {
      return "now";
    }
    const { l10n, thresholds, withEngine } = facts;
    const [old, current] = [before, after].map((task) => descriptionOf(task, l10n, thresholds, withEngine));
    return old === current ? "no" : "unlessRead";
  } catch {
    return "now";
  }
}

/** Whether the row says something else of its task than other figures. */
function saysOther(before: Task, after: Task): boolean {
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
    before.status !== after.status ||
    (before.warnings !== after.warnings && !isDeepStrictEqual(before.warnings, after.warnings)) ||
    before.error?.message !== after.error?.message ||
    before.startedAt !== after.startedAt ||
    (!hasSameActions(before, after) && contextOf(before, state) !== contextOf(after, state))
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
