/** Says what is to be told, once over all windows and restarts. Knows nothing of VS Code. */
import type { Clock } from "../drs/clock";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import { conditionOf, decide, isBehind, type Notice, type Policy, type Told } from "./decide";
import type { Entries, Ledger } from "./ledger";

/** The tasks of a connection as they were last read. */
export interface Tasks {
  readonly connection: string;
  readonly tasks: ReadonlyMap<string, Task>;
  /** When they were read, milliseconds since 1970. */
  readonly asOf: number;
  /** Whether all of them have been read. */
  readonly complete: boolean;
}

export interface PlacedNotice extends Notice {
  readonly connection: string;
}

/** What the user allows; asked each time it matters. */
export interface TellerHost {
  policy(): Policy;
  /** Whether this task may alert at all: its connection is chosen, it is pinned where only such alert. */
  alerts(connection: string, task: Task): boolean;
  /** Whether its notices are held back; what was told of it stays as it is. */
  muted(connection: string, task: string): boolean;
  /** Until when all notices are held back, milliseconds since 1970; 0: they are not. */
  snoozedUntil(): number;
  /** The connections that there are, shown or not: others are forgotten. */
  connections(): readonly string[];
  /** Receives what is to be told, together what came together. */
  tell(notices: readonly PlacedNotice[]): void;
  /** Receives why something could not be kept. */
  warn(message: string): void;
}

/** What comes within so many milliseconds is told together. */
const togetherMs = 500;

/** Takes readings, and tells what is news. */
export class Teller {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #host: TellerHost;
  /** What this window last saw in the ledger; undefined before it looked. */
  #entries: Entries | undefined;
  /** The last reading of each connection. */
  readonly #readings = new Map<string, Tasks>();
  /** Connections that have never been watched before: what is wrong in the first reading is not news. */
  readonly #new = new Set<string>();
  /** New connections that have not been read as a whole yet. */
  readonly #priming = new Set<string>();
  /** Connections whose entries have been compared with the whole list in this session. */
  readonly #swept = new Set<string>();
  /** Since when a task has been further behind than the user wants, by connection and task. */
  readonly #behindSince = new Map<string, number>();
  #queue: Promise<void> = Promise.resolve();
  #pending: PlacedNotice[] = [];
  #cancelPending: (() => void) | undefined;
  #cancelDue: (() => void) | undefined;
  #disposed = false;

