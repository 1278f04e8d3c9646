/** The part of a clock that waiting needs; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
  /** 0 to below 1, so that many clients do not come back at the same moment. */
  random(): number;
}

/** The longest timer, 24 days: Node ends a longer one at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Waits. @throws the signal's reason when it aborts. */
export async function pause(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener("abort", end);
  });
  signal?.throwIfAborted();
}
