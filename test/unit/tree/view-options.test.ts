import assert from "node:assert/strict";
import type { Task } from "../../../src/tasks/task";
import { Layout } from "../../../src/tree/layout";
import {
  fits,
  isFiltered,
  noFilter,
  type Sorting,
  usual,
  viewOptionsIn,
} from "../../../src/tree/view-options";
import { marks, task } from "./facts";

describe("the filter of the tree", () => {
  it("is on as soon as one of its parts is", () => {
    assert.equal(isFiltered(noFilter), false);
    assert.equal(isFiltered({ ...noFilter, text: "a" }), true);
    assert.equal(isFiltered({ ...noFilter, statuses: ["paused"] }), true);
    assert.equal(isFiltered({ ...noFilter, engines: ["mysql"] }), true);
  });

  it("finds a text in everything that a task is known by, and not across two of these", () => {
    const orders = task("orders", {
      ...{ description: "nightly", engine: "mysql-to-kafka", tags: ["team=a"] },
      error: { code: "DRS.M05004", message: "no such table" },
      source: { host: "10.0.0.1", database: "shop" },
      target: { host: "10.0.0.2", database: "store" },
    });
    const finds = (text: string) => fits(orders, { ...noFilter, text });
    const known = ["ORDERS", "id-orders", "Nightly", "mysql-to-kafka", "MySQL → Kafka", "增量同步"];
    const troubles = ["incremental synchronization", "m05004", "such table"];
    const ends = ["10.0.0.1", "shop", "10.0.0.2", "store", "team=a"];
    for (const text of [...known, ...troubles, ...ends]) {
      assert.equal(finds(text), true, text);
    }
    for (const text of ["ordersid-orders", "stryker", "undefined"]) {
      assert.equal(finds(text), false, text);
    }
    assert.equal(fits(task("a"), { ...noFilter, engines: ["mysql"] }), false);
    assert.equal(fits(task("a"), { ...noFilter, engines: [""] }), true, "a task of no known engine");
  });

  it("is read from what was stored, without what another version left in it", () => {
    const { filter } = viewOptionsIn({ filter: { text: 5, engines: ["mysql", 7, null], statuses: null } });
    assert.deepEqual(filter, { ...noFilter, engines: ["mysql"] });
    assert.deepEqual(viewOptionsIn({ group: "engine", filter: null }), { ...usual, group: "engine" });
    assert.deepEqual(viewOptionsIn(null), usual);
  });
});

describe("the order of tasks", () => {
  const sorted = (sorting: Sorting, ...tasks: Task[]) =>
    new Layout(tasks, { ...usual, group: "none", sort: sorting }, marks()).groups.flatMap(({ rows }) =>
      rows.map((row) => row.task.id),
    );

  it("is by name, and by id among equal names, where everything else is equal", () => {
    const twins = [task("b"), task("a", { id: "2" }), task("a", { id: "1" })];
    for (const sorting of ["name", "created", "delay", "urgency"] as const) {
      assert.deepEqual(sorted(sorting, ...twins), ["1", "2", "id-b"], sorting);
    }
  });

  it("by delay does not change for less than a second, and puts tasks without a delay last", () => {
    assert.deepEqual(
      sorted(
        "delay",
        ...[task("silent"), task("b", { delayMs: 1_999 }), task("a", { delayMs: 1_000 })],
        ...[task("now", { delayMs: 0 }), task("late", { delayMs: 2_000 })],
      ),
      ["id-late", "id-a", "id-b", "id-now", "id-silent"],
    );
  });

  it("by urgency looks at a task once, however often it is compared", () => {
    const looksAmong = (others: number) => {
      let looks = 0;
      const watched = task("watched");
      Object.defineProperty(watched, "warnings", { get: () => void looks++ });
      sorted("urgency", ...Array.from({ length: others }, (_, index) => task(`t${index}`)), watched);
      return looks;
    };
    assert.ok(looksAmong(1) > 0);
    assert.equal(looksAmong(40), looksAmong(1));
  });
});
