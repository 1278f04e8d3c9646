/** Changes that found no row at the target: the server's counters by subscription, and its log by table. */
import type { StreamFinding } from "../stream-finding";
import type { TableName } from "../table-name";
import { finding } from "./finding";
import type { ConflictCounters } from "./stream-facts";
import type { TaskMemory } from "./stream-memory";

const none = { updates: 0, deletes: 0 };

/** Keeps the counts since the tables joined; the server forgets its counters in a crash. */
export function countConflicts(before: TaskMemory, now: ConflictCounters | undefined): TaskMemory {
  if (now === undefined) {
    return before;
  }
  const counters = { updates: now.updates, deletes: now.deletes };
  if (before?.base === undefined || before.told === undefined) {
    return { ...before, base: counters, told: none };
  }
  const base = {
    updates: Math.min(before.base.updates, now.updates),
    deletes: Math.min(before.base.deletes, now.deletes),
  };
  const since = { updates: now.updates - base.updates, deletes: now.deletes - base.deletes };
  return { ...before, base, told: inSteps(before.told, since) };
}

/** Keeps which tables they were of. */
export function namedConflicts(
  before: TaskMemory,
  missing: ReadonlyMap<string, ConflictCounters>,
): TaskMemory {
  const tables = { ...before?.tables };
  for (const [name, counters] of missing) {
    tables[name] = inSteps(tables[name] ?? none, counters);
  }
  return Object.keys(tables).length === 0 ? before : { ...before, tables };
}

/** So that a storm of them is not stored at each poll. */
function inSteps(told: ConflictCounters, now: ConflictCounters): ConflictCounters {
  const step = (before: number, count: number) => (count > before * 1.5 ? count : before);
  return { updates: step(told.updates, now.updates), deletes: step(told.deletes, now.deletes) };
}

/** For each table that is known, or else for the task. */
export function rowsMissing(task: TaskMemory, tables: readonly TableName[]): readonly StreamFinding[] {
  const of = (table: TableName | undefined, { updates, deletes }: ConflictCounters) =>
    updates + deletes === 0
      ? []
      : [
          finding(table === undefined ? "rowsMissing" : "tableRowsMissing", "target", table, {
            ...{ updates: String(updates), deletes: String(deletes) },
          }),
        ];
  const named = tables.flatMap((table) =>
    of(table, task?.tables?.[`${table.schema}.${table.table}`] ?? none),
  );
  return named.length > 0 ? named : of(undefined, task?.told ?? none);
}
