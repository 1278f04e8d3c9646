import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import {
  beginComparison,
  type ComparisonType,
  followComparison,
} from "../../../../src/tasks/use-cases/compare-ends";
import { Control } from "../../../../src/tasks/use-cases/control";
import { ManualClock } from "../../../support/clock";

const { signal } = new AbortController();
const task = "24834eb6-be30-464e-a299-f7aa730jb101";

/** A session whose service answers each call of v5 with the next of these. */
function session(...answers: readonly object[]) {
  const sent: [name: string, input: unknown][] = [];
  const left = [...answers];
  const client: TablesCaller = {
    call: () => Promise.reject(new Error("v3 compares nothing")),
    callIn: (_, name, input) => {
      sent.push([name, input]);
      return Promise.resolve(left.length > 1 ? left.shift() : left[0]) as never;
    },
  };
  return { sent, session: { client, control: new Control(), store: undefined as never } };
}
const listed = (...comparisons: object[]) => ({
  job: { compare_result: { data_compare_task_list: comparisons } },
});
const detail = (query: object) => [
  "showJobDetail",
  { job_id: task, type: "compare", offset: 0, limit: 1000, ...query },
];

describe("a comparison of both ends", () => {
  it("is begun once, by rows or contents, and known by the id that the service gives", async () => {
    for (const type of ["lines", "contents", "object"] as const) {
      const { session: open, sent } = session({ query_id: "q1" });
      assert.equal(await beginComparison(open, task, type, signal), "q1");
      const job = { action_name: "create_compare", action_params: { compare_task_param: { type } } };
      assert.deepEqual(sent, [["executeAction", { job_id: task, job }]]);
    }
    assert.equal(
      await beginComparison(session({ query_id: null }).session, task, "lines", signal),
      undefined,
    );
  });

  /** Follows with a clock that moves by itself. */
  const followed = async (
    open: ReturnType<typeof session>["session"],
    begun: boolean,
    limitMs = 60_000,
    type?: ComparisonType,
  ) => {
    const clock = new ManualClock();
    let over = false;
    const state = followComparison(open, task, { id: "c1", begun, type }, { signal, limitMs, clock }).finally(
      () => {
        over = true;
      },
    );
    const pauses: number[] = [];
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.next !== undefined) {
        pauses.push(clock.tick());
      }
    }
    return { ...(await state), pauses };
  };

  const rows = (from: number, count: number) => ({
    line_compare_detail_infos: Array.from({ length: count }, (_, n) => ({
      source_table_name: `t${from + n}`,
    })),
  });
  const databases = (...names: string[]) => ({
    compare_result: {
      line_compare_overview_infos: names.map((name) => ({
        source_db_name: name,
        target_db_name: `${name}2`,
      })),
    },
  });

  it("is waited for until it is neither running nor waiting, then read with the tables of each database", async () => {
    const { session: open, sent } = session(
      listed({ id: "c0", status: "SUCCESSFUL" }, { id: "c1", status: "WAITING_FOR_RUNNING", type: "lines" }),
      listed({ id: "c1", status: "RUNNING", type: "lines" }),
      listed({ id: "c1", status: "FULL_DOING", type: "lines" }),
      listed({ id: "c1", status: "SUCCESSFUL", type: "lines" }),
      { job: databases("a", "b") },
      { job: { compare_result: rows(0, 1000), total_count: 1001 } },
      { job: { compare_result: rows(1000, 1), total_count: 1001 } },
      { job: { compare_result: rows(0, 1) } },
    );
    const { comparison, results, pauses } = await followed(open, true);
    assert.equal(comparison?.status, "SUCCESSFUL");
    assert.deepEqual(results, { tables: [rows(0, 1000), rows(1000, 1), rows(0, 1)], whole: true, kinds: [] });
    assert.deepEqual(pauses, [300, 450, 675]);
    const list = detail({ query_type: "list" });
    const lines = { compare_type: "line_compare", compare_task_id: "c1" };
    const of = (name: string, offset = 0) =>
      detail({ ...lines, query_type: "detail", source_db_name: name, target_db_name: `${name}2`, offset });
    assert.deepEqual(sent, [
      ...[list, list, list, list, detail({ ...lines, query_type: "overview" })],
      ...[of("a"), of("a", 1000), of("b")],
    ]);
  });

  it("is not whole where the service counts more than it lists, or where there are too many tables", async () => {
    const end = listed({ id: "c1", status: "SUCCESSFUL", type: "lines" });
    const less = session(
      end,
      { job: databases("a") },
      { job: { compare_result: rows(0, 3), total_count: 9 } },
      { job: { total_count: 9 } },
    );
    assert.equal((await followed(less.session, true)).results?.whole, false);
    const hidden = session(
      end,
      { job: { ...databases("a"), total_count: 2 } },
      { job: { compare_result: rows(0, 1) } },
    );
    assert.equal((await followed(hidden.session, true)).results?.whole, false);
    const endless = session(
      end,
      { job: databases("a") },
      { job: { compare_result: rows(0, 1), total_count: 1e9 } },
    );
    const { results } = await followed(endless.session, true);
    assert.deepEqual([results?.whole, results?.tables.length], [false, 30]);
  });

  it("of contents also has the tables that cannot be compared", async () => {
    const { session: open, sent } = session(
      listed({ id: "c1", status: "FAILED", type: "contents" }),
      { job: {} },
      { job: {} },
      { job: { compare_result: { target_select: "x" } } },
    );
    const { results } = await followed(open, true);
    assert.deepEqual(results, { tables: [{}, { target_select: "x" }], whole: true, kinds: [] });
    const contents = { compare_type: "content_compare", compare_task_id: "c1", query_type: "detail" };
    assert.deepEqual(sent.slice(2), [
      detail(contents),
      detail({ ...contents, compare_detail_type: "uncompare" }),
    ]);
  });

  it("of objects is known by its overview where the service does not list it", async () => {
    const kinds = [{ type: "TABLE", status: "INCONSISTENT", source_count: 2, target_count: 1 }];
    const overview = (status: string, compare_job_id = "c1") => ({
      job: {
        compare_result: { objects_compare_overview_info: { compare_job_id, status, compare_results: kinds } },
      },
    });
    const differing = [{ source_db_value: "t1", target_db_value: null, error_message: "left out" }];
    const { session: open } = session(
      ...[listed(), overview("RUNNING"), listed(), overview("SUCCESSFUL"), overview("SUCCESSFUL")],
      { job: { compare_result: { objects_compare_detail_infos: differing } } },
    );
    const { comparison, results, pauses } = await followed(open, true, 60_000, "object");
    assert.deepEqual([comparison?.type, comparison?.status, pauses], ["object", "SUCCESSFUL", [300]]);
    assert.deepEqual(results?.kinds, [{ ...kinds[0], different: ["t1"], reasons: ["left out"] }]);
    const other = session(listed(), overview("SUCCESSFUL", "c2"));
    assert.equal((await followed(other.session, false)).comparison, undefined);
  });

  it("that the service does not list is over, unless it was begun just now", async () => {
    const gone = session(listed());
    assert.deepEqual(await followed(gone.session, false), {
      ...{ comparison: undefined, results: undefined, pauses: [] },
    });
    const begun = session(listed(), listed({ id: "c1", status: "SUCCESSFUL", type: "lines" }), { job: {} });
    const { comparison, pauses } = await followed(begun.session, true);
    assert.equal(comparison?.id, "c1");
    assert.deepEqual(pauses, [300]);
  });

  it("that does not end within the limit is shown as it stands, without results", async () => {
    const { session: open } = session(listed({ id: "c1", status: "RUNNING", type: "lines" }));
    const { comparison, results, pauses } = await followed(open, true, 12_000);
    assert.equal(comparison?.status, "RUNNING");
    assert.equal(results, undefined);
    assert.equal(Math.max(...pauses), 3_000);
  });
});
