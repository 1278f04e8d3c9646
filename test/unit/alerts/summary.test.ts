import assert from "node:assert/strict";
import { type Seen, summaryOf } from "../../../src/alerts/summary";
import type { StatusId } from "../../../src/status/statuses";
import { sumOf } from "../../../src/tasks/attention";
import { AttentionIndex } from "../../../src/tasks/attention-index";
import type { Task } from "../../../src/tasks/task";
import { english } from "../details/facts";

const task = (status: StatusId, name = "orders", facts: Partial<Task> = {}): Task => ({
  ...{ id: name, name, status, apiStatus: status, detailed: true },
  ...facts,
});
const indexOf = (tasks: readonly Task[]) => new AttentionIndex(tasks, { delayMs: 60_000 }, () => false);
const at = Date.UTC(2026, 10, 24, 3);

describe("the status bar", () => {
  const summary = (
    tasks: readonly Task[],
    { snoozedUntil = 0, ...seen }: Partial<Seen> & { snoozedUntil?: number } = {},
    reported?: { condition: string; at: number },
  ) =>
    summaryOf(
      [
        {
          ...{
            id: "1",
            name: "shop",
            counts: indexOf(tasks).counts,
            attention: indexOf(tasks).first(tasks, tasks.length),
            unread: false,
          },
          ...seen,
        },
      ],
      snoozedUntil,
      () => reported,
      english,
    );
  const linesOf = ({ lines }: ReturnType<typeof summary>) =>
    lines.map(({ icon, name, text }) => `${icon} ${name}: ${text}`);

  it("counts tasks with warnings, and shows the first of each, since when", () => {
    const warnings = [
      { id: "1", level: "warning", code: "LW001", message: "Columns differ.", since: at } as const,
    ];
    const found = summary([task("incremental", "orders", { warnings })]);
    assert.deepEqual([found.text, found.look], ["DRS $(warning) 1", "warning"]);
    assert.equal(found.label, "Synchronization tasks: 1 with warnings");
    assert.match(linesOf(found).join(), /^warning orders: Columns differ\. · since .*2026/);
  });

  it("is calm when all is well", () => {
    const { text, look, label } = summary([task("incremental")]);
    assert.deepEqual([text, look, label], ["$(pass) DRS", "calm", "No synchronization task needs attention"]);
  });

  it("counts each task once, names it in the hover, and says all of it to a screen reader", () => {
    const warnings = [{ id: "1", level: "warning", code: "LW001", message: "Columns differ." } as const];
    const tasks = [
      task("incrementalFailed", "one", { error: { code: "23505" }, warnings }),
      task("frozen", "two"),
      task("rectification", "three"),
      task("incremental", "late", { delayMs: 90_000, warnings }),
      task("incremental", "ending", { order: { endsAt: Date.now() + 3_600_000, renews: false } }),
    ];
    const found = summary(tasks, { unread: true });
    assert.equal(
      found.text,
      "DRS $(error) 1 $(lock) 1 $(tools) 1 $(watch) 1 $(calendar) 1 $(debug-disconnect)",
    );
    assert.equal(found.look, "error");
    assert.equal(
      found.label,
      "Synchronization tasks: 1 failed, 1 frozen, 1 in fault rectification, 1 behind, 1 ending soon. The tasks of shop cannot be read at the moment.",
    );
    assert.deepEqual(linesOf(found).slice(0, 4), [
      "error one: Incremental synchronization failed · duplicate key",
      "lock two: Frozen",
      "tools three: Fault rectification",
      "watch late: delay 1 min 30 sec",
    ]);
    assert.match(linesOf(found)[4] ?? "", /^calendar ending: The order of the task ends at /);
    assert.equal(sumOf(indexOf(tasks).counts), 5, "the badge has the same sum");
  });

  it("has the service's own word of a failure that the table does not know", () => {
    const found = summary([task("otherFailed", "orders", { apiStatus: "CLONE_FAILED" })]);
    assert.deepEqual(linesOf(found), ["error orders: Failed (unknown status): CLONE_FAILED"]);
  });

  it("shows since when a task has had its status, from the alert records or else from the service", () => {
    const failed = task("startFailed", "orders", { updatedAt: at });
    const later = at + 24 * 3_600_000;
    const told = (condition: string) => linesOf(summary([failed], {}, { condition, at: later })).join();
    assert.match(told("startFailed"), /Start failed · since Nov 25, 2026/);
    assert.match(told("frozen"), /Start failed · since Nov 24, 2026/, "another report");
    const frozen = task("frozen", "orders", { updatedAt: at });
    assert.deepEqual(linesOf(summary([frozen])), ["lock orders: Frozen"], "a freeze updates nothing");
  });

  it("warns of what heals by itself", () => {
    assert.equal(summary([task("rectification")]).look, "warning");
    assert.equal(summary([], { unread: true }).look, "warning");
  });

  it("says that notifications are held back", () => {
    const { text, label } = summary([], { snoozedUntil: Date.UTC(2030, 0, 1) });
    assert.equal(text, "$(pass) DRS $(bell-slash)");
    assert.match(label, /Notifications are snoozed until .*2030/);
  });

  it("names a dozen tasks and counts the rest", () => {
    const tasks = Array.from({ length: 20 }, (_, index) => task("frozen", `task-${index}`));
    const { lines, more } = summary(tasks);
    assert.deepEqual([lines.length, lines.at(-1)?.name, more], [12, "task-11", 8]);
  });
});
