import assert from "node:assert/strict";
import type { AlertRecord } from "../../../src/alerts/decision";
import { conditionOf, decide, isExpired, type Policy } from "../../../src/alerts/evaluate";
import { rowOf, type StatusId, statusOrder } from "../../../src/status/statuses";

const policy: Policy = {
  statuses: new Set(statusOrder.filter((status) => rowOf(status).alert !== "none")),
  rules: {},
  signRules: new Set(),
};
const minute = 60_000;

/** What is told of a task, minute by minute; `undefined`: what it was before. */
class Told {
  record: AlertRecord | undefined;
  reviewAt: number | undefined;
  at = 0;

  reads(status: StatusId, minutes = 1): string {
    this.at += minutes * minute;
    const task = { id: "1", name: "orders", status, apiStatus: status, detailed: true };
    const condition = conditionOf(task, this.record, () => 0, policy);
    const { record, notice, reviewAt } = decide(task, condition, this.record, { at: this.at, by: "me" });
    this.record = record;
    this.reviewAt = reviewAt;
    const flaps = notice?.flaps === undefined ? "" : ` ${notice.flaps.count}x`;
    return notice === undefined ? "" : `${notice.level} ${notice.condition}${flaps}`;
  }

  /** So many failures, each with its recovery. */
  flaps(times: number): readonly string[] {
    return Array.from({ length: times }, () => [
      this.reads("incrementalFailed"),
      this.reads("incremental"),
    ]).flat();
  }
}

describe("a task that fails and recovers again and again", () => {
  it("is reported each time at first, then once as such with how often, and no more while it lasts", () => {
    const [fails, recovers] = ["error incrementalFailed", "recovered incrementalFailed"];
    assert.deepEqual(new Told().flaps(7), [
      ...[fails, recovers, fails, recovers, fails, recovers],
      ...[`${fails} 4x`, "", "", "", "", "", "", ""],
    ]);
  });

  it("is reported when it has kept its status for a while, with how often it failed", () => {
    const told = new Told();
    told.flaps(6);
    assert.equal(told.reviewAt, told.at + 15 * minute);
    assert.equal(told.reads("incremental", 14), "");
    assert.equal(told.reads("incremental", 1), "recovered incrementalFailed 6x");
    assert.equal(told.reads("incremental", 1), "");
    assert.equal(told.reads("incrementalFailed", 1), "error incrementalFailed", "it begins from the start");
  });

  it("is reported as failed when it stays so", () => {
    const told = new Told();
    told.flaps(4);
    assert.equal(told.reads("incrementalFailed"), "");
    assert.equal(told.reads("incrementalFailed", 15), "error incrementalFailed");
    assert.equal(told.reads("incrementalFailed", 60), "");
  });

  it("is reported as frozen at once", () => {
    const told = new Told();
    told.flaps(4);
    assert.equal(told.reads("frozen"), "error frozen");
  });

  it("is reported as failed at once when the service recovered it from all that was before", () => {
    for (const faults of [3, 6]) {
      const told = new Told();
      for (let fault = 0; fault < faults; fault++) {
        told.reads("rectification");
        told.reads("incremental");
      }
      assert.equal(told.reads("incrementalFailed"), "error incrementalFailed");
      assert.equal(told.reads("incremental"), "recovered incrementalFailed");
      assert.deepEqual(
        told.flaps(4).filter((text) => text !== ""),
        [
          ...["error incrementalFailed", "recovered incrementalFailed"],
          ...["error incrementalFailed", "recovered incrementalFailed", "error incrementalFailed 4x"],
        ],
        "errors are counted from the first",
      );
    }
  });

  it("is not reported when a user pauses it", () => {
    const told = new Told();
    told.flaps(4);
    told.reads("incrementalFailed");
    assert.equal(told.reads("paused"), "");
    assert.equal(told.reads("paused", 60), "");
    assert.equal(told.reviewAt, undefined);
  });

  it("is not recognized when its failures are far apart", () => {
    const told = new Told();
    const texts = Array.from({ length: 6 }, () => [
      told.reads("incrementalFailed", 11),
      told.reads("incremental"),
    ]).flat();
    assert.ok(
      texts.every((text) => /^(error|recovered) incrementalFailed$/.test(text)),
      texts.join(),
    );
  });

  it("is not taken for flapping for longer when the clock is set back", () => {
    const told = new Told();
    told.flaps(4);
    told.at -= 60 * minute;
    assert.equal(told.reads("incremental"), "recovered incrementalFailed 4x");
    assert.equal(told.reads("incrementalFailed"), "error incrementalFailed");
    assert.ok(told.record !== undefined);
    assert.equal(isExpired({ ...told.record, phase: "resolved" }, told.at - 60 * minute), true);
  });

  it("is remembered although each failure is over, as long as it counts", () => {
    const told = new Told();
    told.flaps(1);
    assert.ok(told.record !== undefined);
    assert.equal(isExpired(told.record, told.at + 28 * minute), false);
    assert.equal(isExpired(told.record, told.at + 31 * minute), true);
  });
});
