import assert from "node:assert/strict";
import { type Condition, conditionOf, decide, type Policy, type Told } from "../../../src/alerts/decide";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  delayMs: 1_000,
  delayForMs: 60_000,
};
const apiStatus: Partial<Record<StatusId, string>> = {
  incremental: "INCRE_TRANSFER_STARTED",
  incrementalFailed: "INCRE_TRANSFER_FAILED",
};
const task = (status: StatusId, facts: Partial<Task> = {}): Task => ({
  ...{ id: "1", name: "orders", status, apiStatus: apiStatus[status] ?? status, detailed: true },
  ...facts,
});

/** What is told of a task that goes through statuses, one reading a second. */
function toldOf(...path: readonly (StatusId | Task)[]): readonly string[] {
  let told: Told | undefined;
  return path.flatMap((step, second) => {
    const now = typeof step === "string" ? task(step) : step;
    const decision = decide(now, conditionOf(now, told, 0, policy), told, second * 1000);
    ({ told } = decision);
    const { level, condition } = decision.notice ?? {};
    return level === undefined ? [] : [`${level} ${condition}`];
  });
}

describe("what is news", () => {
  const frozen = (under: string) => task("frozen", { apiStatus: under });
  const cases: readonly [string, readonly (StatusId | Task)[], readonly string[]][] = [
    [
      "a failure, once",
      ["incremental", "incrementalFailed", "incrementalFailed"],
      ["error incrementalFailed"],
    ],
    ["a task that is there and failed", ["createFailed"], ["error createFailed"]],
    ["another failure", ["fullFailed", "incrementalFailed"], ["error fullFailed", "error incrementalFailed"]],
    [
      "a fault that the system rectifies, and that it is over",
      ["incremental", "rectification", "incremental"],
      ["warning rectification", "recovered rectification"],
    ],
    [
      "a recovery, also by way of a new start",
      ["incrementalFailed", "starting", "incremental"],
      ["error incrementalFailed", "recovered incrementalFailed"],
    ],
    [
      "the same failure after another try",
      ["incrementalFailed", "starting", "incrementalFailed"],
      ["error incrementalFailed", "error incrementalFailed"],
    ],
    ["a freeze and its end", ["incremental", "frozen", "paused"], ["error frozen", "recovered frozen"]],
    [
      "not again what had failed before a freeze",
      ["incrementalFailed", frozen("INCRE_TRANSFER_FAILED"), "incrementalFailed"],
      ["error incrementalFailed", "error frozen"],
    ],
    [
      "not what had failed before a freeze of which only the end was seen",
      [frozen("INCRE_TRANSFER_FAILED"), "incrementalFailed"],
      ["error frozen"],
    ],
    [
      "a failure that a freeze uncovers",
      [frozen("INCRE_TRANSFER_STARTED"), "incrementalFailed"],
      ["error frozen", "error incrementalFailed"],
    ],
    [
      "no recovery of what is ended",
      ["incrementalFailed", "stopping", "completed"],
      ["error incrementalFailed"],
    ],
    ["no recovery of what is paused", ["incrementalFailed", "paused"], ["error incrementalFailed"]],
    ["nothing else", ["creating", "configuration", "starting", "full", "incremental", "paused"], []],
  ];
  for (const [name, path, expected] of cases) {
    it(name, () => assert.deepEqual(toldOf(...path), expected));
  }

  it("is nothing that is older than what was told", () => {
    const told: Told = { condition: "incrementalFailed", at: 5_000 };
    assert.deepEqual(decide(task("incremental"), undefined, told, 4_000), { told });
    assert.equal(decide(task("incremental"), undefined, told, 5_000).notice?.level, "recovered");
    // A clock that was set back does not silence anything.
    const later = { ...told, at: told.at + 3_600_000 };
    assert.equal(decide(task("incremental"), undefined, later, 4_000).notice?.level, "recovered");
  });

  const late = (delayMs: number | undefined, told: Condition | undefined, behindForMs: number) =>
    conditionOf(task("incremental", { delayMs }), told && { condition: told, at: 0 }, behindForMs, policy);

  it("is a delay above the threshold that has lasted, until it is well below it", () => {
    assert.equal(late(1_000, undefined, 60_000), undefined);
    assert.equal(late(1_001, undefined, 59_999), undefined);
    assert.equal(late(1_001, undefined, 60_000), "delayed");
    assert.equal(late(900, "delayed", 0), "delayed");
    assert.equal(late(800, "delayed", 0), undefined);
    assert.equal(late(undefined, "delayed", 0), "delayed", "not known is not over");
    assert.equal(late(undefined, undefined, 60_000), undefined);
    const off = { ...policy, delayMs: 0 };
    assert.equal(conditionOf(task("incremental", { delayMs: 9e9 }), undefined, 9e9, off), undefined);
  });

  it("is only what the user wants to hear of", () => {
    const only = { ...policy, statuses: new Set<StatusId>(["frozen"]) };
    assert.equal(conditionOf(task("incrementalFailed"), undefined, 0, only), undefined);
    assert.equal(conditionOf(task("frozen"), undefined, 0, only), "frozen");
  });
});
