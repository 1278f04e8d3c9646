import * as vscode from "vscode";
import type { TaskRef } from "../connections/connection";
import type { Reading, Watched } from "../connections/session-manager";
import type { Formats } from "../l10n/localizer";
import type { Task } from "../tasks/task";
import type { Tasks, Teller } from "./alert-engine";
import type { Telling } from "./alert-service";
import type { Quiet } from "./mutes";
import { summaryOf } from "./texts";

/** Where everything that is told can be read later. */
export type AlertsLog = Pick<vscode.LogOutputChannel, "info" | "warn" | "error" | "show">;

/** What alerts need of the rest of the extension. */
export interface AlertsHost {
  readonly formats: Formats;
  readonly log: AlertsLog;
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
  /** Whether anything has been read yet: what is muted and snoozed is looked at then. */
  #read = false;
  #loading: Promise<Telling> | undefined;
  #telling: Telling | undefined;
  #snoozed = false;
  #disposed = false;

  constructor(host: AlertsHost) {
    this.#host = host;
    this.#item = vscode.window.createStatusBarItem("drs.problems", vscode.StatusBarAlignment.Left);
    this.#item.name = host.formats.t("DRS Sync Tasks");
    this.#item.command = "drs.showProblems";
    this.#subscription = host.quiet.onDidChange(() => this.#review("tell"));
  }

  /** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
  get enabled(): boolean {
    return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.enabled") !== false;
  }

  /** Takes what is shown now. `reading`: what the tasks of one connection changed by, if that is the occasion. */
  show(shown: readonly Watched[], reading?: Reading): void {
    this.#forget(shown);
    this.#shown = shown;
    this.#showStatus();
    if (reading !== undefined) {
      this.#keepMarks(reading.watched);
      const taken = readingOf(reading.watched);
      if (taken !== undefined) {
        this.#tell((teller) => teller.take(taken, reading.changes));
      }
    }
  }

  /** Looks at everything again, with other settings. */
  review(): void {
    this.#review("settings");
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#telling?.dispose();
    this.#item.dispose();
  }

  #review(mode: "tell" | "settings"): void {
    this.#showStatus();
    if (this.#read) {
      this.#tell((teller) => teller.review(mode));
    }
  }

  /** Forgets what is not shown any more; for good what is removed, or has become another project. */
  #forget(shown: readonly Watched[]): void {
    const known = this.#host.connections();
    for (const { connection } of this.#shown) {
      const { id, projectId } = connection;
      const now = shown.find((one) => one.connection.id === id)?.connection;
      if (now === undefined || now.projectId !== projectId) {
        const forGood = now !== undefined || !known.includes(id);
        this.#telling?.teller.forget(id, forGood);
        if (forGood) {
          this.#mark(async (quiet) => await quiet.keep(id, new Map()));
        }
      }
    }
  }

  /** Looks at what is muted when something is read for the first time; a task is so until it is gone. */
  #keepMarks({ connection: { id }, session }: Watched): void {
    const { tasks, unread } = session?.store.snapshot ?? {};
    const first = !this.#read;
    this.#read = true;
    this.#mark(async (quiet) => {
      if (first) {
        await quiet.load();
      }
      if (tasks !== undefined && unread === undefined) {
        await quiet.keep(id, tasks);
      }
    });
  }

  #mark(work: (quiet: Quiet) => Promise<void>): void {
    const { quiet, log } = this.#host;
    work(quiet).catch((error) => log.warn(`What is muted and snoozed cannot be kept: ${error}`));
  }

  #tell(work: (teller: Teller) => Promise<void>): void {
    if (!this.enabled) {
      return;
    }
    this.#loading ??= this.#load();
    this.#loading
      .then(async ({ teller }) => {
        await work(teller);
        this.#showStatus();
      })
      .catch((error) => this.#host.log.error("Alerts do not work.", error));
  }

  async #load(): Promise<Telling> {
    const { createTelling } = await import("./alert-service");
    const readings = () => (this.enabled ? this.#shown.flatMap((one) => readingOf(one) ?? []) : []);
    this.#telling = createTelling(this.#host, () => this.#shown, readings);
    if (this.#disposed) {
      this.#telling.dispose();
    }
    return this.#telling;
  }

  #showStatus(): void {
    const { snoozedUntil } = this.#host.quiet;
    if (this.#snoozed !== snoozedUntil > 0) {
      this.#snoozed = snoozedUntil > 0;
      void vscode.commands.executeCommand("setContext", "drs.snoozed", this.#snoozed);
    }
    const seen = this.#shown.flatMap(({ connection: { id, name }, session, trouble }) => {
      const { tasks, asOf, problem } = session?.store.snapshot ?? {};
      const unread = problem !== undefined || trouble !== undefined;
      if (asOf === undefined && !unread) {
        return [];
      }
      const heard = (task: Task) => !this.#host.quiet.isMuted({ connection: id, id: task.id });
      const delayed = (this.#telling?.teller.delayed(id) ?? []).filter(heard);
      return [{ name, tasks: [...(tasks?.values() ?? [])].filter(heard), delayed, unread }];
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

/** What has been read of a connection; undefined before the first time. */
function readingOf({ connection, session }: Watched): Tasks | undefined {
  const { tasks, asOf, unread } = session?.store.snapshot ?? {};
  return tasks === undefined || asOf === undefined
    ? undefined
    : { connection: connection.id, tasks, asOf, complete: unread === undefined };
}
