import { type Clock, pause, systemClock } from "./clock";

export interface PollOptions {
  /** The first pause, in milliseconds; each is half as long again as the one before. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** After so many milliseconds nothing is asked any more. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Asks again and again until there is an answer.
 *
 * @returns undefined when there was none within the limit.
 * @throws what `ask` throws; the signal's reason when it aborts.
 */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  { firstMs, longestMs, limitMs, signal, clock = systemClock }: PollOptions,
): Promise<T | undefined> {
  const end = clock.now() + limitMs;
  for (let wait = firstMs; ; wait = Math.min(wait * 1.5, longestMs)) {
    const answer = await ask();
    if (answer !== undefined || clock.now() >= end) {
      return answer;
    }
    await pause(wait, clock, signal);
  }
}
