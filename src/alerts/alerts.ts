import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import { attentionList, thresholdsIn } from "../tasks/attention";
import type { Task } from "../tasks/task";
import type { AlertEngine, TaskReading } from "./alert-engine";
import type { AlertService } from "./alert-service";
import { isWanted } from "./evaluate";
import type { AlertsHost } from "./host";
import type { Mutes } from "./mutes";
import { isChosen, pinnedOnly, policy } from "./settings";
import { summaryOf } from "./summary";
import { summaryHover } from "./summary-hover";

/**
 * The status bar item, and notifications about what is news. Deciding and telling is a file of its own, loaded with the
 * first reading.
 */
export class Alerts implements vscode.Disposable {
  readonly #host: AlertsHost;
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  readonly #due = new vscode.EventEmitter<void>();
  /** Fires when something of a task is due that has not changed. */
  readonly onDidFallDue = this.#due.event;
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
    this.#subscription = vscode.Disposable.from(
      host.mutes.onDidChange(() => this.#review("tell")),
      host.follows.onDidChange(() => this.#endFollows(this.#readings())),
    );
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
        this.#endFollows([taken]);
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
    this.#due.dispose();
  }

  /** Tells what became of tasks that are followed, once all windows. */
  #endFollows(readings: readonly TaskReading[]): void {
    const { follows, mutes, log } = this.#host;
    if (!follows.any || mutes.snoozedUntil > 0) {
      return;
    }
    const work = async () => {
      for (const reading of readings) {
        const ends = await follows.ended(reading, (task) => this.#isAlerted(reading.connection, task));
        for (const end of ends) {
          this.#loading ??= this.#load();
          (await this.#loading).tellEnd(end);
        }
      }
    };
    work().catch((error) => log.warn(`What became of followed tasks cannot be told: ${error}`));
  }

  /** Whether an alert tells of a task that needs a person. */
  #isAlerted(connection: string, { id, status }: Task): boolean {
    const { mutes, isPinned } = this.#host;
    const name = this.#shown.find((one) => one.connection.id === connection)?.connection.name;
    return (
      this.enabled &&
      !mutes.isMuted({ connection, id }) &&
      isChosen(name) &&
      (!pinnedOnly() || isPinned({ connection, id })) &&
      isWanted(status, policy())
    );
  }

  #review(mode: "tell" | "settings"): void {
    this.#showStatus();
    this.#endFollows(this.#readings());
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
          this.#mark(async (mutes) => {
            await mutes.keep(id, new Map());
            await this.#host.follows.forget(id);
          });
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
        await Promise.all([mutes.load(), this.#host.follows.load()]);
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

  #readings(): readonly TaskReading[] {
    return this.#shown.flatMap((one) => readingOf(one) ?? []);
  }

  async #load(): Promise<AlertService> {
    const { createAlertService } = await import("./alert-service");
    const readings = () => (this.enabled ? this.#readings() : []);
    this.#service = createAlertService(
      this.#host,
      () => this.#shown,
      readings,
      () => {
        this.#showStatus();
        this.#due.fire();
      },
    );
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
    const thresholds = thresholdsIn(vscode.workspace.getConfiguration("drs"));
    const seen = this.#shown.flatMap(({ connection: { id, name }, session, trouble }) => {
      const { tasks, asOf, problem } = session?.store.snapshot ?? {};
      const unread = problem !== undefined || trouble !== undefined;
      if (asOf === undefined && !unread) {
        return [];
      }
      const heard = [...(tasks?.values() ?? [])].filter(
        (task) => !this.#host.mutes.isMuted({ connection: id, id: task.id }),
      );
      return [{ id, name, attention: attentionList(heard, thresholds, Date.now()), unread }];
    });
    if (!this.enabled || seen.length === 0) {
      this.#item.hide();
      return;
    }
    const since = (connection: string, { id }: Task) => this.#service?.engine.since({ connection, id });
    const summary = summaryOf(seen, snoozedUntil, since, this.#host.l10n);
    const { text, label, look } = summary;
    this.#item.text = text;
    this.#item.tooltip = summaryHover(summary, snoozedUntil > 0, this.#host.l10n);
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
