/** Decides which notifications to show: each once, over all windows and restarts. */
import type { TaskRef } from "../connections/connection";
import type { Clock } from "../drs/clock";
import { rowOf } from "../status/statuses";
import type { ReadTimes } from "../tasks/poll";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import type { AlertRecordStore, AlertRecords } from "./alert-records";
import type { AlertRecord, Condition, Decision, Notice, Observation } from "./decision";
import {
  conditionOf,
  decide,
  decideSide,
  factsAtOf,
  goneRecord,
  holds,
  isExpired,
  isOpen,
  isOutdated,
  isWanted,
  type Policy,
} from "./evaluate";
import { NoticeBatch } from "./notice-batch";
import { type RuleId, ruleIds, type SideId, sideIds, sideRules } from "./rules/rules";
import type { Sign } from "./rules/side-rule";

/** The tasks of a connection as they were last read. The maps are the store's, and change with its next reading. */
export interface TaskReading {
  readonly connection: string;
  readonly tasks: ReadonlyMap<string, Task>;
  /** When they were read, milliseconds since 1970. */
  readonly asOf: number;
  /** Since when the facts of each are known; absent: they are as old as the reading. */
  readonly readTimes?: ReadonlyMap<string, ReadTimes> | undefined;
  /** Whether all of them have been read. */
  readonly complete: boolean;
}

export interface PlacedNotice extends Notice {
  readonly connection: string;
}

/** Whether a task may alert at all. */
export type AlertScope = (connection: string, task: Task) => boolean;

/** What the user allows; asked each time it matters. */
export interface AlertEngineHost {
  policy(): Policy;
  /** Which tasks may alert at all: those of chosen connections, pinned ones where only such alert. */
  scope(): AlertScope;
  /** Whether its notifications are held back; its records stay as they are. */
  muted(connection: string, task: string): boolean;
  /** Until when all notices are held back, milliseconds since 1970; 0: they are not. */
  snoozedUntil(): number;
  /** Finds out what other windows have muted and snoozed. */
  refresh(): Promise<void>;
  /** The connections that there are, shown or not. */
  connections(): readonly string[];
  /** What is shown, as it was last read. */
  readings(): readonly TaskReading[];
  /** Receives the notifications; those of one poll come together. */
  notify(notices: readonly PlacedNotice[]): void;
  /** Receives that another window was refused a call because the task is frozen, when (milliseconds since 1970). */
  frozenElsewhere(task: TaskRef, word: string, at: number): void;
  /** Receives why something could not be kept. */
  warn(message: string): void;
}

/** A rule's time starts over when what it measures has fallen to this part: the task recovers by itself. */
const mending = 0.9;
/** A timer knows nothing of more than 24 days: the end of an order may be further away. */
const longestTimerMs = 2 ** 31 - 1;
/** Whether what is waited for has come is looked at after so many milliseconds at the earliest. */
const againMs = 5_000;
/** How long it takes until a task has been read again, in milliseconds. */
const newerFactsMs = 30_000;

/**
 * `baseline`: what is wrong was so before anybody looked. `settings`: changing a setting never notifies about existing problems.
 * Both record what they find as already reported.
 */
type Mode = "tell" | "baseline" | "settings";

/** A change, and when its facts were asked for: by the time it is decided on, the store may know more. */
interface TimedChange extends TaskChange {
  readonly times: ReadTimes | undefined;
}

interface Next {
  readonly entries: AlertRecords[string];
  readonly notices: readonly PlacedNotice[];
}

