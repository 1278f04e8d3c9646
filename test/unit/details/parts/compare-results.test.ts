import assert from "node:assert/strict";
import { resultsOf } from "../../../../src/details/parts/compare-results";
import { V5, type V5Caller } from "../../../../src/drs/v5";
import { comparedKinds } from "../../../../src/tasks/use-cases/compared";

describe("what comparisons have found", () => {
  /** A service that answers these results, with what it was asked. */
  function service(answers: Readonly<Record<string, object>>) {
    const asked: string[] = [];
    const callIn = async (_table: unknown, _name: unknown, input: object) => {
      const { compare_task_id, query_type } = input as { compare_task_id: string; query_type: string };
      asked.push(`${compare_task_id} ${query_type}`);
      return { job: answers[`${compare_task_id} ${query_type}`] ?? {} };
    };
    // One answer stands for those of all operations, of which one is asked.
    const v5 = new V5({ callIn: callIn as V5Caller["callIn"] });
    const query = { id: "t", v5, signal: new AbortController().signal };
    return { asked, query };
  }
  const ended = (id: string, type = "lines", status = "SUCCESSFUL") => ({ id, type, status });
  const overview = (...statuses: string[]) => ({
    compare_result: { line_compare_overview_infos: statuses.map((status) => ({ status })) },
  });

  it("is asked for once of the newest that have ended, and of no others", async () => {
    const { asked, query } = service({
      "a overview": overview("CONSISTENT", "CONSISTENT"),
      "b overview": overview("CONSISTENT", "CAN_NOT_COMPARE"),
      "c overview": overview("COMPARING"),
    });
    const tasks = [ended("running", "lines", "RUNNING"), ...["a", "b", "c", "d"].map((id) => ended(id))];
    const expected = [
      ["a", { verdict: "same" }],
      ["b", { verdict: "impossible" }],
    ];
    assert.deepEqual([...(await resultsOf(query, tasks))], expected);
    assert.deepEqual(asked, ["a overview", "b overview", "c overview"]);
    assert.deepEqual([...(await resultsOf(query, tasks))], expected);
    assert.deepEqual(asked.slice(3), ["c overview"], "what has no result yet is asked for again");
  });

  it("is not known where the service has more databases than it lists at once", async () => {
    const many = { ...overview("CONSISTENT"), total_count: 2 };
    const { query } = service({ "many overview": many });
    assert.deepEqual([...(await resultsOf(query, [ended("many")]))], []);
  });

  it("is of objects whether both ends have the same, and which they have not", async () => {
    const kinds = (...statuses: string[]) => ({
      compare_result: {
        objects_compare_overview_info: {
          compare_results: statuses.map((status, index) => ({ type: ["TABLE", "INDEX"][index], status })),
        },
      },
    });
    const { asked, query } = service({
      "a overview": kinds("CONSISTENT", "CONSISTENT"),
      "b overview": kinds("CONSISTENT", "INCONSISTENT"),
      "b detail": {
        compare_result: {
          objects_compare_detail_infos: [
            { source_db_value: "i1", target_db_value: "i1" },
            { source_db_value: "i2", target_db_value: null, error_message: "left out" },
            { source_db_value: "i5", target_db_value: null, error_message: "left out" },
            { source_db_value: "", target_db_value: "i3" },
            { source_db_value: "i4", target_db_value: "i4", error_message: "defined differently" },
          ],
        },
      },
    });
    assert.deepEqual(
      [...(await resultsOf(query, [ended("a", "object"), ended("b", "object")]))],
      [
        ["a", { verdict: "same" }],
        ["b", { verdict: "different" }],
      ],
    );
    const read = await comparedKinds(query, "b");
    assert.deepEqual(
      read.map(({ type, different, reasons }) => [type, different, reasons]),
      [
        ["TABLE", [], []],
        ["INDEX", ["i2", "i5", "i3", "i4"], ["left out", "i4: defined differently"]],
      ],
    );
    assert.deepEqual(asked, ["a overview", "b overview", "b overview", "b detail"]);
  });

  it("is how many rows differ, where every table says so", async () => {
    const differing = (total_count: number, ...rows: (number | null)[]) => ({
      total_count,
      compare_result: {
        content_compare_detail_infos: rows.map((difference_row_num) => ({ difference_row_num })),
      },
    });
    const { query } = service({
      "a overview": { compare_result: { content_compare_overview_infos: [{ status: "INCONSISTENT" }] } },
      "a detail": differing(2, 2, 5),
      "b overview": overview("INCONSISTENT", "CONSISTENT"),
      "b detail": differing(3, 2, 5),
      "c overview": overview("INCONSISTENT"),
      "c detail": {
        compare_result: { line_compare_detail_infos: [{ difference_row_num: "5", message: "at least" }] },
      },
    });
    const results = await resultsOf(query, [ended("a", "contents"), ended("b"), ended("c")]);
    assert.deepEqual(
      ["a", "b", "c"].map((id) => results.get(id)),
      [
        { verdict: "different", rows: 7 },
        { verdict: "different", rows: undefined },
        { verdict: "different", rows: undefined },
      ],
    );
  });
});
