import assert from "node:assert/strict";
import { localizerFor } from "../../../src/l10n/localizer";
import type { Task } from "../../../src/tasks/task";
import { missingAtEnd, type Unapplied } from "../../../src/tasks/unapplied";
import { fill } from "../../support/texts";

type Ended = Pick<Task, "name" | "status" | "percent" | "delayMs"> & { readonly unapplied?: Unapplied };

describe("the changes that a task lacks when it is ended", () => {
  const english = localizerFor("en", fill);
  const missing = (...tasks: Omit<Ended, "name">[]) =>
    missingAtEnd(
      tasks.map((task, n) => ({ name: `task-${n}`, ...task })),
      english,
    );

  it("is the rest of a copy, whether it runs, is paused or has failed", () => {
    for (const status of ["full", "fullFailed", "paused"] as const) {
      assert.match(
        missing({ status, percent: 41.6 }) ?? "",
        /is at 41\.6%: rows that have not been copied/,
        status,
      );
    }
  });

  it("is what the target is behind", () => {
    assert.match(
      missing({ status: "incremental", percent: 100, delayMs: 65_000 }) ?? "",
      /is 1 min 5 sec behind/,
    );
    assert.match(missing({ status: "incremental", delayMs: 3 }) ?? "", /is < 1 s behind/);
    assert.equal(missing({ status: "incremental", delayMs: 0 }), undefined);
    assert.equal(missing({ status: "incremental" }), undefined);
  });

  it("is every change since a task stopped", () => {
    for (const status of ["paused", "incrementalFailed", "rectificationFailed", "frozen"] as const) {
      assert.match(missing({ status, percent: 100 }) ?? "", /changes at the source since it stopped/, status);
    }
  });

  it("is what the service knows exactly, where it does", () => {
    const paused = (tables: readonly string[], logBytes: number) =>
      missing({ status: "paused", percent: 100, unapplied: { tables, logBytes } });
    assert.equal(paused([], 0), undefined);
    assert.match(
      paused([], 5_452_595) ?? "",
      /^At least 5\.2 MB of the source's log.* has not been applied at the target/,
    );
    assert.match(
      paused(["a.b", "a.c"], 1) ?? "",
      /not copied completely, .* target: a\.b, a\.c\. At least 1 B of/,
    );
    const many = Array.from({ length: 7 }, (_, n) => `s.t${n}`);
    assert.match(paused(many, 0) ?? "", /s\.t4, … \(\+2\)\.$/);
  });

  it("is nothing of a task that never ran, or has ended", () => {
    for (const status of [
      "configuration",
      "pendingStart",
      "createFailed",
      "completed",
      "stoppingFailed",
    ] as const) {
      assert.equal(missing({ status }), undefined, status);
    }
  });

  it("is said of each of several tasks, and only of those that it is known of", () => {
    const lines = missing(
      { status: "incremental", delayMs: 2_000 },
      { status: "incremental", delayMs: 0 },
      ...Array.from({ length: 6 }, () => ({ status: "paused", percent: 100 }) as const),
    )?.split("\n");
    assert.equal(lines?.length, 6);
    assert.match(lines[0] ?? "", /^task-0: The target is 2 sec behind/);
    assert.match(lines[1] ?? "", /^task-2: The task is not running/);
    assert.equal(lines[5], "… (+2)");
  });
});
