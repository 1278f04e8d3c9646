import assert from "node:assert/strict";
import { noticeText, type Seen, summaryOf } from "../../../src/alerts/texts";
import type { Diagnosis } from "../../../src/failures/known-case";
import type { FreezeId } from "../../../src/status/freezes";
import type { StatusId } from "../../../src/status/statuses";
import { problemsOf } from "../../../src/tasks/problems";
import type { Task } from "../../../src/tasks/task";
import { english } from "../details/facts";

const task = (status: StatusId, name = "orders", facts: Partial<Task> = {}): Task => ({
  ...{ id: name, name, status, apiStatus: status, detailed: true },
  ...facts,
});

describe("the text of a notice", () => {
  const failed = (error?: Task["error"]): Task => task("incrementalFailed", "orders", { error });
  const known: Diagnosis = {
    id: "conflict",
    cause: { en: "The row is there already.", zh: "该行已存在。" },
    remedy: { en: "Delete it.", zh: "请删除。" },
    resumable: true,
    url: "https://example.com/",
    sure: true,
  };
  const text = (shown: Task, diagnosis: Diagnosis | null | undefined) =>
    noticeText({ level: "error", condition: shown.status, task: shown }, diagnosis, english);
  const start = 'Synchronization task "orders": Incremental synchronization failed. ';

  it("names the task, its status, the cause and the remedy; the cause is only likely where the evidence is weak", () => {
    const error = { code: "23505", message: "duplicate key" };
    const remedy = "The row is there already. What to do: Delete it.";
    assert.equal(text(failed(error), known), `${start}Cause: ${remedy}`);
    assert.equal(text(failed(error), { ...known, sure: false }), `${start}Likely cause: ${remedy}`);
  });

  it("has the service's own words where no case is known, and the meaning where it said nothing", () => {
    for (const diagnosis of [null, undefined]) {
      assert.equal(text(failed({ code: "X1", message: "odd" }), diagnosis), `${start}X1: odd`);
    }
    assert.match(text(failed(), undefined), /The incremental synchronization failed;/);
  });

  it("has the beginning of an error that is very long", () => {
    const notice = text(failed({ code: "X1", message: "long ".repeat(40_000) }), null);
    assert.ok(notice.length < 600 && notice.endsWith("…"), String(notice.length));
  });

  it("has the service's own word of a failure that the table does not know", () => {
    const unknown = task("otherFailed", "orders", { apiStatus: "CLONE_FAILED" });
    assert.match(text(unknown, null), /"orders": Failed \(unknown status\): CLONE_FAILED\. /);
    const { text: bar, tooltip } = summaryOf(
      [{ name: "c", tasks: [unknown], alerting: [], unread: false }],
      0,
      english,
    );
    assert.match(bar, /\$\(error\) 1/);
    assert.match(tooltip, /orders · Failed \(unknown status\): CLONE_FAILED/);
  });

  it("tells of a freeze its own cause and remedy, whatever else is wrong with the task", () => {
    const message = text(
      task("frozen", "orders", { error: { code: "23505", message: "duplicate key" } }),
      known,
    );
    assert.match(
      message,
      /^Synchronization task "orders": Frozen\. The account's balance .* Top up the account\./,
    );
    assert.doesNotMatch(message, /23505|duplicate|row is there/);
  });

  it("tells why a task is frozen: money does not help against every freeze", () => {
    const frozenBy = (id: FreezeId, word?: string) =>
      text(task("frozen", "orders", { freeze: { id, word } }), undefined);
    assert.match(
      frozenBy("police"),
      /Frozen\. The instance was frozen at the request of the police\. Neither/,
    );
    assert.match(frozenBy("unsubscribable"), /can only be unsubscribed from\. Neither/);
    assert.match(frozenBy("other", "FROZEN_NEW"), /shown as received\. \(FROZEN_NEW\) Look up the order/);
  });

  it("tells a recovery without any cause", () => {
    const level = "recovered";
    const notice = { level, condition: "incrementalFailed", task: task("incremental") } as const;
    const recovered = 'Synchronization task "orders" recovered: Incremental synchronization.';
    assert.equal(noticeText(notice, undefined, english), recovered);
  });

  it("tells warnings in the backend's words, the first two of many", () => {
    const warnings = ["One.", "Two.", "Three."].map((message) => ({
      ...{ id: message, level: "warning" as const, code: "LW001", message },
    }));
    const notice = { condition: "warned", level: "warning", task: task("incremental"), warnings } as const;
    assert.equal(
      noticeText(notice, undefined, english),
      'Synchronization task "orders" has warnings: One. Two. … (+1)',
    );
  });

  it("tells a delay, and that it is over", () => {
    const notice = {
      condition: "delayed",
      task: task("incremental", "orders", { delayMs: 90_000 }),
    } as const;
    assert.match(
      noticeText({ ...notice, level: "warning" }, undefined, english),
      /^Synchronization task "orders" is behind: its delay is 1 min 30 sec\. Likely cause: .* What to do: /,
    );
    assert.match(noticeText({ ...notice, level: "recovered" }, undefined, english), /has caught up/);
  });
});

