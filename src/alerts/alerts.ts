import * as vscode from "vscode";
import { rowOf } from "../status/statuses";
import { problemsOf } from "../tasks/problems";
import type { Snapshot, TaskChange } from "../tasks/store";
import { type Formats, unlinked } from "../tasks/texts";
import { type Notice, noticesOf } from "./notices";

/** A burst of notices longer than this is told as one. */
const most = 3;

/**
 * The status bar item and the notifications. The first reading of a connection only sets what is known: what failed
 * long ago is counted, not announced.
 */
export class Alerts implements vscode.Disposable {
  readonly #formats: Formats;
  readonly #item: vscode.StatusBarItem;
  #primed = false;

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

  /** Takes what the store says now, if there is one. */
  show(changes: readonly TaskChange[], snapshot: Snapshot | undefined): void {
    if (!this.enabled || snapshot === undefined) {
      this.reset();
      return;
    }
    this.#showCounts(snapshot);
    if (snapshot.asOf === undefined) {
      return;
    }
    const notices = this.#primed ? noticesOf(changes) : [];
    this.#primed = true;
    const recovered = notices.filter(({ level }) => level === "recovered");
    for (const kind of [recovered, notices.filter((notice) => !recovered.includes(notice))]) {
      if (kind.length > most) {
        void this.#tellMany(kind);
      } else {
        for (const notice of kind) {
          void this.#tell(notice);
        }
      }
    }
  }

  /** Forgets everything: another connection, or none, is shown from now on. */
  reset(): void {
    this.#primed = false;
    this.#item.hide();
  }

  dispose(): void {
    this.#item.dispose();
  }

  #showCounts(snapshot: Snapshot): void {
    const { t } = this.#formats;
    const { failed, frozen } = problemsOf(snapshot.tasks.values());
    const troubled = failed.length + frozen.length > 0;
    const unread = snapshot.problem !== undefined;
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

  async #tell({ level, task }: Notice): Promise<void> {
    const { t, pick } = this.#formats;
    const details = t("Show Details");
    const name = pick(rowOf(task.status).name);
    const message =
      level === "recovered"
        ? t('Synchronization task "{0}" recovered: {1}.', task.name, name)
        : t('Synchronization task "{0}": {1}. {2}', task.name, name, reasonOf(task, this.#formats));
    const show = {
      error: vscode.window.showErrorMessage,
      warning: vscode.window.showWarningMessage,
      recovered: vscode.window.showInformationMessage,
    }[level];
    if ((await show(unlinked(message), details)) === details) {
      await vscode.commands.executeCommand("drs.openDetails", task.id);
    }
  }

  /** Tells a burst of one kind as one notice. */
  async #tellMany(notices: readonly Notice[]): Promise<void> {
    const { t } = this.#formats;
    if (notices[0]?.level === "recovered") {
      await vscode.window.showInformationMessage(t("Synchronization tasks recovered: {0}.", notices.length));
      return;
    }
    const showAll = t("Show Problems");
    const names = notices.slice(0, most).map(({ task }) => task.name);
    const message = t(
      "Synchronization tasks need attention ({0}): {1}",
      notices.length,
      [...names, ...(notices.length > most ? ["…"] : [])].join(", "),
    );
    if ((await vscode.window.showErrorMessage(unlinked(message), showAll)) === showAll) {
      await vscode.commands.executeCommand("drs.showProblems");
    }
  }
}

function reasonOf(task: Notice["task"], { pick }: Formats): string {
  const reason = [task.error?.code, task.error?.message].filter(Boolean).join(": ");
  return reason || pick(rowOf(task.status).meaning);
}
