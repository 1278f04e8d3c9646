import assert from "node:assert/strict";
import { findingsText, remedySqlOf } from "../../../../src/tasks/use-cases/explain";
import { english } from "../../details/facts";

describe("the findings of a pre-check", () => {
  it("are reported with the remedy of the first one that is known", async () => {
    const findings = [
      { item: "source_primary_keys", result: "FAILED", reason: "Table t has no primary key." },
      { item: "odd_item", result: "FAILED" },
    ];
    assert.equal(
      await findingsText(findings, "postgresql", english),
      "source_primary_keys: Table t has no primary key. odd_item What to do: Add a primary key, " +
        "run ALTER TABLE … REPLICA IDENTITY FULL for the table and each partition, or leave the table out.",
    );
  });

  it("beyond two are counted, also where there is one", async () => {
    const findings = ["a", "b", "c", "d"].map((item) => ({ item, result: "FAILED" }));
    assert.match(
      await findingsText(findings.slice(0, 3), undefined, english),
      /^a b 1 more item did not pass\./,
    );
    assert.match(await findingsText(findings, undefined, english), /^a b 2 more items did not pass\./);
  });

  it("have the SQL of what failed, and none where there is none", () => {
    const findings = [
      { item: "a", result: "FAILED", remedySql: "-- source\nALTER TABLE a;" },
      { item: "b", result: "ALARM", remedySql: "DROP TABLE b;" },
      { item: "c", result: "FAILED", remedySql: "GRANT c TO d;" },
    ];
    assert.equal(remedySqlOf(findings), "-- source\nALTER TABLE a;\nGRANT c TO d;\n");
    assert.equal(remedySqlOf(findings.slice(1, 2)), undefined);
    assert.equal(remedySqlOf(), undefined);
  });

  it("are reported without one where none is known", async () => {
    const findings = [{ item: "odd_item", result: "FAILED", reason: "Odd." }];
    assert.equal(await findingsText(findings, "postgresql", english), "odd_item: Odd.");
  });
});
