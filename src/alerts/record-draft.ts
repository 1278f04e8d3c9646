/** The alert records of a connection while they change, and their keys. */
import type { Task } from "../tasks/task";
import type { AlertRecords } from "./alert-records";
import type { AlertRecord, Observation } from "./decision";
import { goneRecord } from "./evaluate";
import { type SideId, sideRules } from "./rules/rules";

/** Entries as they will be; the very same object where nothing is different. */
export class RecordDraft {
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

/** The key of the records of a sign that is reported beside everything else. */
export const sideKey = (task: string, side: SideId) => `${task}#${sideRules[side].key}`;

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
