import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertEngine } from "../../../src/alerts/alert-engine";
import type { AlertEngineHost, PlacedNotice, TaskReading } from "../../../src/alerts/alert-engine-host";
import { openAlertRecords } from "../../../src/alerts/alert-records";
import type { Policy } from "../../../src/alerts/evaluate";
import { sideIds } from "../../../src/alerts/rules/rules";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";
import type { Task, TaskWarning } from "../../../src/tasks/task";
import { ManualClock } from "../../support/clock";
import { rulesOf } from "./rules";

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: rulesOf(1_000, 30),
  sides: new Set(sideIds),
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

  async reviews(mode?: "settings"): Promise<void> {
    await this.#engine.review(mode);
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
  /** Lets everything that is due be shown, and recorded as shown. */
  const settle = async () => {
    while ((clock.next ?? Number.POSITIVE_INFINITY) <= 500) {
      clock.tick();
    }
    for (const window of windows) {
      await window.idle();
    }
  };

  it("report each warning once over windows and restarts, and again when it returns", async () => {
    const [one, other] = [open(), open()];
    await one.reads({ orders: "incremental" });
    await one.reads({ orders: ["a"] });
    await other.reads({ orders: ["a"] });
    await settle();
    clock.jump(20_000);
    await other.reads({ orders: ["a", "b"] });
    await one.reads({ orders: ["a", "b"] });
    await settle();
    assert.deepEqual(one.notified, ["warning shop/orders warned a"]);
    assert.deepEqual(other.notified, ["warning shop/orders warned b"]);
    clock.jump(20_000);
    await other.reads({ orders: [] });
    const restarted = open();
    clock.jump(20_000);
    await restarted.reads({ orders: ["a"] });
    await settle();
    assert.deepEqual(restarted.notified, ["warning shop/orders warned a"]);
  });

  it("do not report a warning that existed before the first poll, of a muted task, or that the settings exclude", async () => {
    const window = open();
    await window.reads({ orders: ["a"], muted: [], off: [] });
    window.muted.add("muted");
    await window.reads({ muted: ["b"] });
    window.policy = { ...policy, sides: new Set() };
    await window.reads({ off: ["c"] });
    await settle();
    assert.deepEqual(window.notified, []);
    window.policy = policy;
    window.snoozedUntil = clock.now() + 60_000;
    await window.reads({ orders: ["a", "d"] });
    await settle();
    assert.deepEqual(window.notified, []);
    clock.jump(60_001);
    await window.reviews();
    await settle();
    assert.deepEqual(window.notified, ["warning shop/orders warned d, warning shop/off warned c"]);
  });

  it("report a failure beside the warnings of the task", async () => {
    const window = open();
    await window.reads({ orders: "incremental" });
    await window.reads({ orders: ["a"] });
    await settle();
    await window.reads({ orders: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, [
      "warning shop/orders warned a",
      "error shop/orders incrementalFailed",
    ]);
  });

  it("ignore what was wrong when a connection was first polled, in however many parts", async () => {
    const window = open();
    await window.reads({ a: "incrementalFailed" }, { complete: false });
    await window.reads({ b: "frozen" }, { complete: false });
    await window.reads({ c: "startFailed" });
    await window.reads({ d: "startFailed" });
    await settle();
    assert.deepEqual(window.notified, ["error shop/d startFailed"]);
  });

  it("ignore a freeze that only the details show, in a new connection", async () => {
    const window = open();
    await window.reads({ a: "incremental" }, { detailed: false });
    await window.reads({ a: "frozen" });
    await settle();
    assert.deepEqual(window.notified, []);
    await window.reads({ a: "incremental" });
    await window.reads({ a: "frozen" });
    await settle();
    assert.deepEqual(window.notified, ["recovered shop/a frozen, error shop/a frozen"]);
  });

  it("report what happened while VS Code was closed, and nothing twice", async () => {
    const first = open();
    await first.reads({ a: "incremental", b: "incrementalFailed", c: "incremental" });
    await first.reads({ c: "incrementalFailed" });
    await settle();
    assert.deepEqual(first.notified, ["error shop/c incrementalFailed"]);
    first.close();
    const second = open();
    await second.reads({ a: "fullFailed", b: "incrementalFailed", c: "incrementalFailed" });
    await settle();
    assert.deepEqual(second.notified, ["error shop/a fullFailed"]);
  });

  it("are reported by one of several windows, whichever is first", async () => {
    const both = [open(), open()];
    await Promise.all(both.map((window) => window.reads({ a: "incremental" })));
    for (const status of ["incrementalFailed", "incremental", "incrementalFailed"] as const) {
      await Promise.all(both.map((window) => window.reads({ a: status })));
    }
    await settle();
    const notified = both.flatMap((window) => window.notified.flatMap((line) => line.split(", ")));
    assert.deepEqual(notified.sort(), [
      "error shop/a incrementalFailed",
      "error shop/a incrementalFailed",
      "recovered shop/a incrementalFailed",
    ]);
    assert.deepEqual(
      both.flatMap(({ warnings }) => warnings),
      [],
    );
    const files = readdirSync(folder);
    // The first reading, three changes, and each window's word that it has shown what it had recorded.
    assert.ok(files.length <= 6 && files.every((file) => /^records\.\d+\.json$/.test(file)), files.join());
  });

  it("are combined when they come close together", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({}, { connection: "bank" });
    await window.reads({ a: "incrementalFailed" });
    await window.reads({ b: "incrementalFailed" });
    await window.reads({ z: "startFailed" }, { connection: "bank" });
    assert.deepEqual(window.notified, [], "not yet");
    await settle();
    assert.deepEqual(window.notified, [
      "error shop/a incrementalFailed, error shop/b incrementalFailed, error bank/z startFailed",
    ]);
  });

  it("are held back during a snooze; afterwards what is still wrong is reported together", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental", c: "incrementalFailed" });
    window.snoozedUntil = clock.now() + 60_000;
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await window.reads({ b: "incremental", c: "incremental" });
    await settle();
    assert.deepEqual(window.notified, []);
    window.snoozedUntil = 0;
    await window.reviews();
    await settle();
    assert.deepEqual(window.notified, ["error shop/a incrementalFailed"]);
  });

  it("skip a muted task, and continue with it after the mute", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental" });
    window.muted.add("a");
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, ["error shop/b incrementalFailed"]);
    await window.reads({ a: "incremental" });
    window.muted.clear();
    await window.reads({ a: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified.slice(1), ["error shop/a incrementalFailed"]);
  });

  it("skip tasks that the user's settings exclude", async () => {
    const window = open();
    window.unpinned = ["a"];
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, ["error shop/b incrementalFailed"]);
  });

  it("report a delay that lasts, also when no poll changes, and its end", async () => {
    const window = open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    assert.equal(clock.tick(), 30_000);
    await window.reads({ other: 5 }, { asOf: clock.now() - 20_000 });
    await settle();
    assert.deepEqual(window.notified, [], "the last reading is too old to tell: the machine may have slept");
    window.readsTheSame();
    assert.equal(clock.tick(), 5_000);
    await window.reads({});
    await settle();
    assert.deepEqual(window.notified, ["warning shop/a delayed"]);
    assert.match(window.since("a"), /^delayed \d+$/);
    await window.reads({ a: 900 });
    await window.reads({ a: 500 });
    await settle();
    assert.deepEqual(window.notified.slice(1), ["recovered shop/a delayed"]);
    assert.equal(window.since("a"), "");
  });

  it("share with all windows, and over a restart, that a call was refused because a task is frozen", async () => {
    const [one, other] = [open(), open()];
    for (const window of [one, other]) {
      await window.readsTask({});
    }
    await one.readsTask({ status: "frozen", freeze: { id: "refused", word: "in arrears" } });
    await settle();
    clock.jump(20_000);
    await other.reviews();
    assert.deepEqual([...other.frozenElsewhere], [["a", "in arrears"]]);
    const restarted = open();
    await restarted.readsTask({});
    await settle();
    assert.deepEqual([...restarted.frozenElsewhere], [["a", "in arrears"]]);
    assert.deepEqual(
      [one, other, restarted].map(({ notified }) => notified),
      [["error shop/a frozen"], [], []],
    );
    clock.jump(20_000);
    await restarted.readsTask({ apiStatus: "moved on" });
    await settle();
    assert.deepEqual(restarted.notified, ["recovered shop/a frozen"]);
  });

  it("wait for what is a year away with a timer that can be set", async () => {
    const window = open();
    await window.readsTask({ order: { endsAt: clock.now() + 365 * 24 * 3_600_000, renews: false } });
    assert.equal(clock.next, 2 ** 31 - 1);
  });

  it("ignore a delay that keeps shrinking: the task is catching up", async () => {
    const window = open();
    await window.reads({ a: 100_000 });
    for (let delay = 100_000; delay > 2_000; delay *= 0.85) {
      clock.jump(20_000);
      await window.reads({ a: delay });
      await settle();
    }
    assert.deepEqual(window.notified, []);
    for (let step = 0; step < 3; step++) {
      clock.jump(20_000);
      await window.reads({ a: 1_990 - step });
      await settle();
    }
    assert.deepEqual(window.notified, ["warning shop/a delayed"], "it has stopped shrinking");
  });

  it("report 500 failures that arrive in five polls once", async () => {
    const window = open();
    const names = Array.from({ length: 500 }, (_, index) => `t${index}`);
    await window.reads(Object.fromEntries(names.map((name) => [name, "incremental" as const])));
    for (let page = 0; page < 5; page++) {
      const part = names.slice(page * 100, (page + 1) * 100);
      await window.reads(Object.fromEntries(part.map((name) => [name, "incrementalFailed" as const])));
      clock.pass(1_000);
    }
    assert.equal(window.notified.length, 0, "more may come");
    clock.pass(3_000);
    assert.equal(window.notified.length, 1);
    assert.equal(window.notified[0]?.split(", ").length, 500);
  });

  it("report a burst that never ends after a while", async () => {
    const window = open();
    const names = Array.from({ length: 90 }, (_, index) => `t${index}`);
    await window.reads(Object.fromEntries(names.map((name) => [name, "incremental" as const])));
    for (let second = 0; second < 18; second++) {
      const part = names.slice(second * 5, (second + 1) * 5);
      await window.reads(Object.fromEntries(part.map((name) => [name, "incrementalFailed" as const])));
      clock.pass(1_000);
    }
    assert.equal(window.notified.length, 1, "after 15 seconds");
  });

  it("report once what the service will do by itself, when it is due although nothing changes", async () => {
    const both = [open(), open()] as const;
    const hour = 3_600_000;
    const endsAt = clock.now() + 7 * 24 * hour + hour;
    for (const window of both) {
      await window.readsTask({ order: { endsAt, renews: false } });
    }
    await settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [[], []],
    );
    clock.jump(hour);
    for (const window of both) {
      window.readsTheSame();
      await window.reviews();
    }
    await settle();
    assert.deepEqual(
      both.flatMap(({ notified }) => notified),
      [`warning shop/a ahead orderEnds ${endsAt}`],
    );
    const renewed = endsAt + 30 * 24 * hour;
    await both[0].readsTask({ order: { endsAt: renewed, renews: false } });
    await settle();
    assert.equal(both[0].notified.length, 1, "renewed for a month");
  });

  it("ignore a short delay", async () => {
    const window = open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    await window.reads({ a: 5 });
    assert.equal(clock.next, undefined, "no timer is left");
    assert.deepEqual(window.notified, []);
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
    assert.deepEqual(
      Object.keys(await openAlertRecords(folder).read()),
      ["shop", "bank"],
      "may be new elsewhere",
    );
    second.connections = ["shop", "bank"];
    await second.reads({ c: "startFailed" });
    second.connections = ["shop"];
    await second.reads({ c: "incremental" });
    clock.tick();
    await second.reads({ d: "startFailed" }, { asOf: clock.now() + 60_000 });
    const { shop = {}, ...others } = await openAlertRecords(folder).read();
    const isOpen = (id: string) => shop[id]?.phase !== "resolved";
    assert.deepEqual([Object.keys(shop).filter(isOpen), others], [["d"], {}]);
    // By then no window has what it read before, and a failure so long ago is no flapping.
    clock.jump(31 * 60_000);
    await second.reads({ e: "startFailed" });
    assert.deepEqual(Object.keys((await openAlertRecords(folder).read()).shop ?? {}), ["d", "e"]);
  });

  it("are not repeated by a slow window whose poll is older than the end of the condition or of the task", async () => {
    const [fast, slow] = [open(), open()];
    await fast.reads({ a: "incremental", b: "incremental", c: "incremental" });
    await fast.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await settle();
    const read = new Map(["a", "b"].map((id) => [id, { listedAt: clock.now(), detailAt: clock.now() }]));
    await slow.reads({ a: "incrementalFailed", b: "incrementalFailed" }, { readTimes: read });
    clock.jump(60_000);
    await fast.reads({ a: "incremental", b: undefined });
    await settle();
    // It has read another part of a long list meanwhile.
    clock.jump(60_000);
    await slow.reads({ c: "incremental" }, { readTimes: read });
    await slow.reviews();
    clock.jump(20 * 60_000);
    await fast.reads({ c: "startFailed" });
    await settle();
    await slow.reviews();
    await settle();
    assert.deepEqual(slow.notified, []);
    assert.deepEqual(fast.notified, [
      "error shop/a incrementalFailed, error shop/b incrementalFailed",
      "recovered shop/a incrementalFailed",
      "error shop/c startFailed",
    ]);
  });

  it("do not end a freeze by details that were asked for before it", async () => {
    const [one, other] = [open(), open()];
    const detailAt = clock.now();
    await other.reads({ a: "incremental" });
    clock.jump(10_000);
    await one.reads({ a: "frozen" });
    await settle();
    clock.jump(20_000);
    const readTimes = new Map([["a", { listedAt: clock.now(), detailAt }]]);
    await other.reads({ b: "incremental" }, { readTimes });
    await other.reviews();
    await settle();
    assert.deepEqual([...one.notified, ...other.notified], ["error shop/a frozen"]);
  });

  it("start over for a connection that was removed or now leads to other tasks", async () => {
    const window = open();
    await window.reads({ a: "incremental" });
    await window.reads({ x: "incremental" }, { connection: "bank" });
    window.forgets("shop");
    await window.reads({ b: "incrementalFailed" });
    await window.reads({ c: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, ["error shop/c incrementalFailed"]);
    window.forgets("shop");
    await window.reads({}, { connection: "bank" });
    assert.deepEqual(await openAlertRecords(folder).read(), { bank: {} });
  });

  it("survive records that are damaged, and report nothing again", async () => {
    const window = open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "incrementalFailed" });
    await settle();
    for (const file of readdirSync(folder)) {
      writeFileSync(join(folder, file), "{");
    }
    await window.reads({ b: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, ["error shop/a incrementalFailed", "error shop/b incrementalFailed"]);
    window.close();
    const second = open();
    await second.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await settle();
    assert.deepEqual(second.notified, [], "it is whole again");
  });

  it("are sent also where nothing can be stored", async () => {
    writeFileSync(join(folder, "..", "file"), "");
    const barred = new Window(join(folder, "..", "file"), clock);
    windows.push(barred);
    await barred.reads({ a: "incremental" });
    await barred.reads({ a: "incrementalFailed" });
    await barred.reads({ a: "incrementalFailed" });
    await settle();
    assert.deepEqual(barred.notified, ["error shop/a incrementalFailed"]);
    assert.match(barred.warnings.join(), /cannot be stored/);
  });

  it("ignore a slower poll of another window", async () => {
    const both = [open(), open()] as const;
    await both[0].reads({ a: "incremental" });
    await both[1].reads({ a: "incremental" });
    await both[0].reads({ a: "incrementalFailed" });
    // It was asked for before the failure, and came after it.
    await both[1].reads({ a: "incremental" }, { asOf: clock.now() + 300 });
    await settle();
    await both[1].reads({ a: "incrementalFailed" });
    await settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [["error shop/a incrementalFailed"], []],
    );
    // What is really over is told, if only a little later.
    await both[1].reads({ a: "incremental" });
    await settle();
    assert.deepEqual(both[1].notified, []);
    assert.equal(clock.tick(), 4_500, "half a second passed until the failure was told");
    both[1].readsTheSame();
    await both[1].reviews();
    await settle();
    assert.deepEqual(both[1].notified, ["recovered shop/a incrementalFailed"]);
  });

  it("are reported as over by a window that did not see the first report of a window that has closed", async () => {
    const both = [open(), open()] as const;
    for (const window of both) {
      await window.reads({ a: "incremental", busy: 1 });
    }
    await both[0].reads({ a: "incrementalFailed" });
    await settle();
    both[0].close();
    await both[1].reviews();
    for (let second = 1; second <= 4; second++) {
      await both[1].reads({ busy: second }, { asOf: clock.now() + 1_000 * second });
    }
    await settle();
    assert.deepEqual(both[1].notified, [], "its reading may be the older one");
    assert.equal(clock.tick(), 4_500, "readings of what else changes do not put it off");
    both[1].readsTheSame();
    await both[1].reviews();
    await settle();
    assert.deepEqual(both[1].notified, ["recovered shop/a incrementalFailed"]);
    await both[1].reads({ a: "incrementalFailed" });
    await settle();
    assert.deepEqual(both[1].notified.slice(1), ["error shop/a incrementalFailed"]);
  });

  it("are reported by another window where the one that recorded them closed before it showed them", async () => {
    const both = [open(), open()] as const;
    for (const window of both) {
      await window.reads({ a: "incremental", b: [], c: "incrementalFailed", d: "incremental" });
    }
    await both[0].reads({ a: "incrementalFailed", b: ["gap"], c: "incremental" });
    await both[1].reads({ a: "incrementalFailed", b: ["gap"], c: "incremental" });
    both[0].close();
    await settle();
    assert.deepEqual(both[1].notified, [], "the first one may still show them");
    clock.pass(60_000);
    both[1].readsTheSame();
    await both[1].reviews();
    await settle();
    assert.deepEqual(
      [...both[0].notified, ...both[1].notified],
      ["error shop/a incrementalFailed, warning shop/b warned gap, recovered shop/c incrementalFailed"],
    );
  });

  it("are reported by the next window where the only one closed before it showed them, once", async () => {
    const first = open();
    await first.reads({ a: "incremental", b: "incremental" });
    await first.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await first.reads({ b: "incremental" });
    first.close();
    await settle();
    clock.jump(3_600_000);
    const second = open();
    await second.reads({ a: "incrementalFailed", b: "incremental" });
    await settle();
    clock.jump(3_600_000);
    const third = open();
    await third.reads({ a: "incrementalFailed", b: "incremental" });
    await settle();
    assert.deepEqual(
      [first, second, third].map(({ notified }) => notified),
      [[], ["error shop/a incrementalFailed"], []],
    );
  });

  it("do not take a freeze for over because a restart has not read the details yet", async () => {
    const first = open();
    await first.reads({ a: "incremental" });
    await first.reads({ a: "frozen" });
    await settle();
    first.close();
    const second = open();
    await second.reads({ a: "incremental" }, { detailed: false });
    await second.reads({ a: "frozen" });
    await settle();
    assert.deepEqual(second.notified, []);
  });

  it("ignore what a new connection began with, whatever happens before it is read completely", async () => {
    const first = open();
    await first.reads({ a: "incrementalFailed" }, { complete: false });
    first.close();
    const both = [open(), open()] as const;
    for (const window of both) {
      await window.reads({ a: "incrementalFailed" }, { complete: false });
    }
    for (const window of both) {
      await window.reads({ b: "startFailed" });
    }
    await both[1].reads({ b: "incremental" }, { asOf: clock.now() + 6_000 });
    await settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [[], ["recovered shop/b startFailed"]],
    );
  });

  it("take the first poll of a new connection as the baseline, also while snoozed or muted", async () => {
    const window = open();
    window.snoozedUntil = clock.now() + 60_000;
    window.muted.add("a");
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    window.snoozedUntil = 0;
    window.muted.clear();
    await window.reviews();
    await settle();
    assert.deepEqual(window.notified, []);
  });

  it("are held back by a snooze of another window that this one has not heard of", async () => {
    const window = open();
    await window.reads({ a: "incremental" });
    window.snoozedElsewhere = clock.now() + 60_000;
    await window.reads({ a: "incrementalFailed" });
    await settle();
    assert.deepEqual(window.notified, []);
  });

  it("are summed up by one window after a snooze, however many there are", async () => {
    const both = [open(), open()];
    for (const window of both) {
      await window.reads({ a: "incremental", b: "incremental" });
      window.snoozedUntil = clock.now() + 60_000;
    }
    for (const window of both) {
      await window.reads({ a: "incrementalFailed", b: "frozen" });
      window.snoozedUntil = 0;
    }
    await Promise.all(both.map((window) => window.reviews()));
    await settle();
    assert.deepEqual(
      both.flatMap(({ notified }) => notified),
      ["error shop/a incrementalFailed, error shop/b frozen"],
    );
  });

  it("of one window are not disturbed by another that wants to hear less", async () => {
    const all = open();
    const few = open();
    few.unpinned = ["a"];
    few.policy = { ...policy, statuses: new Set(["frozen"]), rules: {} };
    const tasks = { a: "incremental", b: "incremental", c: 5 } as const;
    await all.reads(tasks);
    await few.reads(tasks);
    const wrong = { a: "incrementalFailed", b: "incrementalFailed", c: 4_000 } as const;
    await all.reads(wrong);
    await all.reads({ c: 4_001 }, { asOf: clock.now() + 30_000 });
    await few.reads(wrong, { asOf: clock.now() + 60_000 });
    await few.reads(tasks, { asOf: clock.now() + 90_000 });
    all.close();
    const again = open();
    await again.reads({ ...wrong, c: 4_002 }, { asOf: clock.now() + 120_000 });
    await settle();
    assert.deepEqual([few.notified, again.notified], [[], []]);
  });

  it("are not sent for conditions that only a changed setting uncovers", async () => {
    const window = open();
    window.unpinned = ["a"];
    window.policy = { ...policy, statuses: new Set(["frozen"]) };
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "frozen", b: "incrementalFailed" });
    window.unpinned = [];
    window.policy = policy;
    await window.reviews("settings");
    await settle();
    assert.deepEqual(window.notified, []);
    await window.reads({ a: "incremental", b: "incremental" });
    await settle();
    assert.deepEqual(window.notified, ["recovered shop/a frozen, recovered shop/b incrementalFailed"]);
  });

  it("report a failure of a task whose delay was reported before the threshold was removed", async () => {
    const window = open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    await window.reads({ a: 4_001 }, { asOf: clock.now() + 30_000 });
    await settle();
    window.policy = { ...policy, rules: {} };
    await window.reads({ a: "incrementalFailed" }, { asOf: clock.now() + 31_000 });
    await settle();
    assert.deepEqual(window.notified, ["warning shop/a delayed", "error shop/a incrementalFailed"]);
  });
});
