import assert from "node:assert/strict";
import { dbTypeOf } from "../../../src/backend/engine/engines";

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
});
