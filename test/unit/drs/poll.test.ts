import assert from "node:assert/strict";
import { systemClock } from "../../../src/drs/clock";
import { DrsError, type FailureKind } from "../../../src/drs/errors";
import { poll } from "../../../src/drs/poll";
import { ManualClock } from "../../support/clock";

const limits = { firstMs: 100, longestMs: 200, limitMs: 600 };

/** Polls with a clock that moves by itself; answers the pauses, too. */
async function polled(ask: () => Promise<string | undefined>) {
  const clock = new ManualClock();
  const pauses: number[] = [];
  let over = false;
  const answer = poll(ask, { ...limits, clock }).finally(() => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.next !== undefined) {
      pauses.push(clock.tick());
    }
  }
  return { answer: await answer, pauses };
}

describe("polling", () => {
  it("asks at once, then less and less often, until there is an answer", async () => {
    const answers = [undefined, undefined, undefined, "done"];
    const { answer, pauses } = await polled(async () => answers.shift());
    assert.equal(answer, "done");
    assert.deepEqual(pauses, [100, 150, 200]);
  });

  it("gives up when the limit is over", async () => {
    let asked = 0;
    const { answer, pauses } = await polled(async () => {
      asked += 1;
      return undefined;
    });
    assert.equal(answer, undefined);
    assert.deepEqual([asked, pauses], [5, [100, 150, 200, 200]]);
  });

  it("gives up after the same time when the clock is set back meanwhile", async () => {
    const clock = new ManualClock();
    let asked = 0;
    const answer = poll(
      async () => {
        asked += 1;
        if (asked === 2) {
          clock.jump(-3_600_000);
        }
        return undefined;
      },
      { ...limits, clock },
    );
    for (let step = 0; step < 5; step++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.pass(200);
    }
    await Promise.race([
      answer,
      new Promise((_, reject) => setImmediate(() => reject(new Error("it polls still")))),
    ]);
  });

  const failure = (kind: FailureKind, retryAfterMs?: number) => () =>
    Promise.reject(new DrsError({ operation: "o", reason: "no", kind, retryAfterMs }));
  const inTurn = (asks: (() => Promise<string | undefined>)[]) => () =>
    asks.shift()?.() ?? Promise.resolve("done");

  it("asks again after what passes by itself, not before the time that the service asks for", async () => {
    for (const kind of ["network", "timeout", "throttled", "service"] as const) {
      assert.deepEqual((await polled(inTurn([failure(kind), failure(kind, 120)]))).pauses, [100, 150], kind);
    }
    const busy = inTurn([failure("throttled", 400), async () => undefined]);
    assert.deepEqual(await polled(busy), { answer: "done", pauses: [400, 150] });
  });

  it("ends with the fifth failure in a row, with one that does not pass, and with a wait beyond its limit", async () => {
    const four = Array.from({ length: 4 }, () => failure("network"));
    const nothing = async () => undefined;
    const long = { firstMs: 1, longestMs: 1, limitMs: 60_000 };
    assert.equal(await poll(inTurn([...four, nothing, ...four]), long), "done");
    await assert.rejects(poll(inTurn([...four, failure("timeout")]), long), { message: /no/ });
    for (const kind of ["authentication", "permission", "validation", "protocol"] as const) {
      await assert.rejects(poll(inTurn([failure(kind)]), long), { message: /no/ }, kind);
    }
    await assert.rejects(poll(inTurn([failure("throttled", 60_000)]), long), { message: /no/ });
  });

  it("ends with what asking throws, and when the user cancels", async () => {
    await assert.rejects(
      poll(() => Promise.reject(new Error("refused")), limits),
      /refused/,
    );
    const controller = new AbortController();
    const ask = async () => {
      controller.abort();
      return undefined;
    };
    await assert.rejects(poll(ask, { ...limits, signal: controller.signal }), { name: "AbortError" });
  });
});

describe("the clock of this machine", () => {
  it("does not end at once what no timer is long enough for", async () => {
    let over = false;
    const cancel = systemClock.after(2 ** 40, () => {
      over = true;
    });
    // Later timers end later.
    await new Promise((resolve) => setTimeout(resolve, 2));
    cancel();
    assert.equal(over, false);
  });
});
