import assert from "node:assert/strict";
import { conninfo, objectName } from "../../../../../src/backend/engine/postgres/names";

describe("the names in PostgreSQL", () => {
  it("of a task's objects have its id, and connection strings are quoted", () => {
    assert.equal(
      objectName("24834EB6-be30-464e-a299-f7aa730jb101"),
      "drs_24834eb6_be30_464e_a299_f7aa730jb101",
    );
    const source = { host: "h", port: 1, user: "o'neil", password: "a\\b'c", database: "d", ssl: true };
    const text = conninfo(source, { host: "127.0.0.1", port: 2 }, "task", 18);
    assert.match(text, /^host='127\.0\.0\.1' port='2' user='o\\'neil' password='a\\\\b\\'c' dbname='d' /);
    assert.match(text, /sslmode='require'/);
    assert.match(text, / require_auth='!password'$/);
    const open = (version: number) =>
      conninfo({ ...source, ssl: false }, { host: "127.0.0.1", port: 2 }, "task", version);
    assert.match(open(16), / sslmode='disable' .* require_auth='!password'$/);
    assert.ok(!open(15).includes("require_auth"));
  });
});
