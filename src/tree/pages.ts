/** How much of a long group is handed to VS Code at once. */
import type { Group, Row } from "./layout";

/** This many tasks of a group are shown at first, and this many more each time the user asks. */
export const groupStep = 200;
/** Of a group with more tasks than this, those behind the first are rows of their own, `rangeSize` tasks each. */
const longGroup = 1_000;
const mostShown = 800;
export const rangeSize = 500;

/** How many tasks stand in the group itself. @param limit how many the user wants to see. */
export function shownOf({ rows }: Pick<Group, "rows">, limit: number): number {
  return Math.min(limit, rows.length > longGroup ? mostShown : rows.length);
}

/** Whether more of them can be asked for. */
export function moreThan(group: Pick<Group, "rows">, limit: number): boolean {
  return shownOf(group, limit) < shownOf(group, Number.POSITIVE_INFINITY);
}

/** Where the parts behind them begin. */
export function partsOf(group: Pick<Group, "rows">, limit: number): readonly number[] {
  const first = shownOf(group, limit);
  return moreThan(group, limit)
    ? []
    : Array.from(
        { length: Math.ceil((group.rows.length - first) / rangeSize) },
        (_, part) => first + part * rangeSize,
      );
}

/** Whether two lists have the same tasks from one place on, so many of them. */
export function isPart(one: readonly Row[], other: readonly Row[], from: number, count: number): boolean {
  for (let index = from; index < from + count; index++) {
    if (one[index]?.task.id !== other[index]?.task.id) {
      return false;
    }
  }
  return true;
}
