import assert from "node:assert/strict";
import { isDrsError } from "../../../src/drs/errors";
import { type PollIntervals, type TaskChange, TaskStore } from "../../../src/tasks/store";
import { ManualClock } from "../../support/clock";
import { MemoryService } from "../../support/service";

const pace: PollIntervals = {
  soon: 100,
  fast: 200,
  steady: 1000,
  background: 5000,
  longest: 3000,
  detailMaxAge: 10_000,
  perRequest: 0,
};

describe("the task store", () => {
  let clock: ManualClock;
  let service: MemoryService;
  let store: TaskStore;
  let told: string[][];

  const picture = ({ before, after }: TaskChange) =>
    `${before?.status ?? "-"}>${after?.status ?? "-"} ${(after ?? before)?.id}`;
  /** Lets the reading that the clock started come to its end. */
  const settle = () => store.refresh();

  beforeEach(() => {
    clock = new ManualClock();
    service = new MemoryService();
    store = new TaskStore(service.caller, pace, clock);
    told = [];
    store.onDidChange((changes) => told.push(changes.map(picture)));
  });
  afterEach(() => store.dispose());

  it("reads nothing while nobody needs it", () => {
    assert.equal(clock.next, undefined);
    store.setDemand("view", "visible");
    assert.equal(clock.next, 0);
    store.setDemand("view", "none");
    assert.equal(clock.next, undefined);
    assert.deepEqual(service.calls, []);
  });

  it("reports only tasks that were added, changed or removed", async () => {
    service.set("a", "CONFIGURATION");
    service.set("b", "INCRE_TRANSFER_STARTED");
    await store.refresh();
    await store.refresh();
    service.set("a", "STARTJOBING");
    await store.refresh();
    service.jobs.delete("b");
    await store.refresh();
    assert.deepEqual(told, [
      ["->configuration a", "->incremental b"],
      ["configuration>starting a"],
      ["incremental>- b"],
    ]);
  });

  it("keeps a task that did not change the same object", async () => {
    service.set("a", "CONFIGURATION");
    await store.refresh();
    const before = store.snapshot.tasks.get("a");
    service.set("b", "CONFIGURATION");
    await store.refresh();
    assert.equal(store.snapshot.tasks.get("a"), before);
  });

  it("never makes a row of a deleted task", async () => {
    service.set("a", "DELETED");
    await store.refresh();
    assert.equal(store.snapshot.tasks.size, 0);
  });

  it("shows a freeze that the list does not have", async () => {
    service.set("a", "INCRE_TRANSFER_STARTED");
    await store.refresh();
    service.orders.set("a", "FROZEN_CAN_RENEW");
    store.setDemand("view", "visible");
    for (let passed = 0; passed <= pace.detailMaxAge; passed += clock.tick()) {
      await settle();
    }
    await settle();
    assert.equal(store.snapshot.tasks.get("a")?.status, "frozen");
  });

  it("keeps the last good data when a poll fails, and recovers", async () => {
    service.set("a", "CONFIGURATION");
    await store.refresh();
    const { asOf } = store.snapshot;
    service.failing.set("listJobs", "network");
    await store.refresh();
    assert.deepEqual([...store.snapshot.tasks.keys()], ["a"]);
    assert.equal(store.snapshot.asOf, asOf);
    assert.ok(isDrsError(store.snapshot.problem));
    service.failing.clear();
    await store.refresh();
    assert.equal(store.snapshot.problem, undefined);
  });

  it("shows the list although details cannot be read, and says so", async () => {
    service.set("a", "CONFIGURATION");
    service.failing.set("batchDetail", "permission");
    await store.refresh();
    assert.deepEqual([...store.snapshot.tasks.keys()], ["a"]);
    assert.ok(isDrsError(store.snapshot.problem));
  });

  it("is quicker after a change and slows down to its pace", async () => {
    service.set("a", "INCRE_TRANSFER_STARTED");
    store.setDemand("view", "visible");
    await settle();
    const pauses: number[] = [];
    for (let count = 0; count < 8; count++) {
      pauses.push(clock.tick());
      await settleWithoutHurry();
    }
    assert.ok(pauses[0] !== undefined && pauses[0] <= 150, `first pause ${pauses[0]}`);
    assert.equal(pauses.at(-1), pace.steady);
    store.setDemand("view", "background");
    for (let count = 0; count < 4; count++) {
      pauses.push(clock.tick());
      await settleWithoutHurry();
    }
    assert.equal(pauses.at(-1), pace.background);
  });

  it("backs off while polls fail", async () => {
    service.failing.set("listJobs", "network");
    store.setDemand("view", "visible");
    const pauses: number[] = [];
    for (let count = 0; count < 4; count++) {
      pauses.push(clock.tick());
      await settleWithoutHurry();
    }
    assert.deepEqual(pauses, [0, 1000, 2000, 3000]);
  });

  it("sends nothing more after a refused signature until the user asks", async () => {
    service.failing.set("listJobs", "authentication");
    store.setDemand("view", "visible");
    await settle();
    assert.equal(clock.next, undefined);
    store.setDemand("details", "visible");
    assert.equal(clock.next, undefined);
    service.failing.clear();
    await store.refresh();
    assert.notEqual(clock.next, undefined);
  });

  it("polls one at a time, and once more when asked during a poll", async () => {
    service.set("a", "CONFIGURATION");
    await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
    assert.equal(service.calls.filter((name) => name === "listJobs").length, 2);
  });

  it("reads every page of a long list", async () => {
    for (let index = 0; index < 250; index++) {
      service.set(String(index), "INCRE_TRANSFER_STARTED");
    }
    await store.refresh();
    assert.equal(store.snapshot.tasks.size, 250);
  });

  it("asks for v5 once, when there is a task that only v5 can start over", async () => {
    const offered = (id: string) => store.snapshot.tasks.get(id)?.resettable;
    const probes = () => service.calls.filter((name) => name === "listJobsV5").length;
    service.v5 = true;
    service.set("a", "INCRE_TRANSFER_STARTED");
    await store.refresh();
    assert.equal(probes(), 0);
    service.set("b", "INCRE_TRANSFER_FAILED");
    service.set("c", "PAUSING", { job_action: { available_actions: ["RETRY"] } });
    await store.refresh();
    assert.deepEqual([offered("a"), offered("b"), offered("c")], [undefined, true, undefined]);
    service.set("a", "PAUSING");
    await store.refresh();
    assert.equal(offered("a"), true);
    assert.equal(probes(), 1);
  });

  it("does not offer it where v5 is not there, and asks no more", async () => {
    service.set("a", "PAUSING");
    await store.refresh();
    await store.refresh();
    assert.equal(store.snapshot.problem, undefined);
    assert.equal(store.snapshot.tasks.get("a")?.resettable, undefined);
    assert.equal(service.calls.filter((name) => name === "listJobsV5").length, 1);
  });

  it("asks again later where v5 gave no clear answer, and shows no problem of the list for it", async () => {
    service.v5 = true;
    service.failing.set("listJobsV5", "timeout");
    service.set("a", "PAUSING");
    store.setDemand("view", "visible");
    await store.refresh();
    await store.refresh();
    assert.equal(store.snapshot.problem, undefined);
    service.failing.clear();
    const begin = clock.now();
    while (store.snapshot.tasks.get("a")?.resettable !== true) {
      clock.tick();
      await settleWithoutHurry();
      assert.ok(clock.now() - begin < 10 * 60_000);
    }
    assert.equal(service.calls.filter((name) => name === "listJobsV5").length, 2);
  });

  describe("after a sleep", () => {
    const hours = 8 * 3_600_000;
    const listed = () => service.calls.filter((name) => name === "listJobs").length;

    beforeEach(async () => {
      service.set("a", "INCRE_TRANSFER_STARTED");
      store.setDemand("view", "visible");
      await store.refresh();
    });

    it("reads at once, once, whatever the timers say", async () => {
      const before = listed();
      clock.jump(hours);
      store.wake();
      store.wake();
      await settleWithoutHurry();
      assert.equal(listed(), before + 1);
      assert.ok((clock.next ?? 0) > 0);
    });

    it("does not report that the network is not back at once, and polls as soon as it is", async () => {
      const before = told.length;
      clock.jump(hours);
      service.failing.set("listJobs", "network");
      store.wake();
      await settleWithoutHurry();
      for (let index = 0; index < 3; index++) {
        clock.tick();
        await settleWithoutHurry();
      }
      assert.equal(store.snapshot.problem, undefined);
      service.failing.clear();
      service.set("a", "INCRE_TRANSFER_FAILED");
      clock.tick();
      await settleWithoutHurry();
      assert.deepEqual(told.slice(before), [["incremental>incrementalFailed a"]]);
    });

    it("reports that the network stays away, and anything else at once", async () => {
      clock.jump(hours);
      service.failing.set("listJobs", "network");
      store.wake();
      await settleWithoutHurry();
      const begin = clock.now();
      while (store.snapshot.problem === undefined) {
        clock.tick();
        await settleWithoutHurry();
      }
      assert.ok(clock.now() - begin >= 15_000 && clock.now() - begin < 20_000);
      service.failing.set("listJobs", "permission");
      store.wake();
      await settleWithoutHurry();
      assert.match(String(store.snapshot.problem), /listJobs fails/);
    });

    it("sends nothing after a refused signature, and nothing that nobody needs", async () => {
      service.failing.set("listJobs", "authentication");
      await store.refresh();
      const refused = listed();
      store.wake();
      assert.equal(listed(), refused);
      service.failing.clear();
      await store.refresh();
      store.setDemand("view", "none");
      const before = listed();
      store.wake();
      assert.equal(listed(), before);
    });

    it("continues after the clock was set back by hours", async () => {
      clock.jump(-hours);
      store.wake();
      await settleWithoutHurry();
      assert.ok((clock.next ?? Number.POSITIVE_INFINITY) <= pace.steady);
    });
  });

  it("is silent after it was disposed", async () => {
    service.set("a", "CONFIGURATION");
    const reading = store.refresh();
    store.dispose();
    await reading;
    assert.deepEqual(told, []);
    assert.equal(clock.next, undefined);
  });

  /** Waits until the reading that the clock started has set the next timer. */
  async function settleWithoutHurry(): Promise<void> {
    while (clock.next === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
