import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy } from "../../../src/alerts/decide";
import { Ledger } from "../../../src/alerts/ledger";
import { type PlacedNotice, Teller, type TellerHost } from "../../../src/alerts/teller";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { ManualClock } from "../../support/clock";

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  delayMs: 1_000,
  delayForMs: 30_000,
};

/** A window: a teller over a ledger, and what it told, a line for what came together. */
class Window {
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  readonly muted = new Set<string>();
  readonly #teller: Teller;
  readonly #tasks = new Map<string, Map<string, Task>>();
  snoozedUntil = 0;
  connections: readonly string[] = ["shop", "bank"];
  unpinned: readonly string[] = [];

  constructor(
    folder: string,
    readonly clock: ManualClock,
  ) {
    const host: TellerHost = {
      policy: () => policy,
      alerts: (_, { id }) => !this.unpinned.includes(id),
      muted: (_, id) => this.muted.has(id),
      snoozedUntil: () => this.snoozedUntil,
      connections: () => this.connections,
      tell: (notices) => this.told.push(notices.map(wordsOf).join(", ")),
      warn: (message) => this.warnings.push(message),
    };
    this.#teller = new Teller(new Ledger(folder), clock, host);
  }

  /** Reads a connection: its tasks by name, with status or delay; `undefined`: gone. */
  async reads(
    tasks: Readonly<Record<string, StatusId | number | undefined>>,
    { connection = "shop", complete = true, detailed = true } = {},
  ): Promise<void> {
    const known = this.#tasks.get(connection) ?? new Map<string, Task>();
    const next = new Map(known);
    const changes = Object.entries(tasks).map(([name, fact]) => {
      const before = known.get(name);
      if (fact === undefined) {
        next.delete(name);
        return { before };
      }
      const status = typeof fact === "number" ? "incremental" : fact;
      const after: Task = {
        ...{ id: name, name, status, apiStatus: status, detailed },
        ...(typeof fact === "number" ? { delayMs: fact } : {}),
      };
      next.set(name, after);
      return { before, after };
    });
    this.#tasks.set(connection, next);
    await this.#teller.take({ connection, tasks: next, asOf: this.clock.now(), complete }, changes);
  }

  async reviews(): Promise<void> {
    await this.#teller.review();
  }

  delayed(): readonly string[] {
    return this.#teller.delayed("shop").map(({ name }) => name);
  }

  close(): void {
    this.#teller.dispose();
  }
}

function wordsOf({ level, condition, task, connection }: PlacedNotice): string {
  return `${level} ${connection}/${task.name} ${condition}`;
}

