import assert from "node:assert/strict";
import { type Follow, followText, isJudgedBy, isReached, outcomeOf } from "../../../src/alerts/follow";
import { type Goal, goals } from "../../../src/alerts/follow-goals";
import type { StatusId } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { english, task } from "../details/facts";

const at = Date.UTC(2026, 10, 24);

/** What becomes of a task that is followed, status by status, until it is not followed any more. */
function course(goal: Goal, from: StatusId, ...steps: readonly (StatusId | Partial<Task> | undefined)[]) {
  const follow: Follow = { goal, from, at };
  return steps.map((step) => {
    const now = step && task(typeof step === "string" ? { status: step, apiStatus: step } : step);
    return outcomeOf(follow, now) ?? "";
  });
}

describe("a task that is followed", () => {
  const cases: readonly [string, ReturnType<typeof course>, readonly string[]][] = [
    [
      "until it synchronizes incrementally, through what is under way",
      course("incremental", "configuration", "configuration", "starting", "full", "incremental"),
      ["", "", "", "reached"],
    ],
    [
      "until it is complete",
      course("complete", "full", "full", { status: "full", apiStatus: "FULL_TRANSFER_COMPLETE" }),
      ["", "reached"],
    ],
    ["until it has ended", course("complete", "incremental", "stopping", "completed"), ["", "reached"]],
    [
      "until it has caught up",
      course("caughtUp", "incremental", {}, { delayMs: 10_001 }, { delayMs: 10_000 }),
      ["", "", "reached"],
    ],
    [
      "not by a paused task's last delay",
      course("caughtUp", "incremental", { status: "paused", delayMs: 5 }),
      ["other"],
    ],
    ["until anything happens", course("anything", "incremental", "incremental", "paused"), ["", "other"]],
    ["until it fails, which its alert tells", course("incremental", "full", "fullFailed"), ["alerting"]],
    ["until it is gone", course("incremental", "full", undefined), ["other"]],
    ["until it is paused on its way", course("incremental", "full", "paused"), ["other"]],
    [
      "from a failure until it is well again",
      course("incremental", "incrementalFailed", "incrementalFailed", "starting", "incremental"),
      ["", "", "reached"],
    ],
  ];
  for (const [what, found, expected] of cases) {
    it(what, () => assert.deepEqual(found, expected));
  }

  it("is judged by what was read after it began, also when the clock was set back since", () => {
    const follow: Follow = { goal: "anything", from: "full", at };
    const judged = [at - 3_600_000, at - 1_000, at, at + 1].map((asOf) => isJudgedBy(follow, asOf));
    assert.deepEqual(judged, [true, false, false, true]);
  });

  it("is offered only what it is not already", () => {
    const open = (facts: Partial<Task>) => goals.filter((goal) => !isReached(goal, task(facts)));
    assert.deepEqual(open({ delayMs: 5 }), ["complete", "anything"]);
    assert.deepEqual(open({ delayMs: 60_000 }), ["complete", "caughtUp", "anything"]);
    assert.deepEqual(open({ status: "full", apiStatus: "FULL_TRANSFER_STARTED" }), goals);
  });

  it("is reported in words that name the condition", () => {
    const text = (goal: Goal, shown: Task | undefined) =>
      followText({ goal, from: "full", at }, shown, "orders", english);
    assert.equal(
      text("incremental", task()),
      'Synchronization task "orders", which you follow: Incremental synchronization.',
    );
    assert.match(text("caughtUp", task({ delayMs: 120 })), /has caught up: its delay is 120 ms\.$/);
    assert.match(text("complete", task({ status: "completed" })), /is complete\.$/);
    assert.match(text("complete", task({ status: "paused" })), /which you follow: Paused\.$/);
    assert.match(text("anything", undefined), /is no longer in the list\.$/);
  });
});
