import type { TablesCaller } from "../../src/drs/client";
import type { TaskStore } from "../../src/tasks/store";
import type { LocalSession } from "../../src/tasks/use-cases/control";
import type { LocalTasks } from "../../src/tasks/use-cases/local-tasks";
import { sessionOf } from "./session";

const unexpected = () => Promise.reject(new Error("not expected in this test"));

/** A connection to a local backend that does what the test gives, and nothing else. */
export function localSessionOf(
  client: TablesCaller,
  own: Partial<LocalTasks>,
): LocalSession & { readonly store: TaskStore } {
  const nothing: LocalTasks = {
    ...{ delay: unexpected, past: unexpected, unapplied: unexpected, copyAgain: unexpected },
    ...{ copyState: unexpected, remedy: unexpected, runSql: unexpected },
  };
  return { ...sessionOf(client), local: { ...nothing, ...own } };
}
