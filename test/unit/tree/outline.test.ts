import assert from "node:assert/strict";
import type { ConnectionState } from "../../../src/connections/session-manager";
import { shown } from "../../../src/l10n/shown";
import type { Task } from "../../../src/tasks/task";
import { type Branch, branchOf } from "../../../src/tree/branch";
import { Layout } from "../../../src/tree/layout";
import { keyOf, type Node } from "../../../src/tree/node";
import { Outline } from "../../../src/tree/outline";
import { usual, type ViewOptions } from "../../../src/tree/view-options";
import { english, marks, task } from "./facts";

/** An outline of connections with these tasks. @param trouble what each has to say. */
function outlineOf(
  connections: Readonly<Record<string, readonly Task[]>>,
  options: Partial<ViewOptions> = {},
  trouble?: string,
) {
  const viewOptions = { ...usual, sort: "name", ...options } as const;
  const forgotten: string[] = [];
  const outline = new Outline(viewOptions, (node) => forgotten.push(keyOf(node)));
  const layouts = new Map(
    Object.entries(connections).map(([id, tasks]) => [id, new Layout(tasks, viewOptions, marks())]),
  );
  outline.branches = new Map(
    [...layouts].map(([id, layout]): [string, Branch] => {
      const place = { id, name: id, endpoint: "http://127.0.0.1:1", projectId: "p" };
      const state: ConnectionState = {
        ...{ connection: { ...place, kind: "local" }, phase: "open", session: undefined },
        ...{ missing: undefined, readOnly: undefined },
        trouble: trouble === undefined ? undefined : shown(trouble),
      };
      return [id, branchOf(state, layout, layouts.size > 1, english)];
    }),
  );
  return { outline, layouts, forgotten };
}

/** The rows below a row, each by its key, indented; every row's parent must be the one that it is below. */
function picture(outline: Outline, node?: Node, indent = ""): readonly string[] {
  return outline.childrenOf(node).flatMap((child) => {
    if (child.kind === "task" || child.kind === "group" || child.kind === "range") {
      assert.equal(outline.parentOf(child), node, keyOf(child));
    }
    return [`${indent}${keyOf(child)}`, ...picture(outline, child, `${indent}  `)];
  });
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => task(`t${String(index).padStart(4, "0")}`));

