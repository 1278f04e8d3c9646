import assert from "node:assert/strict";
import { PastValues } from "../../../src/tasks/past-values";
import type { Task } from "../../../src/tasks/task";
import { task } from "../details/facts";

const started = 1_000_000;

describe("values that were read before", () => {
  const noted = (steps: readonly (readonly [ms: number, task: Partial<Task>])[], id = "one") => {
    let now = started;
    const past = new PastValues(() => now);
    let before: Task | undefined;
    for (const [ms, facts] of steps) {
      now = started + ms;
      const after = task({ id, ...facts });
      past.note("local", [{ before, after }]);
      before = after;
    }
    return past.of("local", id);
  };

  it("go on when the clock is set back, in the order of their times", () => {
    const { values } = noted([0, 60_000, 120_000, 70_000, 110_000].map((ms) => [ms, { delayMs: ms }]));
    assert.deepEqual(
      values.map(({ delay }) => delay),
      [0, 60_000, 110_000],
    );
  });

  it("are kept half a minute apart, with the statuses that a task came into", () => {
    const { values, statuses } = noted([
      [0, { status: "full", percent: 10 }],
      [10_000, { status: "full", percent: 20 }],
      [30_000, { status: "full", percent: 30 }],
      [40_000, { status: "incremental", delayMs: 700 }],
      [80_000, { status: "paused" }],
    ]);
    assert.deepEqual(
      values.map(({ at, delay, progress }) => [at - started, delay, progress]),
      [
        [0, null, 10],
        [30_000, null, 30],
        [40_000, 700, null],
        [80_000, null, null],
      ],
    );
    assert.deepEqual(statuses, [
      { at: started + 40_000, status: "incremental" },
      { at: started + 80_000, status: "paused" },
    ]);
  });

  it("are bounded, and gone with their task", () => {
    let now = started;
    const past = new PastValues(() => now);
    for (let minute = 0; minute < 3_000; minute++) {
      now += 60_000;
      past.note("local", [{ after: task({ id: "one", status: "incremental", delayMs: minute }) }]);
    }
    assert.equal(past.of("local", "one").values.length, 1_440);
    past.note("local", [{ before: task({ id: "one" }) }]);
    assert.deepEqual(past.of("local", "one"), { values: [], statuses: [] });
    assert.deepEqual(past.of("cloud", "one"), { values: [], statuses: [] });
  });
});