describe("alerts over windows and restarts", () => {
  let folder: string;
  let clock: ManualClock;
  let windows: Window[];

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "drs-told-")), "storage");
    clock = new ManualClock();
    windows = [];
  });
  afterEach(() => {
    for (const window of windows) {
      window.close();
    }
    rmSync(join(folder, ".."), { recursive: true, force: true });
  });

  const open = () => {
    const window = new Window(folder, clock);
    windows.push(window);
    return window;
  };
  /** Lets everything that is due be told. */
  const settle = () => {
    while ((clock.next ?? Number.POSITIVE_INFINITY) <= 500) {
      clock.tick();
    }
  };

  it("say nothing of what was wrong when a connection was first read, in however many parts", async () => {
    const window = open();
    await window.reads({ a: "incrementalFailed" }, { complete: false });
    await window.reads({ b: "frozen" }, { complete: false });
    await window.reads({ c: "startFailed" });
    await window.reads({ d: "startFailed" });
    settle();
    assert.deepEqual(window.told, ["error shop/d startFailed"]);
  });

  it("say nothing of a freeze that only the details tell of, in a connection that is new", async () => {
    const window = open();
    await window.reads({ a: "incremental" }, { detailed: false });
    await window.reads({ a: "frozen" });
    settle();
    assert.deepEqual(window.told, []);
    await window.reads({ a: "incremental" });
    await window.reads({ a: "frozen" });
    settle();
    assert.deepEqual(window.told, ["recovered shop/a frozen, error shop/a frozen"]);
  });

  it("tell what happened while VS Code was closed, and nothing twice", async () => {
    const first = open();
    await first.reads({ a: "incremental", b: "incrementalFailed", c: "incremental" });
    await first.reads({ c: "incrementalFailed" });
    settle();
    assert.deepEqual(first.told, ["error shop/c incrementalFailed"]);
    first.close();
    const second = open();
    await second.reads({ a: "fullFailed", b: "incrementalFailed", c: "incrementalFailed" });
    settle();
    assert.deepEqual(second.told, ["error shop/a fullFailed"]);
  });

  it("are told by one of several windows, whoever is first", async () => {
    const both = [open(), open()];
    await Promise.all(both.map((window) => window.reads({ a: "incremental" })));
    for (const status of ["incrementalFailed", "incremental", "incrementalFailed"] as const) {
      await Promise.all(both.map((window) => window.reads({ a: status })));
    }
    settle();
    const told = both.flatMap((window) => window.told.flatMap((line) => line.split(", ")));
    assert.deepEqual(told.sort(), [
      "error shop/a incrementalFailed",
      "error shop/a incrementalFailed",
      "recovered shop/a incrementalFailed",
    ]);
    assert.deepEqual(
      both.flatMap(({ warnings }) => warnings),
      [],
    );
    assert.deepEqual(readdirSync(folder), ["told.json"], "no lock and no draft is left");
  });

  it("come together when they are close together", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({}, { connection: "bank" });
    await window.reads({ a: "incrementalFailed" });
    await window.reads({ b: "incrementalFailed" });
    await window.reads({ z: "startFailed" }, { connection: "bank" });
    assert.deepEqual(window.told, [], "not yet");
    settle();
    assert.deepEqual(window.told, [
      "error shop/a incrementalFailed, error shop/b incrementalFailed, error bank/z startFailed",
    ]);
  });

  it("are held back while they are snoozed; then what is still wrong is told together", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental", c: "incrementalFailed" });
    window.snoozedUntil = clock.now() + 60_000;
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await window.reads({ b: "incremental", c: "incremental" });
    settle();
    assert.deepEqual(window.told, []);
    window.snoozedUntil = 0;
    await window.reviews();
    settle();
    assert.deepEqual(window.told, ["error shop/a incrementalFailed"]);
  });

  it("spare a task that is muted, and go on with it where they were", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental" });
    window.muted.add("a");
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    settle();
    assert.deepEqual(window.told, ["error shop/b incrementalFailed"]);
    await window.reads({ a: "incremental" });
    window.muted.clear();
    await window.reads({ a: "incrementalFailed" });
    settle();
    assert.deepEqual(window.told.slice(1), ["error shop/a incrementalFailed"]);
  });

  it("spare tasks that the user does not want to hear of", async () => {
    const window = open();
    window.unpinned = ["a"];
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    settle();
    assert.deepEqual(window.told, ["error shop/b incrementalFailed"]);
  });

  it("tell of a delay that lasts, also when no reading changes, and when it is over", async () => {
    const window = open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    assert.equal(clock.tick(), 30_000);
    await window.reads({});
    settle();
    assert.deepEqual(window.told, ["warning shop/a delayed"]);
    assert.deepEqual(window.delayed(), ["a"]);
    await window.reads({ a: 900 });
    await window.reads({ a: 500 });
    settle();
    assert.deepEqual(window.told.slice(1), ["recovered shop/a delayed"]);
    assert.deepEqual(window.delayed(), []);
  });

  it("say nothing of a delay that was short", async () => {
    const window = open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    await window.reads({ a: 5 });
    assert.equal(clock.next, undefined, "no timer is left");
    assert.deepEqual(window.told, []);
  });

  it("forget tasks and connections that are gone", async () => {
    const window = open();
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await window.reads({ x: "startFailed" }, { connection: "bank" });
    await window.reads({ a: undefined });
    window.close();
    const second = open();
    second.connections = ["shop"];
    await second.reads({ c: "incremental" });
    assert.deepEqual(await new Ledger(folder).read(), { shop: {} });
  });

  it("survive a ledger that is damaged, a lock whose owner died, and a folder that cannot be written", async () => {
    const window = open();
    await window.reads({ a: "incremental" });
    writeFileSync(join(folder, "told.json"), "{");
    writeFileSync(join(folder, "told.lock"), "");
    utimesSync(join(folder, "told.lock"), 0, 0);
    await window.reads({ a: "incrementalFailed" });
    settle();
    assert.deepEqual(window.told, ["error shop/a incrementalFailed"]);

    writeFileSync(join(folder, "..", "file"), "");
    const barred = new Window(join(folder, "..", "file"), clock);
    windows.push(barred);
    await barred.reads({ a: "incremental" });
    await barred.reads({ a: "incrementalFailed" });
    settle();
    assert.deepEqual(barred.told, ["error shop/a incrementalFailed"]);
    assert.match(barred.warnings.join(), /cannot be kept/);
  });
});