describe("the outline of the tree", () => {
  it("has the groups of a single connection first, with their tasks, and child tasks below theirs", () => {
    const parent = task("b");
    const { outline } = outlineOf({
      shop: [task("a"), parent, task("c", { status: "paused" }), task("child", { parentId: parent.id })],
    });
    assert.deepEqual(picture(outline), [
      "shop/group/status/incremental",
      ...["  shop//task/id-a", "  shop//task/id-b", "    shop//task/id-child"],
      "shop/group/status/paused",
      "  shop//task/id-c",
    ]);
    assert.deepEqual(outline.idsIn("shop", "status/incremental"), ["id-a", "id-b"]);
    assert.deepEqual(outline.idsIn("shop", "status/frozen"), []);
  });

  it("has a row for each of several connections, with what it says above its groups", () => {
    const { outline } = outlineOf({ shop: [task("a")], bank: [] }, {}, "It does not answer.");
    assert.deepEqual(picture(outline), [
      ...["shop", "  shop/message", "  shop/group/status/incremental", "    shop//task/id-a"],
      ...["bank", "  bank/message"],
    ]);
    const [group] = outline.childrenOf({ kind: "connection", connection: "shop" }).slice(1);
    assert.deepEqual(group && outline.parentOf(group), { kind: "connection", connection: "shop" });
  });

  it("has a row for a single connection, too, if the user groups by connection", () => {
    const { outline } = outlineOf({ shop: [task("a")] }, { group: "connection" });
    assert.equal(outline.byConnection, true);
    assert.deepEqual(picture(outline), ["shop", "  shop//task/id-a"]);
  });

  it("is one list over all connections without groups, in the order of all tasks, and grows by pages", () => {
    const { outline } = outlineOf(
      { shop: [task("b"), task("d")], bank: [task("c"), ...many(250)] },
      { group: "none" },
    );
    assert.equal(outline.isOneList, true);
    assert.equal(outline.byConnection, false);
    const first = picture(outline);
    assert.deepEqual(first.slice(0, 4), [
      ...["shop//task/id-b", "bank//task/id-c", "shop//task/id-d", "bank//task/id-t0000"],
    ]);
    assert.equal(first.length, 201);
    assert.equal(first.at(-1), "/more/all");
    assert.equal(outline.showMore("", "all"), undefined);
    assert.equal(picture(outline).length, 253);
    assert.equal(picture(outline).at(-1), "bank//task/id-t0249");
  });

  it("has what each of several connections says above the one list, and no page behind its last task", () => {
    const tasks = { shop: [task("a")], bank: many(199) };
    const { outline } = outlineOf(tasks, { group: "none" }, "It does not answer.");
    const rows = picture(outline);
    assert.deepEqual(rows.slice(0, 3), ["shop/message", "bank/message", "shop//task/id-a"]);
    assert.deepEqual([rows.length, rows.at(-1)], [202, "bank//task/id-t0198"]);
    const single = outlineOf({ shop: [task("a")] }, { group: "none" }, "It does not answer.");
    assert.deepEqual(picture(single.outline), ["shop//task/id-a"], "the view says it above the tree");
  });

  it("is one list without a page of its own where a single connection has no groups", () => {
    const { outline } = outlineOf({ shop: [task("a")] }, { group: "none" });
    assert.equal(outline.isOneList, false);
    assert.deepEqual(picture(outline), ["shop//task/id-a"]);
    assert.equal(outline.showMore("shop", "all"), undefined);
  });

  it("shows a long group by pages, and the rest of a very long one in ranges", () => {
    const { outline } = outlineOf({ shop: many(1_400) });
    const [group] = outline.childrenOf();
    assert.ok(group !== undefined);
    const kinds = () => {
      const kept = new Map<string, number>();
      for (const { kind } of outline.childrenOf(group)) {
        kept.set(kind, (kept.get(kind) ?? 0) + 1);
      }
      return [...kept];
    };
    assert.deepEqual(kinds(), [
      ["task", 200],
      ["more", 1],
    ]);
    for (let page = 0; page < 3; page++) {
      assert.equal(outline.showMore("shop", "status/incremental"), group);
    }
    assert.deepEqual(kinds(), [
      ["task", 800],
      ["range", 2],
    ]);
    const [range, last] = outline.childrenOf(group).filter(({ kind }) => kind === "range");
    assert.ok(range !== undefined && last !== undefined);
    assert.equal(outline.childrenOf(range).length, 500);
    const [inLast] = outline.childrenOf(last);
    assert.deepEqual(
      inLast,
      outline.nodeOf({ connection: "shop", id: "id-t1300" }),
      "the first one behind 800 and 500",
    );
    assert.equal(inLast && outline.parentOf(inLast), last);
    assert.equal(outline.parentOf(last), group);
    const shown = outline.nodeOf({ connection: "shop", id: "id-t0799" });
    assert.equal(shown && outline.parentOf(shown), group);
  });

  it("has a task with several tags in each of their groups", () => {
    const { outline, layouts } = outlineOf({ shop: [task("a", { tags: ["x", "y"] })] }, { group: "tag" });
    assert.deepEqual(picture(outline), [
      ...["shop/group/tag/x", "  shop/tag/x/task/id-a", "shop/group/tag/y", "  shop/tag/y/task/id-a"],
    ]);
    const row = layouts.get("shop")?.row("id-a");
    assert.ok(row !== undefined);
    assert.equal(outline.listed("shop", row, () => false).length, 2);
    assert.deepEqual(
      outline.listed("shop", row, (group) => keyOf(group) === "shop/group/tag/x").map(keyOf),
      ["shop/tag/y/task/id-a"],
      "the other one is drawn with its group",
    );
  });

  it("keeps the node of a row while it is listed, and forgets it with what is below it", () => {
    const { outline, forgotten, layouts } = outlineOf({ shop: [task("a"), task("b", { status: "paused" })] });
    const before = outline.childrenOf().flatMap((node) => [node, ...outline.childrenOf(node)]);
    const again = outline.childrenOf().flatMap((node) => [node, ...outline.childrenOf(node)]);
    assert.ok(before.every((node, index) => node === again[index]));
    assert.deepEqual(forgotten, []);
    layouts.get("shop")?.apply([{ before: task("b", { status: "paused" }) }]);
    outline.childrenOf();
    assert.deepEqual(forgotten, ["shop/group/status/paused", "shop//task/id-b"]);
    assert.equal(outline.nodeOf({ connection: "shop", id: "id-b" }), undefined);
    assert.equal(outline.parentOf({ kind: "task", connection: "shop", id: "id-b" }), undefined);
    const row = layouts.get("shop")?.row("id-a");
    assert.deepEqual(row && outline.listed("shop", row, () => false), [before[1]]);
  });

  it("draws again the groups that count or show others, and of a very long one only the ranges that changed", () => {
    const tasks = many(1_400);
    const { outline, layouts } = outlineOf({ shop: [...tasks, task("z", { status: "paused" })] });
    const layout = layouts.get("shop");
    const changed = (before: Task, after: Task) => {
      const change = layout?.apply([{ before, after }]);
      return change && outline.changedGroups("shop", change).map(keyOf);
    };
    for (let page = 0; page < 3; page++) {
      outline.showMore("shop", "status/incremental");
    }
    const [first, last] = [tasks[0], tasks[1_399]];
    assert.ok(first !== undefined && last !== undefined);
    const renamed = { ...last, name: "t1398a" };
    assert.deepEqual(changed(last, renamed), [], "it stays in its place");
    assert.deepEqual(changed(renamed, { ...renamed, name: "t1310a" }), [
      "shop/range/1300/status/incremental",
    ]);
    assert.deepEqual(changed(first, { ...first, name: "t0001a" }), ["shop/group/status/incremental"]);
  });
});
