import assert from "node:assert/strict";
import { argumentOf, isForSelection, isGoneRow, targetOf } from "../../../src/commands/argument";

describe("the argument of a command", () => {
  it("is a row, a reference, a plain task id, or nothing", () => {
    const none = { connection: undefined, id: undefined, group: undefined };
    const task = { connection: "c", id: "t" };
    assert.deepEqual(targetOf({ kind: "task", ...task }), { ...none, ...task });
    assert.deepEqual(targetOf(task), { ...none, ...task });
    assert.deepEqual(targetOf({ kind: "connection", connection: "c" }), { ...none, connection: "c" });
    assert.deepEqual(targetOf("t"), { ...none, id: "t" });
    for (const nothing of [undefined, null, 7, [], { id: 7, connection: {} }]) {
      assert.deepEqual(targetOf(nothing), none);
    }
  });

  it("is nothing from the palette, and a row that is gone from the menu of one that left the list", () => {
    const row = { kind: "task", connection: "c", id: "t" };
    assert.equal(argumentOf([]), undefined);
    assert.equal(argumentOf([row, undefined]), row);
    const gone = argumentOf([undefined, undefined]);
    // The files that commands are loaded from do not share objects.
    assert.deepEqual(
      [gone, {}, "gone", undefined].map((one) => isGoneRow(structuredClone(one))),
      [true, false, false, false],
    );
    assert.deepEqual(targetOf(gone), { connection: undefined, id: undefined, group: undefined });
  });

  it("may be the selected rows, as keybindings say", () => {
    assert.equal(isForSelection({ selection: true }), true);
    for (const other of [undefined, null, "t", { id: "t" }, { selection: "all" }]) {
      assert.equal(isForSelection(other), false);
    }
  });
});
