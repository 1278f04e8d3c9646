import { isDeepStrictEqual } from "node:util";

/** The most items that lists of v5 answer at once. */
const pageSize = 100;

/**
 * Reads a list of v5 to its end, also where the service does not know of pages: then it lists more than it was asked for,
 * or the same once more.
 *
 * @returns undefined when a page is not there.
 * @throws what `read` throws.
 */
export async function allPages<T>(
  read: (page: { readonly offset: number; readonly limit: number }) => Promise<readonly T[] | undefined>,
): Promise<readonly T[] | undefined> {
  const found: T[] = [];
  let last: readonly T[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const items = await read({ offset, limit: pageSize });
    if (items === undefined) {
      return undefined;
    }
    if (items.length > 0 && isDeepStrictEqual(items, last)) {
      return found;
    }
    found.push(...items);
    if (items.length !== pageSize) {
      return found;
    }
    last = items;
  }
}
