import assert from "node:assert/strict";
import { LastRow } from "../../../src/commands/last-row";

describe("the row that was acted on last", () => {
  const row = (id: string) => ({ kind: "task", connection: "c", id });

  it("is remembered for a second when another row is clicked", () => {
    const last = new LastRow();
    assert.equal(last.clicked("pause", row("a"), 0), undefined);
    assert.equal(last.clicked("pause", row("b"), 999), "a");
    assert.equal(last.clicked("pause", row("a"), 2_500), undefined);
  });

  it("counts from when its action had its effect, which is when rows move", () => {
    const last = new LastRow();
    last.clicked("pause", row("a"), 0);
    last.settled("a", 3_000);
    last.settled("b", 9_000);
    assert.equal(last.clicked("pause", row("b"), 3_500), "a");
  });

  it("does not matter for another action", () => {
    const last = new LastRow();
    last.clicked("delete", row("a"), 0);
    assert.equal(last.clicked("pause", row("b"), 100), undefined);
  });

  it("may be clicked again, and says nothing of keys and of tasks that were picked", () => {
    const last = new LastRow();
    last.clicked("pause", row("a"), 0);
    assert.equal(last.clicked("pause", row("a"), 100), undefined);
    assert.equal(last.clicked("pause", { selection: true }, 200), undefined);
    assert.equal(last.clicked("pause", undefined, 300), undefined);
    assert.equal(last.clicked("pause", "b", 400), undefined);
  });
});
