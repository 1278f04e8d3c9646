import assert from "node:assert/strict";
import { SleepDetector } from "../../../src/connections/sleep-detector";
import { ManualClock } from "../../support/clock";

const hour = 3_600_000;

describe("a sleep of the machine", () => {
  let clock: ManualClock;
  let woken: number;
  let wake: SleepDetector;

  beforeEach(() => {
    clock = new ManualClock();
    woken = 0;
    wake = new SleepDetector(() => woken++, clock);
  });
  afterEach(() => {
    wake.dispose();
    assert.equal(clock.next, undefined);
  });

  const pass = (ticks: number) => {
    for (let index = 0; index < ticks; index++) {
      clock.tick();
    }
  };

  it("is not what time does by itself, nor work that holds timers up", () => {
    pass(100);
    clock.jump(10_000);
    pass(3);
    wake.check();
    assert.equal(woken, 0);
  });

  it("is noticed within seconds, once", () => {
    clock.jump(8 * hour);
    assert.ok((clock.next ?? 0) <= 5_000);
    pass(10);
    assert.equal(woken, 1);
  });

  it("is noticed at once when somebody looks, once", () => {
    clock.jump(8 * hour);
    wake.check();
    wake.check();
    pass(10);
    assert.equal(woken, 1);
  });

  it("is no different from a clock that was set, forward or back", () => {
    clock.jump(-3 * hour);
    pass(5);
    assert.equal(woken, 1);
    clock.jump(3 * hour);
    pass(5);
    assert.equal(woken, 2);
  });
});
