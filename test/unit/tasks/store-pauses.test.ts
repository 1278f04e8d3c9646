import assert from "node:assert/strict";
import { DrsError, type Failure } from "../../../src/drs/errors";
import { type PollIntervals, TaskStore } from "../../../src/tasks/store";
import { noHealths, type StreamHealths } from "../../../src/tasks/stream-health";
import { ManualClock } from "../../support/clock";
import { MemoryService } from "../../support/service";

const pace: PollIntervals = {
  ...{ soon: 100, fast: 400, steady: 1_000, background: 5_000, longest: 30_000 },
  ...{ detailMaxAge: 100_000, perRequest: 0 },
};

/** A clock whose chance is chosen. */
class LoadedClock extends ManualClock {
  chance = 0;

  override random(): number {
    return this.chance;
  }
}

describe("the pauses of the task store", () => {
  let clock: LoadedClock;
  let service: MemoryService;
  let store: TaskStore;
  let told: number;

  const open = (intervals: Partial<PollIntervals> = {}, cloud = false) => {
    clock = new LoadedClock();
    service = new MemoryService();
    store = new TaskStore(service.caller, { ...pace, ...intervals }, clock, undefined, cloud);
    told = 0;
    store.onDidChange(() => {
      told += 1;
    });
  };
  beforeEach(() => open());
  afterEach(() => store.dispose());

  /** Waits until the reading that the clock started has set the next timer. */
  const settled = async () => {
    while (clock.next === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const pauses = async (count: number) => {
    const all: number[] = [];
    while (all.length < count) {
      all.push(clock.tick());
      await settled();
    }
    return all;
  };
  /** Lets every reading of the list fail. */
  const fail = (failure: Partial<Failure>) => {
    service.caller.call = () =>
      Promise.reject(new DrsError({ kind: "throttled", operation: "listJobs", reason: "no", ...failure }));
  };

  it("are as long as the service asks for, and a little longer by chance", async () => {
    store.setDemand("view", "visible");
    fail({ retryAfterMs: 20_000 });
    await pauses(1);
    assert.equal(clock.next, 20_000);
    clock.chance = 1;
    await pauses(1);
    assert.equal(clock.next, 25_000);
  });

  it("are the store's own where the service asks for less, or does not say", async () => {
    store.setDemand("view", "visible");
    fail({ retryAfterMs: 10 });
    assert.deepEqual(await pauses(3), [0, 1_000, 2_000]);
    fail({});
    assert.deepEqual(await pauses(2), [4_000, 8_000]);
  });

  it("grow only up to the quick pace while a task changes by itself, or is being paused", async () => {
    for (const change of ["STARTJOBING", "PAUSED BY SOMEBODY"]) {
      open();
      service.set("still", "INCRE_TRANSFER_STARTED");
      const job_action = { current_action: "STOP_JOB" };
      service.set("a", change === "STARTJOBING" ? change : "INCRE_TRANSFER_STARTED", {
        ...(change === "STARTJOBING" ? {} : { job_action }),
      });
      store.setDemand("view", "visible");
      const last = (await pauses(9)).at(-1);
      assert.equal(last, pace.fast, change);
      service.set("a", "INCRE_TRANSFER_STARTED");
      assert.equal((await pauses(9)).at(-1), pace.steady, change);
    }
  });

  it("become short again when a task's status changes, and not for its delay alone", async () => {
    service.set("a", "INCRE_TRANSFER_STARTED");
    store.setDemand("view", "visible");
    await pauses(9);
    service.delays.set("a", "500");
    await pauses(1);
    assert.equal(store.snapshot.tasks.get("a")?.delayMs, 500);
    assert.equal(clock.next, pace.steady);
    service.set("a", "INCRE_TRANSFER_FAILED");
    await pauses(1);
    assert.equal(clock.next, pace.soon);
  });

  it("are as long as the requests of the last poll cost, unless somebody waits for a task", async () => {
    open({ perRequest: 700 });
    service.set("a", "INCRE_TRANSFER_STARTED");
    store.setDemand("view", "visible");
    await pauses(1);
    const requests = service.calls.length;
    assert.ok(requests > 1);
    assert.equal(clock.next, requests * 700);
    await store.refresh("a");
    assert.equal(clock.next, pace.soon * 1.5);
    clock.jump(2 * 60_000);
    await store.refresh();
    assert.ok((clock.next ?? 0) >= 700, "nobody waits any more");
  });

  it("for somebody who waits end also when the clock was set back", async () => {
    open({ perRequest: 700 });
    service.set("a", "INCRE_TRANSFER_STARTED");
    store.setDemand("view", "visible");
    await store.refresh("a");
    assert.equal(clock.next, pace.soon);
    clock.jump(-10 * 60_000);
    await store.refresh();
    assert.ok((clock.next ?? 0) >= 700);
  });

  it("end at once when somebody looks at what is old, and soon otherwise", async () => {
    service.set("a", "INCRE_TRANSFER_STARTED");
    store.setDemand("alerts", "background");
    await pauses(8);
    store.setDemand("view", "visible");
    assert.equal(clock.next, pace.soon, "it was read a moment ago");
    store.setDemand("view", "none");
    clock.jump(pace.steady);
    store.setDemand("view", "visible");
    assert.equal(clock.next, 0);
  });

  it("are not shortened by another who looks, nor by somebody who looks while polls fail", async () => {
    store.setDemand("view", "visible");
    await pauses(9);
    const before = clock.next;
    clock.pass(10);
    store.setDemand("details", "visible");
    assert.equal(clock.next, (before ?? 0) - 10);
    store.setDemand("details", "none");
    fail({ kind: "service" });
    store.setDemand("view", "background");
    await pauses(3);
    const backedOff = clock.next;
    store.setDemand("view", "visible");
    assert.equal(clock.next, backedOff);
  });

  it("are the background's when nobody looks any more", async () => {
    store.setDemand("view", "visible");
    await pauses(12);
    store.setDemand("view", "background");
    await pauses(6);
    assert.equal(clock.next, pace.background);
  });

  it("are followed by events for the first poll, for changes, and for problems that begin and end", async () => {
    await store.refresh();
    assert.equal(told, 1);
    await store.refresh();
    assert.equal(told, 1);
    service.failing.set("listJobs", "service");
    await store.refresh();
    await store.refresh();
    assert.equal(told, 3);
    service.failing.clear();
    await store.refresh();
    await store.refresh();
    assert.equal(told, 4);
  });

  it("are not reported to a listener that was removed", async () => {
    let heard = 0;
    const leave = store.onDidChange(() => {
      heard += 1;
    });
    await store.refresh();
    leave();
    service.set("a", "CREATING");
    await store.refresh();
    assert.deepEqual([heard, told], [1, 2]);
  });

  it("know whose service it is, which every task says", async () => {
    for (const cloud of [true, false]) {
      open({}, cloud);
      service.set("a", "CREATING");
      await store.refresh();
      assert.equal(store.snapshot.tasks.get("a")?.cloud, cloud || undefined);
    }
  });
});

describe("the silence after a sleep", () => {
  it("ends when the clock is set back, and covers the network alone", async () => {
    const [clock, service] = [new ManualClock(), new MemoryService()];
    const store = new TaskStore(service.caller, pace, clock);
    store.setDemand("view", "visible");
    await store.refresh();
    const troubled = async () => {
      await store.refresh();
      return store.snapshot.problem !== undefined;
    };
    for (const kind of ["network", "timeout"] as const) {
      service.failing.clear();
      store.wake();
      await store.refresh();
      service.failing.set("listJobs", kind);
      assert.equal(await troubled(), false, kind);
    }
    clock.jump(-3 * 3_600_000);
    assert.equal(await troubled(), true);
    service.failing.clear();
    store.wake();
    await store.refresh();
    clock.jump(15_000);
    service.failing.set("listJobs", "network");
    assert.equal(await troubled(), true);
    store.dispose();
  });
});

describe("tasks joined with the warnings of their streams", () => {
  it("come, change and go with the list, and lose their warnings when nothing is wrong any more", async () => {
    const service = new MemoryService();
    let healths: StreamHealths = noHealths;
    const store = new TaskStore(service.caller, pace, new ManualClock(), async () => healths);
    const changes: string[] = [];
    store.onDidChange((all) =>
      changes.push(...all.map(({ before, after }) => `${before?.id ?? ""}>${after?.id ?? ""}`)),
    );
    service.set("a", "INCRE_TRANSFER_STARTED");
    service.set("b", "CONFIGURATION");
    await store.refresh();
    const warning = { id: "1", level: "warning", code: "LW001", message: "Columns differ." } as const;
    healths = new Map([["a", { warnings: [warning], retainedLog: { bytes: 5 } }]]);
    await store.refresh();
    assert.deepEqual(store.snapshot.tasks.get("a")?.warnings, [warning]);
    assert.equal(store.snapshot.tasks.get("a")?.retainedLog?.bytes, 5);
    await store.refresh();
    service.jobs.delete("b");
    await store.refresh();
    assert.deepEqual([...store.snapshot.tasks.keys()], ["a"]);
    healths = new Map([["a", { warnings: [], retainedLog: undefined }]]);
    await store.refresh();
    assert.deepEqual(
      [
        Object.hasOwn(store.snapshot.tasks.get("a") ?? {}, "warnings"),
        store.snapshot.tasks.get("a")?.retainedLog,
      ],
      [false, undefined],
    );
    healths = noHealths;
    service.jobs.delete("a");
    await store.refresh();
    assert.deepEqual(changes, [">a", ">b", "a>a", "b>", "a>a", "a>"]);
    store.dispose();
  });
});

describe("a freeze that only a refusal shows", () => {
  it("is noted of a known task in the service's words, and forgotten on demand", async () => {
    const [clock, service] = [new ManualClock(), new MemoryService()];
    const store = new TaskStore(service.caller, pace, clock);
    const refuse = (code: string | undefined, reason: string, id = "a") =>
      store.noteRefusal(id, new DrsError({ kind: "permission", operation: "batchPause", code, reason }));
    const freeze = async () => {
      await store.refresh();
      return store.snapshot.tasks.get("a")?.freeze;
    };
    service.set("a", "INCRE_TRANSFER_STARTED");
    await store.refresh();
    refuse("DRS.M00102", "not allowed");
    refuse("CBC.99003602", "frozen", "unknown");
    assert.equal(await freeze(), undefined);
    refuse("CBC.99003602", "frozen");
    assert.deepEqual(await freeze(), { id: "refused", word: "CBC.99003602: frozen" });
    clock.jump(1);
    store.forgetRefusals();
    assert.equal(await freeze(), undefined);
    clock.jump(1);
    refuse(undefined, "The account is in arrears.");
    assert.deepEqual(await freeze(), { id: "refused", word: "The account is in arrears." });
    service.orders.set("a", "FROZEN_POLICE");
    service.set("a", "PAUSING");
    assert.equal((await freeze())?.id, "police");
    refuse("CBC.99003602", "frozen");
    assert.equal((await freeze())?.id, "police", "the service has a word of its own for it");
    store.dispose();
  });
});
