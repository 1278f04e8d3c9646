import assert from "node:assert/strict";
import { keyOf, type Node } from "../../../src/tree/node";

describe("the key of a row", () => {
  const nodes: readonly Node[] = [
    { kind: "connection", connection: "c" },
    { kind: "connection", connection: "d" },
    { kind: "message", connection: "c" },
    { kind: "group", connection: "c", group: "g" },
    { kind: "group", connection: "c", group: "h" },
    { kind: "task", connection: "c", id: "t" },
    { kind: "task", connection: "c", id: "u" },
    { kind: "task", connection: "d", id: "t" },
    { kind: "task", connection: "c", group: "g", id: "t" },
    { kind: "range", connection: "c", group: "g", from: 0 },
    { kind: "range", connection: "c", group: "g", from: 500 },
    { kind: "range", connection: "c", group: "h", from: 0 },
    { kind: "range", connection: "d", group: "g", from: 0 },
    { kind: "message", connection: "d" },
    { kind: "more", connection: "c", group: "g" },
    { kind: "more", connection: "c", group: "h" },
    { kind: "more", connection: "", group: "all" },
  ];

  it("is another for every row, and the same for the same row", () => {
    assert.equal(new Set(nodes.map(keyOf)).size, nodes.length);
    assert.deepEqual(
      nodes.map((node) => keyOf({ ...node })),
      nodes.map(keyOf),
    );
  });

  it("of a task in one group only does not name the group, so that the row survives a change of status", () => {
    assert.equal(keyOf({ kind: "task", connection: "c", id: "t" }), "c//task/t");
  });
});
