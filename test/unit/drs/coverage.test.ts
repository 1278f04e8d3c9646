import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { coveragePage, remarks } from "../../../scripts/coverage-table.mjs";
import { refusedOperations, servedTables } from "../../support/coverage";
import { serviceOperations } from "../../support/service-models";

describe("docs/api-coverage.md", () => {
  it("says what the operations tables say (npm run docs:coverage writes it)", () => {
    assert.equal(
      readFileSync(resolve("docs/api-coverage.md"), "utf8"),
      coveragePage(servedTables, refusedOperations),
    );
  });

  it("says of each operation of the service whether it is served, and of none twice", () => {
    const named = ({ method, path }: { readonly method: string; readonly path: string }) =>
      `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`;
    const ours = servedTables
      .filter(({ title }) => title !== "IAM")
      .flatMap(({ operations }) => Object.values(operations))
      .map(named);
    assert.deepEqual(
      [...ours, ...refusedOperations.map(named)].toSorted(),
      serviceOperations.map(named).toSorted(),
    );
  });

  it("remarks only on operations that there are", () => {
    const names = new Set(servedTables.flatMap(({ operations }) => Object.keys(operations)));
    assert.deepEqual(
      Object.keys(remarks).filter((name) => !names.has(name)),
      [],
    );
  });
});
