/**
 * The value of `work`, or `late` after this many milliseconds. What `work` rejects with later is nobody's concern.
 *
 * @throws what `work` rejects with, and `late`.
 */
export async function withinLimit<T>(work: PromiseLike<T>, limitMs: number, late: Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
