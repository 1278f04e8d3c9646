import assert from "node:assert/strict";
import { targetOf } from "../../../src/commands/argument";

describe("what a command was called with", () => {
  it("is a row, a reference, a plain task id, or nothing", () => {
    const task = { connection: "c", id: "t" };
    assert.deepEqual(targetOf({ kind: "task", ...task }), task);
    assert.deepEqual(targetOf(task), task);
    assert.deepEqual(targetOf({ kind: "connection", connection: "c" }), { connection: "c", id: undefined });
    assert.deepEqual(targetOf("t"), { connection: undefined, id: "t" });
    for (const nothing of [undefined, null, 7, [], { id: 7, connection: {} }]) {
      assert.deepEqual(targetOf(nothing), { connection: undefined, id: undefined });
    }
  });
});
