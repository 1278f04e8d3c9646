const rememberedPositions = 2_000;

/**
 * How far readers of the log are behind, in time: the age of the oldest position that they have not reached. A server
 * measures that only while changes flow, so it is kept here.
 */
export class LagMeter {
  #positions: { readonly at: number; readonly position: bigint }[] = [];

  /**
   * @param current end of the source's log, in bytes.
   * @param replayed up to where the target has it.
   * @param measuredMs the server's own measure, if it has one.
   * @returns milliseconds.
   */
  read(now: number, current: bigint, replayed: bigint, measuredMs: number | undefined): number {
    if (this.#positions.at(-1)?.position !== current) {
      this.#positions.push({ at: now, position: current });
    }
    this.#positions = this.#positions.filter(({ position }) => position > replayed);
    if (this.#positions.length > rememberedPositions) {
      // Of a long delay every second position says enough.
      this.#positions = this.#positions.filter((_, index) => index % 2 === 0);
    }
    return this.#positions.length === 0 ? 0 : Math.max(this.age(now, replayed), measuredMs ?? 0);
  }

  /** How far a reader that has reached a position is behind, as of the last `read`; in milliseconds. */
  age(now: number, reached: bigint): number {
    const oldest = this.#positions.find(({ position }) => position > reached);
    return oldest === undefined ? 0 : now - oldest.at;
  }
}
