import * as vscode from "vscode";
import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import type { Task } from "../tasks/task";
import type { AlertEngine, TaskReading } from "./alert-engine";
import type { AlertService } from "./alert-service";
import type { AlertsHost } from "./host";
import type { Mutes } from "./mutes";
import { summaryOf } from "./texts";

/**
 * The status bar item, and notifications about what is news. Deciding and telling is a file of its own, loaded with the
 * first reading.
 */
export class Alerts implements vscode.Disposable {
  readonly #host: AlertsHost;
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  #shown: readonly ConnectionState[] = [];
  /** Whether anything has been read yet: what is muted and snoozed is looked at then. */
  #read = false;
  #loading: Promise<AlertService> | undefined;
  #service: AlertService | undefined;
  #snoozed = false;
  #disposed = false;

  constructor(host: AlertsHost) {
    this.#host = host;
    this.#item = vscode.window.createStatusBarItem("drs.problems", vscode.StatusBarAlignment.Left);
    this.#item.name = host.l10n.t("DRS Sync Tasks");
    this.#item.command = "drs.showProblems";
    this.#subscription = host.mutes.onDidChange(() => this.#review("tell"));
  }

  /** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
  get enabled(): boolean {
    return vscode.workspace.getConfiguration("drs").get<unknown>("alerts.enabled") !== false;
  }

  /** Takes what is shown now. `reading`: what the tasks of one connection changed by, if that is the occasion. */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    this.#forget(shown);
    this.#shown = shown;
    this.#showStatus();
    if (reading !== undefined) {
      this.#keepMarks(reading.state);
      const taken = readingOf(reading.state);
      if (taken !== undefined) {
        this.#tell((engine) => engine.process(taken, reading.changes));
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
    this.#service?.dispose();
    this.#item.dispose();
  }

  #review(mode: "tell" | "settings"): void {
    this.#showStatus();
    if (this.#read) {
      this.#tell((engine) => engine.review(mode));
    }
  }

  /** Forgets what is not shown any more; for good what is removed, or has become another project. */
  #forget(shown: readonly ConnectionState[]): void {
    const known = this.#host.connections();
    for (const { connection } of this.#shown) {
      const { id, projectId } = connection;
      const now = shown.find((one) => one.connection.id === id)?.connection;
      if (now === undefined || now.projectId !== projectId) {
        const forGood = now !== undefined || !known.includes(id);
        this.#service?.engine.forget(id, forGood);
        if (forGood) {
          this.#mark(async (mutes) => await mutes.keep(id, new Map()));
        }
      }
    }
  }

  /** Looks at what is muted when something is read for the first time; a task is so until it is gone. */
  #keepMarks({ connection: { id }, session }: ConnectionState): void {
    const { tasks, unread } = session?.store.snapshot ?? {};
    const first = !this.#read;
    this.#read = true;
    this.#mark(async (mutes) => {
      if (first) {
        await mutes.load();
      }
      if (tasks !== undefined && unread === undefined) {
        await mutes.keep(id, tasks);
      }
    });
  }

  #mark(work: (mutes: Mutes) => Promise<void>): void {
    const { mutes, log } = this.#host;
    work(mutes).catch((error) => log.warn(`What is muted and snoozed cannot be kept: ${error}`));
  }

  #tell(work: (engine: AlertEngine) => Promise<void>): void {
    if (!this.enabled) {
      return;
    }
    this.#loading ??= this.#load();
    this.#loading
      .then(async ({ engine }) => {
        await work(engine);
        this.#showStatus();
      })
      .catch((error) => this.#host.log.error("Alerts do not work.", error));
  }

  async #load(): Promise<AlertService> {
    const { createAlertService } = await import("./alert-service");
    const readings = () => (this.enabled ? this.#shown.flatMap((one) => readingOf(one) ?? []) : []);
    this.#service = createAlertService(this.#host, () => this.#shown, readings);
    if (this.#disposed) {
      this.#service.dispose();
    }
    return this.#service;
  }

  #showStatus(): void {
    const { snoozedUntil } = this.#host.mutes;
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
      const heard = (task: Task) => !this.#host.mutes.isMuted({ connection: id, id: task.id });
      const alerting = (this.#service?.engine.alerting(id) ?? []).filter(({ task }) => heard(task));
      return [{ name, tasks: [...(tasks?.values() ?? [])].filter(heard), alerting, unread }];
    });
    if (!this.enabled || seen.length === 0) {
      this.#item.hide();
      return;
    }
    const { text, label, tooltip, look } = summaryOf(seen, snoozedUntil, this.#host.l10n);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label };
    this.#item.backgroundColor =
      look === "calm" ? undefined : new vscode.ThemeColor(`statusBarItem.${look}Background`);
    this.#item.show();
  }
}

/** What has been read of a connection; undefined before the first time. */
function readingOf({ connection, session }: ConnectionState): TaskReading | undefined {
  const { tasks, asOf, readTimes, unread } = session?.store.snapshot ?? {};
  return tasks === undefined || asOf === undefined
    ? undefined
    : { connection: connection.id, tasks, asOf, readTimes, complete: unread === undefined };
}
