import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertEngine } from "../../src/alerts/alert-engine";
import type { AlertEngineHost, PlacedNotice, TaskReading } from "../../src/alerts/alert-engine-host";
import { openAlertRecords } from "../../src/alerts/alert-records";
import type { Policy } from "../../src/alerts/evaluate";
import { signRuleIds } from "../../src/alerts/rules/rules";
import { rowOf, type StatusId, statusOrder } from "../../src/status/statuses";
import type { Task, TaskWarning } from "../../src/tasks/task";
import { rulesOf } from "./alert-rules";
import { ManualClock } from "./clock";

/** Everything is reported; a delay of more than a second that lasts half a minute. */
export const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: rulesOf(1_000, 30),
  signRules: new Set(signRuleIds),
};

/** A window: an engine over its records, and what it told, a line for what came together. */
class Window {
  readonly notified: string[] = [];
  readonly warnings: string[] = [];
  readonly muted = new Set<string>();
  /** Tasks of which this window learned from another one that they are frozen, and the service's words. */
  readonly frozenElsewhere = new Map<string, string>();
  readonly #engine: AlertEngine;
  readonly #read = new Map<string, TaskReading>();
  /** What this window has not found out yet of what another one snoozed. */
  snoozedElsewhere: number | undefined;
  snoozedUntil = 0;
  policy = policy;
  connections: readonly string[] = ["shop", "bank"];
  unpinned: readonly string[] = [];

  constructor(
    folder: string,
    readonly clock: ManualClock,
  ) {
    const host: AlertEngineHost = {
      policy: () => this.policy,
      scope:
        () =>
        (_, { id }) =>
          !this.unpinned.includes(id),
      muted: (_, id) => this.muted.has(id),
      snoozedUntil: () => this.snoozedUntil,
      refresh: async () => {
        this.snoozedUntil = this.snoozedElsewhere ?? this.snoozedUntil;
      },
      connections: () => this.connections,
      readings: () => [...this.#read.values()],
      notify: (notices) => this.notified.push(notices.map(wordsOf).join(", ")),
      frozenElsewhere: ({ id }, word) => void this.frozenElsewhere.set(id, word),
      warn: (message) => this.warnings.push(message),
    };
    this.#engine = new AlertEngine(openAlertRecords(folder), clock, host);
  }

  /** Reads a connection: its tasks by name, with status, delay or the ids of warnings; `undefined`: gone. */
  async reads(
    tasks: Readonly<Record<string, StatusId | number | readonly string[] | undefined>>,
    { connection = "shop", complete = true, detailed = true, asOf = this.clock.now(), ...age }: Reads = {},
  ): Promise<void> {
    const known = this.#read.get(connection)?.tasks ?? new Map<string, Task>();
    const next = new Map(known);
    const changes = Object.entries(tasks).map(([name, fact]) => {
      const before = known.get(name);
      if (fact === undefined) {
        next.delete(name);
        return { before };
      }
      const status = typeof fact === "string" ? fact : "incremental";
      const after: Task = {
        ...{ id: name, name, status, apiStatus: status, detailed },
        ...(typeof fact === "number" ? { delayMs: fact } : {}),
        ...(typeof fact === "object" ? { warnings: fact.map(warning) } : {}),
      };
      next.set(name, after);
      return { before, after };
    });
    const reading = { connection, tasks: next, asOf, complete, ...age };
    this.#read.set(connection, reading);
    await this.#engine.process(reading, changes);
  }

  /** Reads a task `a` with these facts. */
  async readsTask(facts: Partial<Task>): Promise<void> {
    const before = this.#read.get("shop")?.tasks.get("a");
    const base = {
      id: "a",
      name: "a",
      status: "incremental",
      apiStatus: "incremental",
      detailed: true,
    } as const;
    const after: Task = { ...base, ...facts };
    const reading = {
      ...{ connection: "shop", tasks: new Map([["a", after]]), asOf: this.clock.now(), complete: true },
    };
    this.#read.set("shop", reading);
    await this.#engine.process(reading, [{ before, after }]);
  }

  /** Reads a connection again, in which nothing has changed: nobody is told. */
  readsTheSame(): void {
    for (const [connection, reading] of this.#read) {
      this.#read.set(connection, { ...reading, asOf: this.clock.now() });
    }
  }

  /** The user has changed what is wanted. */
  async reviews(mode: "report" | "settings" = "report"): Promise<void> {
    await this.#engine.review(mode);
  }

  /** Records were written, by this window or another one. */
  async hears(): Promise<void> {
    await this.#engine.followRecords();
  }

  forgets(connection: string): void {
    this.#read.delete(connection);
    this.#engine.forget(connection, true);
  }

  /** What was last reported of a task, and when. */
  since(id: string): string {
    const found = this.#engine.since({ connection: "shop", id });
    return found === undefined ? "" : `${found.condition} ${found.at}`;
  }

  /** Resolves when the engine has done all that it was asked for. */
  async idle(): Promise<void> {
    const nothing = { connection: "none", tasks: new Map<string, Task>(), asOf: 0, complete: false };
    await this.#engine.process(nothing, []);
    // What a look at the records leads to is decided behind what was asked for meanwhile.
    await this.#engine.process(nothing, []);
  }

  close(): void {
    this.#engine.dispose();
  }
}

/** What a reading is like, where it is not a whole one of the shop's tasks made just now. */
type Reads = Partial<Omit<TaskReading, "tasks">> & { readonly detailed?: boolean };

function warning(id: string): TaskWarning {
  return { id, level: "warning", code: "LW001", message: `${id} will break.` };
}

function wordsOf({ level, condition, task, connection, signs = [], flaps }: PlacedNotice): string {
  const ids = signs.map(({ id }) => ` ${id}`).join("");
  const times = flaps === undefined ? "" : ` ${flaps.count} times`;
  return `${level} ${connection}/${task.name} ${condition}${ids}${times}`;
}

/** The windows of a user, with the records that they share, and the time. Each test of a suite has its own. */
export function useAlertWindows(): AlertWindows {
  const alerts = new AlertWindows();
  beforeEach(() => alerts.begin());
  afterEach(() => alerts.end());
  return alerts;
}

class AlertWindows {
  folder = "";
  clock = new ManualClock();
  #windows: Window[] = [];

  begin(): void {
    this.folder = join(mkdtempSync(join(tmpdir(), "drs-alerts-")), "storage");
    this.clock = new ManualClock();
    this.#windows = [];
  }

  open(folder = this.folder): Window {
    const window = new Window(folder, this.clock);
    this.#windows.push(window);
    return window;
  }

  /** Lets everything that is due be shown, and recorded as shown. */
  async settle(): Promise<void> {
    while ((this.clock.next ?? Number.POSITIVE_INFINITY) <= 500) {
      this.clock.tick();
    }
    for (const window of this.#windows) {
      await window.idle();
    }
  }

  async end(): Promise<void> {
    for (const window of this.#windows) {
      window.close();
    }
    // A window may still be writing what it has recorded last.
    await rm(join(this.folder, ".."), { recursive: true, force: true, maxRetries: 10 });
  }
}
