import assert from "node:assert/strict";
import { asJson, asMarkdown } from "../../../src/details/copy-all";
import { delayMarks, marksOf } from "../../../src/details/marks";
import { partsOf } from "../../../src/details/part-views";
import { chartsOf, Samples } from "../../../src/details/samples";
import { detailsOf } from "../../../src/details/view";
import { english, factsOf, now, task } from "./facts";

const sample = (at: number, delay: number | null = 5) => ({ at, delay, rows: null, progress: 100 });

describe("the charts of a task", () => {
  it("are bounded, and show a pause in measuring as a gap", () => {
    const samples = new Samples();
    for (let index = 0; index < 1_000; index += 1) {
      samples.add(sample(now + index * 5_000), 5_000);
    }
    assert.equal(samples.all.length, 720);
    const end = now + 999 * 5_000;
    samples.add(sample(end + 60_000), 5_000);
    assert.deepEqual(
      samples.all.slice(-3).map(({ at, delay }) => [at - end, delay]),
      [
        [0, 5],
        [5_000, null],
        [60_000, 5],
      ],
    );
  });

  it("begins with what was measured before, thinned out where that is long ago", () => {
    const samples = new Samples();
    const minutes = Array.from({ length: 24 * 60 }, (_, index) => ({
      ...{ at: now - (24 * 60 - index) * 60_000, delay: index === 7 ? 90_000 : 5, rows: 1, progress: null },
    }));
    samples.begin(minutes, now);
    assert.equal(samples.all.length, (22 * 60) / 5 + 120);
    assert.equal(samples.all[1]?.delay, 90_000);
    samples.add(sample(now + 10 * 60_000), 5_000);
    assert.deepEqual(
      samples.all.slice(-2).map(({ delay }) => delay),
      [null, 5],
    );
    // What is read again replaces what was there, and ends where the page's own values begin.
    samples.begin([...minutes, { ...sample(now + 20 * 60_000), rows: null }], now);
    assert.equal(samples.all.at(-1)?.at, now + 10 * 60_000);
  });

  it("has its values in the order of their times, also when the clock was set back", () => {
    const samples = new Samples();
    const minute = (count: number) => sample(now + count * 60_000);
    const times = () => samples.all.map(({ at }) => (at - now) / 60_000);
    samples.begin([-2, -1].map(minute), now);
    for (const count of [0, 1, 2, 0.5, 1.5]) {
      samples.add(minute(count), 60_000);
    }
    assert.deepEqual(times(), [-2, -1, 0, 0.5, 1.5]);
    samples.begin([-2, -1, 58, -1.5, 0.25].map(minute), now + 90_000);
    assert.deepEqual(times(), [-2, -1.5, -1, 0, 0.5, 1.5]);
  });

  it("has what the page has missed while it was hidden", () => {
    const samples = new Samples();
    const minute = (count: number) => ({ ...sample(now + count * 60_000), delay: 70 });
    samples.add(sample(now), 5_000);
    samples.add(sample(now + 3 * 60_000), 5_000);
    samples.begin([-1, 1, 2, 4].map(minute), now + 3 * 60_000);
    assert.deepEqual(
      samples.all.map(({ at, delay }) => [(at - now) / 60_000, delay]),
      [
        [-1, 70],
        [0, 5],
        [1 / 12, null],
        [1, 70],
        [2, 70],
        [3, 5],
      ],
    );
  });

  it("is marked where the delay went above what the user wants, and where the task had caught up", () => {
    const delays = [299, 301, null, 250, 400, 240, 301].map((seconds, minute) =>
      sample(now + minute * 60_000, seconds === null ? null : seconds * 1_000),
    );
    const marked = (delayMs: number | undefined) =>
      delayMarks(delays, { delayMs }, english).map(({ at, label, tone }) => [
        (at - now) / 60_000,
        label,
        tone,
      ]);
    assert.deepEqual(marked(300_000), [
      [1, "Delay above 5 min", "warning"],
      [5, "Caught up", "plain"],
      [6, "Delay above 5 min", "warning"],
    ]);
    assert.deepEqual(marked(undefined), []);
  });

  it("is marked with what happened: statuses, warnings and actions", () => {
    const row = (name: string, minute: number) => ({
      ...{ name, status: "success", user_name: "me" },
      operation_time: new Date(now + minute * 60_000).toISOString(),
    });
    const rows = [row("INCRE_TRANSFER_FAILED", 3), row("LW0001", 2), row("PAUSE", 1), row("BIND_EIP", 0)];
    const marks = marksOf(rows, [], english);
    assert.deepEqual(
      marks.map(({ label, tone }) => [label, tone]),
      [
        ["Pause", "plain"],
        ["Warning LW0001", "warning"],
        ["Incremental synchronization failed", "error"],
      ],
    );
    const shownFrom = chartsOf([sample(now + 90_000), sample(now + 150_000)], true, english, marks);
    assert.deepEqual(
      shownFrom.marks.map(({ tone }) => tone),
      ["warning", "error"],
    );
    assert.deepEqual(marksOf(undefined, [{ at: now, status: "paused" }], english), [
      { at: now, label: "Paused", tone: "plain" },
    ]);
  });

  it("show what is known: no speed where the service reports none, no progress when all is copied", () => {
    const view = chartsOf([sample(now), sample(now + 5_000)], false, english);
    assert.deepEqual(
      view.charts.map(({ id }) => id),
      ["delay"],
    );
    assert.match(view.notes.join(), /does not report how many rows/);
    // A task that is gone reports nothing any more.
    const before = [now, now + 5_000].map((at) => ({ ...sample(at), rows: 1 }));
    assert.deepEqual(chartsOf(before, false, english).notes, []);
    assert.deepEqual(chartsOf([sample(now)], true, english).charts, []);
  });
});

describe("all of a page as text", () => {
  const name = "a|b [link](command:x) <b>";
  const failed = task({
    name,
    status: "incrementalFailed",
    error: { code: "23505", message: "duplicate\nkey" },
  });

  it("is Markdown that nothing of the service can break", () => {
    const rows = [{ src_db: "shop", src_tb: "a|b", dst_db: "s", dst_tb: "t", progress: 50 }];
    const parts = partsOf({
      l10n: english,
      local: true,
      status: undefined,
      readings: {
        tables: { value: { count: 1, rows }, asOf: now },
        precheck: {
          value: { passed: false, rows: [{ item: "i", remedy_sql: "-- at\nDROP `t`;" }] },
          asOf: now,
        },
      },
      isOpen: (part) => part === "tables" || part === "precheck",
      query: () => ({ offset: 0, filter: "" }),
      seen: [],
      mayPrecheck: false,
      mayCompare: false,
      problem: undefined,
    });
    const more = { charts: chartsOf([], true, english), parts, copyAll: [] };
    const text = asMarkdown({ ...detailsOf(failed, factsOf(failed)), more });
    assert.ok(text.startsWith("# a\\|b \\[link\\](command:x) \\<b\\>\n"), text);
    assert.match(text, /^## What went wrong duplicate key · 23505$/m);
    assert.match(text, /^duplicate key$/m);
    assert.match(text, /^## Progress of the tables$/m);
    assert.match(text, /^\| shop\.a\\\|b \| s\.t \| 50% \|$/m);
    assert.match(text, /^\n {4}-- at\n {4}DROP `t`;\n$/m);
    assert.doesNotMatch(text, /^## Log$/m);
  });

  it("is JSON of what was read", () => {
    const { task: read, log } = JSON.parse(asJson(failed, { log: { count: 0 } }));
    assert.deepEqual(read, failed);
    assert.deepEqual(log, { count: 0 });
  });
});
