import assert from "node:assert/strict";
import { statusOrder } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { type Arrangement, usual } from "../../../src/tree/arrangement";
import { layoutOf, sameGroup, sameMembers } from "../../../src/tree/rows";
import { english, marks, task } from "./facts";

describe("the tree's groups", () => {
  it("keep what has no name of a status, engine or tag in a last group, and groups of none in none", () => {
    const keys = (group: Arrangement["group"], ...tasks: Task[]) =>
      layoutOf(tasks, { ...usual, group }, marks()).groups.map(({ key, kind, value }) => [key, kind, value]);
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
    const pinned = layoutOf([task("a")], usual, marks({ isPinned: () => true })).groups;
    assert.deepEqual(
      pinned.map(({ key, kind, value }) => [key, kind, value]),
      [["pinned", "pinned", ""]],
    );
  });

  it("are grouped by status in the table's order, whatever order the tasks come in", () => {
    const statuses = ["completed", "incremental", "frozen", "full", "startFailed"] as const;
    const { groups } = layoutOf(
      statuses.map((status) => task(status, { status })),
      { ...usual, sort: "name" },
      marks(),
    );
    assert.deepEqual(
      groups.map(({ value }) => value),
      statusOrder.filter((id) => statuses.some((status) => status === id)),
    );
  });

  it("are other members when one moves to another group, or a child comes or goes", () => {
    const layout = (...tasks: Task[]) => layoutOf(tasks, usual, marks());
    const [a, b] = [task("a", {}), task("b", {})];
    const child = task("child", { parentId: a.id });
    assert.ok(sameMembers(layout(a, b), layout(b, a)));
    assert.ok(!sameMembers(layout(a, b), layout(a, task("c", {}))));
    assert.ok(!sameMembers(layout(a, b), layout(a, { ...b, status: "paused" })));
    assert.ok(!sameMembers(layout(a, b), layout(a, b, child)));
    assert.ok(!sameMembers(layout(a, b, child), layout(a, b, { ...child, parentId: b.id })));
    assert.ok(!sameMembers(layout(a, b, child), layout(a, b, { ...child, id: "another" })));
    assert.ok(
      sameMembers(
        layout(a, b, child, task("twin", { parentId: a.id })),
        layout(task("twin", { parentId: a.id }), child, b, a),
      ),
    );
  });

  it("of a group look different when one of them is another, or the counts of its row are", () => {
    const group = (muted: boolean, ...tasks: Task[]) => {
      const [only] = layoutOf(tasks, usual, marks({ isMuted: () => muted })).groups;
      assert.ok(only !== undefined);
      return only;
    };
    const [a, b, c] = [task("a", {}), task("b", {}), task("c", {})];
    assert.ok(sameGroup(group(false, a, b), group(false, b, a), english));
    assert.ok(!sameGroup(group(false, a, b), group(false, a, c), english));
    assert.ok(!sameGroup(group(false, a, b), group(false, a), english));
    assert.ok(!sameGroup(group(false, a), group(true, a), english));
  });
});
