import assert from "node:assert/strict";
import type { Row } from "../../../src/tree/layout";
import { isPart, moreThan, partsOf, shownOf } from "../../../src/tree/pages";
import { task } from "./facts";

const rows = (count: number, from = 0): readonly Row[] =>
  Array.from({ length: count }, (_, index) => ({ task: task(`t${from + index}`) }) as Row);
const group = (count: number) => ({ rows: rows(count) });

describe("the pages of a group", () => {
  it("show as many tasks as the user wants, as far as there are so many", () => {
    assert.deepEqual(
      [0, 199, 200, 201, 1_000].map((count) => [shownOf(group(count), 200), moreThan(group(count), 200)]),
      [
        [0, false],
        [199, false],
        [200, false],
        [200, true],
        [200, true],
      ],
    );
    assert.equal(shownOf(group(1_000), 5_000), 1_000);
  });

  it("show 800 tasks of a very long group at most, and the others in parts of 500", () => {
    assert.equal(shownOf(group(1_001), 5_000), 800);
    assert.equal(moreThan(group(1_001), 600), true);
    assert.equal(moreThan(group(1_001), 800), false);
    assert.deepEqual(partsOf(group(1_001), 600), []);
    assert.deepEqual(partsOf(group(1_001), 800), [800]);
    assert.deepEqual(partsOf(group(1_300), 800), [800]);
    assert.deepEqual(partsOf(group(1_301), 800), [800, 1_300]);
    assert.deepEqual(partsOf(group(1_000), 5_000), []);
  });

  it("are the same part where the same tasks stand in the same places", () => {
    const [one, other] = [rows(10), [...rows(5), ...rows(5, 100)]];
    assert.equal(isPart(one, other, 0, 5), true);
    assert.equal(isPart(one, other, 0, 6), false);
    assert.equal(isPart(one, other, 4, 1), true);
    assert.equal(isPart(one, other, 5, 1), false);
    assert.equal(isPart(one, rows(3), 2, 2), false);
    assert.equal(isPart(rows(3), one, 2, 2), false);
    assert.equal(isPart(rows(3), rows(3), 2, 5), true);
  });
});
