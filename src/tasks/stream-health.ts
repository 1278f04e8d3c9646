/** The health of tasks' streams, as a service reports it beyond the DRS API. */
import type { RetainedLog, Task, TaskWarning } from "./task";

export interface StreamHealth {
  readonly warnings: readonly TaskWarning[];
  readonly retainedLog: RetainedLog | undefined;
}

/** By task; a task that is not in it has nothing to say. The same object as long as nothing changes. */
export type StreamHealths = ReadonlyMap<string, StreamHealth>;

export const noHealths: StreamHealths = new Map();

interface Joined {
  readonly task: Task;
  readonly health: StreamHealth;
  readonly joined: Task;
}

/** Joins tasks with their streams' warnings. What did not change stays the same object. */
export class HealthJoin {
  #known: ReadonlyMap<string, Joined> = new Map();

  join(tasks: ReadonlyMap<string, Task>, healths: StreamHealths): ReadonlyMap<string, Task> {
    if (healths.size === 0) {
      this.#known = new Map();
      return tasks;
    }
    const known = new Map<string, Joined>();
    const all = new Map(tasks);
    for (const [id, health] of healths) {
      const task = tasks.get(id);
      if (task !== undefined) {
        const before = this.#known.get(id);
        const entry =
          before?.task === task && before.health === health
            ? before
            : { task, health, joined: joined(task, health) };
        known.set(id, entry);
        all.set(id, entry.joined);
      }
    }
    this.#known = known;
    return all;
  }
}

function joined(task: Task, { warnings, retainedLog }: StreamHealth): Task {
  return {
    ...task,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(retainedLog === undefined ? {} : { retainedLog }),
  };
}

/** The warnings of a task that has not failed for them. */
export function warningsOf({ warnings = [] }: Pick<Task, "warnings">): readonly TaskWarning[] {
  return warnings.filter(({ level }) => level === "warning");
}

/** The source has given up the log of a paused task. To resume it copies all rows again, without being asked to. */
const logLost = "LS008";

/**
 * The tables that have lost rows, for which copying them again is the remedy: all of the task's where what was lost is not
 * of single tables.
 */
export function lostTables({
  warnings = [],
  objects = [],
}: Pick<Task, "warnings" | "objects">): readonly string[] {
  const losses = warnings.filter(({ level, code }) => level === "failure" && code !== logLost);
  return losses.some(({ table }) => table === undefined)
    ? objects.flatMap(({ type, name }) => (type === "table" ? [name] : []))
    : troubledTables({ warnings: losses });
}

/** The tables that something is wrong with, each once. */
export function troubledTables({ warnings = [] }: Pick<Task, "warnings">): readonly string[] {
  return [...new Set(warnings.flatMap(({ table }) => table ?? []))];
}
