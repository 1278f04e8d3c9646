import assert from "node:assert/strict";
import type { EngineState } from "../../../../src/backend/engine/engine-state";
import type { EngineTask } from "../../../../src/backend/engine/engine-task";
import { Controller } from "../../../../src/backend/jobs/controller";
import { Failures } from "../../../../src/backend/jobs/failures";
import { type Job, newJobId } from "../../../../src/backend/jobs/job";
import { Runtimes } from "../../../../src/backend/jobs/runtime";
import { JobStore } from "../../../../src/backend/jobs/store";
import { message } from "../../../../src/backend/messages";
import { SimulatedEngine } from "../../../support/simulated-engine";
import { newJob, seal } from "../../../support/simulated-job";
import { SimulatedWorld } from "../../../support/simulated-world";
import { waitFor } from "../../../support/wait";

/** How long the controller rests while no task is expected to change, in milliseconds. */
const quietMs = 2_000;

/** An engine whose servers may answer what nobody understands, or too late what the stream needs. */
class OddEngine extends SimulatedEngine {
  isOdd = false;
  isBusy = false;
  /** Whether a copy goes on although it was told to stop. */
  isStubborn = false;
  suspensions = 0;

  override async suspend(): Promise<void> {
    this.suspensions++;
    await super.suspend();
  }

