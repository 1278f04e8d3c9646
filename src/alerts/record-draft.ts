/** The alert records of a connection while they change, and their keys. */
import { isDeepStrictEqual } from "node:util";
import type { Task } from "../tasks/task";
import type { AlertRecords } from "./alert-records";
import type { AlertRecord, Observation } from "./decision";
import { goneRecord } from "./evaluate";
import { type SignRuleId, signRuleIds, signRules } from "./rules/rules";

/** A window shows what it has recorded within this time, in milliseconds, also in a burst. */
const unshownMs = 60_000;

/** Entries as they will be; the very same object where nothing is different. */
export class RecordDraft {
  #isAllShown: boolean | undefined;
  #changed: Map<string, AlertRecord> | undefined;

  /** @param awakeSince before then no window could show anything, milliseconds since 1970. */
  constructor(
    private readonly before: AlertRecords[string],
    private readonly awakeSince: number,
  ) {}

  get entries(): AlertRecords[string] {
    return this.#changed === undefined ? this.before : Object.fromEntries(this.#changed);
  }

  get(id: string): AlertRecord | undefined {
    if (this.#changed !== undefined) {
      return this.#changed.get(id);
    }
    return Object.hasOwn(this.before, id) ? this.before[id] : undefined;
  }

  /** Changes what is recorded; a notice that is not shown yet stays so. */
  put(id: string, record: AlertRecord | undefined): void {
    const known = this.get(id);
    const isWaiting = known?.unshown !== undefined && record !== undefined && record !== known;
    this.#set(id, isWaiting ? { ...record, unshown: known.unshown } : record);
  }

  /**
   * Changes what is recorded, and remembers what was before until its notice has been shown.
   *
   * @param now milliseconds since 1970; the reading that is decided on may be older than what another window waits for.
   */
  claim(id: string, record: AlertRecord, now: number): void {
    const before = this.get(id);
    const earlier = before?.unshown === undefined ? before : before.unshown.before;
    this.#set(id, { ...record, unshown: { before: earlier, since: now } });
  }

  /**
   * Until when another window has time to show what it has recorded of a task, milliseconds since 1970; undefined: there
   * is nothing to wait for.
   *
   * @param by the window that asks.
   */
  waitsUntil(task: string, by: string, now: number): number | undefined {
    const times = this.#unshown(task, by)
      .map(({ since }) => since)
      .filter((since) => Math.abs(now - since) < unshownMs);
    return times.length === 0 ? undefined : Math.min(...times) + unshownMs;
  }

  /** Takes back what another window has recorded of a task and not shown in time: it was closed, or has crashed. */
  takeBack(task: string, by: string, now: number): void {
    for (const { id, before, since } of this.#unshown(task, by)) {
      if (Math.abs(now - since) >= unshownMs) {
        this.#set(id, before);
      }
    }
  }

  /** The records of a task that other windows have made and not shown yet. */
  #unshown(task: string, by: string) {
    this.#isAllShown ??= Object.values(this.before).every(({ unshown }) => unshown === undefined);
    const ids = this.#isAllShown ? [] : [task, ...signRuleIds.map((rule) => signKey(task, rule))];
    return ids.flatMap((id) => {
      const record = this.get(id);
      return record?.unshown === undefined || record.by === by
        ? []
        : [
            {
              ...{ id, before: record.unshown.before },
              since: Math.max(record.unshown.since ?? record.at, this.awakeSince),
            },
          ];
    });
  }

  #set(id: string, record: AlertRecord | undefined): void {
    if (this.get(id) === record) {
      return;
    }
    this.#changed ??= new Map(Object.entries(this.before));
    if (record === undefined) {
      this.#changed.delete(id);
    } else {
      this.#changed.set(id, record);
    }
  }
}

/** The key of the record of the signs of a rule. */
export const signKey = (task: string, rule: SignRuleId) => `${task}#${signRules[rule].key}`;

/** The tasks whose records differ. */
export function tasksThatDiffer(
  before: AlertRecords[string],
  after: AlertRecords[string],
): ReadonlySet<string> {
  const keys = before === after ? [] : Object.keys({ ...before, ...after });
  return new Set(keys.filter((key) => !isDeepStrictEqual(before[key], after[key])).map(taskOf));
}

/** The task of a record. */
function taskOf(key: string): string {
  return key.split("#", 1)[0] ?? key;
}

/** The fields that are to stay; the very same object where all are. */
export function only<T>(
  record: Readonly<Record<string, T>>,
  stays: (key: string, value: T) => boolean,
): Readonly<Record<string, T>> {
  const entries = Object.entries(record);
  const kept = entries.filter(([key, value]) => stays(key, value));
  return kept.length === entries.length ? record : Object.fromEntries(kept);
}

/** The records after a window has shown what it had recorded: of these keys, each with its connection in front. */
export function withShown(all: AlertRecords, keys: ReadonlySet<string>, by: string): AlertRecords {
  const shown = (records: AlertRecords[string], connection: string) =>
    mapValues(records, (record, entry) =>
      record.unshown !== undefined && record.by === by && keys.has(`${connection}/${entry}`)
        ? { ...record, unshown: undefined }
        : record,
    );
  return mapValues(all, shown);
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  work: (value: T, key: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, work(value, key)]));
}

/** The records of a connection, with those of deleted tasks resolved. */
export function withoutGone(
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
