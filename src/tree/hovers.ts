/** A hover shows delay and times, which its row does not: it may be a little old, not more. */
const maxAgeMs = 30_000;

/** How old the hovers are: VS Code keeps each until its row is redrawn. */
export class HoverAges<Row> {
  readonly #madeAt = new Map<Row, number>();

  constructor(private readonly now: () => number = Date.now) {}

  made(row: Row): void {
    this.#madeAt.set(row, this.now());
  }

  /** Whether a row has a hover that shows too much of the past. */
  isOld(row: Row): boolean {
    const madeAt = this.#madeAt.get(row);
    return madeAt !== undefined && Math.abs(this.now() - madeAt) > maxAgeMs;
  }

  forget(row: Row): void {
    this.#madeAt.delete(row);
  }

  forgetAll(): void {
    this.#madeAt.clear();
  }
}
