import * as vscode from "vscode";
import type { Connection } from "../connections/connection";
import type { Session } from "../connections/session";
import type { Reading, Watched } from "../connections/watch";
import { diagnosisOf } from "../failures/diagnosis";
import { errorText, problemsOf } from "../tasks/problems";
import { type Formats, unlinked } from "../tasks/texts";
import { type Notice, noticesOf, noticeText } from "./notices";

/** A burst of notices longer than this is told as one. */
const most = 3;

/**
 * The status bar item and the notifications. The first reading of a connection only sets what is known: what failed
 * long ago is counted, not announced.
 */
export class Alerts implements vscode.Disposable {
  readonly #formats: Formats;
  readonly #item: vscode.StatusBarItem;
  /** Sessions of which the first reading is known. */
  #primed = new WeakSet<Session>();

  constructor(formats: Formats) {
    this.#formats = formats;
    this.#item = vscode.window.createStatusBarItem("drs.problems", vscode.StatusBarAlignment.Left);
    this.#item.name = formats.t("DRS Sync Tasks");
    this.#item.command = "drs.showProblems";
  }

  /** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
  get enabled(): boolean {
    return vscode.workspace.getConfiguration("drs").get("alerts.enabled", true);
  }

  /** Takes what is shown now. `reading`: what the tasks of one connection changed by, if that is the occasion. */
  show(shown: readonly Watched[], reading?: Reading): void {
    const read = shown
      .flatMap(({ session }) => session ?? [])
      .filter(({ store: { snapshot } }) => snapshot.asOf !== undefined || snapshot.problem !== undefined);
    if (!this.enabled || read.length === 0) {
      this.#primed = new WeakSet();
      this.#item.hide();
      return;
    }
    this.#showCounts(read);
    const { session } = reading?.watched ?? {};
    const notices = reading && session && this.#primed.has(session) ? noticesOf(reading.changes) : [];
    for (const one of read.filter(({ store }) => store.snapshot.asOf !== undefined)) {
      this.#primed.add(one);
    }
    if (reading !== undefined) {
      this.#tellAll(notices, reading.watched.connection, shown.length > 1);
    }
  }

  #tellAll(notices: readonly Notice[], { id, name }: Connection, several: boolean): void {
    const where = several ? name : undefined;
    const recovered = notices.filter(({ level }) => level === "recovered");
    for (const kind of [recovered, notices.filter((notice) => !recovered.includes(notice))]) {
      if (kind.length > most) {
        void this.#tellMany(kind, where);
      } else {
        for (const notice of kind) {
          void this.#tell(notice, id, where);
        }
      }
    }
  }

  dispose(): void {
    this.#item.dispose();
  }

  #showCounts(sessions: readonly Session[]): void {
    const { t } = this.#formats;
    const snapshots = sessions.map(({ store }) => store.snapshot);
    const { failed, frozen } = problemsOf(snapshots.flatMap(({ tasks }) => [...tasks.values()]));
    const troubled = failed.length + frozen.length > 0;
    const unread = snapshots.some(({ problem }) => problem !== undefined);
    const parts = [
      ...(failed.length > 0 ? [`$(error) ${failed.length}`] : []),
      ...(frozen.length > 0 ? [`$(lock) ${frozen.length}`] : []),
      ...(unread ? ["$(debug-disconnect)"] : []),
    ];
    this.#item.text = parts.length === 0 ? "$(pass) DRS" : `DRS ${parts.join(" ")}`;
    this.#item.backgroundColor = troubled
      ? new vscode.ThemeColor("statusBarItem.errorBackground")
      : unread
        ? new vscode.ThemeColor("statusBarItem.warningBackground")
        : undefined;
    const counts = t("Synchronization tasks: {0} failed, {1} frozen", failed.length, frozen.length);
    const spoken = unread ? `${counts}. ${t("The tasks cannot be read at the moment.")}` : counts;
    this.#item.tooltip = spoken;
    this.#item.accessibilityInformation = { label: spoken };
    this.#item.show();
  }

  /** @param where the name of the connection, when there are several. */
  async #tell(notice: Notice, connection: string, where: string | undefined): Promise<void> {
    const { t } = this.#formats;
    const { level, task } = notice;
    const details = t("Show Details");
    const copy = t("Copy Error");
    const diagnosis = level === "recovered" ? undefined : await diagnosisOf(task);
    const message = noticeText(notice, diagnosis, this.#formats);
    const located = where === undefined ? message : t("{0}: {1}", where, message);
    const show = {
      error: vscode.window.showErrorMessage,
      warning: vscode.window.showWarningMessage,
      recovered: vscode.window.showInformationMessage,
    }[level];
    const answer = await show(unlinked(located), details, ...(diagnosis === null ? [copy] : []));
    if (answer === details) {
      await vscode.commands.executeCommand("drs.openDetails", { connection, id: task.id });
    } else if (answer === copy) {
      await vscode.env.clipboard.writeText(errorText(task) ?? "");
    }
  }

  /** Tells a burst of one kind as one notice. */
  async #tellMany(notices: readonly Notice[], where: string | undefined): Promise<void> {
    const { t } = this.#formats;
    const located = (message: string) =>
      unlinked(where === undefined ? message : t("{0}: {1}", where, message));
    if (notices[0]?.level === "recovered") {
      const message = t("Synchronization tasks recovered: {0}.", notices.length);
      await vscode.window.showInformationMessage(located(message));
      return;
    }
    const showAll = t("Show Problems");
    const names = notices.slice(0, most).map(({ task }) => task.name);
    const message = t(
      "Synchronization tasks need attention ({0}): {1}",
      notices.length,
      [...names, ...(notices.length > most ? ["…"] : [])].join(", "),
    );
    if ((await vscode.window.showErrorMessage(located(message), showAll)) === showAll) {
      await vscode.commands.executeCommand("drs.showProblems");
    }
  }
}
