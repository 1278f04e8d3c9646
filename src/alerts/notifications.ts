import type { TaskRef } from "../connections/connection";
import { diagnosisOf } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { firstStep } from "../tasks/remedy-steps";
import type { TaskSession } from "../tasks/use-cases/control";
import type { PlacedNotice } from "./alert-engine-host";
import { burstText } from "./bursts";
import { followText } from "./follow";
import type { FollowEnd } from "./follows";
import type { AlertsLog } from "./host";
import { isRule, isSignRule, rules } from "./rules/rules";
import { noticeText } from "./texts";

export interface NotificationsHost {
  readonly l10n: Localizer;
  readonly log: AlertsLog;
  /** The name of a connection, where there are several. */
  where(connection: string): string | undefined;
  /** The session of a connection that is open. */
  session(connection: string): TaskSession | undefined;
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

/** Tells what became of a task that was followed. */
export function showFollowEnd(
  { follow, task, name, connection, id }: FollowEnd,
  host: NotificationsHost,
): void {
  const { l10n, log } = host;
  const details = l10n.t("Show Details");
  const message = located(followText(follow, task, name, l10n), connection, host);
  log.info(`${message} (${id})`);
  const alert = task === undefined ? "warning" : rowOf(task.status).alert;
  const shown = ask(alert === "none" ? "recovered" : alert, message, task === undefined ? [] : [details]);
  shown.then(
    async (answer) => {
      if (answer === details) {
        await vscode.commands.executeCommand("drs.openDetails", { connection, id });
      }
    },
    (error) => log.error("A notification does not work.", error),
  );
}

async function showOne(notice: PlacedNotice, host: NotificationsHost): Promise<void> {
  const { l10n, log } = host;
  const { t } = l10n;
  const { level, condition, task, connection } = notice;
  const diagnosis =
    level === "recovered" || isSignRule(notice.condition) ? undefined : await diagnosisOf(task);
  const rule = level !== "recovered" && isRule(condition) ? rules[condition] : undefined;
  const why = await rule?.why?.(task, host.session(connection), l10n);
  const message = located(noticeText(notice, diagnosis, l10n, why), connection, host);
  log.info(`${message} (${task.id})`);
  const details = t("Show Details");
  const mute = t("Mute Task");
  const ref = { connection, id: task.id };
  // The details begin with cause, remedy and the page to read.
  const readOnly = host.session(connection)?.control.refusal !== undefined;
  const step = level === "recovered" ? undefined : firstStep(task, diagnosis, readOnly);
  const label = step && l10n.localize(step.name);
  // With more than three buttons nothing is left of the line that says whose notification it is.
  const buttons = [
    ...(label === undefined ? [] : [label]),
    ...(level === "recovered" ? [details] : [details, mute]),
  ];
  const answer = await ask(level, message, buttons);
  if (step !== undefined && answer === label) {
    await vscode.commands.executeCommand(step.command, ref);
    return;
  }
  switch (answer) {
    case details:
      await vscode.commands.executeCommand("drs.openDetails", ref);
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
  const { l10n, log, where } = host;
  const { t } = l10n;
  for (const notice of notices) {
    log.info(`${located(noticeText(notice, undefined, l10n), notice.connection, host)} (${notice.task.id})`);
  }
  const level = notices.find((notice) => notice.level === "error")?.level ?? notices[0].level;
  const nameOf = ({ task, connection }: PlacedNotice) => {
    const name = where(connection);
    return name === undefined ? task.name : t("{0}: {1}", name, task.name);
  };
  const message = await burstText(notices, nameOf, diagnosisOf, l10n);
  const problems = level === "recovered" ? t("Show Tasks") : t("Show Problems");
  const snooze = t("Snooze…");
  switch (await ask(level, message, level === "recovered" ? [problems] : [problems, snooze])) {
    case problems:
      await vscode.commands.executeCommand("drs.showProblems");
      break;
    case snooze:
      await vscode.commands.executeCommand("drs.snoozeAlerts");
      break;
  }
}

function ask(
  level: PlacedNotice["level"],
  message: Shown,
  buttons: readonly Shown[],
): Thenable<Shown | undefined> {
  const show = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    recovered: vscode.window.showInformationMessage,
  }[level];
  return show(message, ...buttons);
}

function located(text: Shown, connection: string, { l10n, where }: NotificationsHost): Shown {
  const name = where(connection);
  return name === undefined ? text : l10n.t("{0}: {1}", name, text);
}
