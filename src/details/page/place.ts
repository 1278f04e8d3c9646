/**
 * Where the reader is on the page, over the times that it is hidden. What it shows comes bit by bit: the place is taken again
 * once it is there, unless the reader moves first.
 */
export class ReadingPlace {
  #wanted = 0;

  /** @param keep keeps where the reader is now, in pixels. */
  constructor(keep: (top: number) => void) {
    for (const gesture of ["wheel", "pointerdown", "keydown"]) {
      addEventListener(gesture, () => this.want(0), { passive: true });
    }
    addEventListener("scrollend", () => this.#wanted > 0 || keep(scrollY));
  }

  /** Where the reader was; 0: nowhere in particular. */
  want(top = 0): void {
    this.#wanted = top;
  }

  /** Takes that place, if the page is long enough by now. */
  take(): void {
    if (this.#wanted > 0) {
      scrollTo(0, this.#wanted);
      this.#wanted = scrollY < this.#wanted - 1 ? this.#wanted : 0;
    }
  }
}
