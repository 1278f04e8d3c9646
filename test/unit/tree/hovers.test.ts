import assert from "node:assert/strict";
import { HoverAges } from "../../../src/tree/hover-ages";

describe("the hovers of rows", () => {
  it("are renewed when they are older than 30 seconds, and only where one was shown", () => {
    let now = 1_000_000;
    const ages = new HoverAges<string>(() => now);
    ages.made("orders");
    now += 30_000;
    assert.equal(ages.isOld("orders"), false);
    now += 1;
    assert.equal(ages.isOld("orders"), true);
    assert.equal(ages.isOld("reviews"), false, "VS Code holds no hover of it");
    ages.made("orders");
    assert.equal(ages.isOld("orders"), false);
    now -= 3_600_000;
    assert.equal(ages.isOld("orders"), true, "the clock was set back: nobody knows");
  });

  it("are forgotten with the row, or with all rows, which are drawn without them", () => {
    let now = 0;
    const ages = new HoverAges<string>(() => now);
    for (const row of ["a", "b", "c"]) {
      ages.made(row);
    }
    now += 60_000;
    ages.forget("a");
    assert.deepEqual(
      ["a", "b", "c"].map((row) => ages.isOld(row)),
      [false, true, true],
    );
    ages.forgetAll();
    assert.deepEqual(
      ["a", "b", "c"].map((row) => ages.isOld(row)),
      [false, false, false],
    );
  });
});
