/** Decides what to report, and reports it. */

import type { ConnectionState } from "../connections/session-manager";
import { systemClock } from "../drs/clock";
import * as vscode from "../screen/vscode";
import { AlertEngine } from "./alert-engine";
import type { TaskReading } from "./alert-engine-host";
import { openAlertRecords } from "./alert-records";
import type { FollowEnd } from "./follows";
import type { AlertsHost } from "./host";
import { type NotificationsHost, showFollowEnd, showNotices } from "./notifications";
import { isRule, isSignRule } from "./rules/rules";
import { chosenConnections, isAmong, pinnedOnly, policy } from "./settings";

/** The alert engine, and the watch over what other windows report. */
export interface AlertService extends vscode.Disposable {
  readonly engine: AlertEngine;
  /** Reports the outcome of a followed task. */
  reportEnd(end: FollowEnd): void;
}

/**
 * @param shown what is shown now.
 * @param readings the poll results that may be reported.
 * @param onDue called when a notification is due although no task has changed.
 */
export function createAlertService(
  host: AlertsHost,
  shown: () => readonly ConnectionState[],
  readings: () => readonly TaskReading[],
  onDue: () => void,
): AlertService {
  const { l10n, log, mutes, follows, attempts, storage, isPinned, connections } = host;
  const nameOf = (connection: string) =>
    shown().find(({ connection: { id } }) => id === connection)?.connection.name;
  const notifications: NotificationsHost = {
    ...{ l10n, log },
    where: (connection) => (shown().length > 1 ? nameOf(connection) : undefined),
    session: (connection) => shown().find(({ connection: { id } }) => id === connection)?.session,
    mute: async (task) => await mutes.mute(task, true),
  };
  const engine = new AlertEngine(openAlertRecords(storage.fsPath), systemClock, {
    policy,
    scope: () => {
      const [onlyPinned, chosen] = [pinnedOnly(), chosenConnections()];
      return (connection, { id }) =>
        isAmong(chosen, nameOf(connection)) && (!onlyPinned || isPinned({ connection, id }));
    },
    muted: (connection, id) => mutes.isMuted({ connection, id }),
    snoozedUntil: () => mutes.snoozedUntil,
    refresh: async () => await mutes.load(),
    readings,
    connections,
    notify: (notices) => {
      // A user who follows the task has just been notified of its recovery, and one who acted on it gets the outcome.
      const news = notices.filter(
        ({ level, condition, connection, task: { id } }) =>
          (level !== "recovered" || !follows.wasJustReported({ connection, id })) &&
          (isRule(condition) ||
            isSignRule(condition) ||
            !attempts.covers({ connection, id }, level === "recovered" ? level : "failed", Date.now())),
      );
      showNotices(news, notifications);
      if (notices.some(({ condition }) => condition === "ahead")) {
        onDue();
      }
    },
    frozenElsewhere: ({ connection, id }, word, at) =>
      shown()
        .find((one) => one.connection.id === connection)
        ?.session?.store.noteFreeze(id, word, at),
    warn: (message) => log.warn(message),
  });
  const files = new vscode.RelativePattern(storage, "records.*.json");
  const watcher = vscode.workspace.createFileSystemWatcher(files, false, true, true);
  watcher.onDidCreate(() => void engine.followRecords());
  return {
    engine,
    reportEnd: (end) => showFollowEnd(end, notifications),
    dispose: () => {
      watcher.dispose();
      engine.dispose();
    },
  };
}
