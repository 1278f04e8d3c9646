import assert from "node:assert/strict";
import type pg from "pg";
import type { Statements } from "../../../src/backend/jobs/control-database";
import { JobStore, migrations } from "../../../src/backend/jobs/store";
import { newJob } from "../../support/simulated-job";

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

describe("a task as an earlier version stored it", () => {
  it("is copied from scratch where that version was asked for it, and is stored under the new name", async () => {
    const { fullResync: _, ...former } = newJob("FULL_INCR_TRANS");
    const stored: unknown[] = [];
    const database: Statements = {
      query: async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
        stored.push(...(sql.startsWith("UPDATE jobs") ? [JSON.parse(String(values[3]))] : []));
        const rows: readonly unknown[] = sql.startsWith("SELECT record FROM jobs")
          ? [{ record: { ...former, anew: true } }]
          : sql.startsWith("SELECT max")
            ? [{ last: migrations.length }]
            : [];
        return { rows: rows as R[], rowCount: rows.length, command: "", oid: 0, fields: [] };
      },
    };
    const store = await JobStore.open(database);
    assert.equal(store.get(former.id)?.fullResync, true);
    await store.update(former.id, (job) => ({ ...job, description: "later" }));
    assert.deepEqual(stored, [
      { ...former, fullResync: true, description: "later", updatedAt: store.get(former.id)?.updatedAt },
    ]);
  });
});
