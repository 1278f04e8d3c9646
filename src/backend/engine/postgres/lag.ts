const rememberedPositions = 2_000;

/**
 * How far a reader of the log is behind, in time. The server measures it while changes flow; while the reader hangs
 * it does not, so the age of the oldest position not yet replayed is kept here.
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
    this.#positions.push({ at: now, position: current });
    this.#positions = this.#positions
      .filter(({ position }) => position > replayed)
      .slice(-rememberedPositions);
    const oldest = this.#positions[0];
    if (oldest === undefined) {
      return 0;
    }
    return Math.max(now - oldest.at, measuredMs ?? 0);
  }
}
