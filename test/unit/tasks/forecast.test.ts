import assert from "node:assert/strict";
import { attentionOf } from "../../../src/tasks/attention";
import {
  alertingForecasts,
  dueForecasts,
  forecastMark,
  forecastsOf,
  forecastText,
  nextDue,
} from "../../../src/tasks/forecast";
import type { Task } from "../../../src/tasks/task";
import { english, task } from "../details/facts";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 24, 3);

const warning = { id: "1", level: "warning", code: "LW015", message: "The log is near its limit." } as const;
const paused: Partial<Task> = { status: "paused", warnings: [warning] };

describe("the forecast of what the service does by itself", () => {
  const cases: readonly [string, Partial<Task>, at: number, leadMs: number][] = [
    ["orderEnds", { order: { endsAt: now + 30 * day, renews: false } }, now + 30 * day, 7 * day],
    ["endsItself", { status: "fullFailed", cloud: true, updatedAt: now }, now + 14 * day, 7 * day],
    [
      "endsItself",
      { status: "incrementalFailed", cloud: true, updatedAt: now, expiredDays: 60 },
      now + 60 * day,
      7 * day,
    ],
    ["resourcesGo", { status: "configuration", cloud: true, createdAt: now }, now + 3 * day, day],
    ["leavesList", { status: "createFailed", createdAt: now }, now + 3 * day, day],
    ["logLost", { ...paused, retainedLog: { bytes: 1, lostAt: now + day } }, now + day, Infinity],
    ["diskFull", { ...paused, retainedLog: { bytes: 1, diskFullAt: now + day } }, now + day, Infinity],
  ];
  for (const [id, facts, at, lead] of cases) {
    it(`is known with its time, and due so long before that: ${id} ${JSON.stringify(facts)}`, () => {
      const shown = task(facts);
      assert.deepEqual(forecastsOf(shown, now), [{ id, at }]);
      if (Number.isFinite(lead)) {
        assert.deepEqual(dueForecasts(shown, at - lead - 1), []);
        assert.equal(nextDue(shown, now), at - lead);
        assert.equal(nextDue(shown, at - lead), undefined);
      }
      assert.deepEqual(dueForecasts(shown, Math.max(at - lead, now)), [{ id, at }]);
      assert.deepEqual(forecastsOf(shown, at), [], "it has happened");
    });
  }

  const never: readonly [string, Partial<Task>][] = [
    ["an order that renews", { order: { endsAt: now + day, renews: true } }],
    ["an order of which that is not known", { order: { endsAt: now + day } }],
    [
      "an order of a task that has ended",
      { status: "completed", order: { endsAt: now + day, renews: false } },
    ],
    [
      "an order that has frozen the task already",
      { status: "frozen", order: { endsAt: now + day, renews: false } },
    ],
    ["a failed task of the local backend", { status: "fullFailed", updatedAt: now }],
    ["a failure without a time", { status: "fullFailed", cloud: true }],
    [
      "a log of which the backend does not warn",
      { status: "paused", retainedLog: { bytes: 1, lostAt: now + hour } },
    ],
    ["a task that runs", { cloud: true, createdAt: now, updatedAt: now }],
    ["a configuration of the local backend", { status: "configuration", createdAt: now }],
  ];
  for (const [what, facts] of never) {
    it(`is nothing for ${what}`, () => assert.deepEqual(forecastsOf(task(facts), now), []));
  }

  it("is shown in words, with what to do before that", () => {
    const texts = cases.map(([id, facts, at]) => {
      const [forecast] = forecastsOf(task(facts), now);
      assert.ok(forecast !== undefined);
      assert.match(forecastText(forecast, english), /before that/, id);
      return forecastMark(forecast, at - 25 * hour - 1, english);
    });
    assert.deepEqual(texts, [
      "order ends in 1 day 2 hr",
      "ends by itself in 1 day 2 hr",
      "ends by itself in 1 day 2 hr",
      "resources released in 1 day 2 hr",
      "deleted in 1 day 2 hr",
      "log lost in 1 day 2 hr",
      "source disk full in 1 day 2 hr",
    ]);
  });

  it("alerts by itself unless a warning of the backend does", () => {
    const alerting = cases.filter(([, facts, at]) => alertingForecasts(task(facts), at - 1).length > 0);
    assert.deepEqual(
      [...new Set(alerting.map(([id]) => id))],
      ["orderEnds", "endsItself", "resourcesGo", "leavesList"],
    );
  });

  it("is counted once it is due, unless the task counts for something worse", () => {
    const order = { endsAt: now + 8 * day, renews: false };
    const counts = (facts: Partial<Task>, at: number) =>
      attentionOf(task({ order, ...facts }), { delayMs: 1_000 }, at);
    assert.deepEqual(
      [counts({}, now), counts({}, now + day), counts({ delayMs: 2_000 }, now + day)],
      [undefined, "ahead", "delayed"],
    );
    assert.equal(counts({ status: "startFailed" }, now + day), "failed");
  });
});
