import assert from "node:assert/strict";
import { paceOf } from "../../../src/connections/connection";
import { Budget, budgetWindowMs } from "../../../src/drs/budget";
import type { TablesCaller } from "../../../src/drs/client";
import { TaskStore } from "../../../src/tasks/store";
import { ManualClock } from "../../support/clock";
import { MemoryService } from "../../support/service";

const minute = 60_000;
const hour = 60 * minute;
/** A whole day takes some 12 seconds, a part of it is enough for every change. */
const dayMs = process.env.DRS_SOAK === "1" ? 24 * hour : 3 * hour;
/** What the extension grants a connection unless told otherwise. */
const requests = 120;

/** Thousands of tasks behind the real store and the real budget, in the time of a manual clock. */
class Day {
  readonly clock = new ManualClock();
  readonly service = new MemoryService();
  readonly budget = new Budget(() => requests, this.clock);
  /** When each request was sent. */
  readonly sent: number[] = [];
  readonly store: TaskStore;
  readonly begin = this.clock.now();

  constructor(count: number) {
    for (let index = 0; index < count; index++) {
      this.service.set(`task-${index}`, "INCRE_TRANSFER_STARTED");
    }
    const spend = async (signal: AbortSignal | undefined) => {
      await this.budget.spend(false, signal);
      this.sent.push(this.clock.now());
    };
    const caller: TablesCaller = {
      call: async (name, input, options) => {
        await spend(options?.signal);
        return await this.service.caller.call(name, input, options);
      },
      callIn: async (table, name, input, options) => {
        await spend(options?.signal);
        return await this.service.caller.callIn(table, name, input, options);
      },
    };
    this.store = new TaskStore(caller, paceOf.cloud, this.clock);
  }

  /** Lets time pass, reading by reading, until the condition holds. @returns the milliseconds that took. */
  async until(condition: () => boolean, limitMs: number): Promise<number> {
    const begin = this.clock.now();
    for (;;) {
      await this.#nextTimer();
      const passed = this.clock.now() - begin;
      if (condition()) {
        return passed;
      }
      assert.ok(passed <= limitMs, `not within ${limitMs / minute} minutes`);
      this.clock.tick();
    }
  }

  /** Lets time pass until every task has been read. */
  async untilComplete(): Promise<number> {
    const { store } = this;
    return await this.until(
      () => store.snapshot.asOf !== undefined && store.snapshot.unread === undefined,
      15 * minute,
    );
  }

  async #nextTimer(): Promise<void> {
    while (this.clock.next === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The most requests in any five minutes. */
  get busiest(): number {
    let [most, from] = [0, 0];
    for (let to = 0; to < this.sent.length; to++) {
      while ((this.sent[to] ?? 0) - (this.sent[from] ?? 0) >= budgetWindowMs) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }
}

describe("ten thousand tasks", () => {
  let day: Day;
  const statusOf = (id: string) => day.store.snapshot.tasks.get(id)?.status;

  beforeEach(() => {
    day = new Day(10_000);
    day.store.setNeed("view", "visible");
  });
  afterEach(() => day.store.dispose());

  it("are listed within 15 minutes, 1,500 of them and the failed ones at once", async () => {
    day.service.set("task-9999", "INCRE_TRANSFER_FAILED");
    await day.until(() => day.store.snapshot.tasks.size > 0, minute);
    assert.equal(statusOf("task-9999"), "incrementalFailed");
    assert.deepEqual(day.store.snapshot.unread, { of: 10_000 });
    await day.until(() => day.store.snapshot.tasks.size >= 1_500, 10_000);
    await day.untilComplete();
    assert.equal(day.store.snapshot.tasks.size, 10_000);
  });

  it(`stay inside the budget for ${dayMs / hour} hours, and a failure is seen within two minutes`, async () => {
    await day.untilComplete();
    for (const [index, need] of (["visible", "background", "visible"] as const).entries()) {
      day.store.setNeed("view", need);
      await day.until(() => day.clock.now() - day.begin > ((index + 1) * dayMs) / 3, dayMs);
      const id = `task-${index * 3_333 + 777}`;
      day.service.set(id, "FULL_TRANSFER_FAILED");
      const seen = await day.until(() => statusOf(id) === "fullFailed", 2 * minute);
      assert.ok(seen <= 2 * minute, `${seen} ms`);
      day.service.set(id, "INCRE_TRANSFER_STARTED");
      assert.ok((await day.until(() => statusOf(id) === "incremental", 3 * minute)) <= 3 * minute);
    }
    assert.ok(day.busiest <= requests, `${day.busiest} requests in five minutes`);
  }).timeout(60_000);

  it("lose what was deleted, and nothing else", async () => {
    await day.untilComplete();
    day.service.jobs.delete("task-5");
    await day.until(() => statusOf("task-5") === undefined, hour);
    assert.equal(day.store.snapshot.tasks.size, 9_999);
  });

  it("show what becomes of a task that somebody acted on, at once", async () => {
    await day.untilComplete();
    day.service.set("task-7000", "PAUSING");
    await day.store.refresh("task-7000");
    assert.equal(statusOf("task-7000"), "paused");
  });
});
