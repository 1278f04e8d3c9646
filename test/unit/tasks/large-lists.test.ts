import assert from "node:assert/strict";
import { pollIntervalsOf } from "../../../src/connections/poll-intervals";
import type { TablesCaller } from "../../../src/drs/client";
import { RateLimiter, rateWindowMs } from "../../../src/drs/rate-limiter";
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
  readonly rateLimiter = new RateLimiter(() => requests, this.clock);
  /** When each request was sent. */
  readonly sent: number[] = [];
  /** Requests with v3's filter by status. */
  filtered = 0;
  readonly store: TaskStore;
  readonly begin = this.clock.now();

  constructor(count: number) {
    for (let index = 0; index < count; index++) {
      this.service.set(`task-${index}`, "INCRE_TRANSFER_STARTED");
    }
    const spend = async (signal: AbortSignal | undefined) => {
      await this.rateLimiter.acquire(false, signal);
      this.sent.push(this.clock.now());
    };
    const caller: TablesCaller = {
      call: async (name, input, options) => {
        await spend(options?.signal);
        this.filtered += "status" in input ? 1 : 0;
        return await this.service.caller.call(name, input, options);
      },
      callIn: async (table, name, input, options) => {
        await spend(options?.signal);
        return await this.service.caller.callIn(table, name, input, options);
      },
    };
    this.store = new TaskStore(caller, pollIntervalsOf.cloud, this.clock);
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
      while ((this.sent[to] ?? 0) - (this.sent[from] ?? 0) >= rateWindowMs) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }
}

for (const v5 of [false, true]) {
  describe(`ten thousand tasks, ${v5 ? "with" : "without"} v5`, () => {
    let day: Day;
    const statusOf = (id: string) => day.store.snapshot.tasks.get(id)?.status;

    beforeEach(() => {
      day = new Day(10_000);
      day.service.v5 = v5;
      day.store.setDemand("view", "visible");
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
        day.store.setDemand("view", need);
        await day.until(() => day.clock.now() - day.begin > ((index + 1) * dayMs) / 3, dayMs);
        const id = `task-${index * 3_333 + 777}`;
        day.service.set(id, "FULL_TRANSFER_FAILED");
        const seen = await day.until(() => statusOf(id) === "fullFailed", 2 * minute);
        assert.ok(seen <= 2 * minute, `${seen} ms`);
        day.service.set(id, "INCRE_TRANSFER_STARTED");
        assert.ok((await day.until(() => statusOf(id) === "incremental", 3 * minute)) <= 3 * minute);
      }
      assert.ok(day.busiest <= requests, `${day.busiest} requests in five minutes`);
    });

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
}

describe("the failed ones among thousands", () => {
  let day: Day;
  const statusOf = (id: string) => day.store.snapshot.tasks.get(id)?.status;
  /** How often v3's filter was asked, and v5's list, from now on. */
  const counting = () => {
    const { calls } = day.service;
    const from = calls.length;
    return (name: string) => calls.slice(from).filter((call) => call === name).length;
  };
  const passes = async (ms: number) => {
    const end = day.clock.now() + ms;
    await day.until(() => day.clock.now() >= end, ms + minute);
  };
  const fails = (count: number) => {
    for (let number = 0; number < count; number++) {
      day.service.set(`task-${number * 7}`, "FULL_TRANSFER_FAILED", { job_action: null });
    }
  };

  beforeEach(() => {
    day = new Day(2_000);
    day.service.v5 = true;
    day.store.setDemand("view", "visible");
  });
  afterEach(() => day.store.dispose());

  it("are in the first poll, with the fields that only v3 has", async () => {
    day.service.set("task-1999", "CHANGE_JOB_FAILED", { error_msg: "as v3 has it" });
    day.service.set("task-1998", "NODE_UPGRADE_FAILED");
    await day.until(() => day.store.snapshot.tasks.size > 0, minute);
    assert.deepEqual([statusOf("task-1999"), statusOf("task-1998")], ["modifyingFailed", "upgradeFailed"]);
    assert.equal(day.store.snapshot.tasks.get("task-1999")?.error?.message, "as v3 has it");
    assert.equal(day.store.snapshot.tasks.size < 2_000, true);
  });

  it("take half the requests where v5 has its filter", async () => {
    const perHour = async (v5: boolean) => {
      day.store.dispose();
      day = new Day(2_000);
      day.service.v5 = v5;
      fails(5);
      day.store.setDemand("view", "visible");
      await day.untilComplete();
      const filtered = day.filtered;
      const count = counting();
      await passes(hour);
      return { failures: day.filtered - filtered + count("listJobsV5"), pages: count("listJobs") };
    };
    const [without, with5] = [await perHour(false), await perHour(true)];
    assert.ok(with5.failures < without.failures * 0.6, JSON.stringify({ without, with5 }));
  });

  it("are reported by v3 where v5 does not list every task", async () => {
    day.service.hiddenFromV5.add("task-777");
    await day.untilComplete();
    day.service.set("task-777", "FULL_TRANSFER_FAILED");
    await day.until(() => statusOf("task-777") === "fullFailed", 2 * minute);
  });

  it("are reported by v3 where v5's filter shows none of those that are known", async () => {
    day.store.dispose();
    day = new Day(10_000);
    day.service.v5 = true;
    day.store.setDemand("view", "visible");
    fails(1);
    await day.untilComplete();
    // It counts as many, but not these.
    day.service.hiddenFromV5.add("task-0").add("task-9777");
    day.service.extraInV5 = 2;
    day.service.set("task-9777", "FULL_TRANSFER_FAILED");
    await day.until(() => statusOf("task-9777") === "fullFailed", 3 * minute);
  });

  it("are reported by v3 where there are more than a page of v5", async () => {
    fails(150);
    await day.untilComplete();
    day.service.set("task-1999", "INCRE_TRANSFER_FAILED");
    await day.until(() => statusOf("task-1999") === "incrementalFailed", 2 * minute);
  });

  it("are reported by v3 while v5 is in trouble", async () => {
    await day.untilComplete();
    day.service.failing.set("listJobsV5", "service");
    day.service.set("task-777", "FULL_TRANSFER_FAILED");
    await day.until(() => statusOf("task-777") === "fullFailed", 2 * minute);
    assert.equal(day.store.snapshot.problem, undefined);
  });
});
