import assert from "node:assert/strict";
import { noticesOf, noticeText } from "../../../src/alerts/notices";
import type { Diagnosis } from "../../../src/failures/diagnosis";
import type { StatusId } from "../../../src/status/statuses";
import { problemsOf } from "../../../src/tasks/problems";
import type { Task } from "../../../src/tasks/task";
import { english } from "../details/facts";

const task = (status: StatusId, name = "orders"): Task => ({
  id: name,
  name,
  status,
  apiStatus: status,
  detailed: true,
});

const levels = (before: StatusId | undefined, after: StatusId | undefined) =>
  noticesOf([{ before: before && task(before), after: after && task(after) }]).map(({ level }) => level);

describe("notices", () => {
  it("tell the transition into a failure or a freeze, once", () => {
    assert.deepEqual(levels("incremental", "incrementalFailed"), ["error"]);
    assert.deepEqual(levels("incremental", "frozen"), ["error"]);
    assert.deepEqual(levels("incrementalFailed", "incrementalFailed"), []);
    assert.deepEqual(levels(undefined, "createFailed"), ["error"]);
  });

  it("warn of fault rectification and tell that it is over", () => {
    assert.deepEqual(levels("incremental", "rectification"), ["warning"]);
    assert.deepEqual(levels("rectification", "incremental"), ["recovered"]);
    assert.deepEqual(levels("frozen", "incremental"), ["recovered"]);
  });

  it("tell the end of a freeze, but not again what had failed before it", () => {
    const freeze = (apiStatus: string): Task => ({ ...task("frozen"), apiStatus });
    const end = (after: StatusId, apiStatus: string) =>
      noticesOf([{ before: freeze("X"), after: { ...task(after), apiStatus } }]).map(({ level }) => level);
    assert.deepEqual(end("paused", "X"), ["recovered"]);
    assert.deepEqual(end("incrementalFailed", "X"), []);
    assert.deepEqual(end("incrementalFailed", "Y"), ["error"]);
  });

  it("do not announce a freeze that only now is known", () => {
    const before = { ...task("incremental"), detailed: false };
    assert.deepEqual(noticesOf([{ before, after: task("frozen") }]), []);
  });

  it("are silent about everything else", () => {
    assert.deepEqual(levels("starting", "full"), []);
    assert.deepEqual(levels("incrementalFailed", "stopping"), []);
    assert.deepEqual(levels("incrementalFailed", undefined), []);
    assert.deepEqual(levels(undefined, "incremental"), []);
  });
});

describe("the text of a notice", () => {
  const failed = (error?: Task["error"]): Task => ({ ...task("incrementalFailed"), error });
  const known: Diagnosis = {
    id: "conflict",
    cause: { en: "The row is there already.", zh: "该行已存在。" },
    remedy: { en: "Delete it.", zh: "请删除。" },
    resumable: true,
    url: "https://example.com/",
    sure: true,
  };
  const text = (shown: Task, diagnosis: Diagnosis | null | undefined) =>
    noticeText({ level: "error", task: shown }, diagnosis, english);

  it("names the task, its status and the cause, which is only likely where the evidence is weak", () => {
    const start = 'Synchronization task "orders": Incremental synchronization failed. ';
    const error = { code: "23505", message: "duplicate key" };
    assert.equal(text(failed(error), known), `${start}Cause: The row is there already.`);
    assert.equal(
      text(failed(error), { ...known, sure: false }),
      `${start}Likely cause: The row is there already.`,
    );
  });

  it("has the service's own words where no case is known, and the meaning where it said nothing", () => {
    const start = 'Synchronization task "orders": Incremental synchronization failed. ';
    for (const diagnosis of [null, undefined]) {
      assert.equal(text(failed({ code: "X1", message: "odd" }), diagnosis), `${start}X1: odd`);
    }
    assert.match(text(failed(), undefined), /The incremental synchronization failed;/);
  });

  it("tells a recovery without any cause", () => {
    const recovered = noticeText({ level: "recovered", task: task("incremental") }, undefined, english);
    assert.equal(recovered, 'Synchronization task "orders" recovered: Incremental synchronization.');
  });
});

describe("problems", () => {
  it("are the failed and the frozen tasks", () => {
    const { failed, frozen } = problemsOf([
      task("incremental", "a"),
      task("startFailed", "b"),
      task("frozen", "c"),
      task("rectification", "d"),
    ]);
    assert.deepEqual(
      [failed, frozen].map((tasks) => tasks.map(({ name }) => name)),
      [["b"], ["c"]],
    );
  });
});
