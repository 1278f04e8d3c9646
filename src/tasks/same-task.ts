import { isDeepStrictEqual } from "node:util";
import type { Task } from "./task";

/** Whether two tasks say the same. What is most likely to differ, and cheapest to compare, is looked at first. */
export function isSameTask(a: Task, b: Task): boolean {
  if (
    a.delayMs !== b.delayMs ||
    a.status !== b.status ||
    a.percent !== b.percent ||
    a.remaining !== b.remaining ||
    a.updatedAt !== b.updatedAt
  ) {
    return false;
  }
  return isDeepStrictEqual(a, b);
}
