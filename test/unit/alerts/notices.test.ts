import assert from "node:assert/strict";
import { noticesOf } from "../../../src/alerts/notices";
import type { StatusId } from "../../../src/status/statuses";
import { problemsOf } from "../../../src/tasks/problems";
import type { Task } from "../../../src/tasks/task";

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