  constructor(ledger: Ledger, clock: Clock, host: TellerHost) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#host = host;
  }

  /** Takes a reading. @returns when what follows from it has been decided. */
  take(reading: Tasks, changes: readonly TaskChange[]): Promise<void> {
    this.#readings.set(reading.connection, reading);
    this.#queue = this.#queue.then(async () => await this.#consider(reading, changes));
    return this.#queue;
  }

  /** Looks at everything again: the settings are others, or a snooze is over. */
  review(): Promise<void> {
    for (const reading of this.#readings.values()) {
      void this.take(reading, allOf(reading));
    }
    return this.#queue;
  }

  /** Tasks of a connection that are told to be behind the user's threshold now. */
  delayed(connection: string): readonly Task[] {
    const tasks = this.#readings.get(connection)?.tasks;
    return Object.entries(this.#entries?.[connection] ?? {}).flatMap(([id, { condition }]) => {
      const task = condition === "delayed" ? tasks?.get(id) : undefined;
      return task === undefined ? [] : [task];
    });
  }

  /** Forgets the reading of a connection that is not shown any more. */
  forget(connection: string): void {
    this.#readings.delete(connection);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancelPending?.();
    this.#cancelDue?.();
  }

  async #consider(reading: Tasks, changes: readonly TaskChange[]): Promise<void> {
    if (this.#disposed) {
      return;
    }
    try {
      this.#entries ??= await this.#ledger.read();
      const { connection, complete } = reading;
      if (this.#entries[connection] === undefined && !this.#new.has(connection)) {
        this.#new.add(connection);
        this.#priming.add(connection);
      }
      const sweeps = complete && !this.#swept.has(connection);
      const known = this.#entries[connection];
      if (known === undefined || sweeps || this.#next(reading, changes, known).entries !== known) {
        await this.#settle(reading, changes, sweeps);
      }
      if (complete) {
        this.#swept.add(connection);
        this.#priming.delete(connection);
      }
    } catch (error) {
      this.#host.warn(`What was told of tasks cannot be kept: ${error}`);
    }
    this.#watchDelays();
  }

  /** Decides with what is in the ledger now, and writes it. */
  async #settle(reading: Tasks, changes: readonly TaskChange[], sweeps: boolean): Promise<void> {
    const { connection, tasks } = reading;
    let notices: readonly PlacedNotice[] = [];
    const work = (all: Entries): Entries => {
      const stored = all[connection] ?? {};
      const next = this.#next(reading, changes, sweeps ? only(stored, (id) => tasks.has(id)) : stored);
      ({ notices } = next);
      const connections = this.#host.connections();
      const known = only(all, (id) => connections.includes(id));
      this.#entries = known[connection] === next.entries ? known : { ...known, [connection]: next.entries };
      return this.#entries;
    };
    try {
      await this.#ledger.change(work);
    } catch (error) {
      // Where nothing can be kept, this window at least tells what it sees.
      this.#host.warn(`What was told of tasks cannot be kept: ${error}`);
      work(this.#entries ?? {});
    }
    this.#tell(notices);
  }

  /** The entries of a connection after a reading; the very same where nothing is different. */
  #next(
    { connection, asOf }: Tasks,
    changes: readonly TaskChange[],
    entries: Entries[string],
  ): { readonly entries: Entries[string]; readonly notices: readonly PlacedNotice[] } {
    const held = this.#clock.now() < this.#host.snoozedUntil();
    const policy = this.#host.policy();
    const next = new Map(Object.entries(entries));
    const notices: PlacedNotice[] = [];
    let different = false;
    const put = (id: string, told: Told | undefined) => {
      if (next.get(id) !== told) {
        different = true;
        if (told === undefined) {
          next.delete(id);
        } else {
          next.set(id, told);
        }
      }
    };
    for (const { before, after } of changes) {
      const id = (after ?? before)?.id ?? "";
      const told = next.get(id);
      if (after === undefined) {
        put(id, undefined);
        this.#behindSince.delete(`${connection}/${id}`);
        continue;
      }
      const condition = conditionOf(after, told, this.#behindFor(connection, after, told, policy), policy);
      if (this.#host.muted(connection, id)) {
        continue;
      }
      if (!this.#host.alerts(connection, after)) {
        put(id, undefined);
        continue;
      }
      const decision = decide(after, condition, told, asOf);
      const silent =
        this.#priming.has(connection) ||
        // It was frozen all the time; only now it is known.
        (this.#new.has(connection) && condition === "frozen" && before?.detailed === false);
      if (decision.notice === undefined || silent) {
        put(id, decision.told);
      } else if (!held) {
        put(id, decision.told);
        notices.push({ ...decision.notice, connection });
      } else if (decision.notice.level === "recovered") {
        // Whatever was wrong and is well again while all is quiet needs no word.
        put(id, decision.told);
      }
    }
    return { entries: different ? Object.fromEntries(next) : entries, notices };
  }

  /** For how long a task has been behind, in milliseconds. */
  #behindFor(connection: string, task: Task, told: Told | undefined, policy: Policy): number {
    const key = `${connection}/${task.id}`;
    if (!isBehind(task, told, policy)) {
      this.#behindSince.delete(key);
      return 0;
    }
    const since = this.#behindSince.get(key) ?? this.#clock.now();
    this.#behindSince.set(key, since);
    return this.#clock.now() - since;
  }

  /** A delay that stays the same changes nothing in a reading: a timer looks when it has lasted long enough. */
  #watchDelays(): void {
    this.#cancelDue?.();
    this.#cancelDue = undefined;
    const { delayForMs } = this.#host.policy();
    const now = this.#clock.now();
    const dues = [...this.#behindSince.values()]
      .map((since) => since + delayForMs - now)
      .filter((ms) => ms > 0);
    if (dues.length > 0 && !this.#disposed) {
      this.#cancelDue = this.#clock.after(Math.min(...dues), () => void this.review());
    }
  }

  #tell(notices: readonly PlacedNotice[]): void {
    this.#pending.push(...notices);
    if (this.#pending.length === 0 || this.#cancelPending !== undefined || this.#disposed) {
      return;
    }
    this.#cancelPending = this.#clock.after(togetherMs, () => {
      this.#cancelPending = undefined;
      this.#host.tell(this.#pending.splice(0));
    });
  }
}

/** The fields that are to stay; the very same object where all are. */
function only<T>(
  record: Readonly<Record<string, T>>,
  stays: (key: string) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(record);
  const kept = entries.filter(([key]) => stays(key));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}

function allOf({ tasks }: Tasks): readonly TaskChange[] {
  return [...tasks.values()].map((task) => ({ before: task, after: task }));
}
