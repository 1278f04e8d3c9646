import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dbTypeOf } from "../../../../src/backend/engine/engines";
import { PostgresEngine } from "../../../../src/backend/engine/postgres/engine";

describe("the engines of the local backend", () => {
  it("are found by the type of an end or of a task, whatever its case", () => {
    for (const name of ["postgresql", "PostgreSQL", "postgresql-to-postgresql"]) {
      assert.equal(dbTypeOf(name), "postgresql", name);
    }
  });

  it("are none for another type at one of the ends", () => {
    for (const name of [
      "",
      "mysql",
      "postgresql-to-mysql",
      "mysql-to-postgresql",
      "constructor",
      "postgresql2",
    ]) {
      assert.equal(dbTypeOf(name), undefined, name);
    }
  });

  it("do what docs/engines.md asks of an engine", () => {
    const contract = readFileSync("docs/engines.md", "utf8").split("## Capabilities")[0] ?? "";
    const asked = [...contract.matchAll(/^\| `(\w+)` \|/gm)].map(([, method]) => method);
    const done = Object.getOwnPropertyNames(PostgresEngine.prototype);
    assert.deepEqual(
      asked.sort(),
      done.filter((name) => name !== "constructor" && name !== "dispose").sort(),
    );
  });
});
