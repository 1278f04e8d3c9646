import assert from "node:assert/strict";
import type { AlertRecord, Condition } from "../../../src/alerts/decision";
import { conditionOf, decide, isExpired, isWanted, type Policy } from "../../../src/alerts/evaluate";
import { signRuleIds } from "../../../src/alerts/rules/rules";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";
import type { Task } from "../../../src/tasks/task";
import { rulesOf } from "../../support/alert-rules";

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: rulesOf(1_000, 60),
  signRules: new Set(signRuleIds),
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
  let record: AlertRecord | undefined;
  return path.flatMap((step, second) => {
    const now = typeof step === "string" ? task(step) : step;
    const decision = decide(
      now,
      conditionOf(now, record, () => 60_000, policy),
      record,
      {
        at: second * 1000,
        by: "me",
      },
    );
    ({ record } = decision);
    const { level, condition } = decision.notice ?? {};
    return level === undefined ? [] : [`${level} ${condition}`];
  });
}

describe("what is reported", () => {
  const frozen = (maskedCondition: string) => task("frozen", { apiStatus: maskedCondition });
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
      "after a freeze what had failed before it while nobody looked",
      [frozen("INCRE_TRANSFER_FAILED"), "incrementalFailed"],
      ["error frozen", "error incrementalFailed"],
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
    [
      "the end of a delay, not when the task is paused",
      [
        task("incremental", { delayMs: 5_000 }),
        task("incremental", { delayMs: 5 }),
        task("incremental", { delayMs: 5_000 }),
        "paused",
      ],
      ["warning delayed", "recovered delayed", "warning delayed"],
    ],
    [
      "a failure of a task that is behind",
      [task("incremental", { delayMs: 5_000 }), "incrementalFailed", task("incremental", { delayMs: 5 })],
      ["warning delayed", "error incrementalFailed", "recovered incrementalFailed"],
    ],
    ["nothing else", ["creating", "configuration", "starting", "full", "incremental", "paused"], []],
  ];
  for (const [name, path, expected] of cases) {
    it(name, () => assert.deepEqual(toldOf(...path), expected));
  }

  const record: AlertRecord = { condition: "incrementalFailed", at: 60_000, by: "another window" };
  const seen = (status: StatusId, at: number, before: AlertRecord | undefined = record, by = "me") =>
    decide(
      task(status),
      conditionOf(task(status), before, () => 0, policy),
      before,
      { at, by },
    );

  it("waits when another window has just reported the contrary, because this poll may be older", () => {
    for (const at of [59_000, 60_000, 64_999]) {
      assert.deepEqual(seen("incremental", at), { record, reviewAt: 65_000 });
    }
    assert.equal(seen("incremental", 65_000).notice?.level, "recovered");
    const over: AlertRecord = { ...record, phase: "resolved" };
    assert.deepEqual(seen("incrementalFailed", 60_500, over), { record: over, reviewAt: 65_000 });
    assert.equal(seen("incrementalFailed", 65_000, over).notice?.level, "error");
  });

  it("does not wait for its own report, nor after the clock was set back", () => {
    assert.equal(seen("incremental", 60_001, { ...record, by: "me" }).notice?.level, "recovered");
    const later = { ...record, at: record.at + 3_600_000 };
    assert.equal(seen("incremental", 60_000, later).notice?.level, "recovered");
    assert.equal(seen("incremental", 60_000, { ...later, by: "me" }).notice?.level, "recovered");
  });

  it("does not report the end of a freeze before the details, which alone show it, are read", () => {
    const frozen: AlertRecord = { condition: "frozen", at: 0, by: "me" };
    for (const status of ["incremental", "incrementalFailed"] as const) {
      const now = task(status, { detailed: false });
      const condition = conditionOf(now, frozen, () => 0, policy);
      assert.deepEqual(decide(now, condition, frozen, { at: 60_000, by: "me" }), { record: frozen });
    }
  });

  it("does not report the end of a freeze that another window met, until the status changes", () => {
    const refused = task("frozen", { freeze: { id: "refused", word: "X" }, apiStatus: "RUNS" });
    const told = decide(refused, "frozen", undefined, { at: 0, by: "another window" });
    assert.equal(told.notice?.condition, "frozen");
    const runs = task("incremental", { apiStatus: "RUNS" });
    const later = { at: 60_000, by: "me" };
    assert.deepEqual(decide(runs, undefined, told.record, later), { record: told.record });
    const moved = task("incremental", { apiStatus: "RUNS_ON" });
    assert.equal(decide(moved, undefined, told.record, later).notice?.level, "recovered");
  });

  it("forgets conditions that ended long ago", () => {
    const over: AlertRecord = { ...record, phase: "resolved" };
    assert.deepEqual(
      [
        // A window may still judge by what it asked for before the end.
        isExpired(over, over.at + 10 * 60_000),
        isExpired(over, over.at + 11 * 60_000),
        isExpired(over, over.at - 3_600_000),
      ],
      [false, true, true],
    );
    assert.equal(isExpired(record, record.at + 1e9), false);
  });

  const late = (delayMs: number | undefined, record: Condition | undefined, behindForMs: number) =>
    conditionOf(
      task("incremental", { delayMs }),
      record && { condition: record, at: 0, by: "me" },
      () => behindForMs,
      policy,
    );

  it("includes a delay that stays above the threshold, until it is well below it", () => {
    assert.equal(late(1_000, undefined, 60_000), undefined);
    assert.equal(late(1_001, undefined, 59_999), undefined);
    assert.equal(late(1_001, undefined, 60_000), "delayed");
    assert.equal(late(900, "delayed", 0), "delayed");
    assert.equal(late(800, "delayed", 0), undefined);
    assert.equal(late(undefined, "delayed", 0), "delayed", "not known is not over");
    assert.equal(late(undefined, undefined, 60_000), undefined);
    const off = { ...policy, rules: {} };
    assert.equal(
      conditionOf(task("incremental", { delayMs: 9e9 }), undefined, () => 9e9, off),
      undefined,
    );
  });

  it("follows the user's settings", () => {
    const only = { ...policy, statuses: new Set<StatusId>(["frozen"]), rules: {} };
    const conditions = ["incrementalFailed", "frozen", "delayed"] as const;
    assert.deepEqual(
      conditions.map((condition) => [isWanted(condition, only), isWanted(condition, policy)]),
      [
        [false, true],
        [true, true],
        [false, true],
      ],
    );
  });
});
