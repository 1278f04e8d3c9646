import assert from "node:assert/strict";
import { isProduction } from "../../../src/tasks/production";
import type { Task } from "../../../src/tasks/task";

const task = (facts: Partial<Task>) => ({ name: "orders", status: "incremental", ...facts }) as const;

describe("a task is production", () => {
  it("in a cloud, once it has been started, whatever became of it", () => {
    for (const status of [
      "full",
      "incremental",
      "paused",
      "incrementalFailed",
      "startFailed",
      "unknown",
    ] as const) {
      assert.equal(isProduction(task({ status }), "cloud"), true, status);
    }
    for (const status of ["creating", "createFailed", "configuration", "pendingStart"] as const) {
      assert.equal(isProduction(task({ status, name: "orders-prod" }), "cloud"), false, status);
    }
  });

  it("on this machine only when its name or a tag says so", () => {
    assert.equal(isProduction(task({}), "local"), false);
    for (const name of ["prod", "orders-prod", "PROD_orders", "production.orders", "订单生产库", "prd-1"]) {
      assert.equal(isProduction(task({ name }), "local"), true, name);
    }
    for (const name of ["products", "reproduction", "product-catalog"]) {
      assert.equal(isProduction(task({ name }), "local"), false, name);
    }
    assert.equal(isProduction(task({ tags: ["env=prod"] }), "local"), true);
  });
});
