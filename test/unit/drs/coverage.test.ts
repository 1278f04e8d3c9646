import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { coveragePage, remarks } from "../../../scripts/coverage-table.mjs";
import { servedTables } from "../../support/coverage";

describe("docs/api-coverage.md", () => {
  it("says what the operations tables say (npm run docs:coverage writes it)", () => {
    assert.equal(readFileSync(resolve("docs/api-coverage.md"), "utf8"), coveragePage(servedTables));
  });

  it("remarks only on operations that there are", () => {
    const names = new Set(servedTables.flatMap(({ operations }) => Object.keys(operations)));
    assert.deepEqual(
      Object.keys(remarks).filter((name) => !names.has(name)),
      [],
    );
  });
});
