import type { Clock } from "../drs/clock";

/** Notifications within this time, in milliseconds, are shown as one. */
const togetherMs = 500;
/** This many at once are a burst. It is over when nothing has come for a while, or after the longest time, in milliseconds. */
const burst = { least: 5, quietMs: 3_000, longestMs: 15_000 };

/** Collects notifications that belong together: those of one moment, and a burst over several polls. */
export class NoticeBatch<T> {
  readonly #pending: T[] = [];
  /** When the first and the last of them came, milliseconds since 1970. */
  #first = 0;
  #last = 0;
  #cancel: (() => void) | undefined;
  #disposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly send: (notices: readonly T[]) => void,
  ) {}

  add(notices: readonly T[]): void {
    if (notices.length === 0 || this.#disposed) {
      return;
    }
    this.#last = this.clock.now();
    this.#first = this.#pending.length === 0 ? this.#last : this.#first;
    this.#pending.push(...notices);
    if (this.#cancel === undefined) {
      this.#await(togetherMs);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel?.();
  }

  #await(ms: number): void {
    this.#cancel = this.clock.after(ms, () => {
      const now = this.clock.now();
      const end = Math.min(this.#last + burst.quietMs, this.#first + burst.longestMs);
      // Not when the clock was set back meanwhile.
      if (this.#pending.length >= burst.least && now >= this.#first && now < end) {
        this.#await(end - now);
        return;
      }
      this.#cancel = undefined;
      this.send(this.#pending.splice(0));
    });
  }
}
