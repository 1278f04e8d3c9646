import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { pause, systemClock } from "../../../src/drs/clock";
import { ManualClock } from "../../support/clock";

describe("the clock of this machine", () => {
  it("calls back once after a time, unless that is taken back", async () => {
    const calls: string[] = [];
    const cancel = systemClock.after(1, () => calls.push("taken back"));
    cancel();
    await new Promise<void>((resolve) => systemClock.after(2, resolve));
    assert.deepEqual(calls, []);
  });

  it("waits as long as it can for what is further away than a timer reaches", async () => {
    const calls: string[] = [];
    const cancel = systemClock.after(2 ** 40, () => calls.push("at once"));
    await new Promise<void>((resolve) => systemClock.after(2, resolve));
    cancel();
    assert.deepEqual(calls, []);
  });

  it("has the time since 1970, and a part of 1 for chance", () => {
    const before = Date.now();
    const now = systemClock.now();
    assert.ok(before <= now && now <= Date.now());
    const random = systemClock.random();
    assert.ok(0 <= random && random < 1);
  });
});

describe("a pause", () => {
  const reason = new Error("the window is closed");

  it("ends after its time, and leaves neither a timer nor a listener", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const ended = pause(300, clock, signal);
    assert.equal(clock.next, 300);
    assert.equal(getEventListeners(signal, "abort").length, 1);
    clock.tick();
    await ended;
    assert.equal(clock.next, undefined);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("needs no signal", async () => {
    const clock = new ManualClock();
    const ended = pause(300, clock, undefined);
    clock.tick();
    await ended;
  });

  it("ends with the signal's reason, and leaves neither a timer nor a listener", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const ended = pause(300, clock, controller.signal);
    controller.abort(reason);
    await assert.rejects(ended, reason);
    assert.equal(clock.next, undefined);
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });

  it("does not begin when the signal has aborted already", async () => {
    const clock = new ManualClock();
    await assert.rejects(pause(300, clock, AbortSignal.abort(reason)), reason);
    assert.equal(clock.next, undefined);
  });
});
