import assert from "node:assert/strict";
import { reasonsOf } from "../../../src/commands/bulk-reasons";
import { shown } from "../../../src/l10n/shown";

describe("why an action failed for several tasks", () => {
  const failed = (...pairs: readonly (readonly [name: string, why: string])[]) =>
    reasonsOf(pairs.map(([name, why]) => ({ name: shown(name), why: shown(why) })));

  it("says each reason once, after the tasks that it is of", () => {
    const text = failed(["a", "Frozen."], ["b", "Refused."], ["c", "Frozen."]);
    assert.equal(text, "a, c: Frozen. b: Refused.");
  });

  it("counts the tasks and the reasons that it leaves out", () => {
    const same = Array.from({ length: 200 }, (_, index) => [`task-${index}`, "Frozen."] as const);
    assert.equal(failed(...same), "task-0, task-1, task-2, … (+197): Frozen.");
    const others = ["A.", "B.", "C.", "D.", "E."].map((why) => ["x", why] as const);
    assert.equal(failed(...others), "x: A. x: B. x: C. … (+2)");
  });
});
