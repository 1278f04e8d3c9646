/** Tasks of which a refusal says that they are frozen, which their status does not show. */
import { rowOf } from "../status/statuses";
import type { Task } from "./task";

interface RefusedFreeze {
  readonly word: string;
  /** What the task looked like then: when it moves on, the freeze is over. */
  readonly apiStatus: string;
  readonly updatedAt: number | undefined;
}

interface Joined {
  readonly task: Task;
  readonly joined: Task;
}

/**
 * An on-demand task that is frozen keeps its status in the API; only refused calls show the freeze. The task counts
 * as frozen until its status or its time of update changes, or until the user asks again.
 */
export class RefusedFreezes {
  readonly #noted = new Map<string, RefusedFreeze>();
  readonly #known = new Map<string, Joined>();
  #clearedAt = Number.NEGATIVE_INFINITY;

  /** Whether anything is noted. */
  get any(): boolean {
    return this.#noted.size > 0;
  }

  /** @param word what the service said. @param at when, milliseconds since 1970. */
  note({ id, apiStatus, updatedAt }: Task, word: string, at: number): void {
    if (at <= this.#clearedAt) {
      return;
    }
    this.#noted.set(id, { word, apiStatus, updatedAt });
    this.#known.delete(id);
  }

  /** Forgets what was noted, and what will be noted of before now. @param now milliseconds since 1970. */
  clear(now: number): void {
    this.#clearedAt = now;
    this.#noted.clear();
    this.#known.clear();
  }

  /** The same map while nothing is noted; a task that did not change stays the same object. */
  join(tasks: ReadonlyMap<string, Task>): ReadonlyMap<string, Task> {
    if (this.#noted.size === 0) {
      return tasks;
    }
    const all = new Map(tasks);
    for (const [id, { word, apiStatus, updatedAt }] of this.#noted) {
      const task = tasks.get(id);
      const isOver =
        task === undefined ||
        task.apiStatus !== apiStatus ||
        hasMoved(task, updatedAt) ||
        // The service has a word of its own for it now, and will have one for the end.
        task.status === "frozen";
      if (isOver) {
        this.#noted.delete(id);
        this.#known.delete(id);
      } else if (rowOf(task.status).holdsInstance) {
        const before = this.#known.get(id);
        const joined =
          before?.task === task
            ? before.joined
            : { ...task, status: "frozen" as const, freeze: { id: "refused" as const, word } };
        this.#known.set(id, { task, joined });
        all.set(id, joined);
      }
    }
    return all;
  }
}

function hasMoved(task: Task, updatedAt: number | undefined): boolean {
  return updatedAt !== undefined && task.updatedAt !== undefined && task.updatedAt > updatedAt;
}
