import { setMaxListeners } from "node:events";
import type { TablesCaller } from "../drs/client";
import { type Clock, systemClock } from "../drs/clock";
import { type DrsError, isDrsError, isUnanswered } from "../drs/errors";
import { isFreezeRefusal } from "../drs/freeze-refusal";
import { rowOf } from "../status/statuses";
import { transitionIn } from "./allowed-actions";
import { initialState, type PollState, pollTasks, type ReadTimes } from "./poll";
import { RefusedFreezes } from "./refused-freezes";
import { isSameTask } from "./same-task";
import { HealthJoin, noHealths, type StreamHealths } from "./stream-health";
import type { Task } from "./task";

/** A task that came (`before` absent), went (`after` absent) or changed. */
export interface TaskChange {
  readonly before?: Task | undefined;
  readonly after?: Task | undefined;
}

/** The store's current state. Its maps are the store's own: they change with the next reading. */
export interface Snapshot {
  readonly tasks: ReadonlyMap<string, Task>;
  /** When the tasks were last read, milliseconds since 1970; undefined before the first time. */
  readonly asOf: number | undefined;
  /** How old the facts of each task are. A long list is read in parts, and details not in every reading. */
  readonly readTimes?: ReadonlyMap<string, ReadTimes>;
  /** How many tasks there are while they have not all been read yet. */
  readonly unread?: { readonly of: number } | undefined;
  /** Why the last reading failed, wholly or in part; undefined when it did not. */
  readonly problem: unknown;
}

/** Called after every reading that changed a task, or the state of the reading itself. */
export type SnapshotListener = (changes: readonly TaskChange[], snapshot: Snapshot) => void;

/** How much somebody wants to know: `visible` what is on the screen, `background` only what must alert. */
export type Demand = "visible" | "background" | "none";

/** Milliseconds between readings. */
export interface PollIntervals {
  /** After a change or an action; grows by half with every reading that shows no change of status. */
  readonly soon: number;
  /** The longest pause while somebody looks and a task is in a status of pace `fast`. */
  readonly fast: number;
  /** The longest pause while somebody looks. */
  readonly steady: number;
  /** The pause while nobody looks. */
  readonly background: number;
  /** The longest pause while readings fail. */
  readonly longest: number;
  /** How old the details of a task may get while its list entry stays the same. */
  readonly detailMaxAge: number;
  /** The shortest pause for each request that the last reading took: what keeps many tasks inside the request budget. */
  readonly perRequest: number;
}

const growth = 1.5;
/** How long a task that somebody acted on is looked at in every reading, in milliseconds. */
const followMs = 2 * 60_000;
/** The most requests that a long list may take in a row when it is read for the first time: some 2,000 tasks. */
const burst = 30;
/** How long after a sleep the network may take to come back before that is trouble, in milliseconds. */
const wakingMs = 15_000;
/** Pauses after a failure are up to this much longer, so that clients do not come back all at once. */
const jitter = 0.25;

/**
 * Keeps what the service says of the tasks of one connection: reads while somebody needs it, one reading at a time,
 * and reports only what changed. The last good data stays when a reading fails.
 */
export class TaskStore {
  readonly #healths = new HealthJoin();
  readonly #freezes = new RefusedFreezes();
  readonly #intervals: PollIntervals;
  readonly #listeners = new Set<SnapshotListener>();
  readonly #demands = new Map<string, Demand>();
  readonly #lifetime = new AbortController();
  readonly #tasks = new Map<string, Task>();
  /** Tasks that are expected to change soon. */
  readonly #changing = new Set<string>();
  /** Whether the last reading was joined with more than the API says. */
  #isJoined = false;
  #snapshot: Snapshot = { tasks: this.#tasks, asOf: undefined, problem: undefined };
  #state: PollState = initialState();
  #requests = 0;
  /** Requests since the first one. */
  #spent = 0;
  /** Whether the next reading is only for the followed tasks, where the list is long. */
  #onlyFollowed = false;
  /** Tasks that somebody acted on, and until when they are followed. */
  readonly #followed = new Map<string, number>();
  #running: Promise<void> | undefined;
  #again = false;
  #cancelTimer: (() => void) | undefined;
  #interval: number;
  #failures = 0;
  /** Until when the network may be away without a word, because the machine has just slept. */
  #wakingUntil = Number.NEGATIVE_INFINITY;
  /** The last reading failed for that reason. */
  #waking = false;

