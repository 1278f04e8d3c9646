import type { TablesCaller } from "../../src/drs/client";
import { DrsError } from "../../src/drs/errors";
import type { JobDetail, JobProgress, ListedJob } from "../../src/tasks/decode";
import { pick } from "./measure";

interface Input {
  readonly cur_page?: number;
  readonly status?: string;
  readonly jobs?: readonly string[];
}

const pageSize = 100;
export const running = "INCRE_TRANSFER_STARTED";
export const failed = "INCRE_TRANSFER_FAILED";
const engines = ["postgresql", "mysql", "gaussdbv5-to-kafka"] as const;

/**
 * A service with thousands of running tasks, behind the client's interface. Its answers are made before they are asked
 * for; what did not change is the same object again, as from the client.
 */
export class LargeService {
  readonly #jobs: ListedJob[] = [];
  readonly #details = new Map<string, JobDetail>();
  readonly #progress = new Map<string, JobProgress>();
  readonly #place = new Map<string, number>();
  readonly #byStatus = new Map<string, Set<number>>();
  readonly #pages = new Map<number, object>();

  /** @param statuses how the tasks begin, in turn. */
  constructor(count: number, statuses: readonly [string, ...string[]] = [running]) {
    for (let index = 0; index < count; index++) {
      const status = pick(statuses, index);
      const id = `${index.toString(16).padStart(8, "0")}-5d1c-4a3b-9c7e-0f1e2d3c4b5a`;
      this.#jobs.push({
        id,
        name: `orders-${index % 97}-to-warehouse-${index}`,
        status,
        description: "Orders of the shop for the reports of the warehouse",
        create_time: "1764000000000",
        engine_type: pick(engines, index),
        task_type: "FULL_INCR_TRANS",
        job_action: { available_actions: ["STOP", "FINISH"], current_action: null },
      });
      this.#place.set(id, index);
      this.#index(index, status);
      const end = (ip: string) => ({
        ...{ db_type: "postgresql", ip, db_port: 5432, db_user: "replicator", db_name: "shop" },
        ...{ inst_name: `rds-${index % 13}`, region: "cn-north-4" },
      });
      this.#details.set(id, {
        id,
        status,
        create_time: "1764000000000",
        actual_start_time: "1764000100000",
        update_time: "1764000200000",
        source_endpoint: end(`10.0.0.${index % 250}`),
        target_endpoint: end(`10.0.1.${index % 250}`),
        object_infos: [{ id: "public.orders", name: "orders", type: "table" }],
        tags: [{ key: "team", value: `shop-${index % 7}` }],
      });
    }
    this.delay(1);
  }

  get count(): number {
    return this.#jobs.length;
  }

  id(index: number): string {
    return this.#jobs[index]?.id ?? "";
  }

  /** Gives every task another delay. */
  delay(round: number): void {
    for (const [index, { id }] of this.#jobs.entries()) {
      this.#progress.set(id, {
        job_id: id,
        progress: "100",
        incre_trans_delay: "0",
        incre_trans_delay_millis: String(100 + ((index * 7919 + round * 104_729) % 60_000)),
      });
    }
  }

  /** Lets tasks fail, or run again. */
  set(indices: readonly number[], status: string): void {
    for (const index of indices) {
      const job = this.#jobs[index];
      if (job !== undefined) {
        this.#byStatus.get(job.status ?? "")?.delete(index);
        this.#jobs[index] = { ...job, status };
        const detail = this.#details.get(job.id);
        if (detail !== undefined) {
          this.#details.set(job.id, { ...detail, status });
        }
        this.#index(index, status);
        this.#pages.delete(Math.floor(index / pageSize) + 1);
      }
    }
  }

  readonly caller: TablesCaller = {
    call: async (name, input) => this.#answer(name, input as Input) as never,
    callIn: async (_, operation) =>
      await Promise.reject(new DrsError({ kind: "notFound", operation, reason: "no such path" })),
  };

  #index(index: number, status: string): void {
    const indices = this.#byStatus.get(status) ?? new Set();
    this.#byStatus.set(status, indices.add(index));
  }

  #answer(name: string, { cur_page = 1, status = "", jobs = [] }: Input): object {
    switch (name) {
      case "listJobs":
        return status === "" ? this.#page(cur_page) : this.#filtered(status, cur_page);
      case "batchStatus":
        return { results: jobs.map((id) => ({ id, status: this.#job(id)?.status })) };
      case "batchDetail":
        return { results: jobs.flatMap((id) => this.#details.get(id) ?? []) };
      default:
        return { results: jobs.flatMap((id) => this.#progress.get(id) ?? []) };
    }
  }

  #job(id: string): ListedJob | undefined {
    return this.#jobs[this.#place.get(id) ?? -1];
  }

  #page(page: number): object {
    const known = this.#pages.get(page) ?? {
      total_record: this.count,
      jobs: this.#jobs.slice((page - 1) * pageSize, page * pageSize),
    };
    this.#pages.set(page, known);
    return known;
  }

  #filtered(status: string, page: number): object {
    const indices = [...(this.#byStatus.get(status) ?? [])].sort((a, b) => a - b);
    const jobs = indices
      .slice((page - 1) * pageSize, page * pageSize)
      .flatMap((index) => this.#jobs[index] ?? []);
    return { total_record: indices.length, jobs };
  }
}
