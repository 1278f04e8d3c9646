import { type Clock, pause, systemClock } from "./clock";

/** The service counts requests over this time: 429 at 200 in 5 minutes (`APIGW.0308`). */
export const rateWindowMs = 5 * 60_000;
/** The part of a budget that only calls on a user's demand may use. */
const reserved = 1 / 6;

/**
 * How many requests a connection may send in any five minutes. Calls beyond it wait for their turn; a part is kept for
 * calls that change something, so that no amount of reading delays what the user asks for.
 */
export class RateLimiter {
  /** When the requests of the last five minutes were sent, oldest first. */
  readonly #sent: number[] = [];

  /** @param requests how many now; at least 6. */
  constructor(
    private readonly requests: () => number,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Waits until a request may be sent, and counts it.
   *
   * @param control whether the call changes something.
   * @throws the signal's reason when it aborts.
   */
  async acquire(control: boolean, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const most = control ? this.requests() : Math.floor(this.requests() * (1 - reserved));
      const now = this.clock.now();
      if ((this.#sent.at(-1) ?? now) > now) {
        // The clock was set back: how long ago they were sent is not known any more.
        this.#sent.fill(now);
      }
      while (this.#sent[0] !== undefined && this.#sent[0] <= now - rateWindowMs) {
        this.#sent.shift();
      }
      const blocking = this.#sent[this.#sent.length - most];
      if (blocking === undefined) {
        this.#sent.push(now);
        return;
      }
      await pause(blocking + rateWindowMs - now, this.clock, signal);
    }
  }
}
