/** The most items that lists of v5 answer at once. */
const pageSize = 100;

/** Reads a list of v5 to its end. @returns undefined when a page is not there. @throws what `read` throws. */
export async function allPages<T>(
  read: (page: { readonly offset: number; readonly limit: number }) => Promise<readonly T[] | undefined>,
): Promise<readonly T[] | undefined> {
  const found: T[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const items = await read({ offset, limit: pageSize });
    if (items === undefined) {
      return undefined;
    }
    found.push(...items);
    if (items.length < pageSize) {
      return found;
    }
  }
}
