/**
 * Reads until the value satisfies the condition.
 *
 * @throws with the last value after `limit` milliseconds
 */
export async function waitFor<T>(
  read: () => Promise<T>,
  condition: (value: T) => boolean,
  limit: number,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const value = await read();
    if (condition(value)) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(
        `Not so within ${limit / 1000} s: ${String(condition)}\nThe last value was:\n${String(value)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