/** Processes polls, and reports what is new. */
export class AlertEngine {
  readonly #records: AlertRecordStore;
  readonly #clock: Clock;
  readonly #host: AlertEngineHost;
  /** This window among all. */
  readonly #name = crypto.randomUUID();
  /** What this window last saw in the records; undefined before it looked. */
  #entries: AlertRecords | undefined;
  /** Connections that this window was the first to read: what was wrong already is not reported. */
  readonly #new = new Set<string>();
  /** Connections whose entries have been compared with the whole list in this session. */
  readonly #swept = new Set<string>();
  /** Connections that this window has known: those that are gone now are forgotten. */
  readonly #known = new Set<string>();
  /** Since when a rule has held, and how bad it was then, by connection, task and rule. */
  readonly #heldSince = new Map<string, { readonly at: number; readonly measure: number }>();
  /** When a task has to be looked at although it does not change, by connection and task. */
  readonly #lookAt = new Map<string, number>();
  /** The first of these times, or an earlier one. */
  #due = Number.POSITIVE_INFINITY;
  #queue: Promise<void> = Promise.resolve();
  readonly #batch: NoticeBatch<PlacedNotice>;
  #cancelLook: (() => void) | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(records: AlertRecordStore, clock: Clock, host: AlertEngineHost) {
    this.#records = records;
    this.#clock = clock;
    this.#host = host;
    this.#batch = new NoticeBatch(clock, (notices) => host.notify(notices));
  }

  /** Takes a reading. @returns when what follows from it has been decided. */
  process(reading: TaskReading, changes: readonly TaskChange[]): Promise<void> {
    return this.#enqueue(reading, timed(changes, reading), "tell");
  }

  /** Evaluates everything again: time has passed, another window reported something, or a setting changed. */
  review(mode: "tell" | "settings" = "tell"): Promise<void> {
    // What is lost in the records this window knows still.
    this.#queue = this.#queue.then(async () => {
      this.#entries = { ...this.#entries, ...(await this.#records.read()) };
    });
    for (const reading of this.#host.readings()) {
      void this.#enqueue(reading, allOf(reading), mode);
    }
    return this.#queue;
  }

  /**
   * What was last reported of a task and holds still, and since when, milliseconds since 1970; undefined: nothing was, or
   * it was so before anybody looked.
   */
  since({ connection, id }: TaskRef): { readonly condition: Condition; readonly at: number } | undefined {
    const record = this.#entries?.[connection]?.[id];
    return record === undefined || record.phase !== undefined || record.found === true ? undefined : record;
  }

  /**
   * Forgets what is waited for in a connection that is not shown any more.
   *
   * @param forGood also its records: the connection is removed, or now leads to other tasks, whose first poll is the baseline.
   */
  forget(connection: string, forGood: boolean): void {
    this.#swept.delete(connection);
    if (forGood) {
      const others = (entries: AlertRecords) => only(entries, (id) => id !== connection);
      this.#queue = this.#queue
        .then(async () => {
          this.#entries = others(this.#entries ?? {});
          await this.#records.change(others);
        })
        .catch((error) => this.#host.warn(`What was told of tasks cannot be forgotten: ${error}`));
    }
    for (const map of [this.#heldSince, this.#lookAt]) {
      for (const key of map.keys()) {
        if (key.startsWith(`${connection}/`)) {
          map.delete(key);
        }
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#batch.dispose();
    this.#cancelLook?.();
  }

  #enqueue(reading: TaskReading, changes: readonly TimedChange[], mode: Mode): Promise<void> {
    this.#queue = this.#queue
      .then(async () => await this.#consider(reading, changes, mode))
      .catch((error) => this.#host.warn(`Alerts cannot be decided: ${error}`));
    return this.#queue;
  }

  async #consider(reading: TaskReading, changes: readonly TimedChange[], mode: Mode): Promise<void> {
    if (this.#disposed) {
      return;
    }
    const { connection, complete } = reading;
    this.#entries ??= await this.#records.read();
    const known = this.#entries[connection];
    if (known === undefined && !complete) {
      // A connection that nobody has read before is a baseline when it has been read as a whole.
      return;
    }
    const sweeps = complete && !this.#swept.has(connection);
    if (known === undefined || sweeps || this.#next(reading, changes, known, mode).entries !== known) {
      await this.#host.refresh();
      await this.#settle(reading, known === undefined ? allOf(reading) : changes, { mode, sweeps });
    }
    if (complete) {
      this.#swept.add(connection);
    }
    this.#sessions();
  }

  /** Evaluates against the current records, updates them, and reports what is new. */
  async #settle(
    reading: TaskReading,
    changes: readonly TimedChange[],
    { mode, sweeps }: { readonly mode: Mode; readonly sweeps: boolean },
  ): Promise<void> {
    const { connection, tasks } = reading;
    const mine = this.#entries ?? {};
    const gone = this.#goneConnections();
    let notices: readonly PlacedNotice[] = [];
    const work = (all: AlertRecords): AlertRecords => {
      // What is lost in the records this window may know still.
      const stored = all[connection] ?? mine[connection];
      if (stored === undefined) {
        this.#new.add(connection);
      }
      const there = sweeps
        ? withoutGone(stored ?? {}, tasks, { at: reading.asOf, by: this.#name })
        : (stored ?? {});
      const next = this.#next(reading, changes, there, stored === undefined ? "baseline" : mode);
      ({ notices } = next);
      const now = this.#clock.now();
      const kept = only(all, (id) => !gone.has(id));
      const entries =
        next.entries === all[connection]
          ? next.entries
          : only(next.entries, (_, record) => !isExpired(record, now));
      this.#entries = kept[connection] === entries ? kept : { ...kept, [connection]: entries };
      return this.#entries;
    };
    try {
      await this.#records.change(work);
    } catch (error) {
      // Where the records cannot be written, this window at least reports what it sees.
      this.#host.warn(`What was told of tasks cannot be kept: ${error}`);
      work(mine);
    }
    this.#batch.add(notices);
  }

  /** The list of connections may be old, as far as other windows add some: only what this window knew can be gone. */
  #goneConnections(): ReadonlySet<string> {
    const connections = this.#host.connections();
    const gone = [...this.#known].filter((id) => !connections.includes(id));
    for (const id of connections) {
      this.#known.add(id);
    }
    return new Set(gone);
  }

  /** The entries of a connection after a reading; the very same where nothing is different. */
  #next(
    { connection, asOf }: TaskReading,
    changes: readonly TimedChange[],
    entries: AlertRecords[string],
    mode: Mode,
  ): Next {
    const held = this.#clock.now() < this.#host.snoozedUntil();
    const policy = this.#host.policy();
    const scope = this.#host.scope();
    const next = new Draft(entries);
    const notices: PlacedNotice[] = [];
    const put = (id: string, record: AlertRecord | undefined) => next.put(id, record);
    for (const { before, after, times } of changes) {
      const id = (after ?? before)?.id ?? "";
      const key = `${connection}/${id}`;
      const awaited = this.#lookAt.get(key);
      this.#lookAt.delete(key);
      if (after === undefined) {
        for (const entry of [id, ...sideIds.map((side) => sideKey(id, side))]) {
          put(entry, goneRecord(next.get(entry), { at: asOf, by: this.#name }));
        }
        ruleIds.forEach((rule) => void this.#heldSince.delete(`${key}/${rule}`));
        continue;
      }
      const factsAt = factsAtOf(after, next.get(id), asOf, times);
      if (mode === "tell" && isOutdated(factsAt, this.#clock.now())) {
        // A window that has slept, or cannot read, knows less than the records do: its next reading decides. A change
        // is not passed on twice, so it is waited for.
        const isWaited = awaited !== undefined || before !== after;
        this.#lookLater(key, isWaited ? this.#clock.now() + newerFactsMs : undefined);
        continue;
      }
      let beside: number | undefined;
      for (const side of sideIds) {
        const told = sideKey(id, side);
        const known = next.get(told);
        const signs = sideRules[side].signs(after, asOf);
        if (known === undefined && signs.length === 0) {
          beside = earlier(beside, sideRules[side].nextAt(after, asOf));
          continue;
        }
        const decision = this.#beside(side, { connection, asOf }, after, signs, known, {
          mode,
          policy,
          scope,
        });
        put(told, decision.record);
        if (decision.notice !== undefined) {
          notices.push({ ...decision.notice, connection });
        }
        beside = earlier(beside, decision.lookAt);
      }
      const record = next.get(id);
      if (
        record?.refused?.apiStatus === after.apiStatus &&
        after.status !== "frozen" &&
        isOpen(record, "frozen")
      ) {
        this.#host.frozenElsewhere({ connection, id }, record.refused.word, record.at);
      }
      const since = this.#follow(key, after, record, asOf, policy);
      if (record === undefined && since.size === 0 && rowOf(after.status).alert === "none") {
        // Most tasks: healthy, and without a record.
        this.#lookLater(key, beside);
        continue;
      }
      const condition = conditionOf(after, record, (rule) => asOf - (since.get(rule) ?? asOf), policy);
      const subject = condition ?? (record?.phase === "resolved" ? undefined : record?.condition);
      const passes =
        !this.#host.muted(connection, id) &&
        scope(connection, after) &&
        (mode === "settings" ? !held : subject === undefined || isWanted(subject, policy));
      if (mode !== "baseline" && !passes) {
        // Another window may report what this one mutes: the records stay as they are.
        this.#lookLater(key, beside);
        continue;
      }
      const decision = decide(after, condition, record, { at: asOf, by: this.#name, factsAt });
      const dues = [...since].map(([rule, at]) => at + (policy.rules[rule]?.forMs ?? 0));
      const waits = condition === undefined && dues.length > 0;
      // Where the facts are too old to decide on, one of the next readings has newer ones.
      const isLate = decision.lookAt !== undefined && decision.lookAt <= this.#clock.now();
      const again = isLate ? this.#clock.now() + newerFactsMs : decision.lookAt;
      const lookAt = again ?? (waits ? Math.min(...dues) : undefined);
      this.#lookLater(key, earlier(lookAt, beside));
      const lateFreeze =
        // It was frozen all the time; only now it is known.
        this.#new.has(connection) && condition === "frozen" && before?.detailed === false;
      if (decision.notice === undefined || mode !== "tell" || lateFreeze) {
        const found = decision.notice !== undefined && decision.record?.phase !== "resolved";
        put(id, found && decision.record ? { ...decision.record, found: true } : decision.record);
      } else if (!held) {
        put(id, decision.record);
        notices.push({ ...decision.notice, connection });
      } else if (decision.notice.level === "recovered") {
        // Whatever was wrong and is well again while all is quiet needs no word.
        put(id, decision.record);
      }
    }
    return { entries: next.entries, notices };
  }

  #lookLater(key: string, time: number | undefined): void {
    if (time !== undefined) {
      this.#lookAt.set(key, time);
      this.#due = Math.min(this.#due, time);
    }
  }

  /** Evaluates the signs that are reported beside everything else. */
  #beside(
    side: SideId,
    { connection, asOf }: Pick<TaskReading, "connection" | "asOf">,
    task: Task,
    signs: readonly Sign[],
    record: AlertRecord | undefined,
    { mode, policy, scope }: { readonly mode: Mode; readonly policy: Policy; readonly scope: AlertScope },
  ): Decision {
    const observation = { at: asOf, by: this.#name };
    const decided = decideSide(side, task, signs, record, observation);
    const decision = { ...decided, lookAt: decided.lookAt ?? sideRules[side].nextAt(task, asOf) };
    if (decision.record === record || mode === "baseline") {
      return { ...decision, notice: undefined };
    }
    const held = this.#clock.now() < this.#host.snoozedUntil();
    const passes =
      !this.#host.muted(connection, task.id) &&
      scope(connection, task) &&
      (mode === "settings" ? !held : isWanted(side, policy));
    if (!passes || (held && decision.notice !== undefined)) {
      return { record, lookAt: decision.lookAt };
    }
    return mode === "settings" ? { ...decision, notice: undefined } : decision;
  }

  /** @returns the rules that hold, and since when as far as readings show it, milliseconds since 1970. */
  #follow(
    key: string,
    task: Task,
    record: AlertRecord | undefined,
    asOf: number,
    policy: Policy,
  ): ReadonlyMap<RuleId, number> {
    let held: Map<RuleId, number> | undefined;
    for (const rule of ruleIds) {
      const ruleKey = `${key}/${rule}`;
      if (holds(rule, task, record, policy)) {
        const measure = policy.rules[rule]?.measure(task) ?? 0;
        const known = this.#heldSince.get(ruleKey);
        const since =
          known === undefined || measure <= mending * known.measure ? { at: asOf, measure } : known;
        held ??= new Map();
        held.set(rule, since.at);
        this.#heldSince.set(ruleKey, since);
      } else {
        this.#heldSince.delete(ruleKey);
      }
    }
    return held ?? noRules;
  }

  /** Polls without a change are not passed on: a timer checks whether a wait is over. */
  #sessions(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    if (this.#lookAt.size > 0 && !this.#disposed) {
      const now = this.#clock.now();
      // Not counted from now: readings come more often than that.
      const due = Math.max(this.#due, this.#lookedAt + againMs);
      this.#cancelLook = this.#clock.after(Math.min(Math.max(due - now, 0), longestTimerMs), () => {
        this.#lookedAt = this.#clock.now();
        // What is looked at now says when it has to be looked at again.
        this.#due = Number.POSITIVE_INFINITY;
        void this.review();
      });
    }
  }
}

/** Entries as they will be; the very same object where nothing is different. */
class Draft {
  readonly #before: AlertRecords[string];
  #changed: Map<string, AlertRecord> | undefined;

  constructor(before: AlertRecords[string]) {
    this.#before = before;
  }

  get entries(): AlertRecords[string] {
    return this.#changed === undefined ? this.#before : Object.fromEntries(this.#changed);
  }

  get(id: string): AlertRecord | undefined {
    if (this.#changed !== undefined) {
      return this.#changed.get(id);
    }
    return Object.hasOwn(this.#before, id) ? this.#before[id] : undefined;
  }

  put(id: string, record: AlertRecord | undefined): void {
    if (this.get(id) === record) {
      return;
    }
    this.#changed ??= new Map(Object.entries(this.#before));
    if (record === undefined) {
      this.#changed.delete(id);
    } else {
      this.#changed.set(id, record);
    }
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

const noRules: ReadonlyMap<RuleId, number> = new Map();

/** The key of the records of a sign that is reported beside everything else. */
const sideKey = (task: string, side: SideId) => `${task}#${sideRules[side].key}`;

/** The task of a record. */
function taskOf(key: string): string {
  return key.split("#", 1)[0] ?? key;
}

/** The fields that are to stay; the very same object where all are. */
function only<T>(
  record: Readonly<Record<string, T>>,
  stays: (key: string, value: T) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(record);
  const kept = entries.filter(([key, value]) => stays(key, value));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}

/** The records of a connection, with those of deleted tasks resolved. */
function withoutGone(
  records: AlertRecords[string],
  tasks: ReadonlyMap<string, Task>,
  observation: Observation,
): AlertRecords[string] {
  const entries = Object.entries(records);
  const after = entries.map(
    ([key, record]) => [key, tasks.has(taskOf(key)) ? record : goneRecord(record, observation)] as const,
  );
  const isSame = after.every(([, record], index) => record === entries[index]?.[1]);
  return isSame
    ? records
    : Object.fromEntries(after.flatMap(([key, record]) => (record === undefined ? [] : [[key, record]])));
}

function allOf({ tasks, readTimes }: TaskReading): readonly TimedChange[] {
  return [...tasks.values()].map((task) => ({ before: task, after: task, times: readTimes?.get(task.id) }));
}

function timed(changes: readonly TaskChange[], { readTimes }: TaskReading): readonly TimedChange[] {
  return changes.map(({ before, after }) => ({
    before,
    after,
    times: after && readTimes?.get(after.id),
  }));
}
