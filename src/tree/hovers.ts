import { type Clock, systemClock } from "../drs/clock";

/** A hover shows delay and times, which its row does not: it may be a little old, not more. */
const maxAgeMs = 30_000;
/** For how long a hover may be read before its row is drawn again, which closes it. */
const readingMs = 10_000;
/** How long a row that was drawn stays: no hover opens over one that is drawn again each second. */
const restMs = 5_000;
const pollMs = 1_000;

/**
 * The hovers of rows, as far as an extension can know them: VS Code asks for one when it opens it, says nothing when it
 * closes it, and keeps it until its row is drawn again.
 */
export class Hovers<Row extends object> {
  readonly #madeAt = new Map<Row, number>();
  readonly #drawnAt = new WeakMap<Row, number>();
  /** Rows that are to be drawn later. */
  readonly #waiting = new Set<Row>();
  #cancel: (() => void) | undefined;

  /** @param draw draws rows again, and says so here. */
  constructor(
    private readonly draw: (rows: readonly Row[]) => void,
    private readonly clock: Clock = systemClock,
  ) {}

  made(row: Row): void {
    this.#madeAt.set(row, this.clock.now());
  }

  /** Whether a row has a hover that shows too much of the past. */
  isOld(row: Row): boolean {
    return (this.#since(this.#madeAt.get(row)) ?? 0) > maxAgeMs;
  }

  /** Whether a row's hover may be open, or about to open. The row is then drawn later, without being asked for again. */
  postpones(row: Row): boolean {
    if (this.#mayBeDrawn(row)) {
      return false;
    }
    this.#waiting.add(row);
    this.#cancel ??= this.clock.after(pollMs, () => this.#drawWaiting());
    return true;
  }

  /** A row is drawn again, with which its hover is gone. */
  drawn(row: Row): void {
    this.#drawnAt.set(row, this.clock.now());
    this.forget(row);
  }

  /** A row is gone. */
  forget(row: Row): void {
    this.#madeAt.delete(row);
    this.#waiting.delete(row);
  }

  /** All rows are drawn again. */
  forgetAll(): void {
    this.#madeAt.clear();
    this.#waiting.clear();
  }

  dispose(): void {
    this.forgetAll();
    this.#cancel?.();
  }

  #since(at: number | undefined): number | undefined {
    return at === undefined ? undefined : Math.abs(this.clock.now() - at);
  }

  #mayBeDrawn(row: Row): boolean {
    const read = this.#since(this.#madeAt.get(row)) ?? Number.POSITIVE_INFINITY;
    const rested = this.#since(this.#drawnAt.get(row)) ?? Number.POSITIVE_INFINITY;
    return read > readingMs && rested >= restMs;
  }

  #drawWaiting(): void {
    this.#cancel = undefined;
    this.draw([...this.#waiting].filter((row) => this.#mayBeDrawn(row)));
    if (this.#waiting.size > 0) {
      this.#cancel = this.clock.after(pollMs, () => this.#drawWaiting());
    }
  }
}
