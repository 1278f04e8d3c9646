/** One worker of a subscription at one poll. */
export interface WorkerSample {
  /** Of which worker: a table's, or the one that applies changes. */
  readonly name: string;
  /** Null while it does not run. */
  readonly pid: number | null;
  /** How far it has come; a worker that only fails comes no further. */
  readonly progress: string;
}

interface Seen {
  readonly progress: string;
  readonly pids: Set<number>;
  last: number | null;
  /** Since when no worker has been there at two polls, in milliseconds since 1970. */
  awaySince: number | undefined;
}

/** A failed worker is started again after five seconds by default, so that two tries fall into this time. */
const longestAwayMs = 12_000;
const mostWorkers = 3;

/**
 * Tells a worker that fails again and again, on servers that say so nowhere but in their log: it is hardly ever seen, or
 * it is always another one that comes no further than the last.
 */
export class CrashLoopDetector {
  readonly #seen = new Map<string, Seen>();

  /** Notes a poll, some time after the last; returns whether one of the workers only fails. */
  isFailing(now: number, sights: readonly WorkerSample[]): boolean {
    return sights.map((sight) => this.#fails(now, sight)).includes(true);
  }

  #fails(now: number, { name, pid, progress }: WorkerSample): boolean {
    let seen = this.#seen.get(name);
    if (seen?.progress !== progress) {
      seen = { progress, pids: new Set(), last: null, awaySince: undefined };
      this.#seen.set(name, seen);
    }
    seen.awaySince = pid !== null && pid === seen.last ? undefined : (seen.awaySince ?? now);
    seen.last = pid;
    if (pid !== null) {
      seen.pids.add(pid);
    }
    return (
      seen.pids.size > mostWorkers || (seen.awaySince !== undefined && now - seen.awaySince >= longestAwayMs)
    );
  }
}
