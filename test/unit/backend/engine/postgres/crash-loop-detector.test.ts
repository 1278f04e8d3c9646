import assert from "node:assert/strict";
import { CrashLoopDetector } from "../../../../../src/backend/engine/postgres/crash-loop-detector";

const lookMs = 500;

/** Answers at which of the looks the worker fails, half a second apart; undefined: at none. */
function failsAt(looks: readonly (readonly [pid: number | null, progress: string])[]): number | undefined {
  const watch = new CrashLoopDetector();
  const at = looks.findIndex(([pid, progress], look) =>
    watch.isFailing(look * lookMs, [
      { name: "well", pid: 1, progress: "" },
      { name: "watched", pid, progress },
    ]),
  );
  return at === -1 ? undefined : at;
}

const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

describe("a worker that is started again and again", () => {
  it("is none when it stays, or is back in time", () => {
    assert.equal(failsAt(times(100, [7, "a"])), undefined);
    assert.equal(failsAt([...times(23, [null, "a"] as const), ...times(100, [7, "a"] as const)]), undefined);
  });

  it("fails when it is never there at two looks", () => {
    assert.equal(failsAt(times(100, [null, "a"])), 24);
    assert.equal(
      failsAt([...times(10, [null, "a"] as const), [7, "a"], ...times(90, [null, "a"] as const)]),
      24,
    );
  });

  it("fails when the fourth comes no further than the first", () => {
    const workers = [7, 8, 9, 10].flatMap((pid) => times(20, [pid, "a"] as const));
    assert.equal(failsAt(workers), 60);
    assert.equal(failsAt(workers.map(([pid], look) => [pid, String(look)])), undefined);
  });
});
