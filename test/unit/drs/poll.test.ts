import assert from "node:assert/strict";
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
