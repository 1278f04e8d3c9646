import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import { type Thresholds, thresholdsIn } from "../tasks/attention";
import { AttentionIndex } from "../tasks/attention-index";
import type { Task } from "../tasks/task";
import type { AlertEngine } from "./alert-engine";
import type { TaskReading } from "./alert-engine-host";
import { type AlertService, createAlertService } from "./alert-service";
import { isWanted } from "./evaluate";
import { type AlertsHost, alertsEnabled, readingOf } from "./host";
import type { Mutes } from "./mutes";
import { chosenConnections, isAmong, pinnedOnly, policy } from "./settings";
import { named, summaryOf } from "./summary";
import { summaryHover } from "./summary-hover";

/** A reading, and the tasks as they were then. */
interface TakenUpdate extends StoreUpdate {
  readonly read: TaskReading | undefined;
}

/** The tasks of one session, counted by their attention. */
interface CountedTasks {
  readonly tasks: ReadonlyMap<string, Task> | undefined;
  readonly delayMs: number | undefined;
  readonly index: AttentionIndex;
}

/** The status bar item, and the alerts about what it counts. */
export class AlertCenter implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: vscode.Disposable;
  #shown: readonly ConnectionState[] = [];
  /** Whether anything has been read yet: what is muted and snoozed is looked at then. */
  #read = false;
  readonly #service: AlertService;
  #snoozed = false;
  /** Which tasks need a look, by connection; of the tasks of one session, until marks or settings are others. */
  readonly #attention = new Map<string, CountedTasks>();

  /** @param onDue called when an alert is due although no task has changed. */
  constructor(
    private readonly host: AlertsHost,
    onDue: () => void,
  ) {
    this.#service = createAlertService(
      host,
      () => this.#shown,
      () => (alertsEnabled() ? this.#readings() : []),
      () => {
        this.#showStatus();
        onDue();
      },
    );
    this.#item = vscode.window.createStatusBarItem("drs.problems", vscode.StatusBarAlignment.Left);
    this.#item.name = host.l10n.t("DRS Sync Tasks");
    this.#item.command = "drs.showProblems";
    this.#subscription = vscode.Disposable.from(
      host.mutes.onDidChange(() => this.#review("report")),
      host.follows.onDidChange(() => this.#endFollows(this.#readings())),
    );
  }

  /** Takes the connections that are shown. @param reading the poll that is the reason, if one is. */
  show(shown: readonly ConnectionState[], reading?: TakenUpdate): void {
    this.#forget(shown);
    this.#shown = shown;
    if (reading !== undefined) {
      this.#attention.get(reading.state.connection.id)?.index.apply(reading.changes, Date.now());
    }
    this.#showStatus();
    if (reading !== undefined) {
      this.#keepMarks(reading.state);
      const taken = reading.read;
      if (taken !== undefined) {
        this.#process((engine) => engine.process(taken, reading.changes));
        this.#endFollows([taken]);
      }
    }
  }

  /** Looks at everything again, with other settings. */
  review(): void {
    this.#review("settings");
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#service.dispose();
    this.#item.dispose();
  }

  /** Reports the outcomes of followed tasks: each once, in one window. */
  #endFollows(readings: readonly TaskReading[]): void {
    const { follows, mutes, log } = this.host;
    if (!follows.any || mutes.snoozedUntil > 0) {
      return;
    }
    const work = async () => {
      for (const reading of readings) {
        const ends = await follows.ended(reading, (task) => this.#isAlerted(reading.connection, task));
        for (const end of ends) {
          this.#service.reportEnd(end);
        }
      }
    };
    work().catch((error) => log.warn(`The outcome of followed tasks cannot be reported: ${error}`));
  }

  /** Whether an alert is about a task that needs attention. */
  #isAlerted(connection: string, { id, status }: Task): boolean {
    const { mutes, isPinned } = this.host;
    const name = this.#shown.find((one) => one.connection.id === connection)?.connection.name;
    return (
      alertsEnabled() &&
      !mutes.isMuted({ connection, id }) &&
      isAmong(chosenConnections(), name) &&
      (!pinnedOnly() || isPinned({ connection, id })) &&
      isWanted(status, policy())
    );
  }

  #review(mode: "report" | "settings"): void {
    this.#attention.clear();
    this.#showStatus();
    this.#endFollows(this.#readings());
    if (this.#read) {
      this.#process((engine) => engine.review(mode));
    }
  }

  /** Forgets what is not shown any more; for good what is removed, or has become another project. */
  #forget(shown: readonly ConnectionState[]): void {
    const known = this.host.connections();
    for (const { connection } of this.#shown) {
      const { id, projectId } = connection;
      const now = shown.find((one) => one.connection.id === id)?.connection;
      if (now === undefined || now.projectId !== projectId) {
        const forGood = now !== undefined || !known.includes(id);
        this.#service.engine.forget(id, forGood);
        if (forGood) {
          this.#mark(async (mutes) => {
            await mutes.keep(id, new Map());
            await this.host.follows.forget(id);
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
        await Promise.all([mutes.load(), this.host.follows.load()]);
      }
      if (tasks !== undefined && unread === undefined) {
        await mutes.keep(id, tasks);
      }
    });
  }

  #mark(work: (mutes: Mutes) => Promise<void>): void {
    const { mutes, log } = this.host;
    work(mutes).catch((error) => log.warn(`What is muted and snoozed cannot be kept: ${error}`));
  }

  #process(work: (engine: AlertEngine) => Promise<void>): void {
    if (!alertsEnabled()) {
      return;
    }
    work(this.#service.engine)
      .then(() => this.#showStatus())
      .catch((error) => this.host.log.error("Alerts do not work.", error));
  }

  #readings(): readonly TaskReading[] {
    return this.#shown.flatMap((one) => readingOf(one) ?? []);
  }

  #indexOf(
    connection: string,
    tasks: ReadonlyMap<string, Task> | undefined,
    thresholds: Thresholds,
  ): AttentionIndex {
    const known = this.#attention.get(connection);
    const { delayMs } = thresholds;
    if (known?.tasks === tasks && known?.delayMs === delayMs && known?.index.isStale(Date.now()) === false) {
      return known.index;
    }
    const isMuted = (id: string) => this.host.mutes.isMuted({ connection, id });
    const index = new AttentionIndex(tasks?.values() ?? [], thresholds, isMuted);
    this.#attention.set(connection, { tasks, delayMs, index });
    return index;
  }

  #showStatus(): void {
    const { snoozedUntil } = this.host.mutes;
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
      const index = this.#indexOf(id, tasks, thresholds);
      return [
        { id, name, counts: index.counts, attention: index.first(tasks?.values() ?? [], named), unread },
      ];
    });
    if (!alertsEnabled() || seen.length === 0) {
      this.#item.hide();
      return;
    }
    const since = (connection: string, { id }: Task) => this.#service.engine.since({ connection, id });
    const summary = summaryOf(seen, snoozedUntil, since, this.host.l10n);
    const { text, label, look } = summary;
    this.#item.text = text;
    this.#item.tooltip = summaryHover(summary, snoozedUntil > 0, this.host.l10n);
    this.#item.accessibilityInformation = { label };
    this.#item.backgroundColor =
      look === "calm" ? undefined : new vscode.ThemeColor(`statusBarItem.${look}Background`);
    this.#item.show();
  }
}
