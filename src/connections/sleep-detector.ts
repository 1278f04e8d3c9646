import { type Clock, systemClock } from "../drs/clock";

const tickMs = 5_000;
/** A timer that comes so much too late, or too early, was not held up by work: the machine slept, or its clock was set. */
const toleranceMs = 15_000;

/** Notices that the machine has slept: timers stand still meanwhile, this machine's clock does not. */
export class SleepDetector {
  #expected = 0;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly onWake: () => void,
    private readonly clock: Clock = systemClock,
  ) {
    this.#arm();
  }

  /** Looks at the clock now; also done every five seconds. */
  check(): void {
    const left = this.#expected - this.clock.now();
    if (left < -toleranceMs || left > tickMs + toleranceMs) {
      this.#cancel();
      this.#arm();
      this.onWake();
    }
  }

  dispose(): void {
    this.#cancel();
  }

  #arm(): void {
    this.#expected = this.clock.now() + tickMs;
    this.#cancel = this.clock.after(tickMs, () => {
      this.check();
      this.#cancel();
      this.#arm();
    });
  }
}