  /**
   * @param readHealth reads the service's warnings about streams, beyond the DRS API; never rejects.
   * @param cloud whether the service is the cloud's, which ends and bills tasks by itself.
   */
  constructor(
    private readonly client: TablesCaller,
    pace: PollIntervals,
    private readonly clock: Clock = systemClock,
    private readonly readHealth: (signal: AbortSignal) => Promise<StreamHealths> = async () => noHealths,
    private readonly cloud = false,
  ) {
    this.#intervals = pace;
    this.#interval = pace.soon;
    // A reading of many tasks sends that many requests at once, which all listen.
    setMaxListeners(0, this.#lifetime.signal);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** @returns the function that ends the listening. */
  onDidChange(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells what somebody, named by a key of its own, needs from now on. Nothing is read while nobody needs it. */
  setDemand(who: string, need: Demand): void {
    const before = this.#demand();
    if (need === "none") {
      this.#demands.delete(who);
    } else {
      this.#demands.set(who, need);
    }
    const after = this.#demand();
    if (before === after || this.#stopped() || this.#lifetime.signal.aborted) {
      return;
    }
    if (before !== "visible" && after === "visible") {
      const due = this.#failures > 0 ? this.#pause() : this.#intervals.soon;
      this.#schedule(this.#failures === 0 && this.#sinceLast() >= this.#intervals.steady ? 0 : due);
    } else {
      this.#schedule(this.#pause());
    }
  }

  /**
   * Reads now, also after an authentication error. A reading that runs is followed by one more.
   *
   * @param taskId a task that was acted on: it is part of every reading for a while, however long the list is.
   */
  refresh(taskId?: string): Promise<void> {
    if (taskId !== undefined) {
      this.#followed.set(taskId, this.clock.now() + followMs);
      this.#onlyFollowed = true;
    }
    this.#interval = this.#intervals.soon;
    if (this.#running !== undefined) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#read();
    return this.#running;
  }

  /** Takes note of a refusal of a call about a task: it may say what the task's status does not. */
  noteRefusal(taskId: string, { failure }: DrsError): void {
    if (isFreezeRefusal(failure)) {
      const word = [failure.code, failure.reason].filter(Boolean).join(": ");
      this.noteFreeze(taskId, word, this.clock.now());
    }
  }

  /** The same of a refusal that another window met. @param at when, milliseconds since 1970. */
  noteFreeze(taskId: string, word: string, at: number): void {
    const task = this.#snapshot.tasks.get(taskId);
    if (task !== undefined && task.status !== "frozen") {
      this.#freezes.note(task, word, at);
    }
  }

  /** Believes the tasks' statuses again, whatever was refused before; on the user's demand. */
  forgetRefusals(): void {
    this.#freezes.clear(this.clock.now());
  }

  /**
   * Reads at once after the machine slept, if somebody needs it: timers stood still meanwhile. That the network is not
   * back at once is not a problem yet.
   */
  wake(): void {
    if (this.#demand() !== "none" && !this.#stopped() && !this.#lifetime.signal.aborted) {
      this.#wakingUntil = this.clock.now() + wakingMs;
      this.#failures = 0;
      if (this.#running === undefined) {
        void this.refresh();
      }
    }
  }

  /** Ends reading and forgets the listeners. */
  dispose(): void {
    this.#lifetime.abort();
    this.#cancelTimer?.();
    this.#listeners.clear();
  }

  async #read(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#readOnce();
      } while (this.#again && !this.#lifetime.signal.aborted);
    } finally {
      this.#running = undefined;
      if (!this.#lifetime.signal.aborted && !this.#stopped()) {
        this.#schedule(this.#pause());
      }
    }
  }

  async #readOnce(): Promise<void> {
    this.#cancelTimer?.();
    const { signal } = this.#lifetime;
    const now = this.clock.now();
    const onlyFollowed = this.#onlyFollowed;
    this.#onlyFollowed = false;
    try {
      const [{ state, touched, unread, requests, ...rest }, healths] = await Promise.all([
        pollTasks(this.client, this.#state, {
          signal,
          now,
          detailMaxAgeMs: this.#intervals.detailMaxAge,
          cloud: this.cloud,
          followed: this.#stillFollowed(now),
          onlyFollowed,
        }),
        this.readHealth(signal),
      ]);
      const problem = this.#isWaking(rest.problem) ? undefined : rest.problem;
      this.#state = state;
      this.#requests = requests;
      this.#spent += requests;
      this.#failures = 0;
      this.#waking = false;
      const changes = this.#take(touched, healths);
      const moved = changes.some(({ before, after }) => before?.status !== after?.status);
      this.#interval = moved ? this.#intervals.soon : this.#interval * growth;
      const asOf = this.clock.now();
      this.#publish(changes, { tasks: this.#tasks, asOf, readTimes: state.jobs, unread, problem });
    } catch (problem) {
      if (!signal.aborted) {
        this.#waking = this.#isWaking(problem);
        if (!this.#waking) {
          this.#failures += 1;
          this.#publish([], { ...this.#snapshot, problem });
        }
      }
    }
  }

