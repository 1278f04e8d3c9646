import assert from "node:assert/strict";
import { attentionOf } from "../../../src/tasks/attention";
import {
  alertingForecasts,
  dueForecasts,
  forecastMark,
  forecastsOf,
  forecastText,
  hasDueForecast,
  isDue,
  nextDue,
  nextTurn,
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
        assert.deepEqual(
          [hasDueForecast(shown, at - lead - 1), hasDueForecast(shown, at - lead)],
          [false, true],
        );
        assert.deepEqual([nextTurn(shown, now), nextTurn(shown, at - lead)], [at - lead, at]);
      } else {
        assert.deepEqual([nextDue(shown, now), nextTurn(shown, now)], [undefined, at]);
      }
      assert.deepEqual([hasDueForecast(shown, at - 1), hasDueForecast(shown, at)], [true, false]);
      assert.equal(nextTurn(shown, at), Number.POSITIVE_INFINITY);
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

  it("knows each warning of the backend about the log", () => {
    const retainedLog = { bytes: 1, lostAt: now + day };
    const warned = ["LW014", "LW015", "LW016", "LW017"].filter(
      (code) =>
        forecastsOf(task({ ...paused, warnings: [{ ...warning, code }], retainedLog }), now).length > 0,
    );
    assert.deepEqual(warned, ["LW015", "LW016", "LW017"]);
  });

  it("comes with the first of several, whichever it is", () => {
    const order = { endsAt: now + 30 * day, renews: false };
    const shown = task({ status: "fullFailed", cloud: true, updatedAt: now, order });
    const [end, release] = [now + 30 * day, now + 14 * day];
    assert.deepEqual(forecastsOf(shown, now), [
      { id: "orderEnds", at: end },
      { id: "endsItself", at: release },
    ]);
    assert.deepEqual([nextDue(shown, now), nextTurn(shown, now)], [release - 7 * day, release - 7 * day]);
    assert.deepEqual(
      forecastsOf(shown, now).map((forecast) => isDue(forecast, release - 7 * day)),
      [false, true],
    );
    const sooner = task({ ...shown, order: { ...order, endsAt: now + 8 * day } });
    assert.deepEqual([nextDue(sooner, now), nextTurn(sooner, now)], [now + day, now + day]);
  });

  it("is shown by the minute in the last two hours", () => {
    const at = now + 2 * hour;
    const order = { id: "orderEnds", at } as const;
    assert.deepEqual(
      [now - 1, now, at - 90_001].map((time) => forecastMark(order, time, english)),
      ["order ends in 3 hr", "order ends in 2 hr", "order ends in 2 min"],
    );
  });

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
