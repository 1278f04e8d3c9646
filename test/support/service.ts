import type { TablesCaller } from "../../src/drs/client";
import { DrsError, type FailureKind } from "../../src/drs/errors";
import type { ListedJob } from "../../src/tasks/decode";

interface Input {
  readonly cur_page?: number;
  readonly status?: string;
  readonly name?: string;
  readonly jobs?: readonly string[];
}

interface InputV5 {
  readonly status?: string;
  readonly offset?: number;
  readonly limit?: number;
}

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
  /** Whether it has v5. */
  v5 = false;
  /** Tasks that v5 does not list. */
  readonly hiddenFromV5 = new Set<string>();
  /** How many more v5 counts. */
  extraInV5 = 0;

  readonly caller: TablesCaller = {
    call: (name, input) => this.#answer(name, input as Input) as never,
    callIn: (_, name, input) => this.#answerV5(name, input as InputV5) as never,
  };

  set(id: string, status: string, facts: Partial<ListedJob> = {}): void {
    this.jobs.set(id, { id, name: `task ${id}`, status, ...facts });
  }

  async #answerV5(name: string, { status, offset = 0, limit = 10 }: InputV5) {
    this.calls.push(name);
    const kind = this.failing.get(name);
    if (kind !== undefined) {
      throw new DrsError({ kind, operation: name, reason: `${name} fails` });
    }
    if (!this.v5) {
      throw new DrsError({ kind: "notFound", operation: name, reason: "no such path", code: "APIGW.0101" });
    }
    const wanted = status?.split(",");
    const fitting = [...this.jobs.values()].filter(
      ({ id, status: own = "" }) => !this.hiddenFromV5.has(id) && (wanted?.includes(own ?? "") ?? true),
    );
    const total_count = fitting.length + (wanted === undefined ? this.extraInV5 : 0);
    return { total_count, jobs: fitting.slice(offset, offset + limit) };
  }

  async #answer(name: string, { cur_page = 1, status = "", jobs: ids = [], ...input }: Input) {
    this.calls.push(name);
    const kind = this.failing.get(name);
    if (kind !== undefined) {
      throw new DrsError({ kind, operation: name, reason: `${name} fails` });
    }
    switch (name) {
      case "listJobs": {
        const names = input.name?.split(",");
        const all = [...this.jobs.values()].filter(({ id }) => names?.includes(id) ?? true);
        const fitting = status === "" ? all : all.filter((job) => job.status === status);
        return { total_record: fitting.length, jobs: fitting.slice((cur_page - 1) * 100, cur_page * 100) };
      }
      case "batchStatus":
        return {
          results: ids.map((id) => {
            const job = this.jobs.get(id);
            return job === undefined ? { id, error_code: "DRS.M00289" } : { id, status: job.status };
          }),
        };
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
