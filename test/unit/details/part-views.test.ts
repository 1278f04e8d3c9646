import assert from "node:assert/strict";
import type { Readings } from "../../../src/details/part-reader";
import { type PartFacts, partsOf } from "../../../src/details/part-views";
import type { ComparisonResult } from "../../../src/details/parts/compare-results";
import type { Query } from "../../../src/details/parts/part";
import { type PartId, partIds } from "../../../src/details/parts/parts";
import { DrsError } from "../../../src/drs/errors";
import { english, now } from "./facts";

const facts = (readings: Readings, more: Partial<PartFacts> = {}): PartFacts => ({
  l10n: english,
  local: true,
  status: undefined,
  readings,
  isOpen: () => true,
  query: () => ({ offset: 0, filter: "" }),
  seen: [],
  mayPrecheck: false,
  mayCompare: false,
  problem: undefined,
  ...more,
});
const partOf = (id: PartId, readings: Readings, more: Partial<PartFacts> = {}) => {
  const found = partsOf(facts(readings, more)).find((part) => part.id === id);
  assert.ok(found);
  return found;
};
/** The texts of the rows, cells by `|`. */
const texts = (id: PartId, readings: Readings, more: Partial<PartFacts> = {}) =>
  partOf(id, readings, more).rows.map((row) => row.map(({ text }) => text).join("|"));

const timed = "2026-11-24T03:00:00Z";
const timeText = english.time(Date.parse(timed));
const cut = new DrsError({ kind: "network", operation: "showTimeline", reason: "nothing listens" });

