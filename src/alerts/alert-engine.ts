/** Decides which notifications to show: each once, over all windows and restarts. */
import type { TaskRef } from "../connections/connection";
import { type Clock, longestTimerMs } from "../drs/clock";
import { rowOf } from "../status/statuses";
import type { TaskChange } from "../tasks/store";
import type { Task } from "../tasks/task";
import type { AlertEngineHost, AlertScope, PlacedNotice, TaskReading } from "./alert-engine-host";
import type { AlertRecordStore, AlertRecords } from "./alert-records";
import type { AlertRecord, Condition, Decision } from "./decision";
import {
  conditionOf,
  decide,
  decideSigns,
  factsAtOf,
  goneRecord,
  isExpired,
  isOpen,
  isOutdated,
  isWanted,
  type Policy,
} from "./evaluate";
import { HeldRules } from "./held-rules";
import { NoticeBatch } from "./notice-batch";
import { only, RecordDraft, signKey, tasksThatDiffer, withoutGone, withShown } from "./record-draft";
import { type SignRuleId, signRuleIds, signRules } from "./rules/rules";
import type { Sign } from "./rules/sign-rule";
import { allOf, someOf, type TimedChange, timed } from "./timed-change";

/** The shortest time between two reviews of tasks that are due, in milliseconds. */
const againMs = 5_000;
/** How long it takes until a task has been read again, in milliseconds. */
const newerFactsMs = 30_000;
/** A window that has decided nothing for this long, in milliseconds, may have slept with the machine. */
const sleptMs = 90_000;

/**
 * `baseline`: the problems are older than the first poll. `settings`: changing a setting never notifies about existing problems.
 * Both record what they find as already reported.
 */
type Mode = "report" | "baseline" | "settings";

/** A notice, and the key of the record that says so. */
interface RecordedNotice {
  readonly notice: PlacedNotice;
  readonly entry: string;
}

interface Next {
  readonly entries: AlertRecords[string];
  readonly notices: readonly RecordedNotice[];
  /** Another window has recorded something that it has not shown, as far as this one knows. */
  readonly isWaiting: boolean;
}

/** The decisions on the tasks of one reading. */
interface Pass {
  readonly connection: string;
  /** When the reading ended, milliseconds since 1970. */
  readonly asOf: number;
  readonly mode: Mode;
  /** Whether all notices are held back. */
  readonly isSnoozed: boolean;
  readonly policy: Policy;
  readonly scope: AlertScope;
  /** The entries of the connection while they change. */
  readonly draft: RecordDraft;
  readonly notices: RecordedNotice[];
}

