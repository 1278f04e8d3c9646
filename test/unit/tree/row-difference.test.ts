import assert from "node:assert/strict";
import type { Task } from "../../../src/tasks/task";
import { contextOf } from "../../../src/tree/menu-context";
import { redrawOf } from "../../../src/tree/row-difference";
import { english, task, thresholds } from "./facts";

const state = {
  ...{ pinned: false, muted: false, followed: undefined, readOnly: false },
  ...{ console: false, local: true },
};

describe("a task's row", () => {
  const before = task("a");
  const drawn = (facts: Partial<Task>, old: Partial<Task> = {}) =>
    redrawOf(
      { ...before, ...old },
      { ...before, ...old, ...facts },
      { l10n: english, thresholds, withEngine: false },
    );

  it("is drawn again when what it or its hover shows has changed", () => {
    for (const facts of [
      { name: "b" },
      { warnings: [] },
      { error: { code: "1", message: "refused" } },
      { startedAt: 5 },
      { status: "paused" },
    ] as readonly Partial<Task>[]) {
      assert.equal(drawn(facts), "now", JSON.stringify(facts));
    }
    const failed = { error: { code: "1", message: "refused" } };
    assert.equal(drawn({ error: undefined }, failed), "now");
    assert.equal(drawn({ error: { code: "1", message: "other words" } }, failed), "now");
  });

  it("is drawn again for other figures, but not while its hover is read", () => {
    assert.equal(drawn({ delayMs: 400_000 }), "unlessRead");
    const copying = { status: "full", percent: 20 } as const;
    assert.equal(drawn({ percent: 21 }, copying), "unlessRead");
  });

  it("is drawn again when its menu offers something else, and only then", () => {
    assert.equal(drawn({ currentAction: "STOP_JOB" }), "now");
    assert.equal(drawn({ availableActions: ["START"] }), "now");
    const paused = { status: "paused" } as const;
    assert.equal(drawn({ resettable: true }, paused), "now");
    assert.equal(drawn({ parentId: "p" }, paused), "now");
    assert.equal(drawn({ availableActions: ["PAUSE"] }, { availableActions: ["PAUSE"] }), "no");
  });

  it("is left alone when nothing that it shows has changed", () => {
    assert.equal(drawn({}), "no");
    assert.equal(drawn({ description: "other" }), "no");
  });

  it("keeps its hover open while only the hover's figures change, as the retained log of a failed task does", () => {
    const failed = { status: "incrementalFailed", remaining: "90" } as const;
    const retained = { retainedLog: { bytes: 2, limit: undefined, filling: false } };
    assert.equal(drawn({ ...retained, remaining: "60" }, failed), "no");
    const warned = () => [{ id: "1", level: "warning", code: "LW101", message: "held up" }] as const;
    assert.equal(drawn({ warnings: warned() }, { warnings: warned() }), "no");
  });

  it("is drawn again when it cannot be compared", () => {
    const broken = { ...before };
    Object.defineProperty(broken, "name", {
      get: () => {
        throw new Error("no name");
      },
    });
    assert.equal(redrawOf(before, broken, { l10n: english, thresholds, withEngine: false }), "now");
  });

  it("says for menus what may be done with the task, and nothing of a connection that is read-only", () => {
    assert.match(contextOf(before, state), /^drsTask:pause:end:copyAgain:/);
    assert.match(contextOf(before, state), /:pin:mute:follow:$/);
    const marked = { ...state, pinned: true, muted: true, followed: "it is complete", console: true };
    assert.match(contextOf(before, marked), /:unpin:unmute:unfollow:console:$/);
    assert.equal(contextOf(before, { ...state, readOnly: true }), "drsTask:readOnly:pin:mute:follow:");
    const failed = task("b", {
      status: "incrementalFailed",
      availableActions: ["RETRY", "RESET_DB_PWD", "PRE_CHECK"],
    });
    assert.match(contextOf(failed, state), /:password:copyAgain:remedySql:precheck:pin:/);
    assert.doesNotMatch(contextOf(failed, { ...state, local: false }), /copyAgain|remedySql/);
  });
});
