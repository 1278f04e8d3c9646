import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import type { Reading, Watched } from "../connections/watch";
import type { TaskChange } from "../tasks/store";
import type { Formats } from "../tasks/texts";
import type { Quiet } from "./quiet";
import type { Teller } from "./teller";
import { summaryOf } from "./texts";

/** What alerts need of the rest of the extension. */
export interface AlertsHost {
  readonly formats: Formats;
  readonly log: vscode.LogOutputChannel;
  readonly quiet: Quiet;
  /** Where the windows keep what was told. */
  readonly storage: vscode.Uri;
  isPinned(task: TaskRef): boolean;
  /** The ids of the connections that there are, shown or not. */
  connections(): readonly string[];
}

/**
 * The status bar item, and notifications about what is news. Deciding and telling is a file of its own, loaded with the
 * first reading.
 */
export class Alerts implements vscode.Disposable {
  readonly #host: AlertsHost;
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  #shown: readonly Watched[] = [];
  #loading: Promise<Teller> | undefined;
  #teller: Teller | undefined;
  #snoozed = false;
  #disposed = false;

  constructor(host: AlertsHost) {
    this.#host = host;
    this.#item = vscode.window.createStatusBarItem("drs.problems", vscode.StatusBarAlignment.Left);
    this.#item.name = host.formats.t("DRS Sync Tasks");
    this.#item.command = "drs.showProblems";
    this.#subscription = host.quiet.onDidChange(() => this.review());
  }

  /** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
  get enabled(): boolean {
    return vscode.workspace.getConfiguration("drs").get("alerts.enabled", true);
  }

  /** Takes what is shown now. `reading`: what the tasks of one connection changed by, if that is the occasion. */
  show(shown: readonly Watched[], reading?: Reading): void {
    for (const { connection } of this.#shown) {
      if (!shown.some((one) => one.connection.id === connection.id)) {
        this.#teller?.forget(connection.id);
      }
    }
    this.#shown = shown;
    this.#showStatus();
    if (reading !== undefined) {
      this.#take(reading.watched, reading.changes);
    }
  }

  /** Looks at everything again: the settings are others, or what the user wants to hear. */
  review(): void {
    this.#showStatus();
    for (const watched of this.#shown) {
      const tasks = watched.session?.store.snapshot.tasks.values() ?? [];
      this.#take(
        watched,
        [...tasks].map((task) => ({ before: task, after: task })),
      );
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#teller?.dispose();
    this.#item.dispose();
  }

  #take({ connection: { id }, session }: Watched, changes: readonly TaskChange[]): void {
    const { tasks, asOf, unread } = session?.store.snapshot ?? {};
    if (!this.enabled || tasks === undefined || asOf === undefined) {
      return;
    }
    this.#loading ??= this.#load();
    const reading = { connection: id, tasks, asOf, complete: unread === undefined };
    this.#loading
      .then(async (teller) => {
        await teller.take(reading, changes);
        this.#showStatus();
      })
      .catch((error) => this.#host.log.error("Alerts do not work.", error));
  }

  async #load(): Promise<Teller> {
    const { createTeller } = await import("./telling");
    this.#teller = createTeller(this.#host, () => this.#shown);
    if (this.#disposed) {
      this.#teller.dispose();
    }
    return this.#teller;
  }

  #showStatus(): void {
    const { snoozedUntil } = this.#host.quiet;
    if (this.#snoozed !== snoozedUntil > 0) {
      this.#snoozed = snoozedUntil > 0;
      void vscode.commands.executeCommand("setContext", "drs.snoozed", this.#snoozed);
    }
    const seen = this.#shown.flatMap(({ connection: { id, name }, session }) => {
      const { tasks, asOf, problem } = session?.store.snapshot ?? {};
      if (tasks === undefined || (asOf === undefined && problem === undefined)) {
        return [];
      }
      const heard = [...tasks.values()].filter(
        (task) => !this.#host.quiet.isMuted({ connection: id, id: task.id }),
      );
      const delayed = this.#teller?.delayed(id) ?? [];
      return [{ name, tasks: heard, delayed, unread: problem !== undefined }];
    });
    if (!this.enabled || seen.length === 0) {
      this.#item.hide();
      return;
    }
    const { text, label, tooltip, look } = summaryOf(seen, snoozedUntil, this.#host.formats);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label };
    this.#item.backgroundColor =
      look === "calm" ? undefined : new vscode.ThemeColor(`statusBarItem.${look}Background`);
    this.#item.show();
  }
}
