import assert from "node:assert/strict";
import { referringFirst } from "../../../../../src/backend/engine/postgres/copy-again";

describe("tables that are emptied", () => {
  const key = (from: string, to: string) => ({ from, to });

  it("come before those that they refer to, whatever order they were chosen in", () => {
    const keys = [key("item", "order"), key("order", "customer"), key("item", "product")];
    for (const tables of [
      ["customer", "order", "item", "product"],
      ["product", "item", "order", "customer"],
    ]) {
      const order = referringFirst(tables, keys);
      assert.deepEqual([...order].sort(), [...tables].sort());
      for (const { from, to } of keys) {
        assert.ok(order.indexOf(from) < order.indexOf(to), order.join());
      }
    }
  });

  it("are only those that were chosen, each once, also in a circle and with a table that refers to itself", () => {
    assert.deepEqual(referringFirst(["a"], [key("b", "a"), key("a", "a")]), ["a"]);
    assert.deepEqual(referringFirst(["a", "b"], [key("a", "b"), key("b", "a")]).length, 2);
  });
});