  /** Takes over what a reading has found. @returns what is different. */
  #take(touched: ReadonlyMap<string, Task | undefined>, healths: StreamHealths): readonly TaskChange[] {
    const isJoined = healths.size > 0 || this.#freezes.any;
    const found = isJoined || this.#isJoined ? this.#joined(healths) : touched;
    this.#isJoined = isJoined;
    const changes: TaskChange[] = [];
    for (const [id, after] of found) {
      const before = this.#tasks.get(id);
      if (after === undefined) {
        this.#tasks.delete(id);
        this.#changing.delete(id);
        if (before !== undefined) {
          changes.push({ before });
        }
      } else if (before !== after) {
        this.#tasks.set(id, after);
        if (before === undefined || !isSameTask(before, after)) {
          changes.push({ before, after });
        }
        if (rowOf(after.status).pace === "fast" || transitionIn(after) !== undefined) {
          this.#changing.add(id);
        } else {
          this.#changing.delete(id);
        }
      }
    }
    return changes;
  }

  /** Every task with what is known of it besides, and those that are gone. */
  #joined(healths: StreamHealths): ReadonlyMap<string, Task | undefined> {
    const known = [...this.#state.jobs].flatMap(([id, { task }]) =>
      task === undefined ? [] : [[id, task] as const],
    );
    const joined = this.#freezes.join(this.#healths.join(new Map(known), healths));
    const gone = [...this.#tasks.keys()].filter((id) => !joined.has(id));
    return new Map<string, Task | undefined>([...joined, ...gone.map((id) => [id, undefined] as const)]);
  }

  /** Whether a problem is only that the network has not come back yet. */
  #isWaking(problem: unknown): boolean {
    const left = this.#wakingUntil - this.clock.now();
    return isUnanswered(problem) && left > 0 && left <= wakingMs;
  }

  #publish(changes: readonly TaskChange[], snapshot: Snapshot): void {
    const first = this.#snapshot.asOf === undefined && snapshot.asOf !== undefined;
    const partial = this.#snapshot.unread !== undefined;
    const troubled = this.#snapshot.problem !== undefined || snapshot.problem !== undefined;
    this.#snapshot = snapshot;
    if (changes.length > 0 || first || partial || troubled) {
      for (const listener of this.#listeners) {
        listener(changes, snapshot);
      }
    }
  }

  #schedule(ms: number): void {
    this.#cancelTimer?.();
    if (this.#demand() !== "none" && this.#running === undefined) {
      this.#cancelTimer = this.clock.after(ms, () => {
        this.#running ??= this.#read();
      });
    }
  }

  #pause(): number {
    if (this.#waking) {
      return this.#intervals.soon;
    }
    if (this.#failures > 0) {
      const backOff = Math.min(this.#intervals.steady * 2 ** (this.#failures - 1), this.#intervals.longest);
      const asked = isDrsError(this.#snapshot.problem)
        ? (this.#snapshot.problem.failure.retryAfterMs ?? 0)
        : 0;
      return Math.max(backOff, asked) * (1 + jitter * this.clock.random());
    }
    const usual = Math.min(this.#interval, this.#ceiling());
    // A user who has just acted wants to see the effect; later pauses make up for the requests.
    const hurried = this.#followed.size > 0 && this.#state.listing?.cursor === undefined;
    if (this.#snapshot.unread !== undefined && this.#spent < burst) {
      return this.#intervals.soon;
    }
    return hurried ? usual : Math.max(usual, this.#requests * this.#intervals.perRequest);
  }

  #stillFollowed(now: number): ReadonlySet<string> {
    for (const [id, until] of this.#followed) {
      // Also when the clock was set back meanwhile.
      if (until <= now || until > now + followMs) {
        this.#followed.delete(id);
      }
    }
    return new Set(this.#followed.keys());
  }

  #ceiling(): number {
    if (this.#demand() !== "visible") {
      return this.#intervals.background;
    }
    return this.#changing.size > 0 ? this.#intervals.fast : this.#intervals.steady;
  }

  #demand(): Demand {
    const needs = [...this.#demands.values()];
    return needs.includes("visible") ? "visible" : needs.length > 0 ? "background" : "none";
  }

  #sinceLast(): number {
    return this.clock.now() - (this.#snapshot.asOf ?? Number.NEGATIVE_INFINITY);
  }

  /** After a refused signature nothing is sent until the user asks: five refusals lock the access key. */
  #stopped(): boolean {
    const { problem } = this.#snapshot;
    return isDrsError(problem) && problem.failure.kind === "authentication";
  }
}
