/** Decides and tells; loaded when there is something to decide for the first time. */
import * as vscode from "vscode";
import type { Watched } from "../connections/session-manager";
import { systemClock } from "../drs/clock";
import { rowOf, statusOrder } from "../status/statuses";
import { type Tasks, Teller } from "./alert-engine";
import { openLedger } from "./alert-records";
import type { AlertsHost } from "./alerts";
import type { Policy } from "./evaluate";
import { showNotices } from "./notifications";

// What the windows share is in this file, too: both need the same.
export { openQuiet } from "./mute-state";

/** What tells, and the watch over what other windows tell. */
export interface Telling extends vscode.Disposable {
  readonly teller: Teller;
}

/**
 * @param shown what is shown now.
 * @param readings what was read of it, as far as it is to be told of.
 */
export function createTelling(
  host: AlertsHost,
  shown: () => readonly Watched[],
  readings: () => readonly Tasks[],
): Telling {
  const { formats, log, quiet, storage, isPinned, connections } = host;
  const nameOf = (connection: string) =>
    shown().find(({ connection: { id } }) => id === connection)?.connection.name;
  const teller = new Teller(openLedger(storage.fsPath), systemClock, {
    policy,
    alerts: (connection, { id }) =>
      isChosen(nameOf(connection)) && (!pinnedOnly() || isPinned({ connection, id })),
    muted: (connection, id) => quiet.isMuted({ connection, id }),
    snoozedUntil: () => quiet.snoozedUntil,
    refresh: async () => await quiet.load(),
    readings,
    connections,
    tell: (notices) =>
      showNotices(notices, {
        ...{ formats, log },
        where: (connection) => (shown().length > 1 ? nameOf(connection) : undefined),
        mute: async (task) => await quiet.mute(task, true),
      }),
    warn: (message) => log.warn(message),
  });
  const files = new vscode.RelativePattern(storage, "told.*.json");
  const watcher = vscode.workspace.createFileSystemWatcher(files, false, true, true);
  watcher.onDidCreate(() => void teller.review());
  return {
    teller,
    dispose: () => {
      watcher.dispose();
      teller.dispose();
    },
  };
}

// Settings are checked by VS Code's editor for them only, not where they are read.

/** The most that package.json allows for `drs.alerts.delayDuration`. */
const daySeconds = 86_400;

function policy(): Policy {
  const chosen = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.statuses");
  const delayMs = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.delayThreshold");
  const delayForSeconds = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.delayDuration");
  const alerting = statusOrder.filter((status) => rowOf(status).alert !== "none");
  return {
    statuses: new Set(
      Array.isArray(chosen) ? alerting.filter((status) => chosen.includes(status)) : alerting,
    ),
    delayMs: atLeastZero(delayMs),
    delayForMs: Math.min(atLeastZero(delayForSeconds), daySeconds) * 1000,
  };
}

function pinnedOnly(): boolean {
  return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.pinnedOnly") === true;
}

function isChosen(name: string | undefined): boolean {
  const chosen = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.connections");
  return !Array.isArray(chosen) || chosen.length === 0 || chosen.includes(name);
}

function atLeastZero(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, value) : 0;
}
