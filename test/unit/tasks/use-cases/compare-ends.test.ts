import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { beginComparison, followComparison } from "../../../../src/tasks/use-cases/compare-ends";
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
    for (const type of ["lines", "contents"] as const) {
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
  const followed = async (open: ReturnType<typeof session>["session"], begun: boolean, limitMs = 60_000) => {
    const clock = new ManualClock();
    let over = false;
    const state = followComparison(open, task, { id: "c1", begun }, { signal, limitMs, clock }).finally(
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

  it("is waited for until it is neither running nor waiting, then read with its results", async () => {
    const table = { compare_result: { line_compare_overview: [] } };
    const { session: open, sent } = session(
      listed({ id: "c0", status: "SUCCESSFUL" }, { id: "c1", status: "WAITING_FOR_RUNNING", type: "lines" }),
      listed({ id: "c1", status: "RUNNING", type: "lines" }),
      listed({ id: "c1", status: "SUCCESSFUL", type: "lines" }),
      { job: table },
    );
    const { comparison, results, pauses } = await followed(open, false);
    assert.equal(comparison?.status, "SUCCESSFUL");
    assert.deepEqual(results, [table.compare_result]);
    assert.deepEqual(pauses, [300, 450]);
    const list = detail({ query_type: "list" });
    const lines = { compare_type: "line_compare", compare_task_id: "c1", query_type: "detail" };
    assert.deepEqual(sent, [list, list, list, detail(lines)]);
  });

  it("of contents also has the tables that cannot be compared", async () => {
    const { session: open, sent } = session(
      listed({ id: "c1", status: "FAILED", type: "contents" }),
      { job: {} },
      { job: { compare_result: { target_select: "x" } } },
    );
    const { results } = await followed(open, false);
    assert.deepEqual(results, [{}, { target_select: "x" }]);
    const contents = { compare_type: "content_compare", compare_task_id: "c1", query_type: "detail" };
    assert.deepEqual(sent.slice(1), [
      detail(contents),
      detail({ ...contents, compare_detail_type: "uncompare" }),
    ]);
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
