import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import { diagnosisOf } from "../failures/diagnosis";
import { errorText } from "../tasks/problems";
import { type Formats, unlinked } from "../tasks/texts";
import type { PlacedNotice } from "./teller";
import { noticeText } from "./texts";

/** What comes together and is more than this is one notification. */
const most = 3;

export interface NotificationsHost {
  readonly formats: Formats;
  readonly log: vscode.LogOutputChannel;
  /** The name of a connection, where there are several. */
  where(connection: string): string | undefined;
  mute(task: TaskRef): Promise<void>;
}

/** Shows notices that came together. */
export function showNotices(notices: readonly PlacedNotice[], host: NotificationsHost): void {
  const recovered = notices.filter(({ level }) => level === "recovered");
  for (const kind of [recovered, notices.filter((notice) => !recovered.includes(notice))]) {
    if (kind.length > most) {
      void showMany(kind, host);
    } else {
      for (const notice of kind) {
        void showOne(notice, host);
      }
    }
  }
}

async function showOne(notice: PlacedNotice, host: NotificationsHost): Promise<void> {
  const { formats, log } = host;
  const { t } = formats;
  const { level, task, connection } = notice;
  const diagnosis = level === "recovered" ? undefined : await diagnosisOf(task);
  const message = located(noticeText(notice, diagnosis, formats), connection, host);
  log.info(`${message} (${task.id})`);
  const details = t("Show Details");
  const showLog = t("Show Log");
  const copy = t("Copy Error");
  const mute = t("Mute Task");
  const buttons =
    level === "recovered" ? [details] : [details, showLog, ...(diagnosis === null ? [copy] : []), mute];
  const show = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    recovered: vscode.window.showInformationMessage,
  }[level];
  const ref = { connection, id: task.id };
  switch (await show(message, ...buttons)) {
    case details:
      await vscode.commands.executeCommand("drs.openDetails", ref);
      break;
    case showLog:
      log.show();
      break;
    case copy:
      await vscode.env.clipboard.writeText(errorText(task) ?? "");
      break;
    case mute:
      await host.mute(ref);
      break;
  }
}

async function showMany(notices: readonly PlacedNotice[], host: NotificationsHost): Promise<void> {
  const { formats, log } = host;
  const { t } = formats;
  for (const notice of notices) {
    log.info(
      `${located(noticeText(notice, undefined, formats), notice.connection, host)} (${notice.task.id})`,
    );
  }
  if (notices[0]?.level === "recovered") {
    void vscode.window.showInformationMessage(t("Synchronization tasks recovered: {0}.", notices.length));
    return;
  }
  const names = notices.slice(0, most).map(({ task, connection }) => located(task.name, connection, host));
  const message = t(
    "Synchronization tasks need attention ({0}): {1}",
    notices.length,
    [...names, "…"].join(", "),
  );
  const problems = t("Show Problems");
  const showLog = t("Show Log");
  const answer = await vscode.window.showErrorMessage(unlinked(message), problems, showLog);
  if (answer === problems) {
    await vscode.commands.executeCommand("drs.showProblems");
  } else if (answer === showLog) {
    log.show();
  }
}

function located(text: string, connection: string, { formats, where }: NotificationsHost): string {
  const name = where(connection);
  return unlinked(name === undefined ? text : formats.t("{0}: {1}", name, text));
}
