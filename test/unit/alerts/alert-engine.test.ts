import assert from "node:assert/strict";
import { openAlertRecords } from "../../../src/alerts/alert-records";
import { useAlertWindows } from "../../support/alert-windows";

describe("alerts of a window", () => {
  const alerts = useAlertWindows();

  it("report a failure beside the warnings of the task", async () => {
    const window = alerts.open();
    await window.reads({ orders: "incremental" });
    await window.reads({ orders: ["a"] });
    await alerts.settle();
    await window.reads({ orders: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, [
      "warning shop/orders warned a",
      "error shop/orders incrementalFailed",
    ]);
  });

  it("ignore what was wrong when a connection was first polled, in however many parts", async () => {
    const window = alerts.open();
    await window.reads({ a: "incrementalFailed" }, { complete: false });
    await window.reads({ b: "frozen" }, { complete: false });
    await window.reads({ c: "startFailed" });
    await window.reads({ d: "startFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/d startFailed"]);
  });

  it("ignore a freeze that only the details show, in a new connection", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental" }, { detailed: false });
    await window.reads({ a: "frozen" });
    await alerts.settle();
    assert.deepEqual(window.notified, []);
    await window.reads({ a: "incremental" });
    await window.reads({ a: "frozen" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/a frozen"]);
  });

  it("are combined when they come close together", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({}, { connection: "bank" });
    await window.reads({ a: "incrementalFailed" });
    await window.reads({ b: "incrementalFailed" });
    await window.reads({ z: "startFailed" }, { connection: "bank" });
    assert.deepEqual(window.notified, [], "not yet");
    await alerts.settle();
    assert.deepEqual(window.notified, [
      "error shop/a incrementalFailed, error shop/b incrementalFailed, error bank/z startFailed",
    ]);
  });

  it("report a delay that lasts, also when no poll changes, and its end", async () => {
    const window = alerts.open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    assert.equal(alerts.clock.tick(), 30_000);
    await window.reads({ other: 5 }, { asOf: alerts.clock.now() - 20_000 });
    await alerts.settle();
    assert.deepEqual(window.notified, [], "the last reading is too old to tell: the machine may have slept");
    window.readsTheSame();
    assert.equal(alerts.clock.tick(), 5_000);
    await window.idle();
    await alerts.settle();
    assert.deepEqual(window.notified, ["warning shop/a delayed"]);
    assert.match(window.since("a"), /^delayed \d+$/);
    await window.reads({ a: 900 });
    await window.reads({ a: 500 });
    await alerts.settle();
    assert.deepEqual(window.notified.slice(1), ["recovered shop/a delayed"]);
    assert.equal(window.since("a"), "");
  });

  it("wait for what is a year away with a timer that can be set", async () => {
    const window = alerts.open();
    await window.readsTask({ order: { endsAt: alerts.clock.now() + 365 * 24 * 3_600_000, renews: false } });
    assert.equal(alerts.clock.next, 2 ** 31 - 1);
  });

  it("ignore a delay that keeps shrinking: the task is catching up", async () => {
    const window = alerts.open();
    await window.reads({ a: 100_000 });
    for (let delay = 100_000; delay > 2_000; delay *= 0.85) {
      alerts.clock.jump(20_000);
      await window.reads({ a: delay });
      await alerts.settle();
    }
    assert.deepEqual(window.notified, []);
    for (let step = 0; step < 3; step++) {
      alerts.clock.jump(20_000);
      await window.reads({ a: 1_990 - step });
      await alerts.settle();
    }
    assert.deepEqual(window.notified, ["warning shop/a delayed"], "it has stopped shrinking");
  });

  it("report 500 failures that arrive in five polls once", async () => {
    const window = alerts.open();
    const names = Array.from({ length: 500 }, (_, index) => `t${index}`);
    await window.reads(Object.fromEntries(names.map((name) => [name, "incremental" as const])));
    for (let page = 0; page < 5; page++) {
      const part = names.slice(page * 100, (page + 1) * 100);
      await window.reads(Object.fromEntries(part.map((name) => [name, "incrementalFailed" as const])));
      alerts.clock.pass(1_000);
    }
    assert.equal(window.notified.length, 0, "more may come");
    alerts.clock.pass(3_000);
    assert.equal(window.notified.length, 1);
    assert.equal(window.notified[0]?.split(", ").length, 500);
  });

  it("leave out what was overtaken while they were collected, but no warning", async () => {
    const window = alerts.open();
    const names = ["a", "b", "c", "d", "e"];
    const all = <T>(what: T) => Object.fromEntries(names.map((name) => [name, what]));
    await window.reads(all("incremental" as const));
    await window.reads(all("rectification" as const));
    alerts.clock.pass(1_000);
    await window.reads({ ...all("incrementalFailed" as const), e: "incremental" });
    alerts.clock.pass(5_000);
    await window.idle();
    const failed = names.slice(0, 4).map((name) => `error shop/${name} incrementalFailed`);
    assert.deepEqual(window.notified, [[...failed, "recovered shop/e rectification"].join(", ")]);
    window.notified.length = 0;
    await window.reads(all(["one"]));
    alerts.clock.pass(1_000);
    await window.reads(all(["one", "other"]));
    alerts.clock.pass(5_000);
    await window.idle();
    assert.match(window.notified.join(), /warned one.*warned other/);
  });

  it("leave a warning out where the task has failed meanwhile, for which there is a remedy", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: ["one"], b: ["one"] });
    alerts.clock.pass(200);
    await window.reads({ a: "incrementalFailed" });
    alerts.clock.pass(5_000);
    await window.idle();
    assert.deepEqual(window.notified, ["warning shop/b warned one, error shop/a incrementalFailed"]);
  });

  it("report a burst that never ends after a while", async () => {
    const window = alerts.open();
    const names = Array.from({ length: 90 }, (_, index) => `t${index}`);
    await window.reads(Object.fromEntries(names.map((name) => [name, "incremental" as const])));
    for (let second = 0; second < 18; second++) {
      const part = names.slice(second * 5, (second + 1) * 5);
      await window.reads(Object.fromEntries(part.map((name) => [name, "incrementalFailed" as const])));
      alerts.clock.pass(1_000);
    }
    assert.equal(window.notified.length, 1, "after 15 seconds");
  });

  it("report a burst and a delay as late as ever when the clock is set back meanwhile", async () => {
    const window = alerts.open();
    const names = ["b", "c", "d", "e", "f"];
    await window.reads(Object.fromEntries(names.map((name) => [name, "incremental" as const])));
    await window.reads({
      a: 4_000,
      ...Object.fromEntries(names.map((name) => [name, "startFailed" as const])),
    });
    alerts.clock.jump(-3_600_000);
    alerts.clock.pass(5_000);
    assert.equal(window.notified.length, 1, "the burst");
    for (let second = 0; second < 40; second += 10) {
      await window.reads({ a: 4_000 });
      alerts.clock.pass(10_000);
    }
    await alerts.settle();
    assert.deepEqual(window.notified.slice(1), ["warning shop/a delayed"]);
  });

  it("report once what the service will do by itself, when it is due although nothing changes", async () => {
    const both = [alerts.open(), alerts.open()] as const;
    const hour = 3_600_000;
    const endsAt = alerts.clock.now() + 7 * 24 * hour + hour;
    for (const window of both) {
      await window.readsTask({ order: { endsAt, renews: false } });
    }
    await alerts.settle();
    assert.deepEqual(
      both.map(({ notified }) => notified),
      [[], []],
    );
    alerts.clock.jump(hour);
    for (const window of both) {
      window.readsTheSame();
      await window.reviews();
    }
    await alerts.settle();
    assert.deepEqual(
      both.flatMap(({ notified }) => notified),
      [`warning shop/a ahead orderEnds ${endsAt}`],
    );
    const renewed = endsAt + 30 * 24 * hour;
    await both[0].readsTask({ order: { endsAt: renewed, renews: false } });
    await alerts.settle();
    assert.equal(both[0].notified.length, 1, "renewed for a month");
  });

  it("ignore a short delay", async () => {
    const window = alerts.open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    await window.reads({ a: 5 });
    assert.equal(alerts.clock.next, undefined, "no timer is left");
    assert.deepEqual(window.notified, []);
  });

  it("start over for a connection that was removed or now leads to other tasks", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental" });
    await window.reads({ x: "incremental" }, { connection: "bank" });
    window.forgets("shop");
    await window.reads({ b: "incrementalFailed" });
    await window.reads({ c: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/c incrementalFailed"]);
    window.forgets("shop");
    await window.reads({}, { connection: "bank" });
    assert.deepEqual(await openAlertRecords(alerts.folder).read(), { bank: {} });
  });
});
