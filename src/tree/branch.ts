/** A connection as the tree shows it. */
import type { ConnectionState } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import type { Task } from "../tasks/task";
import { connectionLabel, messageOf } from "./connection-row";
import type { Layout } from "./layout";

export interface Branch {
  readonly state: ConnectionState;
  readonly session: ConnectionState["session"];
  readonly layout: Layout;
  readonly message: Shown | undefined;
  /** The label of the connection's row for a screen reader. */
  readonly label: Shown;
  /** The texts of the connection's row. */
  readonly look: string;
}

/** @param hasRow whether the connection has a row of its own: else its counts are shown nowhere. */
export function branchOf(state: ConnectionState, layout: Layout, hasRow: boolean, l10n: Localizer): Branch {
  const { readOnly, connection, phase, session } = state;
  const label = connectionLabel(state, layout.attention, l10n);
  const look = [connection.name, hasRow ? label : "", phase, readOnly].join("\n");
  return { state, session, layout, message: messageOf(state, l10n), label, look };
}

const noTasks: ReadonlyMap<string, Task> = new Map();

/** The tasks of a session by ID; none while it is not open. */
export function tasksIn(session: ConnectionState["session"]): ReadonlyMap<string, Task> {
  return session?.store.snapshot.tasks ?? noTasks;
}