  override async observe(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, EngineState>> {
    if (this.isOdd) {
      throw new TypeError("Cannot read properties of undefined (reading 'rows')");
    }
    const states = await super.observe(tasks);
    if (this.isStubborn) {
      return new Map(
        [...states].map(([id, state]) => [
          id,
          state.kind === "present" ? { ...state, copyWorkers: 1 } : state,
        ]),
      );
    }
    return this.isBusy
      ? new Map(
          [...states].map(([id, state]) => [
            id,
            state.kind === "present" ? { ...state, findings: [], isWatched: false } : state,
          ]),
        )
      : states;
  }
}

/** Runs a task on an odd engine, and tests what its controller makes of it. */
async function withTask(
  test: (parts: {
    readonly world: SimulatedWorld;
    readonly engine: OddEngine;
    readonly controller: Controller;
    readonly task: () => Job | undefined;
    readonly reaches: (status: string) => Promise<void>;
    readonly pauses: () => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const world = new SimulatedWorld();
  const alive = async () => undefined;
  const engine = new OddEngine(world, alive);
  const store = await JobStore.open(world.database(alive));
  const controller = new Controller(store, engine, seal);
  await controller.start();
  const ticking = setInterval(() => world.tick(), 50);
  try {
    const { id, ...job } = newJob("FULL_INCR_TRANS");
    await store.insert({ id, ...job, desired: { ...job.desired, goal: "running", attempt: 1 } });
    const task = () => store.get(id);
    const reaches = async (status: string) => {
      controller.wake();
      await waitFor(
        () => task()?.status,
        (seen) => seen === status,
      );
    };
    await reaches("INCRE_TRANSFER_STARTED");
    const pauses = async () => {
      await store.update(id, (job) => ({ ...job, desired: { ...job.desired, goal: "paused", attempt: 2 } }));
    };
    await test({ world, engine, controller, task, reaches, pauses });
  } finally {
    clearInterval(ticking);
    await controller.stop();
    await controller.closeLinks();
  }
}

describe("the controller", () => {
  it("does not forget what a task has lost when the servers are too busy to be looked at", async () => {
    await withTask(async ({ world, engine, controller, task, reaches }) => {
      const losses = () => task()?.findings.filter(({ level }) => level === "failure").length;
      const look = async () => await controller.lookAt(task()?.id ?? "");
      const [table = ""] = world.subscription?.tables.keys() ?? [];
      world.loseTable(table);
      await reaches("INCRE_TRANSFER_FAILED");
      assert.equal(losses(), 1);
      engine.isBusy = true;
      await look();
      assert.equal(losses(), 1);
      engine.isBusy = false;
      world.lost.clear();
      await look();
      assert.equal(losses(), 0);
    });
  });

  it("finds that a copy cannot continue although its worker is started again and again", async () => {
    await withTask(async ({ world, reaches }) => {
      const [table = ""] = world.subscription?.tables.keys() ?? [];
      world.spare = false;
      world.subscription?.tables.set(table, "copied");
      world.slotLost.add(table);
      await reaches("REBUILD_NODE_FAILED");
    });
  });

  it("takes servers whose answers cannot be read for unreachable, and the task for none that is well", async () => {
    await withTask(async ({ engine, controller, task, reaches }) => {
      engine.isOdd = true;
      await reaches("REBUILD_NODE_STARTED");
      const { engine: seen } = controller.live(task()?.id ?? "");
      assert.equal(seen?.kind, "unreachable");
      assert.match(seen.kind === "unreachable" ? seen.reason : "", /Cannot read properties/);
      engine.isOdd = false;
      await reaches("INCRE_TRANSFER_STARTED");
    });
  });

  it("looks for the effect of a step before its next look at a quiet moment would come", async () => {
    const begin = performance.now();
    await withTask(async () => {
      const took = performance.now() - begin;
      assert.ok(took < quietMs, `${took} ms`);
    });
  });

  it("does not hurry while a step has no effect", async () => {
    await withTask(async ({ engine, controller, task, pauses }) => {
      engine.isStubborn = true;
      const begin = performance.now();
      await pauses();
      controller.wake();
      await waitFor(
        () => engine.suspensions,
        (count) => count > 48,
      );
      assert.ok(performance.now() - begin > 600);
      engine.isStubborn = false;
      await waitFor(
        () => task()?.status,
        (status) => status === "PAUSING",
      );
    });
  });

  it("does nothing for tasks that wait for their user, and something for one that has changed", async () => {
    const world = new SimulatedWorld();
    const alive = async () => undefined;
    const store = await JobStore.open(world.database(alive));
    const configured = { ...newJob("FULL_TRANS"), status: "CONFIGURATION", provisioned: true };
    const jobs = Array.from({ length: 500 }, () => ({ ...configured, id: newJobId() }));
    for (const job of jobs) {
      await store.insert(job);
    }
    let asked: string[] = [];
    const { get } = store;
    store.get = (id) => {
      asked.push(id);
      return get.call(store, id);
    };
    const controller = new Controller(store, new SimulatedEngine(world, alive), seal);
    await controller.start();
    try {
      // Each was looked at when the backend was started.
      await waitFor(
        () => {
          const of = new Set(asked);
          asked = [];
          controller.wake();
          return of.size;
        },
        (size) => size === 0,
      );
      const [first] = jobs;
      await store.update(first?.id ?? "", (job) => ({
        ...job,
        desired: { ...job.desired, goal: "running", attempt: 1 },
      }));
      controller.wake();
      await waitFor(
        () => get.call(store, first?.id ?? "")?.status,
        (status) => status === "STARTJOBING",
      );
      assert.deepEqual(new Set(asked), new Set([first?.id]));
      await store.remove(first?.id ?? "", () => undefined);
      await store.setBalance(configured.account, -1);
      controller.wake();
      await waitFor(
        () => new Set(asked).size,
        (size) => size === jobs.length,
      );
    } finally {
      await controller.stop();
      await controller.closeLinks();
    }
  });

  it("notes that a copy was completed before its stream failed, where one look sees both", async () => {
    const world = new SimulatedWorld();
    const alive = async () => undefined;
    const store = await JobStore.open(world.database(alive));
    const runtimes = new Runtimes();
    const failures = new Failures(store, new SimulatedEngine(world, alive), seal, runtimes);
    const job: Job = {
      ...newJob("FULL_INCR_TRANS"),
      ...{ status: "FULL_TRANSFER_STARTED", prepared: true, tables: [{ schema: "public", table: "a" }] },
    };
    await store.insert(job);
    await failures.fail(job, "incremental", "23505", message("noSuchJob"));
    const failed = store.get(job.id);
    assert.equal(failed?.status, "INCRE_TRANSFER_STARTED");
    assert.notEqual(failed.fullCompletedAt, null);
    assert.equal(failed.failure?.code, "23505");
  });
});
