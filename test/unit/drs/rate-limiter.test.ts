import assert from "node:assert/strict";
import { Budget, budgetWindowMs } from "../../../src/drs/rate-limiter";
import { ManualClock } from "../../support/clock";

describe("the request budget", () => {
  const spendAll = async (budget: Budget, count: number) => {
    for (let sent = 0; sent < count; sent++) {
      await budget.spend(false, undefined);
    }
  };

  it("is not held up for hours by a clock that was set back", async () => {
    const clock = new ManualClock();
    const budget = new Budget(() => 12, clock);
    await spendAll(budget, 10);
    clock.jump(-3 * 3_600_000);
    const waiting = budget.spend(false, undefined);
    assert.equal(clock.next, budgetWindowMs);
    clock.tick();
    await waiting;
  });

  it("lets calls pass until it is used up, then as soon as the oldest is five minutes old", async () => {
    const clock = new ManualClock();
    const budget = new Budget(() => 12, clock);
    await spendAll(budget, 10);
    assert.equal(clock.next, undefined);
    const waiting = budget.spend(false, undefined);
    assert.equal(clock.next, budgetWindowMs);
    clock.tick();
    await waiting;
  });

  it("keeps a part for what the user asks for", async () => {
    const clock = new ManualClock();
    const budget = new Budget(() => 12, clock);
    await spendAll(budget, 10);
    await budget.spend(true, undefined);
    await budget.spend(true, undefined);
    const waiting = budget.spend(true, undefined);
    assert.equal(clock.next, budgetWindowMs);
    clock.tick();
    await waiting;
  });

  it("ends a wait that nobody needs any more", async () => {
    const clock = new ManualClock();
    const budget = new Budget(() => 6, clock);
    await spendAll(budget, 5);
    const controller = new AbortController();
    const waiting = budget.spend(false, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    assert.equal(clock.next, undefined);
  });
});
