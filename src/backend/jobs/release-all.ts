import { setTimeout as delay } from "node:timers/promises";
import { log } from "../log";
import type { Controller } from "./controller";
import type { JobStore } from "./store";

const limitMs = 20_000;
const lookMs = 50;

/** Ends all tasks by force and waits until they are ended; objects at unreachable ends stay where they are. */
export async function releaseAll(store: JobStore, controller: Controller): Promise<void> {
  const open = () => store.all().filter(({ released }) => !released);
  for (const { id } of open()) {
    await store.update(id, (job) => ({
      ...job,
      desired: { goal: "released", attempt: job.desired.attempt + 1, startAt: null, force: true },
    }));
  }
  controller.wake();
  for (const deadline = Date.now() + limitMs; open().length > 0; await delay(lookMs)) {
    if (Date.now() > deadline) {
      log(
        `could not be ended: ${open()
          .map(({ name }) => name)
          .join(", ")}`,
      );
      return;
    }
  }
  for (const { job, side } of await store.orphans()) {
    log(`task ${job.name}: its objects stay at the ${side} database, which cannot be reached`);
  }
}
