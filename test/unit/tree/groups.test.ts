import assert from "node:assert/strict";
import { statusOrder } from "../../../src/status/statuses";
import type { TaskChange } from "../../../src/tasks/store";
import type { Task } from "../../../src/tasks/task";
import { Layout, lookOf } from "../../../src/tree/layout";
import { usual, type ViewOptions } from "../../../src/tree/view-options";
import { marks, task } from "./facts";

describe("the tree's groups", () => {
  it("keep what has no name of a status, engine or tag in a last group, and groups of none in none", () => {
    const keys = (group: ViewOptions["group"], ...tasks: Task[]) =>
      new Layout(tasks, { ...usual, group }, marks()).groups.map(({ key, kind, value }) => [
        key,
        kind,
        value,
      ]);
    const untagged = [task("none"), task("empty", { tags: [] }), task("a", { tags: ["zz", "zz", "aa"] })];
    assert.deepEqual(keys("tag", ...untagged), [
      ["tag/aa", "tag", "aa"],
      ["tag/zz", "tag", "zz"],
      ["tag/", "tag", ""],
    ]);
    assert.deepEqual(keys("engine", task("none"), task("a", { engine: "mysql" })), [
      ["engine/mysql", "engine", "mysql"],
      ["engine/", "engine", ""],
    ]);
    for (const group of ["none", "connection"] as const) {
      assert.deepEqual(keys(group, task("a"), task("b", { status: "paused" })), [["all", "all", ""]]);
    }
    const pinned = new Layout([task("a")], usual, marks({ isPinned: () => true })).groups;
    assert.deepEqual(
      pinned.map(({ key, kind, value }) => [key, kind, value]),
      [["pinned", "pinned", ""]],
    );
  });

  it("are grouped by status in the table's order, whatever order the tasks come in", () => {
    const statuses = ["completed", "incremental", "frozen", "full", "startFailed"] as const;
    const { groups } = new Layout(
      statuses.map((status) => task(status, { status })),
      { ...usual, sort: "name" },
      marks(),
    );
    assert.deepEqual(
      groups.map(({ value }) => value),
      statusOrder.filter((id) => statuses.some((status) => status === id)),
    );
  });

  it("that a change touches are those that a task leaves or comes to, and whose counts it changes", () => {
    const [a, b] = [task("a"), task("b")];
    const touched = (change: TaskChange, ...tasks: Task[]) => {
      const found = new Layout(tasks, usual, marks({ isMuted: (id) => id === "id-muted" })).apply([change]);
      return (
        found && [...found.touched.keys()].map(({ key }) => key).concat(found.groups ? "other groups" : [])
      );
    };
    assert.deepEqual(touched({ before: b, after: { ...b, delayMs: 5 } }, a, b), []);
    assert.deepEqual(touched({ before: b, after: { ...b, name: "0" } }, a, b), ["status/incremental"]);
    assert.deepEqual(touched({ before: b, after: { ...b, delayMs: 400_000 } }, a, b), ["status/incremental"]);
    assert.deepEqual(touched({ after: task("muted") }, a), ["status/incremental"]);
    assert.deepEqual(touched({ before: b }, a, b), ["status/incremental"]);
    assert.deepEqual(touched({ before: b, after: { ...b, status: "paused" } }, a, b), [
      ...["status/incremental", "status/paused"],
      "other groups",
    ]);
    assert.deepEqual(
      touched({ before: b, after: { ...b, status: "paused" } }, b, task("c", { status: "paused" })),
      [...["status/incremental", "status/paused"], "other groups"],
    );
  });

  it("are made again when a child or a parent comes, goes or moves, not when it only changes", () => {
    const [a, b] = [task("a"), task("b")];
    const child = task("child", { parentId: a.id });
    const isMadeAgain = (change: TaskChange, ...tasks: Task[]) =>
      new Layout(tasks, usual, marks()).apply([change]) === undefined;
    assert.equal(isMadeAgain({ after: child }, a, b), true);
    assert.equal(isMadeAgain({ before: child }, a, b, child), true);
    assert.equal(isMadeAgain({ before: child, after: { ...child, parentId: b.id } }, a, b, child), true);
    assert.equal(isMadeAgain({ before: a }, a, b, child), true);
    assert.equal(isMadeAgain({ after: a }, b, child), true);
    assert.equal(isMadeAgain({ before: child, after: { ...child, delayMs: 5 } }, a, b, child), false);
    assert.equal(isMadeAgain({ before: b, after: { ...b, status: "paused" } }, a, b, child), false);
  });

  it("look different when the counts of their rows are", () => {
    const look = (muted: boolean, ...tasks: Task[]) => {
      const [only] = new Layout(tasks, usual, marks({ isMuted: () => muted })).groups;
      assert.ok(only !== undefined);
      return lookOf(only);
    };
    const [a, b] = [task("a"), task("b")];
    assert.equal(look(false, a, b), look(false, b, a));
    assert.notEqual(look(false, a, b), look(false, a));
    assert.notEqual(look(false, a), look(true, a));
    assert.notEqual(look(false, a), look(false, { ...a, delayMs: 400_000 }));
  });

  it("know the engines that tasks have, while a task has them", () => {
    const [a, b] = [task("a", { engine: "mysql" }), task("b", { engine: "mysql" })];
    const layout = new Layout([a, b, task("none")], usual, marks());
    assert.deepEqual([...layout.engines], ["mysql"]);
    layout.apply([{ before: a, after: { ...a, engine: "postgresql" } }]);
    assert.deepEqual([...layout.engines], ["mysql", "postgresql"]);
    layout.apply([{ before: b }]);
    assert.deepEqual([...layout.engines], ["postgresql"]);
  });

  it("name the tasks that a change has moved from one group to another", () => {
    const a = task("a");
    const moved = (after: Task) => [
      ...(new Layout([a], usual, marks()).apply([{ before: a, after }])?.moved ?? []),
    ];
    assert.deepEqual(moved({ ...a, status: "paused" }), ["id-a"]);
    assert.deepEqual(moved({ ...a, delayMs: 5 }), []);
  });
});
