/** A day of thousands of tasks: what is true of them at each moment, and what a user must have been told of it. */
import { parseStatus } from "../../src/status/status";
import { rowOf, type StatusId } from "../../src/status/statuses";
import type { Random } from "./random";
import type { MemoryService } from "./service";

const minute = 60_000;
/** A status lasts so long at least, and the chain draws how much longer, in milliseconds. */
const dwellMs = { least: 45 * minute, mean: 60 * minute };
/** Where a window looks for so long in a row, it has seen what lasts. */
export const graceMs = 30 * minute;

/** A Markov chain over the service's own words: what follows, as often as it is listed. */
const chain: Readonly<Record<string, readonly [string, ...string[]]>> = {
  INCRE_TRANSFER_STARTED: [
    ...["INCRE_TRANSFER_FAILED", "INCRE_TRANSFER_FAILED", "REBUILD_NODE_STARTED", "PAUSING"],
    ...["NODE_UPGRADE_START", "FULL_TRANSFER_STARTED", "SPEC_CHANGE_FAILED"],
  ] as [string, ...string[]],
  FULL_TRANSFER_STARTED: ["INCRE_TRANSFER_STARTED", "INCRE_TRANSFER_STARTED", "FULL_TRANSFER_FAILED"],
  INCRE_TRANSFER_FAILED: ["STARTJOBING", "INCRE_TRANSFER_STARTED", "REBUILD_NODE_STARTED"],
  FULL_TRANSFER_FAILED: ["STARTJOBING", "FULL_TRANSFER_STARTED"],
  START_JOB_FAILED: ["STARTJOBING"],
  REBUILD_NODE_STARTED: ["INCRE_TRANSFER_STARTED", "INCRE_TRANSFER_STARTED", "REBUILD_NODE_FAILED"],
  REBUILD_NODE_FAILED: ["STARTJOBING"],
  NODE_UPGRADE_START: ["INCRE_TRANSFER_STARTED", "NODE_UPGRADE_FAILED"],
  NODE_UPGRADE_FAILED: ["INCRE_TRANSFER_STARTED"],
  // A word that no version of the extension knows.
  SPEC_CHANGE_FAILED: ["INCRE_TRANSFER_STARTED"],
  PAUSING: ["STARTJOBING"],
  STARTJOBING: [
    "INCRE_TRANSFER_STARTED",
    "INCRE_TRANSFER_STARTED",
    "START_JOB_FAILED",
    "FULL_TRANSFER_STARTED",
  ],
};

/** From when until when; milliseconds since 1970. */
export type Span = readonly [from: number, to: number];

/** Something that a user is to hear of, once. */
export interface Episode {
  readonly task: string;
  readonly condition: StatusId;
  readonly begin: number;
  /** Infinite while it lasts. */
  end: number;
  /** When it could be seen: not while a freeze covers it. */
  readonly visible: [from: number, to: number][];
  /** When it was told. */
  readonly told: number[];
}

interface SimulatedTask {
  readonly id: string;
  status: string;
  frozen: boolean;
  /** When the next thing happens to it. */
  due: number;
  failure: Episode | undefined;
  freeze: Episode | undefined;
}

export class SimulatedDay {
  readonly episodes: Episode[] = [];
  transitions = 0;
  readonly #service: MemoryService;
  readonly #random: Random;
  readonly #tasks = new Map<string, SimulatedTask>();
  #last = 0;

  constructor(service: MemoryService, random: Random, count: number, begin: number) {
    this.#service = service;
    this.#random = random;
    for (let number = 0; number < count; number++) {
      this.#add(begin);
    }
  }

  /** Lets happen what happens until then. */
  advance(now: number): void {
    for (const task of [...this.#tasks.values()]) {
      while (task.due <= now && this.#tasks.has(task.id)) {
        this.#step(task, task.due);
      }
    }
  }

  /** Takes note that a window told something. @returns false where nothing like that was so. */
  tell(id: string, condition: StatusId, now: number): boolean {
    const episode = this.episodes.findLast((one) => one.task === id && one.condition === condition);
    episode?.told.push(now);
    return episode !== undefined;
  }

  #add(now: number): void {
    const id = `task-${++this.#last}`;
    const status = this.#random.pick([
      "INCRE_TRANSFER_STARTED",
      "INCRE_TRANSFER_STARTED",
      "FULL_TRANSFER_STARTED",
    ]);
    const task: SimulatedTask = {
      ...{ id, status, frozen: false, failure: undefined, freeze: undefined },
      due: now + this.#random.next() * 2 * dwellMs.mean + graceMs,
    };
    this.#tasks.set(id, task);
    this.#show(task);
  }

  #step(task: SimulatedTask, now: number): void {
    const random = this.#random;
    this.transitions++;
    task.due = now + dwellMs.least - Math.log(1 - random.next()) * (dwellMs.mean - dwellMs.least);
    const dice = random.next();
    if (dice < 0.01) {
      end(task.failure, now);
      end(task.freeze, now);
      this.#tasks.delete(task.id);
      this.#service.jobs.delete(task.id);
      this.#service.orders.delete(task.id);
      this.#add(now);
      return;
    }
    if (task.frozen || dice < 0.1) {
      task.frozen = !task.frozen;
      if (task.frozen) {
        task.freeze = this.#begin(task, "frozen", now);
        cover(task.failure, now);
      } else {
        end(task.freeze, now);
        task.failure?.visible.push([now, Number.POSITIVE_INFINITY]);
      }
    } else {
      task.status = random.pick(chain[task.status] ?? ["INCRE_TRANSFER_STARTED"]);
      end(task.failure, now);
      const status = parseStatus(task.status) ?? "completed";
      task.failure = rowOf(status).alert === "none" ? undefined : this.#begin(task, status, now);
    }
    this.#show(task);
  }

  #begin({ id }: SimulatedTask, condition: StatusId, now: number): Episode {
    const lasting = Number.POSITIVE_INFINITY;
    const episode = {
      task: id,
      condition,
      begin: now,
      end: lasting,
      visible: [[now, lasting] as [number, number]],
    };
    this.episodes.push({ ...episode, told: [] });
    return this.episodes.at(-1) ?? { ...episode, told: [] };
  }

  #show({ id, status, frozen }: SimulatedTask): void {
    this.#service.set(id, status);
    this.#service.orders.set(id, frozen ? "FROZEN_CAN_RENEW" : "COMPLETED");
  }
}

function end(episode: Episode | undefined, now: number): void {
  if (episode !== undefined) {
    episode.end = now;
    cover(episode, now);
  }
}

function cover(episode: Episode | undefined, now: number): void {
  const last = episode?.visible.at(-1);
  if (last !== undefined && last[1] > now) {
    last[1] = now;
  }
}

/** The longest time in a row in which both were so, in milliseconds. */
export function longestOverlap(some: readonly Span[], others: readonly Span[]): number {
  const overlaps = some.flatMap(([from, to]) =>
    others.map(([begin, stop]) => Math.min(to, stop) - Math.max(from, begin)),
  );
  return Math.max(0, ...overlaps);
}
