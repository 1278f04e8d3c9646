/** Decides and tells; loaded when there is something to decide for the first time. */
import * as vscode from "vscode";
import type { ConnectionState } from "../connections/session-manager";
import { systemClock } from "../drs/clock";
import { rowOf, statusOrder } from "../status/statuses";
import { AlertEngine, type TaskReading } from "./alert-engine";
import { openAlertRecords } from "./alert-records";
import type { Policy } from "./evaluate";
import type { AlertsHost } from "./host";
import { showNotices } from "./notifications";
import { activeRules } from "./rules/rules";

/** What tells, and the watch over what other windows tell. */
export interface AlertService extends vscode.Disposable {
  readonly engine: AlertEngine;
}

/**
 * @param shown what is shown now.
 * @param readings what was read of it, as far as it is to be told of.
 */
export function createAlertService(
  host: AlertsHost,
  shown: () => readonly ConnectionState[],
  readings: () => readonly TaskReading[],
): AlertService {
  const { l10n, log, mutes, storage, isPinned, connections } = host;
  const nameOf = (connection: string) =>
    shown().find(({ connection: { id } }) => id === connection)?.connection.name;
  const engine = new AlertEngine(openAlertRecords(storage.fsPath), systemClock, {
    policy,
    alerts: (connection, { id }) =>
      isChosen(nameOf(connection)) && (!pinnedOnly() || isPinned({ connection, id })),
    muted: (connection, id) => mutes.isMuted({ connection, id }),
    snoozedUntil: () => mutes.snoozedUntil,
    refresh: async () => await mutes.load(),
    readings,
    connections,
    notify: (notices) =>
      showNotices(notices, {
        ...{ l10n, log },
        where: (connection) => (shown().length > 1 ? nameOf(connection) : undefined),
        mute: async (task) => await mutes.mute(task, true),
      }),
    warn: (message) => log.warn(message),
  });
  const files = new vscode.RelativePattern(storage, "records.*.json");
  const watcher = vscode.workspace.createFileSystemWatcher(files, false, true, true);
  watcher.onDidCreate(() => void engine.review());
  return {
    engine,
    dispose: () => {
      watcher.dispose();
      engine.dispose();
    },
  };
}

// Settings are checked by VS Code's editor for them only, not where they are read.

function policy(): Policy {
  const settings = vscode.workspace.getConfiguration("drs");
  const chosen = settings.get<unknown>("alerts.statuses");
  const alerting = statusOrder.filter((status) => rowOf(status).alert !== "none");
  return {
    statuses: new Set(
      Array.isArray(chosen) ? alerting.filter((status) => chosen.includes(status)) : alerting,
    ),
    rules: activeRules(settings),
    warnings: settings.get<unknown>("alerts.warnings") !== false,
  };
}

function pinnedOnly(): boolean {
  return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.pinnedOnly") === true;
}

function isChosen(name: string | undefined): boolean {
  const chosen = vscode.workspace.getConfiguration("drs").get<unknown>("alerts.connections");
  return !Array.isArray(chosen) || chosen.length === 0 || chosen.includes(name);
}
