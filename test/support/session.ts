import type { TablesCaller } from "../../src/drs/client";
import { TaskStore } from "../../src/tasks/store";
import { Control, type TaskSession } from "../../src/tasks/use-cases/control";

const pace = { soon: 1, fast: 1, steady: 1, background: 1, longest: 1, detailMaxAge: 0, perRequest: 0 };

/** A connection through a client, whose store reads when it is refreshed. */
export function sessionOf(client: TablesCaller): TaskSession & { readonly store: TaskStore } {
  return { client, store: new TaskStore(client, pace), control: new Control() };
}

/** The same for a client of the test's own that has no list of tasks. */
export function sessionWithoutList(client: TablesCaller): TaskSession {
  const snapshot = { tasks: new Map(), asOf: undefined, problem: undefined };
  const store = { snapshot, refresh: () => Promise.resolve(), noteRefusal: () => undefined };
  return { client, store, control: new Control() };
}
