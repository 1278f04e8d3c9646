import assert from "node:assert/strict";
import type pg from "pg";
import type { Statements } from "../../../src/backend/jobs/control-database";
import { JobStore, migrations } from "../../../src/backend/jobs/store";

describe("the control database of a newer version", () => {
  it("is refused before anything is changed in it, and the refusal says what to do", async () => {
    const changes: string[] = [];
    const database: Statements = {
      query: async <R extends pg.QueryResultRow>(sql: string) => {
        changes.push(...(/^CREATE TABLE IF NOT EXISTS migrations|^SELECT max/.test(sql) ? [] : [sql]));
        const rows: readonly unknown[] = [{ last: migrations.length + 1 }];
        // The caller names the type of its rows, as with the real driver.
        return { rows: rows as R[], rowCount: rows.length, command: "", oid: 0, fields: [] };
      },
    };
    await assert.rejects(
      JobStore.open(database),
      /kept by a newer version of the local backend .+: update it, or choose another data directory/,
    );
    assert.deepEqual(changes, []);
  });
});
