import { setTimeout as delay } from "node:timers/promises";
import { limits } from "../../scripts/limits.mjs";

/**
 * Reads until the value satisfies the condition.
 *
 * @throws with the last value after `limits.wait`
 */
export async function waitFor<T>(
  read: () => T | Promise<T>,
  condition: (value: Awaited<T>) => boolean,
): Promise<Awaited<T>> {
  const end = Date.now() + limits.wait;
  for (;;) {
    const begin = Date.now();
    const value = await read();
    if (condition(value)) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(
        `Not so within ${limits.wait / 1000} s: ${String(condition)}\nThe last value was:\n${String(value)}`,
      );
    }
    // What is waited for needs the processor, too.
    await delay(Math.max(100, 2 * (Date.now() - begin)));
  }
}
