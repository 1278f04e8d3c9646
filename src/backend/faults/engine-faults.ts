/** Faults of the engine: they happen for real, and the backend sees them as it would see any other. */
import type { Clusters } from "../clusters/clusters";
import { objectName } from "../engine/postgres/names";
import type { Controller } from "../jobs/controller";
import type { Job } from "../jobs/job";
import type { JobStore } from "../jobs/store";
import type { TcpRelay } from "../jobs/tcp-relay";
import { log } from "../log";
import { ApiError, message } from "../messages";
import type { EngineFault } from "./request";
import { loseSlot } from "./slot";

/** A fault that was made: `end` when it lasts, `how` it was made when there is more than one way. */
interface Made {
  readonly end?: () => void;
  readonly how?: string;
}

/**
 * Makes faults of servers, links and slots.
 *
 * @throws ApiError when a fault names an unknown task or cannot be made now.
 */
export class EngineFaults {
  constructor(
    private readonly parts: {
      readonly store: JobStore;
      readonly controller: Controller;
      readonly clusters: Clusters;
    },
  ) {}

  /** @param over is called when a fault ends by itself. */
  async make(fault: EngineFault, over: () => void): Promise<Made> {
    switch (fault.kind) {
      case "killed_engine":
        return this.#kill(fault, over);
      case "cut_link": {
        const { link, job } = this.#task(fault.job);
        log(`fault on demand: the link of task ${job.name} is cut`);
        link.disconnect();
        return lasting(fault.seconds, () => link.reconnect(), over);
      }
      case "full_slot":
        return await this.#fill(fault.job);
    }
  }

  #kill({ server, seconds }: EngineFault & { kind: "killed_engine" }, over: () => void): Made {
    const { clusters } = this.parts;
    if (!clusters.has(server)) {
      throw refused("server", `the backend runs no ${server} server without --demo`);
    }
    log(`fault on demand: the ${server} database server is killed`);
    clusters.kill(server, (seconds ?? 0) * 1_000);
    return seconds === undefined ? {} : lasting(seconds, () => clusters.revive(server), over);
  }

  async #fill(name: string): Promise<Made> {
    const { clusters } = this.parts;
    const { link, job } = this.#task(name);
    const source = clusters.has("source") ? clusters.connection("source") : undefined;
    if (source === undefined || source.port !== job.source.port || !isLocal(job.source.host)) {
      throw refused("job", "the task's source is not a server of this backend");
    }
    if (!job.prepared) {
      throw refused("job", `the task holds no slot in the status ${job.status}`);
    }
    log(`fault on demand: the slot of task ${job.name} is given up`);
    // The reader must not come back before its slot is gone.
    link.disconnect();
    try {
      return { how: await loseSlot(source, objectName(job.id)) };
    } finally {
      link.reconnect();
    }
  }

  #task(idOrName: string): { readonly job: Job; readonly link: TcpRelay } {
    const { store, controller } = this.parts;
    const job = store.get(idOrName) ?? store.all().find(({ name }) => name === idOrName);
    if (job === undefined) {
      throw new ApiError("DRS.M00289", message("noSuchJob"), 404);
    }
    const link = controller.linkOf(job);
    if (link === undefined) {
      throw refused("job", "no rows of the task go through a link of this backend");
    }
    return { job, link };
  }
}

function lasting(seconds: number | undefined, end: () => void, over: () => void): Made {
  if (seconds === undefined) {
    return { end };
  }
  const timer = setTimeout(() => {
    end();
    over();
  }, seconds * 1_000);
  return {
    end: () => {
      clearTimeout(timer);
      end();
    },
  };
}

function isLocal(host: string): boolean {
  return host === "127.0.0.1" || host === "localhost";
}

function refused(field: string, reason: string): ApiError {
  return new ApiError("DRS.M00007", message("invalidField", { field, reason }));
}
