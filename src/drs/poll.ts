import { type Clock, pause, systemClock } from "./clock";
import { isDrsError } from "./errors";

/** The number of requests in a row that may fail with an error that passes by itself. */
const mostFailures = 4;

export interface PollOptions {
  /** The first pause, in milliseconds; each is half as long again as the one before. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** After this many milliseconds nothing is asked any more. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Asks again and again until there is an answer. A request that fails because of the network or a busy service is sent
 * again, no sooner than the service's `Retry-After`.
 *
 * @param ask only reads.
 * @returns undefined when there was none within the limit.
 * @throws what `ask` throws; the signal's reason when it aborts.
 */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { firstMs, longestMs, limitMs, signal, clock = systemClock }: PollOptions,
): Promise<T | undefined> {
  let last = clock.now();
  let end = last + limitMs;
  const isLate = (ms = 0) => {
    const now = clock.now();
    // Also when the clock was set back meanwhile.
    end -= Math.max(last - now, 0);
    last = now;
    return now + ms >= end;
  };
  let failed = 0;
  for (let wait = firstMs; ; wait = Math.min(wait * 1.5, longestMs)) {
    let longer = 0;
    try {
      const answer = await ask();
      if (answer !== undefined || isLate()) {
        return answer;
      }
      failed = 0;
    } catch (error) {
      longer = passesInMs(error);
      failed += 1;
      if (failed > mostFailures || isLate(longer)) {
        throw error;
      }
    }
    await pause(Math.max(wait, longer), clock, signal);
  }
}

/** How long the service asks to wait after a failure that passes by itself, in milliseconds; infinite for any other. */
function passesInMs(error: unknown): number {
  return isDrsError(error) && ["network", "timeout", "throttled", "service"].includes(error.failure.kind)
    ? (error.failure.retryAfterMs ?? 0)
    : Number.POSITIVE_INFINITY;
}