describe("the parts of the details page", () => {
  it("say that they are being read, that there is nothing, that they failed, and that the service does not show", () => {
    assert.equal(partOf("dirty", {}).state?.kind, "loading");
    const none = partOf("dirty", { dirty: { value: { count: 0, rows: [] }, asOf: now } });
    assert.deepEqual(none.state, { kind: "none", text: "The target rejected no rows." });
    const failed = partOf("dirty", { dirty: { problem: cut } });
    assert.equal(failed.state?.kind, "error");
    assert.match(failed.state?.text ?? "", /^Nothing listens\. Start the local backend again/);
    for (const id of partIds.filter((one) => one !== "timeline")) {
      const absent = partOf(id, { [id]: { absent: true } }, { mayCompare: true });
      assert.deepEqual(absent.state, { kind: "none", text: "Not provided by this service." });
      assert.deepEqual([absent.buttons, absent.filter, absent.count], [[], undefined, undefined]);
    }
  });

  it("keep their rows when a later poll fails, and say how old they are", () => {
    const rows = [{ level: "Info", message: "started", create_time: timed }];
    const log = partOf("log", { log: { value: { count: 1, rows }, asOf: now, problem: cut } });
    assert.equal(log.rows.length, 1);
    assert.equal(log.state, undefined);
    assert.match(log.notes[0] ?? "", /^As of .*Nothing listens/);
  });

  it("say when something was, however the service writes it", () => {
    const shownAt = (create_time: string) => {
      const rows = [{ level: "Info", message: "started", create_time }];
      return partOf("log", { log: { value: { count: 1, rows }, asOf: now } }).rows[0]?.[0]?.text;
    };
    for (const text of [timed, "2026-11-24 03:00:00", String(Date.parse(timed))]) {
      assert.equal(shownAt(text), timeText, text);
    }
    assert.equal(shownAt("12"), "12");
  });

  it("draw the beginning of a text of hundreds of kilobytes", () => {
    const rows = [{ level: "Error", message: "x".repeat(200_000), create_time: timed }];
    const log = partOf("log", { log: { value: { count: 1, rows }, asOf: now } });
    const texts = log.rows.flat().map(({ text }) => text);
    assert.deepEqual(
      texts.map(({ length }) => length).filter((length) => length > 100),
      [2_000],
    );
    assert.ok(texts.some((text) => text.endsWith("xx…")));
  });

  it("show the timeline in the terms of statuses and actions", () => {
    const entry = (name: string, status: string) => ({
      name,
      status,
      operation_time: timed,
      user_name: "me",
    });
    const rows = [
      entry("INCRE_TRANSFER_FAILED", "failed"),
      entry("START", "success"),
      entry("CHOOSE_OBJECT", "success"),
      entry("BIND_EIP", "success"),
      entry("INCRE_TRANSFER_STARTED", "success"),
      entry("PRE_CHECK", "success"),
      entry("LW0001", "success"),
      entry("CLONE_FAILED", "failed"),
    ];
    assert.deepEqual(texts("timeline", { timeline: { value: { count: 8, rows }, asOf: now } }), [
      `${timeText}|Incremental synchronization failed||me`,
      `${timeText}|Start|Done|me`,
      `${timeText}|Objects selected|Done|me`,
      `${timeText}|BIND_EIP|Done|me`,
      `${timeText}|Incremental synchronization||me`,
      `${timeText}|Pre-check||me`,
      `${timeText}|Warning LW0001||me`,
      `${timeText}|CLONE_FAILED||me`,
    ]);
  });

  it("show the statuses that were seen where the service keeps no timeline", () => {
    const seen = [
      { at: now, status: "full" },
      { at: now + 1_000, status: "incremental" },
    ] as const;
    const part = partOf("timeline", { timeline: { absent: true } }, { seen });
    assert.deepEqual(
      part.rows.map(([, what]) => what?.text),
      ["Incremental synchronization", "Full synchronization"],
    );
    assert.match(part.notes.join(), /provides no timeline/);
  });

  it("lead through long lists", () => {
    const row = (index: number) => ({
      src_db: "shop",
      src_tb: `t${index}`,
      dst_db: "s",
      dst_tb: "t",
      progress: 50,
    });
    const value = { count: 120, rows: Array.from({ length: 50 }, (_, index) => row(index)) };
    const query = (): Query => ({ offset: 50, filter: "t" });
    const part = partOf("tables", { tables: { value, asOf: now } }, { query });
    assert.deepEqual(
      [part.pager?.text, part.pager?.previous, part.pager?.next, part.filter?.value],
      ["51 to 100 of 120", 0, 100, "t"],
    );
    assert.equal(
      partOf("tables", { tables: { value: { count: 50, rows: value.rows }, asOf: now } }).pager,
      undefined,
    );
  });

  it("show what a pre-check found, its failures first, and all items when they are asked for", () => {
    const item = (name: string, result: string, failed_reason?: string) => ({
      item: name,
      result,
      failed_reason,
    });
    const rows = [item("a", "PASSED"), item("b", "ALARM", "be careful"), item("c", "FAILED", "no login")];
    const readings = { precheck: { value: { passed: false, rows }, asOf: now } };
    assert.deepEqual(texts("precheck", readings), ["c|Failed|no login", "b|Warning|be careful"]);
    assert.equal(partOf("precheck", readings).count, "1 of 3 failed");
    const passed = { precheck: { value: { passed: true, rows: rows.slice(0, 1) }, asOf: now } };
    const folded = partOf("precheck", passed);
    assert.deepEqual(
      [folded.rows.length, folded.count, folded.state?.text, folded.notes],
      [0, "1 passed", "The task passed the pre-check.", []],
    );
    const all = partOf("precheck", readings, { query: () => ({ offset: 0, filter: "all" }) });
    assert.deepEqual(
      all.rows.map(([name]) => name?.text),
      ["c", "b", "a"],
    );
  });

  it("offer a pre-check where one can be run", () => {
    const buttons = (mayPrecheck: boolean) => partOf("precheck", {}, { mayPrecheck }).buttons;
    assert.deepEqual([buttons(true).length, buttons(false).length], [1, 0]);
  });

  it("show the SQL that remedies a finding of a pre-check, and copy it as it is", () => {
    const rows = [
      { item: "t", result: "FAILED", failed_reason: "no", remedy_sql: "-- source\nALTER TABLE `x`;" },
    ];
    const part = partOf("precheck", { precheck: { value: { passed: false, rows }, asOf: now } });
    assert.deepEqual(
      part.rows.flat().map(({ sql }) => sql),
      [undefined, undefined, "-- source\nALTER TABLE `x`;"],
    );
  });

  it("name what an item of a pre-check looks at, with the service's name where it did not pass", () => {
    const rows = [
      { item: "srcDbBinlogIsOff", result: "FAILED" },
      { item: "target_rows", result: "PASSED" },
    ];
    const reading = { precheck: { value: { passed: false, rows }, asOf: now } };
    const part = partOf("precheck", reading, { query: () => ({ offset: 0, filter: "all" }) });
    assert.deepEqual(
      part.rows.map(([item]) => item),
      [
        { text: "The source writes a binlog", detail: "srcDbBinlogIsOff" },
        { text: "The target's tables are empty", detail: undefined },
      ],
    );
  });

  it("lead from a comparison to the tables and rows that differ", () => {
    const nothing = {
      ...{ count: 1, tasks: [], results: new Map<string, ComparisonResult>() },
      ...{ lines: [], contents: [], differences: undefined, objects: [], hidden: 0 },
    };
    const task = { id: "c1", type: "contents", status: "SUCCESSFUL", start_time: timed, end_time: timed };
    const list = partOf(
      "compare",
      { compare: { value: { ...nothing, tasks: [task] }, asOf: now } },
      { mayCompare: true },
    );
    assert.deepEqual(list.rows[0]?.[0], { text: "Contents", leadsTo: "contents/c1" });
    assert.deepEqual(
      list.buttons.flatMap((button) => ("compare" in button ? [[button.compare, button.label]] : [])),
      [
        ["lines", "Compare row counts"],
        ["contents", "Compare contents"],
        ["object", "Compare objects"],
      ],
    );
    const resultOf = (result?: ComparisonResult) => {
      const results = new Map(result === undefined ? [] : [["c1", result]]);
      const value = { ...nothing, tasks: [task], results };
      const cell = partOf("compare", { compare: { value, asOf: now } }).rows[0]?.[1];
      return [cell?.text, cell?.tone];
    };
    assert.deepEqual(resultOf(), ["Finished", undefined]);
    assert.deepEqual(resultOf({ verdict: "same" }), ["Same", "ok"]);
    assert.deepEqual(resultOf({ verdict: "impossible" }), ["Cannot be compared", "warning"]);
    assert.deepEqual(resultOf({ verdict: "different" }), ["Different", "error"]);
    assert.deepEqual(resultOf({ verdict: "different", rows: 1 }), ["1 row differs", "error"]);
    assert.deepEqual(resultOf({ verdict: "different", rows: 2_000 }), ["2,000 rows differ", "error"]);
    const contents = [
      {
        source_table_name: "public.orders",
        source_row_num: 10,
        target_row_num: 9,
        difference_row_num: 1,
        content_compare_result: false,
      },
    ];
    const differences = {
      count: 1,
      target_meta_is_null: 1,
      source_meta_is_null: 0,
      source_target_meta_not_null: 0,
      contents_infos: [
        { source_key_value: ["7"], source_select_sql: `SELECT * FROM "public"."orders" WHERE "id" = '7'` },
        {
          source_key_value: ["8"],
          source_select_sql: `SELECT * FROM "public"."orders_old" WHERE "id" = '8'`,
        },
      ],
    };
    const query = (): Query => ({ offset: 0, filter: "contents/c1" });
    const readings: Readings = { compare: { value: { ...nothing, contents, differences }, asOf: now } };
    assert.deepEqual(texts("compare", readings, { query }), ["public.orders|Different|10|9|1|7"]);
    const shown = partOf("compare", readings, { query });
    assert.equal(shown.back, "All comparisons");
    assert.match(shown.notes.join(" "), /1 of the tables.*only in the source: 1/);
    const more: Readings = { compare: { value: { ...nothing, contents, hidden: 12 }, asOf: now } };
    assert.match(partOf("compare", more, { query }).notes.join(" "), /whose tables are not shown: 12\./);
    const odd = { source_table_name: "t", source_row_num: "many", status: "CONSISTENT" };
    const lines: Readings = { compare: { value: { ...nothing, lines: [odd] }, asOf: now } };
    assert.deepEqual(texts("compare", lines, { query }), ["t|Same|–|–|–|"]);
    for (const status of ["RUNNING", "FULL_DOING", "INCRE_DOING"]) {
      const compare = { value: { ...nothing, tasks: [{ ...task, status }] }, asOf: now };
      assert.equal(partOf("compare", { compare }).rows[0]?.[1]?.text, "Running", status);
    }
  });

  it("lead from a comparison of objects to what differs", () => {
    const empty = { count: 2, tasks: [], results: new Map<string, ComparisonResult>() };
    const objects = [
      { type: "TABLE", status: "CONSISTENT", source_count: 2, target_count: 2, different: [], reasons: [] },
      {
        ...{ type: "INDEX", status: "INCONSISTENT", source_count: 2_000, target_count: 1_994 },
        different: ["a", "b", "c", "d", "e", "f"],
        reasons: ["one", "two", "three", "four"],
      },
    ];
    const value = { ...empty, lines: [], contents: [], differences: undefined, objects, hidden: 0 };
    const query = (): Query => ({ offset: 0, filter: "object/c1" });
    assert.deepEqual(texts("compare", { compare: { value, asOf: now } }, { query }), [
      "TABLE|Same|2|2|",
      "INDEX|Different|2,000|1,994|a, b, c, d, e, …",
    ]);
    const shown = partOf("compare", { compare: { value, asOf: now } }, { query });
    assert.equal(shown.rows[1]?.[4]?.detail, "one two three");
  });
});
