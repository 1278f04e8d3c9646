import assert from "node:assert/strict";
import { healthsOf } from "../../../src/backend-client/warnings";
import { localizerFor } from "../../../src/l10n/localizer";
import { mayCopyAgain } from "../../../src/tasks/allowed-actions";
import { bytesText, retainedLogText } from "../../../src/tasks/retained-log";
import {
  HealthJoin,
  lostTables,
  noHealths,
  troubledTables,
  warningsOf,
} from "../../../src/tasks/stream-health";
import type { Task } from "../../../src/tasks/task";
import { fill } from "../../support/texts";

const task = (id: string): Task => ({
  ...{ id, name: id, status: "incremental", apiStatus: "INCRE_TRANSFER_STARTED", detailed: true },
});
const warning = {
  ...{ id: "LW001 stock", level: "warning", side: "source", table: "public.stock", code: "LW001" },
  ...{ message: "It will break.", since: "2026-11-26T12:00:00.000Z" },
};
const log = { bytes: 1024, limit: null, bytes_per_second: null, lost_at: null, disk_full_at: null };
const answer = (tasks: Record<string, unknown>) => JSON.stringify({ tasks });

describe("the local backend's stream health", () => {
  it("is read by task, with times as numbers", () => {
    const healths = healthsOf(answer({ a: { warnings: [warning], log } }), noHealths);
    const { since, table, code } = healths.get("a")?.warnings[0] ?? {};
    assert.deepEqual([since, table, code], [Date.UTC(2026, 10, 26, 12), "public.stock", "LW001"]);
    assert.equal(healths.get("a")?.retainedLog?.bytes, 1024);
    assert.equal(healths.get("a")?.retainedLog?.limit, undefined);
  });

  it("leaves out what cannot be read, and keeps the last answer where nothing can", () => {
    const odd = { warnings: [{ ...warning, level: 3 }, warning], log: { bytes: "many" } };
    const healths = healthsOf(answer({ a: odd }), noHealths);
    assert.deepEqual([healths.get("a")?.warnings.length, healths.get("a")?.retainedLog], [1, undefined]);
    for (const text of ["", "<html>", "{}", '{"tasks": 3}']) {
      assert.equal(healthsOf(text, healths), healths);
    }
  });

  it("stays the same object for a task whose facts did not change", () => {
    const before = healthsOf(
      answer({ a: { warnings: [warning], log }, b: { warnings: [], log } }),
      noHealths,
    );
    const grown = { ...log, bytes: 2048 };
    const after = healthsOf(
      answer({ a: { warnings: [warning], log }, b: { warnings: [], log: grown } }),
      before,
    );
    assert.equal(after.get("a"), before.get("a"));
    assert.notEqual(after.get("b"), before.get("b"));
  });
});

describe("tasks joined with their stream health", () => {
  const healths = healthsOf(
    answer({ a: { warnings: [warning], log }, gone: { warnings: [], log } }),
    noHealths,
  );

  it("are joined, and stay the same objects while neither changes", () => {
    const join = new HealthJoin();
    const tasks = new Map([
      ["a", task("a")],
      ["b", task("b")],
    ]);
    const first = join.join(tasks, healths);
    assert.deepEqual([...first.keys()], ["a", "b"]);
    assert.equal(first.get("b"), tasks.get("b"));
    assert.deepEqual(first.get("a")?.warnings?.length, 1);
    assert.equal(join.join(new Map(tasks), healths).get("a"), first.get("a"));
    assert.equal(join.join(tasks, noHealths), tasks);
    assert.notEqual(join.join(new Map([["a", task("a")]]), healths).get("a"), first.get("a"));
  });

  it("distinguish warnings from failures, and name each table in trouble once", () => {
    const [one] = healths.get("a")?.warnings ?? [];
    assert.ok(one !== undefined);
    const warnings = [
      one,
      { ...one, id: "2", level: "failure" as const },
      { ...one, id: "3", table: undefined },
    ];
    assert.equal(warningsOf({ warnings }).length, 2);
    assert.deepEqual(troubledTables({ warnings }), ["public.stock"]);
    assert.deepEqual(warningsOf({}), []);
  });
});

describe("the tables that have lost rows", () => {
  const objects = [
    { type: "schema", name: "public" },
    { type: "table", name: "public.stock" },
    { type: "table", name: "public.orders" },
  ];
  const lost = { id: "1", level: "failure", code: "LS006", message: "It was dropped." } as const;

  it("are those that are named, and all of them where the whole stream has lost changes", () => {
    const named = { ...lost, table: "public.stock" };
    const warning = { ...lost, id: "2", level: "warning", table: "public.orders" } as const;
    assert.deepEqual(lostTables({ warnings: [named, warning], objects }), ["public.stock"]);
    const whole = { ...lost, code: "LS001" };
    assert.deepEqual(lostTables({ warnings: [whole], objects }), ["public.stock", "public.orders"]);
  });

  it("are none where resuming the task copies them by itself", () => {
    assert.deepEqual(lostTables({ warnings: [{ ...lost, code: "LS008" }], objects }), []);
    assert.deepEqual(lostTables({ objects }), []);
  });
});

describe("tables of a task", () => {
  it("can be copied again by the local backend alone, and not while the task starts, copies or ends", () => {
    const can = (status: Task["status"], place: "local" | "cloud", parentId?: string) =>
      mayCopyAgain({ status, parentId }, place);
    for (const status of ["incremental", "incrementalFailed", "fullFailed", "paused"] as const) {
      assert.deepEqual(
        [can(status, "local"), can(status, "cloud"), can(status, "local", "p")],
        [true, false, false],
      );
    }
    for (const status of ["starting", "full", "frozen", "rectificationFailed", "completed"] as const) {
      assert.equal(can(status, "local"), false);
    }
  });
});

describe("the log that a source keeps", () => {
  const english = localizerFor("en", fill);

  it("is shown in units of two digits", () => {
    const texts = [0, 1023, 1024, 5.25 * 1024 ** 2, 64 * 1024 ** 2, 3 * 1024 ** 5].map((bytes) =>
      bytesText(bytes, english),
    );
    assert.deepEqual(texts, ["0 B", "1,023 B", "1 kB", "5.3 MB", "64 MB", "3,072 TB"]);
  });

  it("is shown with its limit, its growth and its end, as far as they are known", () => {
    assert.equal(retainedLogText({ bytes: 2048 }, english), "2 kB, without a limit");
    const lostAt = Date.UTC(2026, 10, 26, 12);
    const limited = { bytes: 52 * 1024 ** 2, limit: 64 * 1024 ** 2, bytesPerSecond: 1024, lostAt };
    assert.equal(
      retainedLogText(limited, english),
      `52 MB of 64 MB at most · 1 kB per second · kept until around ${english.nearTime(lostAt, Date.now())}, then the task must copy its tables again`,
    );
    const full = retainedLogText({ bytes: 2048, diskFullAt: lostAt }, english);
    assert.match(full, /without a limit · source disk full around /);
  });
});
