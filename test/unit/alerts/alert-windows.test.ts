import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAlertRecords } from "../../../src/alerts/alert-records";
import { useAlertWindows } from "../../support/alert-windows";

describe("alerts over windows and restarts", () => {
  const alerts = useAlertWindows();

  it("report each warning once over windows and restarts, and again when it returns", async () => {
    const [one, other] = [alerts.open(), alerts.open()];
    await one.reads({ orders: "incremental" });
    await one.reads({ orders: ["a"] });
    await other.reads({ orders: ["a"] });
    await alerts.settle();
    alerts.clock.jump(20_000);
    await other.reads({ orders: ["a", "b"] });
    await one.reads({ orders: ["a", "b"] });
    await alerts.settle();
    assert.deepEqual(one.notified, ["warning shop/orders warned a"]);
    assert.deepEqual(other.notified, ["warning shop/orders warned b"]);
    alerts.clock.jump(20_000);
    await other.reads({ orders: [] });
    const restarted = alerts.open();
    alerts.clock.jump(20_000);
    await restarted.reads({ orders: ["a"] });
    await alerts.settle();
    assert.deepEqual(restarted.notified, ["warning shop/orders warned a"]);
  });

  it("report what happened while VS Code was closed, and nothing twice", async () => {
    const first = alerts.open();
    await first.reads({ a: "incremental", b: "incrementalFailed", c: "incremental" });
    await first.reads({ c: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(first.notified, ["error shop/c incrementalFailed"]);
    first.close();
    const second = alerts.open();
    await second.reads({ a: "fullFailed", b: "incrementalFailed", c: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(second.notified, ["error shop/a fullFailed"]);
  });

  it("are reported by one of several windows, whichever is first", async () => {
    const both = [alerts.open(), alerts.open()];
    await Promise.all(both.map((window) => window.reads({ a: "incremental" })));
    for (const status of ["incrementalFailed", "incremental", "incrementalFailed"] as const) {
      await Promise.all(both.map((window) => window.reads({ a: status })));
      await alerts.settle();
    }
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
    const files = readdirSync(alerts.folder);
    // The first reading, three changes, and after each a window's word that it has shown what it had recorded.
    assert.ok(files.length <= 7 && files.every((file) => /^records\.\d+\.json$/.test(file)), files.join());
  });

  it("are reported once where the machine slept just before", async () => {
    const [one, other] = [alerts.open(), alerts.open()];
    for (const window of [one, other]) {
      await window.reads({ a: "incremental" });
    }
    await one.reads({ a: "incrementalFailed" });
    await other.reads({ a: "incrementalFailed" });
    alerts.clock.jump(5 * 60_000);
    // The window that has recorded it is not the first one to wake.
    await other.reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual([one.notified, other.notified], [["error shop/a incrementalFailed"], []]);
    const third = alerts.open();
    await third.reads({ a: "incremental", b: "incremental" });
    await third.reads({ b: "incrementalFailed" });
    third.close();
    alerts.clock.jump(5 * 60_000);
    await one.reads({ a: "incremental", b: "incrementalFailed" });
    await alerts.settle();
    alerts.clock.jump(60_000);
    await one.reads({ b: "incrementalFailed" });
    await alerts.settle();
    assert.equal(one.notified.at(-1), "error shop/b incrementalFailed", "nobody else shows it");
  });

  it("share with all windows, and over a restart, that a call was refused because a task is frozen", async () => {
    const [one, other] = [alerts.open(), alerts.open()];
    for (const window of [one, other]) {
      await window.readsTask({});
    }
    await one.readsTask({ status: "frozen", freeze: { id: "refused", word: "in arrears" } });
    await alerts.settle();
    alerts.clock.jump(20_000);
    await other.hears();
    assert.deepEqual([...other.frozenElsewhere], [["a", "in arrears"]]);
    const restarted = alerts.open();
    await restarted.readsTask({});
    await alerts.settle();
    assert.deepEqual([...restarted.frozenElsewhere], [["a", "in arrears"]]);
    assert.deepEqual(
      [one, other, restarted].map(({ notified }) => notified),
      [["error shop/a frozen"], [], []],
    );
    alerts.clock.jump(20_000);
    await restarted.readsTask({ apiStatus: "moved on" });
    await alerts.settle();
    assert.deepEqual(restarted.notified, ["recovered shop/a frozen"]);
  });

  it("forget tasks and connections that are gone", async () => {
    const window = alerts.open();
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await window.reads({ x: "startFailed" }, { connection: "bank" });
    await window.reads({ a: undefined });
    window.close();
    const second = alerts.open();
    second.connections = ["shop"];
    await second.reads({ c: "incremental" });
    assert.deepEqual(
      Object.keys(await openAlertRecords(alerts.folder).read()),
      ["shop", "bank"],
      "may be new elsewhere",
    );
    second.connections = ["shop", "bank"];
    await second.reads({ c: "startFailed" });
    second.connections = ["shop"];
    await second.reads({ c: "incremental" });
    alerts.clock.tick();
    await second.reads({ d: "startFailed" }, { asOf: alerts.clock.now() + 60_000 });
    const { shop = {}, ...others } = await openAlertRecords(alerts.folder).read();
    const isOpen = (id: string) => shop[id]?.phase !== "resolved";
    assert.deepEqual([Object.keys(shop).filter(isOpen), others], [["d"], {}]);
    // By then no window has what it read before, and a failure so long ago is no flapping.
    alerts.clock.jump(31 * 60_000);
    await second.reads({ e: "startFailed" });
    assert.deepEqual(Object.keys((await openAlertRecords(alerts.folder).read()).shop ?? {}), ["d", "e"]);
  });

  it("are not repeated by a slow window whose poll is older than the end of the condition or of the task", async () => {
    const [fast, slow] = [alerts.open(), alerts.open()];
    await fast.reads({ a: "incremental", b: "incremental", c: "incremental" });
    await fast.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await alerts.settle();
    const read = new Map(
      ["a", "b"].map((id) => [id, { listedAt: alerts.clock.now(), detailAt: alerts.clock.now() }]),
    );
    await slow.reads({ a: "incrementalFailed", b: "incrementalFailed" }, { readTimes: read });
    alerts.clock.jump(60_000);
    await fast.reads({ a: "incremental", b: undefined });
    await alerts.settle();
    // It has read another part of a long list meanwhile.
    alerts.clock.jump(60_000);
    await slow.reads({ c: "incremental" }, { readTimes: read });
    await slow.hears();
    alerts.clock.jump(20 * 60_000);
    await fast.reads({ c: "startFailed" });
    await alerts.settle();
    await slow.hears();
    await alerts.settle();
    assert.deepEqual(slow.notified, []);
    assert.deepEqual(fast.notified, [
      "error shop/a incrementalFailed, error shop/b incrementalFailed",
      "recovered shop/a incrementalFailed",
      "error shop/c startFailed",
    ]);
  });

  it("do not end a freeze by details that were asked for before it", async () => {
    const [one, other] = [alerts.open(), alerts.open()];
    const detailAt = alerts.clock.now();
    await other.reads({ a: "incremental" });
    alerts.clock.jump(10_000);
    await one.reads({ a: "frozen" });
    await alerts.settle();
    alerts.clock.jump(20_000);
    const readTimes = new Map([["a", { listedAt: alerts.clock.now(), detailAt }]]);
    await other.reads({ b: "incremental" }, { readTimes });
    await other.hears();
    await alerts.settle();
    assert.deepEqual([...one.notified, ...other.notified], ["error shop/a frozen"]);
  });

  it("survive records that are damaged, and report nothing again", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "incrementalFailed" });
    await alerts.settle();
    for (const file of readdirSync(alerts.folder)) {
      writeFileSync(join(alerts.folder, file), "{");
    }
    await window.reads({ b: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/a incrementalFailed", "error shop/b incrementalFailed"]);
    window.close();
    const second = alerts.open();
    await second.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(second.notified, [], "it is whole again");
  });

  it("are sent also where nothing can be stored", async () => {
    writeFileSync(join(alerts.folder, "..", "file"), "");
    const barred = alerts.open(join(alerts.folder, "..", "file"));
    await barred.reads({ a: "incremental" });
    await barred.reads({ a: "incrementalFailed" });
    await barred.reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(barred.notified, ["error shop/a incrementalFailed"]);
    assert.match(barred.warnings.join(), /cannot be stored/);
  });

  it("ignore a slower poll of another window", async () => {
    const both = [alerts.open(), alerts.open()] as const;
    await both[0].reads({ a: "incremental" });
    await both[1].reads({ a: "incremental" });
    await both[0].reads({ a: "incrementalFailed" });
    // It was asked for before the failure, and came after it.
    await both[1].reads({ a: "incremental" }, { asOf: alerts.clock.now() + 300 });
    await alerts.settle();
    await both[1].reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [["error shop/a incrementalFailed"], []],
    );
    // What is really over is told, if only a little later.
    await both[1].reads({ a: "incremental" });
    await alerts.settle();
    assert.deepEqual(both[1].notified, []);
    assert.equal(alerts.clock.tick(), 4_500, "half a second passed until the failure was told");
    both[1].readsTheSame();
    await both[1].hears();
    await alerts.settle();
    assert.deepEqual(both[1].notified, ["recovered shop/a incrementalFailed"]);
  });

  it("are reported as over by a window that did not see the first report of a window that has closed", async () => {
    const both = [alerts.open(), alerts.open()] as const;
    for (const window of both) {
      await window.reads({ a: "incremental", busy: 1 });
    }
    await both[0].reads({ a: "incrementalFailed" });
    await alerts.settle();
    both[0].close();
    await both[1].hears();
    for (let second = 1; second <= 4; second++) {
      await both[1].reads({ busy: second }, { asOf: alerts.clock.now() + 1_000 * second });
    }
    await alerts.settle();
    assert.deepEqual(both[1].notified, [], "its reading may be the older one");
    assert.equal(alerts.clock.tick(), 4_500, "readings of what else changes do not put it off");
    both[1].readsTheSame();
    await both[1].hears();
    await alerts.settle();
    assert.deepEqual(both[1].notified, ["recovered shop/a incrementalFailed"]);
    await both[1].reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(both[1].notified.slice(1), ["error shop/a incrementalFailed"]);
  });

  it("are reported by another window where the one that recorded them closed before it showed them", async () => {
    const both = [alerts.open(), alerts.open()] as const;
    for (const window of both) {
      await window.reads({ a: "incremental", b: [], c: "incrementalFailed", d: "incremental" });
    }
    await both[0].reads({ a: "incrementalFailed", b: ["gap"], c: "incremental" });
    await both[1].reads({ a: "incrementalFailed", b: ["gap"], c: "incremental" });
    both[0].close();
    await alerts.settle();
    assert.deepEqual(both[1].notified, [], "the first one may still show them");
    for (let time = 0; time < 10; time++) {
      both[1].readsTheSame();
      alerts.clock.pass(10_000);
      await alerts.settle();
    }
    assert.deepEqual(
      [...both[0].notified, ...both[1].notified],
      ["error shop/a incrementalFailed, warning shop/b warned gap, recovered shop/c incrementalFailed"],
    );
  });

  it("are reported once where both windows decide on readings of more than a minute ago", async () => {
    const both = [alerts.open(), alerts.open()] as const;
    const asOf = alerts.clock.now();
    for (const window of both) {
      await window.reads({ a: "incremental" });
    }
    alerts.clock.jump(70_000);
    for (const window of both) {
      await window.reads({ a: "incrementalFailed" }, { asOf });
    }
    await alerts.settle();
    assert.deepEqual(
      both.flatMap(({ notified }) => notified),
      ["error shop/a incrementalFailed"],
    );
  });

  it("are reported by the next window where the only one closed before it showed them, once", async () => {
    const first = alerts.open();
    await first.reads({ a: "incremental", b: "incremental" });
    await first.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await first.reads({ b: "incremental" });
    first.close();
    await alerts.settle();
    alerts.clock.jump(3_600_000);
    const second = alerts.open();
    await second.reads({ a: "incrementalFailed", b: "incremental" });
    await alerts.settle();
    alerts.clock.jump(3_600_000);
    const third = alerts.open();
    await third.reads({ a: "incrementalFailed", b: "incremental" });
    await alerts.settle();
    assert.deepEqual(
      [first, second, third].map(({ notified }) => notified),
      [[], ["error shop/a incrementalFailed"], []],
    );
  });

  it("do not take a freeze for over because a restart has not read the details yet", async () => {
    const first = alerts.open();
    await first.reads({ a: "incremental" });
    await first.reads({ a: "frozen" });
    await alerts.settle();
    first.close();
    const second = alerts.open();
    await second.reads({ a: "incremental" }, { detailed: false });
    await second.reads({ a: "frozen" });
    await alerts.settle();
    assert.deepEqual(second.notified, []);
  });

  it("ignore what a new connection began with, whatever happens before it is read completely", async () => {
    const first = alerts.open();
    await first.reads({ a: "incrementalFailed" }, { complete: false });
    first.close();
    const both = [alerts.open(), alerts.open()] as const;
    for (const window of both) {
      await window.reads({ a: "incrementalFailed" }, { complete: false });
    }
    for (const window of both) {
      await window.reads({ b: "startFailed" });
    }
    await both[1].reads({ b: "incremental" }, { asOf: alerts.clock.now() + 6_000 });
    await alerts.settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [[], ["recovered shop/b startFailed"]],
    );
  });
});
