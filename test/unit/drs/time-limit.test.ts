import assert from "node:assert/strict";
import { withinLimit } from "../../../src/drs/time-limit";

describe("a time limit", () => {
  const late = new Error("late");

  it("gives up what never answers", async () => {
    await assert.rejects(withinLimit(new Promise(() => {}), 10, late), late);
  });

  it("passes an answer and a refusal on", async () => {
    assert.equal(await withinLimit(Promise.resolve(1), 1_000, late), 1);
    await assert.rejects(withinLimit(Promise.reject(new Error("refused")), 1_000, late), {
      message: "refused",
    });
  });
});