/** Processes polls, and reports what is new. */
export class AlertEngine {
  /** This window among all. */
  readonly #name = crypto.randomUUID();
  /** The records as this window last read them; undefined before the first time. */
  #entries: AlertRecords | undefined;
  /** Connections that this window was the first to read: what was wrong already is not reported. */
  readonly #new = new Set<string>();
  /** Connections whose entries have been compared with the whole list in this session. */
  readonly #compared = new Set<string>();
  /** Connections that this window has known: those that are gone now are forgotten. */
  readonly #known = new Set<string>();
  readonly #held = new HeldRules();
  /** When a task is due for a review although it does not change, by connection and task. */
  readonly #reviewAt = new Map<string, number>();
  /** The first of these times, or an earlier one. */
  #due = Number.POSITIVE_INFINITY;
  #queue: Promise<void> = Promise.resolve();
  readonly #batch: NoticeBatch<RecordedNotice>;
  #cancelTimer: (() => void) | undefined;
  #reviewedAt = Number.NEGATIVE_INFINITY;
  #decidedAt: number;
  #awakeSince = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(
    private readonly records: AlertRecordStore,
    private readonly clock: Clock,
    private readonly host: AlertEngineHost,
  ) {
    this.#decidedAt = clock.now();
    this.#batch = new NoticeBatch(clock, (notices) => this.#show(notices));
  }

  /** Takes a reading. @returns when what follows from it has been decided. */
  process(reading: TaskReading, changes: readonly TaskChange[]): Promise<void> {
    return this.#enqueue(reading, timed(changes, reading), "report");
  }

  /** Evaluates everything again: what the user wants has changed. */
  review(mode: "report" | "settings"): Promise<void> {
    return this.#reviewSome(mode, allOf);
  }

  /** Evaluates the tasks whose records have changed: this window has written them, or another one. */
  followRecords(): Promise<void> {
    return this.#reviewSome("report", (reading, before, after) =>
      before === undefined ? allOf(reading) : someOf(reading, tasksThatDiffer(before, after ?? before)),
    );
  }

  /** Evaluates the tasks that are due for a review until then, milliseconds since 1970. */
  #reviewDue(until: number): Promise<void> {
    const due: string[] = [];
    this.#due = Number.POSITIVE_INFINITY;
    for (const [key, time] of this.#reviewAt) {
      if (time <= until) {
        due.push(key);
      } else {
        this.#due = Math.min(this.#due, time);
      }
    }
    return this.#reviewSome("report", (reading) => {
      const prefix = `${reading.connection}/`;
      const own = due.filter((key) => key.startsWith(prefix));
      return someOf(
        reading,
        own.map((key) => key.slice(prefix.length)),
      );
    });
  }

  /** @param choose what to evaluate of a reading, whose records were `before` and are `after` now. */
  #reviewSome(
    mode: Mode,
    choose: (
      reading: TaskReading,
      before: AlertRecords[string] | undefined,
      after: AlertRecords[string] | undefined,
    ) => readonly TimedChange[],
  ): Promise<void> {
    const looked = this.#queue.then(async () => {
      const before = this.#entries;
      // This window still knows what the records have lost.
      this.#entries = { ...before, ...(await this.records.read()) };
      for (const reading of this.host.readings()) {
        const { connection } = reading;
        // Behind the changes that led to what is known now: decided on before them, they would look new.
        void this.#enqueue(reading, choose(reading, before?.[connection], this.#entries[connection]), mode);
      }
    });
    this.#queue = looked.catch((error) => this.#failed(error));
    return looked.then(
      () => this.#queue,
      () => undefined,
    );
  }

  #failed(error: unknown): void {
    this.host.warn(`Alerts cannot be decided: ${error}`);
  }

  /**
   * The condition that was last reported of a task and still holds, and since when, milliseconds since 1970; undefined: none, or
   * it was so before anybody looked.
   */
  since({ connection, id }: TaskRef): { readonly condition: Condition; readonly at: number } | undefined {
    const record = this.#entries?.[connection]?.[id];
    return record === undefined || record.phase !== undefined || record.found === true ? undefined : record;
  }

  /**
   * Forgets the reviews of a connection that is not shown any more.
   *
   * @param forGood also its records: the connection is removed, or now leads to other tasks, whose first poll is the baseline.
   */
  forget(connection: string, forGood: boolean): void {
    this.#compared.delete(connection);
    if (forGood) {
      const others = (entries: AlertRecords) => only(entries, (id) => id !== connection);
      this.#queue = this.#queue
        .then(async () => {
          this.#entries = others(this.#entries ?? {});
          await this.records.change(others);
        })
        .catch((error) => this.host.warn(`Alert records cannot be deleted: ${error}`));
    }
    this.#held.forgetAll(`${connection}/`);
    for (const key of this.#reviewAt.keys()) {
      if (key.startsWith(`${connection}/`)) {
        this.#reviewAt.delete(key);
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#batch.dispose();
    this.#cancelTimer?.();
  }

  #enqueue(reading: TaskReading, changes: readonly TimedChange[], mode: Mode): Promise<void> {
    this.#queue = this.#queue
      .then(async () => await this.#evaluate(reading, changes, mode))
      .catch((error) => this.#failed(error));
    return this.#queue;
  }

  async #evaluate(reading: TaskReading, changes: readonly TimedChange[], mode: Mode): Promise<void> {
    if (this.#disposed) {
      return;
    }
    const now = this.clock.now();
    if (Math.abs(now - this.#decidedAt) > sleptMs) {
      this.#awakeSince = now;
    }
    this.#decidedAt = now;
    const { connection, complete } = reading;
    this.#entries ??= await this.records.read();
    const known = this.#entries[connection];
    if (known === undefined && !complete) {
      // A connection that nobody has read before is a baseline when it has been read as a whole.
      return;
    }
    const sweeps = complete && !this.#compared.has(connection);
    const next = known === undefined ? undefined : this.#next(reading, changes, known, mode);
    if (next === undefined || sweeps || next.isWaiting || next.entries !== known) {
      await this.host.refresh();
      await this.#settle(reading, known === undefined ? allOf(reading) : changes, { mode, sweeps });
    }
    if (complete) {
      this.#compared.add(connection);
    }
    this.#setTimer();
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
    let notices: readonly RecordedNotice[] = [];
    const work = (all: AlertRecords): AlertRecords => {
      // This window may still know what the records have lost.
      const stored = all[connection] ?? mine[connection];
      if (stored === undefined) {
        this.#new.add(connection);
      }
      const there = sweeps
        ? withoutGone(stored ?? {}, tasks, { at: reading.asOf, by: this.#name })
        : (stored ?? {});
      const next = this.#next(reading, changes, there, stored === undefined ? "baseline" : mode);
      ({ notices } = next);
      const now = this.clock.now();
      const kept = only(all, (id) => !gone.has(id));
      const entries =
        next.entries === all[connection]
          ? next.entries
          : only(next.entries, (_, record) => !isExpired(record, now));
      this.#entries = kept[connection] === entries ? kept : { ...kept, [connection]: entries };
      return this.#entries;
    };
    try {
      await this.records.change(work);
    } catch (error) {
      // Where the records cannot be written, this window at least reports what it sees.
      this.host.warn(`Alert records cannot be stored: ${error}`);
      work(mine);
    }
    this.#batch.add(notices);
  }

  /**
   * Reports what came together, but not what has been overtaken meanwhile: it no longer holds. Until it is recorded
   * that they were shown, a window that finds them decides again.
   */
  #show(notices: readonly RecordedNotice[]): void {
    const keyOf = ({ notice, entry }: RecordedNotice) => `${notice.connection}/${entry}`;
    const last = new Map(notices.map((one) => [keyOf(one), one]));
    const taskOf = ({ notice }: RecordedNotice) => `${notice.connection}/${notice.task.id}`;
    const failed = new Set(
      [...last.values()].filter(({ notice }) => notice.level === "error").map((one) => taskOf(one)),
    );
    // What a warning announced has happened, and the failure has the remedy.
    const holds = (one: RecordedNotice) =>
      one.notice.signs === undefined
        ? last.get(keyOf(one)) === one
        : one.notice.condition !== "warned" || !failed.has(taskOf(one));
    this.host.notify(notices.filter(holds).map(({ notice }) => notice));
    const keys = new Set(last.keys());
    this.#queue = this.#queue
      .then(async () => {
        this.#entries = await this.records.change((all) => withShown(all, keys, this.#name));
      })
      .catch((error) => this.host.warn(`Alert records cannot be stored: ${error}`));
  }

  /** The list of connections may be old, as far as other windows add some: only what this window knew can be gone. */
  #goneConnections(): ReadonlySet<string> {
    const connections = this.host.connections();
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
    const draft = new RecordDraft(entries, this.#awakeSince);
    const notices: RecordedNotice[] = [];
    const pass: Pass = {
      ...{ connection, asOf, mode, draft, notices },
      isSnoozed: this.clock.now() < this.host.snoozedUntil(),
      policy: this.host.policy(),
      scope: this.host.scope(),
    };
    let isWaiting = false;
    for (const change of changes) {
      isWaiting = this.#decide(change, pass) || isWaiting;
    }
    return { entries: draft.entries, notices, isWaiting };
  }

  /** Decides on a task. @returns whether another window is still to show what it has recorded of it. */
  #decide({ before, after, times }: TimedChange, pass: Pass): boolean {
    const { connection, asOf, mode, draft } = pass;
    const id = (after ?? before)?.id ?? "";
    const key = `${connection}/${id}`;
    const awaited = this.#reviewAt.get(key);
    this.#reviewAt.delete(key);
    if (after === undefined) {
      for (const entry of [id, ...signRuleIds.map((rule) => signKey(id, rule))]) {
        draft.put(entry, goneRecord(draft.get(entry), { at: asOf, by: this.#name }));
      }
      this.#held.forget(key);
      return false;
    }
    // Another window is about to show what it has recorded.
    const shownUntil = draft.waitsUntil(id, this.#name, this.clock.now());
    if (shownUntil !== undefined) {
      this.#reviewLater(key, shownUntil);
      return true;
    }
    const isTooOld = isOutdated(factsAtOf(after, draft.get(id), asOf, times), this.clock.now());
    if (mode === "report" && isTooOld) {
      // A window that has slept, or cannot read, knows less than the records do: its next reading decides. A change
      // is not passed on twice, so it is waited for.
      const isWaited = awaited !== undefined || before !== after;
      this.#reviewLater(key, isWaited ? this.clock.now() + newerFactsMs : undefined);
      return false;
    }
    // Records that another window has not shown in time are decided again here.
    draft.takeBack(id, this.#name, this.clock.now());
    const signsDue = this.#reportSigns(after, pass);
    this.#reviewLater(key, earlier(this.#reportCondition({ before, after, times }, pass), signsDue));
    return false;
  }

  /** Reports a new condition of a task. @returns when it is due for another review because of its condition. */
  #reportCondition(
    { before, after, times }: TimedChange & { readonly after: Task },
    pass: Pass,
  ): number | undefined {
    const { connection, asOf, mode, isSnoozed, policy, scope, draft } = pass;
    const { id } = after;
    const record = draft.get(id);
    if (
      record?.refused?.apiStatus === after.apiStatus &&
      after.status !== "frozen" &&
      isOpen(record, "frozen")
    ) {
      this.host.frozenElsewhere({ connection, id }, record.refused.word, record.at);
    }
    const since = this.#held.update(`${connection}/${id}`, after, record, asOf, policy);
    if (record === undefined && since.size === 0 && rowOf(after.status).alert === "none") {
      // Most tasks: healthy, and without a record.
      return undefined;
    }
    const condition = conditionOf(after, record, (rule) => asOf - (since.get(rule) ?? asOf), policy);
    const subject = condition ?? (record?.phase === "resolved" ? undefined : record?.condition);
    const passes =
      !this.host.muted(connection, id) &&
      scope(connection, after) &&
      (mode === "settings" ? !isSnoozed : subject === undefined || isWanted(subject, policy));
    if (mode !== "baseline" && !passes) {
      // Another window may report what this one mutes: the records stay as they are.
      return undefined;
    }
    const factsAt = factsAtOf(after, record, asOf, times);
    const decision = decide(after, condition, record, { at: asOf, by: this.#name, factsAt });
    const dues = [...since].map(([rule, at]) => at + (policy.rules[rule]?.forMs ?? 0));
    const waits = condition === undefined && dues.length > 0;
    // Where the facts are too old to decide on, one of the next readings has newer ones.
    const isLate = decision.reviewAt !== undefined && decision.reviewAt <= this.clock.now();
    const again = isLate ? this.clock.now() + newerFactsMs : decision.reviewAt;
    const lateFreeze =
      // It was frozen all the time; only now it is known.
      this.#new.has(connection) && condition === "frozen" && before?.detailed === false;
    if (decision.notice === undefined || mode !== "report" || lateFreeze) {
      const found = decision.notice !== undefined && decision.record?.phase !== "resolved";
      draft.put(id, found && decision.record ? { ...decision.record, found: true } : decision.record);
    } else if (!isSnoozed) {
      this.#report(id, decision, pass);
    } else if (decision.notice.level === "recovered") {
      // What failed and recovered during a snooze is not reported.
      draft.put(id, decision.record);
    }
    return again ?? (waits ? Math.min(...dues) : undefined);
  }

  /** Reports new signs of a task. @returns when it is due for another review because of its signs. */
  #reportSigns(task: Task, pass: Pass): number | undefined {
    let due: number | undefined;
    for (const rule of signRuleIds) {
      const entry = signKey(task.id, rule);
      const record = pass.draft.get(entry);
      const signs = signRules[rule].signs(task, pass.asOf);
      if (record === undefined && signs.length === 0) {
        due = earlier(due, signRules[rule].nextAt(task, pass.asOf));
        continue;
      }
      const decision = this.#decideSigns(rule, task, signs, record, pass);
      this.#report(entry, decision, pass);
      due = earlier(due, decision.reviewAt);
    }
    return due;
  }

  /** Records a decision, and its notice, if it has one, as not shown yet. */
  #report(entry: string, { record, notice }: Decision, { connection, draft, notices }: Pass): void {
    if (record === undefined || notice === undefined) {
      draft.put(entry, record);
    } else {
      draft.claim(entry, record, this.clock.now());
      notices.push({ notice: { ...notice, connection }, entry });
    }
  }

  #reviewLater(key: string, time: number | undefined): void {
    if (time !== undefined) {
      this.#reviewAt.set(key, time);
      this.#due = Math.min(this.#due, time);
    }
  }

  /** Decides on the signs of a rule, which are reported apart from the task's condition. */
  #decideSigns(
    rule: SignRuleId,
    task: Task,
    signs: readonly Sign[],
    record: AlertRecord | undefined,
    { connection, asOf, mode, isSnoozed, policy, scope }: Pass,
  ): Decision {
    const observation = { at: asOf, by: this.#name };
    const decided = decideSigns(rule, task, signs, record, observation);
    const decision = { ...decided, reviewAt: decided.reviewAt ?? signRules[rule].nextAt(task, asOf) };
    if (decision.record === record || mode === "baseline") {
      return { ...decision, notice: undefined };
    }
    const passes =
      !this.host.muted(connection, task.id) &&
      scope(connection, task) &&
      (mode === "settings" ? !isSnoozed : isWanted(rule, policy));
    if (!passes || (isSnoozed && decision.notice !== undefined)) {
      return { record, reviewAt: decision.reviewAt };
    }
    return mode === "settings" ? { ...decision, notice: undefined } : decision;
  }

  /** Starts the timer for the next review: a poll without a change is not passed on. */
  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#reviewAt.size > 0 && !this.#disposed) {
      const now = this.clock.now();
      // Not counted from now: readings come more often than that.
      const due = Math.max(this.#due, this.#reviewedAt + againMs);
      // The end of an order may be further away than the longest timer.
      const wait = Math.min(Math.max(due - now, 0), longestTimerMs);
      this.#cancelTimer = this.clock.after(wait, () => {
        this.#reviewedAt = this.clock.now();
        // Also where the clock was set back meanwhile.
        void this.#reviewDue(Math.max(this.#reviewedAt, now + wait));
      });
    }
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
