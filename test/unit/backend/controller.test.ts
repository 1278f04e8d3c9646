import assert from "node:assert/strict";
import type { EngineState, EngineTask } from "../../../src/backend/engine/engine";
import { Controller } from "../../../src/backend/jobs/controller";
import { JobStore } from "../../../src/backend/jobs/store";
import { newJob, seal } from "../../support/simulated-job";
import { SimulatedEngine, SimulatedWorld } from "../../support/simulated-world";
import { waitFor } from "../../support/wait";

/** An engine whose servers may answer what nobody understands. */
class OddEngine extends SimulatedEngine {
  isOdd = false;

  override async observe(tasks: readonly EngineTask[]): Promise<ReadonlyMap<string, EngineState>> {
    if (this.isOdd) {
      throw new TypeError("Cannot read properties of undefined (reading 'rows')");
    }
    return await super.observe(tasks);
  }
}

describe("the controller", () => {
  it("takes servers whose answers cannot be read for unreachable, and the task for none that is well", async () => {
    const world = new SimulatedWorld();
    const alive = async () => undefined;
    const engine = new OddEngine(world, alive);
    const store = await JobStore.open(world.database(alive));
    const controller = new Controller(store, engine, seal);
    await controller.start();
    const ticking = setInterval(() => world.tick(), 50);
    try {
      const job = newJob("FULL_INCR_TRANS");
      await store.insert({ ...job, desired: { ...job.desired, goal: "running", attempt: 1 } });
      const reaches = async (status: string) => {
        controller.wake();
        await waitFor(
          () => store.get(job.id)?.status,
          (seen) => seen === status,
        );
      };
      await reaches("INCRE_TRANSFER_STARTED");
      engine.isOdd = true;
      await reaches("REBUILD_NODE_STARTED");
      const { engine: seen } = controller.live(job.id);
      assert.equal(seen?.kind, "unreachable");
      assert.match(seen.kind === "unreachable" ? seen.reason : "", /Cannot read properties/);
      engine.isOdd = false;
      await reaches("INCRE_TRANSFER_STARTED");
    } finally {
      clearInterval(ticking);
      await controller.stop();
      await controller.closeLinks();
    }
  });
});
