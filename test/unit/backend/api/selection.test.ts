import assert from "node:assert/strict";
import { selectionOf } from "../../../../src/backend/api/selection";
import { ApiError } from "../../../../src/backend/messages";

describe("the selection of a task's objects", () => {
  it("is read from databases, schemas and tables", () => {
    const select = (job: Parameters<typeof selectionOf>[0]["job"]) =>
      selectionOf({ job_id: "x", selected: true, job }, "shop");
    const t = { object_type: "table", select: "true" } as const;
    assert.equal(selectionOf({ job_id: "x", selected: false }, "shop"), null);
    assert.equal(selectionOf({ job_id: "x", selected: true, sync_database: true }, "shop"), null);
    assert.equal(select([{ object_type: "database", id: "shop", select: "true" }]), null);
    assert.deepEqual(
      select([
        { object_type: "database", id: "shop", select: "partial" },
        { object_type: "schema", id: "sales", select: "partial" },
        { ...t, id: "sales.a" },
        { ...t, id: "shop-*-*-sales-*-*-a", parent_id: "shop" },
        { ...t, id: "a.b-*-*-c.d" },
        { ...t, id: "sales-*-*-b" },
        { ...t, object_name: "c" },
        { object_type: "schema", id: "whole", select: "true" },
        { object_type: "schema", id: "shop-*-*-whole", select: "true" },
        { ...t, id: "public.not", select: "false" },
        { ...t, id: "public.nor", select: null },
      ]),
      [
        { schema: "sales", table: "a" },
        { schema: "a.b", table: "c.d" },
        { schema: "sales", table: "b" },
        { schema: "public", table: "c" },
        { schema: "whole", table: null },
      ],
    );
    assert.throws(() => select([{ ...t, id: "a.b.c" }]), ApiError);
    assert.throws(() => select([{ object_type: "view", id: "public.v", select: "true" }]), ApiError);
    assert.throws(() => select([{ ...t, id: "public.t", object_alias_name: "u" }]), /DRS\.M10018/);
    assert.throws(() => select([]), ApiError);
    assert.throws(
      () => select([{ ...t, id: "public.t", parent_id: "other" }]),
      /reads the database shop, not other/,
    );
    assert.throws(() => select([{ object_type: "database", id: "other", select: "true" }]), ApiError);
  });
});
