import assert from "node:assert/strict";
import { noticeText } from "../../../src/alerts/texts";
import type { Diagnosis } from "../../../src/failures/known-case";
import { shown } from "../../../src/l10n/shown";
import type { FreezeId } from "../../../src/status/freezes";
import type { StatusId } from "../../../src/status/statuses";
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
    steps: [],
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
  });

  it("gives a freeze its own cause and remedy, whatever else is wrong with the task", () => {
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

  it("reports why a task is frozen: money does not help against every freeze", () => {
    const frozenBy = (id: FreezeId, word?: string) =>
      text(task("frozen", "orders", { freeze: { id, word } }), undefined);
    assert.match(
      frozenBy("police"),
      /Frozen\. The instance was frozen at the request of the police\. Neither/,
    );
    assert.match(frozenBy("unsubscribable"), /can only be unsubscribed from\. Neither/);
    assert.match(frozenBy("other", "FROZEN_NEW"), /shown as received\. \(FROZEN_NEW\) Look up the order/);
  });

  it("reports a recovery without any cause", () => {
    const level = "recovered";
    const notice = { level, condition: "incrementalFailed", task: task("incremental") } as const;
    const recovered = 'Synchronization task "orders" recovered: Incremental synchronization.';
    assert.equal(noticeText(notice, undefined, english), recovered);
  });

  it("reports warnings in the backend's words, the first two of many", () => {
    const signs = ["One.", "Two.", "Three."].map((message) => ({
      id: message,
      message: () => shown(message),
    }));
    const notice = { condition: "warned", level: "warning", task: task("incremental"), signs } as const;
    assert.equal(
      noticeText(notice, undefined, english),
      'Synchronization task "orders" has warnings: One. Two. … (+1)',
    );
  });

  it("reports that a task fails again and again, how often, and its final status", () => {
    const flaps = { count: 4, since: Date.UTC(2026, 10, 24, 3) };
    const notice = { condition: "incrementalFailed", task: failed(), flaps } as const;
    assert.match(
      noticeText({ ...notice, level: "error" }, undefined, english),
      /"orders" fails and recovers again and again: 4 failures since .*2026.*kept one status for 15 min\.$/,
    );
    assert.match(
      noticeText({ ...notice, level: "error" }, known, english),
      /15 min\. Cause: The row is there already\. What to do: Delete it\.$/,
    );
    assert.match(
      noticeText({ ...notice, level: "recovered", task: task("incremental") }, undefined, english),
      /"orders" has settled: Incremental synchronization\. It had failed 4 times since/,
    );
  });

  it("reports a delay, and that it is over", () => {
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
