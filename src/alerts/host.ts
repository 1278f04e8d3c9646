import type { TaskRef } from "../connections/connection";
import type { ConnectionState } from "../connections/session-manager";
import type { Localizer } from "../l10n/localizer";
import * as vscode from "../screen/vscode";
import type { Attempts } from "../tasks/attempts";
import type { TaskReading } from "./alert-engine-host";
import type { Follows } from "./follows";
import type { Mutes } from "./mutes";

/** The log of all notifications. */
export type AlertsLog = Pick<vscode.LogOutputChannel, "info" | "warn" | "error" | "show">;

/** The parts of the extension that alerts use. */
export interface AlertsHost {
  readonly l10n: Localizer;
  readonly log: AlertsLog;
  readonly mutes: Mutes;
  readonly follows: Follows;
  readonly attempts: Attempts;
  /** The folder of the shared alert records. */
  readonly storage: vscode.Uri;
  isPinned(task: TaskRef): boolean;
  /** The ids of the connections that there are, shown or not. */
  connections(): readonly string[];
}

/** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
export function alertsEnabled(): boolean {
  return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.enabled") !== false;
}

/** The last reading of a connection; undefined before the first one. */
export function readingOf({ connection, session }: ConnectionState): TaskReading | undefined {
  const { tasks, asOf, readTimes, unread } = session?.store.snapshot ?? {};
  return tasks === undefined || asOf === undefined
    ? undefined
    : { connection: connection.id, tasks, asOf, readTimes, complete: unread === undefined };
}
