import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import { diagnosisOf } from "../failures/diagnosis";
import { escapeNotification, type Localizer } from "../l10n/localizer";
import { lostTables } from "../tasks/stream-health";
import type { PlacedNotice } from "./alert-engine";
import type { AlertsLog } from "./host";
import { noticeText } from "./texts";

/** So many tasks are named in a notification about several. */
const named = 3;

export interface NotificationsHost {
  readonly l10n: Localizer;
  readonly log: AlertsLog;
  /** The name of a connection, where there are several. */
  where(connection: string): string | undefined;
  mute(task: TaskRef): Promise<void>;
}

/** Shows notices that came together: one notification about what is wrong, and one about what is well again. */
export function showNotices(notices: readonly PlacedNotice[], host: NotificationsHost): void {
  const recovered = notices.filter(({ level }) => level === "recovered");
  const wrong = notices.filter(({ level }) => level !== "recovered");
  for (const [first, ...others] of [wrong, recovered]) {
    if (first !== undefined) {
      const shown = others.length === 0 ? showOne(first, host) : showMany([first, ...others], host);
      shown.catch((error) => host.log.error("A notification does not work.", error));
    }
  }
}

async function showOne(notice: PlacedNotice, host: NotificationsHost): Promise<void> {
  const { l10n, log } = host;
  const { t } = l10n;
  const { level, task, connection } = notice;
  const diagnosis =
    level === "recovered" || notice.condition === "warned" ? undefined : await diagnosisOf(task);
  const message = located(noticeText(notice, diagnosis, l10n), connection, host);
  log.info(`${message} (${task.id})`);
  const details = t("Show Details");
  const mute = t("Mute Task");
  const ref = { connection, id: task.id };
  // The details begin with cause, remedy and the page that tells more.
  const copy = level !== "recovered" && lostTables(task).length > 0 ? t("Copy Tables Again…") : undefined;
  // With more than three buttons nothing is left of the line that says whose notification it is.
  const buttons = copy === undefined ? [details, t("Show Log"), mute] : [copy, details, mute];
  const answer = await ask(level, message, buttons);
  if (copy !== undefined && answer === copy) {
    await vscode.commands.executeCommand("drs.copyTablesAgain", ref);
    return;
  }
  switch (answer) {
    case details:
      await vscode.commands.executeCommand("drs.openDetails", ref);
      break;
    case t("Show Log"):
      log.show();
      break;
    case mute:
      await host.mute(ref);
      break;
  }
}

async function showMany(
  notices: readonly [PlacedNotice, ...PlacedNotice[]],
  host: NotificationsHost,
): Promise<void> {
  const { l10n, log } = host;
  const { t } = l10n;
  for (const notice of notices) {
    log.info(`${located(noticeText(notice, undefined, l10n), notice.connection, host)} (${notice.task.id})`);
  }
  const places = notices.slice(0, named).map(({ task, connection }) => located(task.name, connection, host));
  const names = [...places, ...(notices.length > named ? ["…"] : [])].join(", ");
  const level = notices.find((notice) => notice.level === "error")?.level ?? notices[0].level;
  const message =
    level === "recovered"
      ? t("Synchronization tasks recovered ({0}): {1}", notices.length, names)
      : t("Synchronization tasks need attention ({0}): {1}", notices.length, names);
  const problems = level === "recovered" ? t("Show Tasks") : t("Show Problems");
  const snooze = t("Snooze…");
  switch (await ask(level, escapeNotification(message), [problems, t("Show Log"), snooze])) {
    case problems:
      await vscode.commands.executeCommand("drs.showProblems");
      break;
    case t("Show Log"):
      log.show();
      break;
    case snooze:
      await vscode.commands.executeCommand("drs.snoozeAlerts");
      break;
  }
}

function ask(
  level: PlacedNotice["level"],
  message: string,
  buttons: readonly string[],
): Thenable<string | undefined> {
  const show = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    recovered: vscode.window.showInformationMessage,
  }[level];
  return show(message, ...buttons);
}

function located(text: string, connection: string, { l10n, where }: NotificationsHost): string {
  const name = where(connection);
  return escapeNotification(name === undefined ? text : l10n.t("{0}: {1}", name, text));
}
