import assert from "node:assert/strict";
import { RateLimiter, rateWindowMs } from "../../../src/drs/rate-limiter";
import { ManualClock } from "../../support/clock";

describe("the request budget", () => {
  const spendAll = async (rateLimiter: RateLimiter, count: number) => {
    for (let sent = 0; sent < count; sent++) {
      await rateLimiter.acquire(false, undefined);
    }
  };

  it("does not wait for hours after the clock was set back", async () => {
    const clock = new ManualClock();
    const rateLimiter = new RateLimiter(() => 12, clock);
    await spendAll(rateLimiter, 10);
    clock.jump(-3 * 3_600_000);
    const waiting = rateLimiter.acquire(false, undefined);
    assert.equal(clock.next, rateWindowMs);
    clock.tick();
    await waiting;
  });

  it("lets calls pass until it is used up, then as soon as the oldest is five minutes old", async () => {
    const clock = new ManualClock();
    const rateLimiter = new RateLimiter(() => 12, clock);
    await spendAll(rateLimiter, 10);
    assert.equal(clock.next, undefined);
    const waiting = rateLimiter.acquire(false, undefined);
    assert.equal(clock.next, rateWindowMs);
    clock.tick();
    await waiting;
  });

  it("keeps a part for what the user asks for", async () => {
    const clock = new ManualClock();
    const rateLimiter = new RateLimiter(() => 12, clock);
    await spendAll(rateLimiter, 10);
    await rateLimiter.acquire(true, undefined);
    await rateLimiter.acquire(true, undefined);
    const waiting = rateLimiter.acquire(true, undefined);
    assert.equal(clock.next, rateWindowMs);
    clock.tick();
    await waiting;
  });

  it("ends a wait that nobody needs any more", async () => {
    const clock = new ManualClock();
    const rateLimiter = new RateLimiter(() => 6, clock);
    await spendAll(rateLimiter, 5);
    const controller = new AbortController();
    const waiting = rateLimiter.acquire(false, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    assert.equal(clock.next, undefined);
  });
});
