/** Work that nobody waits for. */
import { log, reasonOf } from "../log";

/** Lets work run beside everything else: its errors reach the log, and its end can be awaited. */
export class BackgroundWork {
  readonly #running = new Set<Promise<void>>();
  #lastError = "";

  run(work: Promise<void>): void {
    const noted = work
      .catch((error: unknown) => this.report(reasonOf(error)))
      .finally(() => this.#running.delete(noted));
    this.#running.add(noted);
  }

  /** Resolves when all work that has begun is over. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** Logs an error once, and not twice a second while it lasts. */
  report(error: string): void {
    if (error !== this.#lastError) {
      this.#lastError = error;
      log(error);
    }
  }
}
