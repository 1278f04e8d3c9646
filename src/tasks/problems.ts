import { rowOf } from "../status/statuses";
import type { Task } from "./task";

/** Tasks that failed and tasks that are frozen, each in the order of the list. */
export function problemsOf(tasks: Iterable<Task>): {
  readonly failed: readonly Task[];
  readonly frozen: readonly Task[];
} {
  const alerting = [...tasks].filter(({ status }) => rowOf(status).alert === "error");
  return {
    failed: alerting.filter(({ status }) => status !== "frozen"),
    frozen: alerting.filter(({ status }) => status === "frozen"),
  };
}

/** The error of a task as the service told it, code and text; undefined when it told none. */
export function errorText({ error }: Pick<Task, "error">): string | undefined {
  return [error?.code, error?.message].filter(Boolean).join(": ") || undefined;
}
