import assert from "node:assert/strict";
import { policy, useAlertWindows } from "../../support/alert-windows";

describe("alerts that are muted, snoozed or excluded by settings", () => {
  const alerts = useAlertWindows();

  it("do not report a warning that existed before the first poll, of a muted task, or that the settings exclude", async () => {
    const window = alerts.open();
    await window.reads({ orders: ["a"], muted: [], off: [] });
    window.muted.add("muted");
    await window.reads({ muted: ["b"] });
    window.policy = { ...policy, signRules: new Set() };
    await window.reads({ off: ["c"] });
    await alerts.settle();
    assert.deepEqual(window.notified, []);
    window.policy = policy;
    window.snoozedUntil = alerts.clock.now() + 60_000;
    await window.reads({ orders: ["a", "d"] });
    await alerts.settle();
    assert.deepEqual(window.notified, []);
    alerts.clock.jump(60_001);
    await window.reviews();
    await alerts.settle();
    assert.deepEqual(window.notified, ["warning shop/orders warned d, warning shop/off warned c"]);
  });

  it("are held back during a snooze; afterwards what is still wrong is reported together", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental", b: "incremental", c: "incrementalFailed" });
    window.snoozedUntil = alerts.clock.now() + 60_000;
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await window.reads({ b: "incremental", c: "incremental" });
    await alerts.settle();
    assert.deepEqual(window.notified, []);
    window.snoozedUntil = 0;
    await window.reviews();
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/a incrementalFailed"]);
  });

  it("skip a muted task, and continue with it after the mute", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental", b: "incremental" });
    window.muted.add("a");
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/b incrementalFailed"]);
    await window.reads({ a: "incremental" });
    window.muted.clear();
    await window.reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified.slice(1), ["error shop/a incrementalFailed"]);
  });

  it("skip tasks that the user's settings exclude", async () => {
    const window = alerts.open();
    window.unpinned = ["a"];
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["error shop/b incrementalFailed"]);
  });

  it("take the first poll of a new connection as the baseline, also while snoozed or muted", async () => {
    const window = alerts.open();
    window.snoozedUntil = alerts.clock.now() + 60_000;
    window.muted.add("a");
    await window.reads({ a: "incrementalFailed", b: "incrementalFailed" });
    window.snoozedUntil = 0;
    window.muted.clear();
    await window.reviews();
    await alerts.settle();
    assert.deepEqual(window.notified, []);
  });

  it("are held back by a snooze of another window that this one has not heard of", async () => {
    const window = alerts.open();
    await window.reads({ a: "incremental" });
    window.snoozedElsewhere = alerts.clock.now() + 60_000;
    await window.reads({ a: "incrementalFailed" });
    await alerts.settle();
    assert.deepEqual(window.notified, []);
  });

  it("are summed up by one window after a snooze, however many there are", async () => {
    const both = [alerts.open(), alerts.open()];
    for (const window of both) {
      await window.reads({ a: "incremental", b: "incremental" });
      window.snoozedUntil = alerts.clock.now() + 60_000;
    }
    for (const window of both) {
      await window.reads({ a: "incrementalFailed", b: "frozen" });
      window.snoozedUntil = 0;
    }
    await Promise.all(both.map((window) => window.reviews()));
    await alerts.settle();
    assert.deepEqual(
      both.flatMap(({ notified }) => notified),
      ["error shop/a incrementalFailed, error shop/b frozen"],
    );
  });

  it("of one window are not disturbed by another that wants to hear less", async () => {
    const all = alerts.open();
    const few = alerts.open();
    few.unpinned = ["a"];
    few.policy = { ...policy, statuses: new Set(["frozen"]), rules: {} };
    const tasks = { a: "incremental", b: "incremental", c: 5 } as const;
    await all.reads(tasks);
    await few.reads(tasks);
    const wrong = { a: "incrementalFailed", b: "incrementalFailed", c: 4_000 } as const;
    await all.reads(wrong);
    await all.reads({ c: 4_001 }, { asOf: alerts.clock.now() + 30_000 });
    await few.reads(wrong, { asOf: alerts.clock.now() + 60_000 });
    await few.reads(tasks, { asOf: alerts.clock.now() + 90_000 });
    all.close();
    const again = alerts.open();
    await again.reads({ ...wrong, c: 4_002 }, { asOf: alerts.clock.now() + 120_000 });
    await alerts.settle();
    assert.deepEqual([few.notified, again.notified], [[], []]);
  });

  it("are not sent for conditions that only a changed setting uncovers", async () => {
    const window = alerts.open();
    window.unpinned = ["a"];
    window.policy = { ...policy, statuses: new Set(["frozen"]) };
    await window.reads({ a: "incremental", b: "incremental" });
    await window.reads({ a: "frozen", b: "incrementalFailed" });
    window.unpinned = [];
    window.policy = policy;
    await window.reviews("settings");
    await alerts.settle();
    assert.deepEqual(window.notified, []);
    await window.reads({ a: "incremental", b: "incremental" });
    await alerts.settle();
    assert.deepEqual(window.notified, ["recovered shop/a frozen, recovered shop/b incrementalFailed"]);
  });

  it("report a failure of a task whose delay was reported before the threshold was removed", async () => {
    const window = alerts.open();
    await window.reads({ a: 5 });
    await window.reads({ a: 4_000 });
    await window.reads({ a: 4_001 }, { asOf: alerts.clock.now() + 30_000 });
    await alerts.settle();
    window.policy = { ...policy, rules: {} };
    await window.reads({ a: "incrementalFailed" }, { asOf: alerts.clock.now() + 31_000 });
    await alerts.settle();
    assert.deepEqual(window.notified, ["warning shop/a delayed", "error shop/a incrementalFailed"]);
  });
});
