/**
 * Copies of tables that are broken off again and again: PostgreSQL begins each from its first row, and says so nowhere. A
 * worker that somebody or a time limit ends leaves its subscription enabled, and one that lost its connection is to recover.
 */
import type { StreamFinding } from "../stream-finding";
import { plainName, type TableName } from "../table-name";
import { finding } from "./finding";

/** A table that is being copied, as `schema.table`. `pid`: of its worker; null: it has none now. */
export interface CopySight {
  readonly name: string;
  readonly pid: number | null;
}

interface Copy {
  /** Its worker, when that was seen first and last, and when its first one was, in milliseconds since 1970. */
  pid: number;
  from: number;
  seen: number;
  readonly since: number;
  /** How long each of the workers before was seen. */
  readonly broken: number[];
  /** The last one's process and error. */
  last: string;
}

/** A copy may be broken off once by chance. */
const toldBreaks = 2;
/** A time limit that has ended a copy so often always will. */
const limitedBreaks = 3;
/** A worker begins before it is seen first, and ends after it is seen last. */
const unseenMs = 4_000;

/** The copies of all tasks. */
export class BrokenCopies {
  readonly #tasks = new Map<string, ReadonlyMap<string, Copy>>();

  /** Notes a poll. @param error the last of the target's log, where it can be read. */
  look(id: string, sights: readonly CopySight[], now: number, error: string | undefined): void {
    const copies = new Map<string, Copy>();
    for (const { name, pid } of sights) {
      const copy = this.#tasks.get(id)?.get(name);
      if (copy !== undefined && pid !== null && pid !== copy.pid) {
        copy.broken.push(copy.seen - copy.from);
        copy.last = error === undefined ? `pid ${copy.pid}` : `pid ${copy.pid}, ${error}`;
        Object.assign(copy, { pid, from: now, seen: now });
      } else if (copy !== undefined && pid !== null) {
        copy.seen = now;
      }
      if (copy !== undefined) {
        copies.set(name, copy);
      } else if (pid !== null) {
        copies.set(name, { pid, from: now, seen: now, since: now, broken: [], last: "" });
      }
    }
    this.#tasks.set(id, copies);
  }

  findings(id: string, tables: readonly TableName[]): readonly StreamFinding[] {
    return tables.flatMap((table) => {
      const copy = this.#tasks.get(id)?.get(plainName(table));
      if (copy === undefined || copy.broken.length < toldBreaks) {
        return [];
      }
      const since = new Date(copy.since).toISOString().replace(/\.\d+Z$/, "Z");
      return [
        finding("copyBroken", "target", table, { since, count: String(copy.broken.length), last: copy.last }),
      ];
    });
  }

  /** The table whose copy each time was broken off after so many milliseconds, at the earliest. */
  endedAfter(id: string, limitMs: number): string | undefined {
    const least = Math.max(limitMs - unseenMs, limitMs / 4);
    return [...(this.#tasks.get(id) ?? [])].find(([, { broken }]) => {
      const last = broken.slice(-limitedBreaks);
      return last.length === limitedBreaks && last.every((ms) => ms >= least);
    })?.[0];
  }

  forget(id: string): void {
    this.#tasks.delete(id);
  }
}
