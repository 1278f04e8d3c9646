import assert from "node:assert/strict";
import type { Readings } from "../../../src/details/part-reader";
import { timeline as timelinePart } from "../../../src/details/parts/timeline";
import { problemOf } from "../../../src/details/problem";
import { unreadyIn } from "../../../src/details/unready";
import { v5Of } from "../../../src/drs/v5";
import { english, factsOf, task } from "./facts";

describe("why a configured task cannot be started", () => {
  const row = (name: string, status = "success") => ({
    ...{ name, status, user_name: "local", operation_time: "2026-11-24T03:00:00Z" },
  });
  const timeline = (
    ...names: readonly (readonly [string, string?])[]
  ): NonNullable<Readings["timeline"]> => ({
    value: { count: names.length, rows: names.map(([name, status]) => row(name, status)), reasons: ["why"] },
  });
  const precheck = (...failed: readonly string[]): NonNullable<Readings["precheck"]> => ({
    value: {
      passed: failed.length === 0,
      rows: [
        { item: "encodings", result: "PASSED" },
        ...failed.map((item) => ({
          ...{ item, result: "FAILED", failed_reason: `${item} is wrong.`, remedy_sql: "GRANT" },
        })),
      ],
    },
  });
  const configured = task({
    status: "configuration",
    availableActions: ["START", "PRE_CHECK", "RESET_DB_PWD"],
  });
  const boxOf = (readings: Readings, place: "local" | "cloud" = "local", subject = configured) =>
    problemOf(subject, factsOf(subject, { place, unready: unreadyIn(subject, readings) }));

  it("is nothing where the pre-check passed, was not read, or the task has been started", () => {
    const done = timeline(["PRE_CHECK"], ["MODIFY_DB_CONFIG", "failed"]);
    assert.equal(boxOf({ precheck: precheck(), timeline: done }), undefined);
    assert.equal(boxOf({}), undefined);
    const failed = { precheck: precheck("source_objects") };
    assert.equal(boxOf(failed, "local", task({ status: "incremental" })), undefined);
  });

  it("is what the last pre-check found, with the steps that help and the start after them", () => {
    const box = boxOf({
      precheck: precheck("target_connection", "a", "b", "c"),
      timeline: timeline(["PRE_CHECK"]),
    });
    assert.equal(box?.level, "error");
    assert.equal(box?.heading, "The last pre-check did not pass");
    assert.deepEqual(
      box?.explanation?.facts.map(({ text }) => text),
      ["target_connection is wrong.", "a is wrong.", "b is wrong.", "… and 1 more below"],
    );
    assert.deepEqual(
      box?.steps.map(({ step }) => step),
      ["runSql", "changePassword", "precheck"],
    );
    assert.equal(box?.resume?.action, "start");
    const cloud = boxOf({ precheck: precheck("dstDbDiskSize") }, "cloud");
    assert.deepEqual(cloud?.explanation?.facts, [
      { label: "Free disk space of the target", text: "dstDbDiskSize is wrong." },
    ]);
    assert.deepEqual(
      cloud?.steps.map(({ step }) => step),
      ["precheck"],
    );
  });

  it("is a test of a connection that failed after the pre-check, with the service's reason", () => {
    const box = boxOf({
      precheck: precheck("a"),
      timeline: timeline(["MODIFY_DB_CONFIG", "failed"], ["PRE_CHECK"]),
    });
    assert.equal(box?.heading, "The last test of a database connection failed");
    assert.equal(box?.message, "why");
    assert.deepEqual(
      box?.steps.map(({ step }) => step),
      ["openFile", "precheck"],
    );
  });

  it("is said in the timeline: why what was asked for failed, by the log's entry of the same time", async () => {
    const at = (seconds: number) => `2026-11-24T03:00:0${seconds}Z`;
    const answers: Readonly<Record<string, unknown>> = {
      showTimeline: {
        count: 2,
        timelines: [
          { ...row("MODIFY_DB_CONFIG", "failed"), operation_time: at(9) },
          { ...row("PRE_CHECK"), operation_time: at(1) },
        ],
      },
      showJobDetail: {
        job: {
          logs: [
            { level: "Info", message: "asked", create_time: at(9) },
            { level: "Warn", message: "wrong password", create_time: at(9) },
            { level: "Warn", message: "something else", create_time: at(1) },
          ],
        },
      },
    };
    const client = {
      call: () => Promise.reject(new Error("v3 is not asked")),
      callIn: async (_: unknown, name: string) => answers[name] as never,
    };
    const { signal } = new AbortController();
    const query = { offset: 0, filter: "" };
    const asked = { client, session: { client }, past: () => [], v5: v5Of(client), id: "1", query, signal };
    const value = await timelinePart.read(asked);
    assert.ok(value);
    const details = timelinePart.table(value, english, query).rows.map((cells) => cells[1]?.detail);
    assert.deepEqual(details, ["wrong password", undefined]);
  });
});
