import { type Attention, type AttentionList, attentionOf, attentions, type Thresholds } from "./attention";
import { nextTurn } from "./forecast";
import type { TaskChange } from "./store";
import type { Task } from "./task";

/** Which tasks of a connection need a look, kept up to date by what changes. Muted tasks need none. */
export class AttentionIndex {
  readonly #of = new Map<string, Attention>();
  readonly #counts = new Map<Attention, number>();
  #turn = Number.POSITIVE_INFINITY;

  /** @param now milliseconds since 1970. */
  constructor(
    tasks: Iterable<Task>,
    private readonly thresholds: Thresholds,
    private readonly isMuted: (id: string) => boolean,
    now = Date.now(),
  ) {
    for (const task of tasks) {
      this.set(task, now);
    }
  }

  /** How many tasks need a look, by what for. */
  get counts(): ReadonlyMap<Attention, number> {
    return this.#counts;
  }

  /** Why a task needs attention; undefined: it needs none, or is muted. */
  of(id: string): Attention | undefined {
    return this.#of.get(id);
  }

  /** Whether time alone has changed what some task needs a look for: the index is to be made again. */
  isStale(now: number): boolean {
    return now >= this.#turn;
  }

  apply(changes: readonly TaskChange[], now: number): void {
    for (const { before, after } of changes) {
      if (after !== undefined) {
        this.set(after, now);
      } else if (before !== undefined) {
        this.delete(before.id);
      }
    }
  }

  /** @returns what the task needs a look for, whether or not it is muted. */
  set(task: Task, now: number): Attention | undefined {
    const attention = attentionOf(task, this.thresholds, now);
    const counted = attention === undefined || this.isMuted(task.id) ? undefined : attention;
    this.#put(task.id, counted);
    this.#turn = Math.min(this.#turn, nextTurn(task, now));
    return attention;
  }

  delete(id: string): void {
    this.#put(id, undefined);
  }

  /** The first tasks of each kind, in their order. @param most how many tasks are wanted in all, the weightiest kinds first. */
  first(tasks: Iterable<Task>, most: number): AttentionList {
    const wanted = new Map<Attention, number>();
    let left = most;
    for (const id of attentions) {
      const count = Math.min(left, this.#counts.get(id) ?? 0);
      left -= count;
      wanted.set(id, count);
    }
    let missing = most - left;
    const found = new Map<Attention, Task[]>(attentions.map((id) => [id, []]));
    if (missing > 0) {
      for (const task of tasks) {
        const attention = this.#of.get(task.id);
        const list = attention && found.get(attention);
        if (attention !== undefined && list !== undefined && list.length < (wanted.get(attention) ?? 0)) {
          list.push(task);
          if (--missing === 0) {
            break;
          }
        }
      }
    }
    return found;
  }

  #put(id: string, attention: Attention | undefined): void {
    const before = this.#of.get(id);
    if (before === attention) {
      return;
    }
    if (before !== undefined) {
      this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
    }
    if (attention === undefined) {
      this.#of.delete(id);
    } else {
      this.#of.set(id, attention);
      this.#counts.set(attention, (this.#counts.get(attention) ?? 0) + 1);
    }
  }
}
