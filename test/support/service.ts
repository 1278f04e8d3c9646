import type { DrsCaller } from "../../src/drs/client";
import { DrsError, type FailureKind } from "../../src/drs/errors";
import type { ListedJob } from "../../src/tasks/decode";

/** A service in memory behind the client's interface, for what needs a manual clock or a chosen failure. */
export class MemoryService {
  readonly jobs = new Map<string, ListedJob>();
  /** `period_order.status` by id. */
  readonly orders = new Map<string, string>();
  /** `incre_trans_delay_millis` by id. */
  readonly delays = new Map<string, string>();
  /** Operations that fail, and how. */
  readonly failing = new Map<string, FailureKind>();
  readonly calls: string[] = [];

  readonly caller: DrsCaller = {
    call: (name, input) => this.#answer(name, input as { cur_page?: number; jobs?: string[] }) as never,
  };

  set(id: string, status: string, facts: Partial<ListedJob> = {}): void {
    this.jobs.set(id, { id, name: `task ${id}`, status, ...facts });
  }

  async #answer(name: string, { cur_page = 1, jobs: ids = [] }: { cur_page?: number; jobs?: string[] }) {
    this.calls.push(name);
    const kind = this.failing.get(name);
    if (kind !== undefined) {
      throw new DrsError({ kind, operation: name, reason: `${name} fails` });
    }
    switch (name) {
      case "listJobs": {
        const jobs = [...this.jobs.values()].slice((cur_page - 1) * 100, cur_page * 100);
        return { total_record: this.jobs.size, jobs };
      }
      case "batchDetail":
        return {
          results: ids.map((id) => ({
            id,
            status: this.jobs.get(id)?.status,
            period_order: { status: this.orders.get(id) },
          })),
        };
      default:
        return {
          results: ids.map((job_id) => ({ job_id, incre_trans_delay_millis: this.delays.get(job_id) })),
        };
    }
  }
}
