import assert from "node:assert/strict";
import { rejectedRow } from "../../../../../src/backend/engine/postgres/rejected";

describe("rows that a target refused", () => {
  const rejected = (detail: string, context: string) =>
    rejectedRow({ sqlState: "23505", message: "", text: "refused", detail, context, complete: true }, [
      { schema: "shop", table: "orders" },
    ]);
  const context =
    'processing remote data for replication origin "pg_1" during message type "INSERT" for replication target relation "shop.orders" in transaction 1, finished at 0/1';

  it("are read from conflict messages of PostgreSQL 18, whatever their values", () => {
    const detail =
      'Key already exists in unique index "o", modified in transaction 1.\nKey (id)=(2); existing local row (2, a); remote row (2, b; remote row (x).).';
    assert.deepEqual(rejected(detail, context), {
      ...{ command: "INSERT", schema: "shop", table: "orders", sqlState: "23505", reason: "refused" },
      ...{ row: "(2, b; remote row (x).)", detail },
    });
    const update = "Key (u)=(5); existing local row (1); remote row (2, 5); replica identity (id)=(2).";
    assert.equal(rejected(update, context)?.row, "(2, 5)");
  });

  it("are read from older messages and from copies", () => {
    assert.equal(rejected("Failing row contains (2, x).", context)?.row, "(2, x)");
    assert.equal(rejected("Key (id)=(2) already exists.", context)?.row, "Key (id)=(2)");
    assert.equal(rejected("", 'COPY orders, line 3, column u: "a"')?.command, "COPY");
  });

  it("are none where an error is about no row, or about a table of another task", () => {
    assert.equal(rejected("", 'slot "s"'), undefined);
    assert.equal(rejected("", "COPY others, line 3"), undefined);
  });
});