describe("the status bar", () => {
  const summary = (seen: Partial<Seen>, snoozedUntil = 0) =>
    summaryOf(
      [{ ...{ name: "shop", tasks: [], alerting: [], unread: false }, ...seen }],
      snoozedUntil,
      english,
    );

  it("counts tasks with warnings, and tells the first of each", () => {
    const warnings = [{ id: "1", level: "warning", code: "LW001", message: "Columns differ." } as const];
    const { text, look, label, tooltip } = summary({ tasks: [task("incremental", "orders", { warnings })] });
    assert.deepEqual([text, look], ["DRS $(warning) 1", "warning"]);
    assert.match(label, /, 1 with warnings$/);
    assert.match(tooltip, /\norders · Columns differ\.$/);
  });

  it("is calm when all is well", () => {
    const { text, look, label } = summary({ tasks: [task("incremental")] });
    assert.deepEqual(
      [text, look, label],
      ["$(pass) DRS", "calm", "Synchronization tasks: 0 failed, 0 frozen"],
    );
  });

  it("counts what is wrong, names it in the hover, and says all of it to a screen reader", () => {
    const late = task("incremental", "late", { delayMs: 90_000 });
    const { text, look, label, tooltip } = summary({
      tasks: [
        task("incrementalFailed", "one", { error: { code: "23505" } }),
        ...[task("frozen", "two"), task("rectification", "three"), late],
      ],
      alerting: [{ rule: "delayed", task: late }],
      unread: true,
    });
    assert.equal(text, "DRS $(error) 1 $(lock) 1 $(tools) 1 $(watch) 1 $(debug-disconnect)");
    assert.equal(look, "error");
    assert.equal(
      label,
      "Synchronization tasks: 1 failed, 1 frozen, 1 in fault rectification, 1 behind. The tasks of shop cannot be read at the moment.",
    );
    assert.deepEqual(tooltip.split("\n").slice(2), [
      "one · Incremental synchronization failed · 23505",
      "two · Frozen",
      "three · Fault rectification",
      "late · delay 1 min 30 sec",
    ]);
  });

  it("warns of what heals by itself", () => {
    assert.equal(summary({ tasks: [task("rectification")] }).look, "warning");
    assert.equal(summary({ unread: true }).look, "warning");
  });

  it("says that notifications are held back", () => {
    const { text, label } = summary({}, Date.UTC(2030, 1, 1));
    assert.equal(text, "$(pass) DRS $(bell-slash)");
    assert.match(label, /Notifications are snoozed until .*2030/);
  });

  it("names a dozen tasks and counts the rest", () => {
    const tasks = Array.from({ length: 20 }, (_, index) => task("frozen", `task-${index}`));
    const { tooltip } = summary({ tasks });
    assert.match(tooltip, /task-11 · Frozen\n… \(\+8\)$/);
  });
});

describe("problems", () => {
  it("are the failed tasks, the frozen ones, and those whose fault is being rectified", () => {
    const problems = problemsOf([
      ...[
        task("incremental", "a"),
        task("startFailed", "b"),
        task("frozen", "c"),
        task("rectification", "d"),
      ],
    ]);
    assert.deepEqual(
      [problems.failed, problems.frozen, problems.recovering].map((tasks) => tasks.map(({ name }) => name)),
      [["b"], ["c"], ["d"]],
    );
  });
});
