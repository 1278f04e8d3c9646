import { parseStatus, transitionOf } from "../status/status";
import { rowOf } from "../status/statuses";
import type { ListedJob } from "./decode";

export interface Listed {
  readonly job: ListedJob;
  /** Of a child task. */
  readonly parentId: string | undefined;
}

/** The list's last facts of each task, and which of them may soon change. */
export class ListedJobs {
  readonly #jobs = new Map<string, Listed>();
  readonly #moving = new Set<string>();
  readonly #failed = new Set<string>();

  get size(): number {
    return this.#jobs.size;
  }

  /** Tasks that change by themselves. */
  get moving(): ReadonlySet<string> {
    return this.#moving;
  }

  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  get(id: string): Listed | undefined {
    return this.#jobs.get(id);
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  ids(): IterableIterator<string> {
    return this.#jobs.keys();
  }

  entries(): IterableIterator<[string, Listed]> {
    return this.#jobs.entries();
  }

  set(id: string, listed: Listed): void {
    const before = this.#jobs.get(id);
    this.#jobs.set(id, listed);
    const { status, job_action } = listed.job;
    if (before?.job.status === status && before?.job.job_action === job_action) {
      return;
    }
    const known = parseStatus(status ?? "") ?? "completed";
    const row = rowOf(known);
    const isMoving = row.pace === "fast" || transitionOf(known, job_action?.current_action) !== undefined;
    put(this.#moving, id, isMoving);
    put(this.#failed, id, !isMoving && row.alert === "error");
  }

  delete(id: string): void {
    this.#jobs.delete(id);
    this.#moving.delete(id);
    this.#failed.delete(id);
  }
}

function put(set: Set<string>, id: string, isMember: boolean): void {
  if (isMember) {
    set.add(id);
  } else {
    set.delete(id);
  }
}
