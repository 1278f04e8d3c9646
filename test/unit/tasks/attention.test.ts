import assert from "node:assert/strict";
import { localizerFor } from "../../../src/l10n/localizer";
import {
  type Attention,
  attentionOf,
  attentionRows,
  attentions,
  attentionText,
  countsText,
  isDelayed,
  merged,
  noThresholds,
  sumOf,
  thresholdsIn,
  urgencyOf,
} from "../../../src/tasks/attention";
import { AttentionIndex } from "../../../src/tasks/attention-index";
import type { Task } from "../../../src/tasks/task";
import { fill } from "../../support/texts";

const english = localizerFor("en", fill);
const now = Date.UTC(2026, 10, 24);
const thresholds = { delayMs: 1_000 };
const task = (facts: Partial<Task>): Task => ({
  ...{ id: "a", name: "a", status: "incremental", apiStatus: "INCRE_TRANSFER_STARTED", detailed: true },
  ...facts,
});
const warning = { id: "1", level: "warning", code: "LW001", message: "Columns differ." } as const;
const ending = { order: { endsAt: now + 3_600_000, renews: false } };

/** A task for each thing that needs a look, by weight; each has those below it, too. */
const tasks: Readonly<Record<Attention, Task>> = {
  failed: task({ status: "incrementalFailed", delayMs: 2_000, warnings: [warning], ...ending }),
  frozen: task({ status: "frozen", delayMs: 2_000, warnings: [warning], ...ending }),
  recovering: task({ status: "rectification", delayMs: 2_000, warnings: [warning], ...ending }),
  delayed: task({ delayMs: 1_001, warnings: [warning], ...ending }),
  warned: task({ delayMs: 1_000, warnings: [warning], ...ending }),
  ahead: task({ warnings: [{ ...warning, level: "failure" }], ...ending }),
};

describe("the reason why a task needs attention", () => {
  for (const [id, of] of Object.entries(tasks)) {
    it(`is the weightiest: ${id}`, () => assert.equal(attentionOf(of, thresholds, now), id));
  }

  it("is nothing where all is well", () => {
    assert.equal(attentionOf(task({}), thresholds, now), undefined);
    assert.equal(attentionOf(task({ warnings: [] }), thresholds, now), undefined);
  });

  it("is a delay only beyond the user's threshold, while changes are replicated", () => {
    assert.equal(isDelayed(task({ delayMs: 1_001 }), thresholds), true);
    assert.equal(isDelayed(task({ delayMs: 1_000 }), thresholds), false);
    assert.equal(isDelayed(task({}), thresholds), false);
    assert.equal(isDelayed(task({ delayMs: 5_000 }), noThresholds), false);
    assert.equal(isDelayed(task({ status: "paused", delayMs: 5_000 }), thresholds), false);
  });

  it("is ordered by its weight, failures by their statuses, and what needs none last", () => {
    const others = [task({ status: "startFailed" }), task({}), task({ status: "completed" })];
    const all = [...Object.values(tasks), ...others];
    const sorted = [...all]
      .reverse()
      .sort((a, b) => urgencyOf(a, thresholds, now) - urgencyOf(b, thresholds, now));
    assert.deepEqual(
      sorted.map((one) => attentionOf(one, thresholds, now) ?? one.status),
      ["failed", "failed", "frozen", "recovering", "delayed", "warned", "ahead", "incremental", "completed"],
    );
    assert.deepEqual([sorted[0]?.status, sorted[1]?.status], ["incrementalFailed", "startFailed"]);
  });

  it("has an icon of its own and a level", () => {
    assert.deepEqual(
      attentions.map((id) => [id, attentionRows[id].icon, attentionRows[id].level]),
      [
        ["failed", "error", "error"],
        ["frozen", "lock", "error"],
        ["recovering", "tools", "warning"],
        ["delayed", "watch", "warning"],
        ["warned", "warning", "warning"],
        ["ahead", "calendar", "warning"],
      ],
    );
  });
});

describe("the tasks that need attention", () => {
  const counted = (...of: Task[]) => {
    const own = of.map((one, index) => ({ ...one, id: String(index) }));
    return new AttentionIndex(own, thresholds, () => false, now).counts;
  };
  const all = counted(...Object.values(tasks), task({}));

  it("are counted by what for, in words", () => {
    const counts = "1 failed, 1 frozen, 1 in fault rectification, 1 behind, 1 with warnings, 1 ending soon";
    assert.equal(countsText(all, english), counts);
    assert.equal(attentionText(all, english), `Synchronization tasks: ${counts}`);
    assert.equal(sumOf(all), 6);
  });

  it("are none where all is well, which a sentence says", () => {
    const none = counted(task({}));
    assert.equal(countsText(none, english), "");
    assert.equal(countsText(new Map(), english), "");
    assert.equal(attentionText(none, english), "No synchronization task needs attention");
    assert.equal(sumOf(none), 0);
  });

  it("of several connections are one list", () => {
    const both = merged([all, counted(tasks.failed), new Map()]);
    assert.equal(countsText(both, english).split(",")[0], "2 failed");
    assert.equal(sumOf(both), 7);
  });
});

describe("the threshold of delays", () => {
  it("is the setting where that is a number above 0, and otherwise there is none", () => {
    const read = (value: unknown) =>
      thresholdsIn({ get: (key) => (key === "alerts.delayThreshold" ? value : 7) }).delayMs;
    assert.equal(read(300_000), 300_000);
    for (const value of [0, -1, "300000", undefined, null]) {
      assert.equal(read(value), undefined, String(value));
    }
  });
});
