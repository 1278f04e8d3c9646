import type { Clock } from "../../src/drs/clock";

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 10, 24);
  readonly #timers = new Set<{ due: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  random(): number {
    return 0;
  }

  /** How long until the next timer, in milliseconds; undefined when none is set. */
  get next(): number | undefined {
    const dues = [...this.#timers].map(({ due }) => due - this.#now);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  /** The machine sleeps, or its clock is set: timers stand still, the time does not. */
  jump(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      timer.due += ms;
    }
  }

  /** Lets time pass, and calls back every timer that falls due meanwhile. */
  pass(ms: number): void {
    let left = ms;
    while ((this.next ?? Number.POSITIVE_INFINITY) <= left) {
      left -= this.tick();
    }
    this.#now += left;
  }

  /** Moves to the next timer and calls it back. @returns the milliseconds that passed. */
  tick(): number {
    const ms = this.next;
    if (ms === undefined) {
      throw new Error("no timer is set");
    }
    this.#now += ms;
    for (const timer of this.#timers) {
      if (timer.due <= this.#now) {
        this.#timers.delete(timer);
        timer.callback();
        break;
      }
    }
    return ms;
  }
}
