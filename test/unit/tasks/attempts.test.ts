import assert from "node:assert/strict";
import { shown } from "../../../src/l10n/shown";
import { attemptText } from "../../../src/tasks/attempt-text";
import { Attempts } from "../../../src/tasks/attempts";
import { english } from "../details/facts";

const task = { connection: "c", id: "a" };
const at = Date.UTC(2026, 10, 24, 18, 9, 40);

describe("attempts", () => {
  it("counts those in a row that end in the same error, until one succeeds or fails otherwise", () => {
    const attempts = new Attempts();
    const counts = (["same", "same", "other", "same", "reached", "same"] as const).map((end) => {
      attempts.begin(task, "resume", at);
      const outcome =
        end === "reached"
          ? ({ kind: end, at } as const)
          : ({ kind: "failed", at, again: end === "same" } as const);
      return attempts.end(task, outcome)?.count;
    });
    assert.deepEqual(counts, [1, 2, 1, 2, 0, 1]);
  });

  it("covers what happens to a task while it is followed, and what it came to for a moment after", () => {
    const attempts = new Attempts();
    assert.equal(attempts.covers(task, "failed", at), false);
    attempts.begin(task, "resume", at);
    assert.equal(attempts.covers(task, "failed", at + 3_600_000), true);
    assert.equal(attempts.covers({ ...task, id: "b" }, "failed", at), false);
    attempts.end(task, { kind: "reached", at });
    assert.equal(attempts.covers(task, "recovered", at + 1_000), true);
    assert.equal(attempts.covers(task, "recovered", at + 60_000), false);
  });

  it("covers a failure that was just shown, and a recovery for 20 seconds only", () => {
    const attempts = new Attempts();
    attempts.begin(task, "resume", at);
    attempts.end(task, { kind: "failed", at });
    assert.deepEqual(
      [
        attempts.covers(task, "failed", at + 19_999),
        attempts.covers(task, "failed", at + 20_000),
        attempts.covers(task, "recovered", at + 1_000),
      ],
      [true, false, false],
    );
    attempts.take(task, { text: shown("done"), at });
    assert.deepEqual(
      [at + 19_999, at + 20_000].map((now) => attempts.covers(task, "recovered", now)),
      [true, false],
    );
  });

  it("are reported when they begin and end, until the listener goes; an end without a beginning is none", () => {
    const attempts = new Attempts();
    let told = 0;
    const stop = attempts.onDidChange(() => told++);
    assert.equal(attempts.end(task, { kind: "reached", at }), undefined);
    assert.deepEqual([attempts.of(task), told], [undefined, 0]);
    attempts.begin(task, "resume", at);
    attempts.end(task, { kind: "reached", at });
    assert.equal(told, 2);
    stop();
    attempts.begin(task, "resume", at);
    assert.equal(told, 2);
  });

  it("know which tasks the user looks at, each in its connection", () => {
    const attempts = new Attempts();
    const tasks = [task, { ...task, id: "b" }, { ...task, connection: "d" }];
    attempts.setSeen(task, true);
    assert.deepEqual(
      tasks.map((one) => attempts.isSeen(one)),
      [true, false, false],
    );
    attempts.setSeen(task, false);
    assert.equal(attempts.isSeen(task), false);
  });

  it("covers nothing that an agent's action leads to, and says whose it is", () => {
    const attempts = new Attempts();
    attempts.begin(task, "resume", at, "agent");
    assert.equal(attempts.covers(task, "failed", at + 1_000), false);
    const ended = attempts.end(task, { kind: "reached", at });
    assert.equal(attempts.covers(task, "recovered", at + 1_000), false);
    assert.match(
      attemptText(ended ?? assert.fail(), english),
      /^By an agent: Resume requested at .*, done at /,
    );
  });

  it("does not cover a failure after the action has succeeded, however soon it comes", () => {
    const attempts = new Attempts();
    attempts.begin(task, "resume", at);
    attempts.end(task, { kind: "reached", at });
    assert.equal(attempts.covers(task, "failed", at + 1_000), false);
  });

  it("keep what a step of the remedy did until the next action, and cover the recovery that follows it", () => {
    const attempts = new Attempts();
    let told = 0;
    attempts.onDidChange(() => told++);
    const step = { text: shown("DELETE at the target: 1 row."), at };
    attempts.take(task, step);
    assert.equal(told, 1);
    assert.equal(attempts.stepOf(task), step);
    assert.equal(attempts.covers(task, "recovered", at + 1_000), true);
    assert.equal(attempts.covers(task, "failed", at + 1_000), false);
    assert.equal(attempts.covers(task, "recovered", at + 60_000), false);
    attempts.begin(task, "resume", at);
    assert.equal(attempts.stepOf(task), undefined);
  });

  it("cover nothing of long ago, also when the clock was set back since", () => {
    const attempts = new Attempts();
    const before = at - 3_600_000;
    attempts.take(task, { text: shown("DELETE at the target: 1 row."), at });
    assert.equal(attempts.covers(task, "recovered", before), false);
    attempts.begin(task, "resume", at);
    attempts.end(task, { kind: "failed", at });
    assert.equal(attempts.covers(task, "failed", before), false);
  });

  it("says when an action was asked for and what became of it", () => {
    const attempts = new Attempts();
    attempts.begin(task, "resume", at);
    const text = () => attemptText(attempts.of(task) ?? assert.fail(), english);
    assert.match(text(), /^Resume requested at .*:09:40.*\. Waiting for the result…$/);
    attempts.end(task, { kind: "failed", at: at + 1_000, again: true });
    assert.match(
      text(),
      /^Resume requested at .*:09:40.*\. The task failed again at .*:09:41.* with the same error \(attempt 1\)\.$/,
    );
  });
});
