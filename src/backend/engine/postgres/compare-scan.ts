/**
 * Reads a table for a comparison without reading its rows: inside the server rows are sorted into buckets by the hash
 * of their key, and each bucket is summed up by a hash that does not depend on the order. Sums of `hashtextextended`
 * are the same on every version from 11 on.
 */
import { escapeIdentifier } from "pg";
import type { End } from "./compare-shape";
import type { Row, Session } from "./databases";

/** The rows of a bucket: how many, and the sum of their hashes. */
export interface Bucket {
  readonly rows: number;
  readonly sum: bigint;
}

/** The row with a key: the hash of its contents. Without a unique key at that end there may be more than one. */
export interface HashedRow {
  readonly key: readonly string[];
  readonly rows: number;
  readonly hash: string;
}

/** Pages of 8 kB read by one statement, so that none runs for long. */
const pagesAtOnce = 32_768;
const rowsPerBucket = 256;
const mostBuckets = 16_384;

/** Buckets for so many rows: a power of two. */
export function bucketsFor(rows: number): number {
  return Math.min(mostBuckets, 2 ** Math.max(0, Math.ceil(Math.log2(rows / rowsPerBucket))));
}

/** About how many rows a table has: as it was last analyzed, at its size now; counted where that is not known. */
export async function estimateRows(end: End): Promise<number> {
  const [row] = await end.session.query<{ rows: number | null }>(
    `SELECT reltuples * (pg_relation_size(oid) / current_setting('block_size')::int) / nullif(relpages, 0) AS rows
     FROM pg_class WHERE oid = $1::regclass AND relkind = 'r' AND reltuples >= 0`,
    [end.name],
  );
  return row?.rows ?? (await countTable(end));
}

/** Counts the rows of a table. */
export async function countTable(end: End): Promise<number> {
  return await inSnapshot(end.session, async () => {
    let rows = 0;
    for await (const [row] of chunks<{ rows: number }>(end, "SELECT count(*)::float8 AS rows", "")) {
      rows += row?.rows ?? 0;
    }
    return rows;
  });
}

/**
 * Sums up a table bucket by bucket.
 *
 * @param only those of the buckets that are wanted; undefined: all.
 */
export async function sumTable(
  end: End,
  buckets: number,
  only?: readonly number[],
): Promise<ReadonlyMap<number, Bucket>> {
  const bucket = bucketOf(end, buckets);
  // Sums of eight-byte integers are numerics that the server adds up in sixteen bytes.
  const select = `SELECT ${bucket} AS bucket, count(*)::float8 AS rows, sum(${contentHash(end)})::text AS sum`;
  const rest = `${only === undefined ? "" : `AND ${bucket} IN (${only.join(", ")})`} GROUP BY 1`;
  return await inSnapshot(end.session, async () => {
    const sums = new Map<number, Bucket>();
    type Part = { bucket: number; rows: number; sum: string };
    for await (const part of chunks<Part>(end, select, rest)) {
      for (const { bucket: number, rows, sum } of part) {
        const before = sums.get(number) ?? { rows: 0, sum: 0n };
        sums.set(number, { rows: before.rows + rows, sum: before.sum + BigInt(sum) });
      }
    }
    return sums;
  });
}

interface KeyRow extends Row {
  readonly key: readonly string[];
  readonly hash: string;
}

/** The rows of some buckets by their key. */
export async function rowsOfBuckets(
  end: End,
  buckets: number,
  wanted: readonly number[],
): Promise<ReadonlyMap<string, HashedRow>> {
  const select = `SELECT ${keyTexts(end)} AS key, ${contentHash(end)}::text AS hash`;
  const where = `AND ${bucketOf(end, buckets)} IN (${wanted.join(", ")})`;
  return await inSnapshot(end.session, async () => {
    const rows: KeyRow[] = [];
    for await (const part of chunks<KeyRow>(end, select, where)) {
      rows.push(...part);
    }
    return byKey(rows);
  });
}

/** The rows with some keys, through the primary key's index. */
export async function rowsByKey(
  end: End,
  keys: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, HashedRow>> {
  const names = end.key.map((_, index) => `k${index}`);
  const lists = end.key.map((_, index) => `$${index + 1}::text[]`);
  const joined = end.key.map(
    ({ name, type, equals }, index) =>
      `t.${escapeIdentifier(name)} OPERATOR(${equals}) w.${names[index]}::${type}`,
  );
  const rows = await end.session.query<KeyRow>(
    `SELECT ${keyTexts(end)} AS key, ${contentHash(end)}::text AS hash
     FROM unnest(${lists.join(", ")}) w (${names.join(", ")}) JOIN ${end.from} t ON ${joined.join(" AND ")}`,
    end.key.map((_, index) => keys.map((key) => key[index])),
  );
  return byKey(rows);
}

function byKey(rows: readonly KeyRow[]): ReadonlyMap<string, HashedRow> {
  const found = new Map<string, HashedRow>();
  for (const { key, hash } of rows) {
    const id = JSON.stringify(key);
    const other = found.get(id);
    const hashes = other === undefined ? [hash] : [...other.hash.split(" "), hash].toSorted();
    found.set(id, { key, rows: hashes.length, hash: hashes.join(" ") });
  }
  return found;
}

function bucketOf(end: End, buckets: number): string {
  if (buckets === 1) {
    return "0";
  }
  const sorted = end.key.length > 0 ? end.key.map(({ name }) => name) : end.columns;
  return `(hashtextextended(${rowText(end, sorted)}, 1) & ${buckets - 1})::int`;
}

function contentHash(end: End): string {
  return `hashtextextended(${rowText(end, end.columns)}, 0)`;
}

/** Texts as the output of the type has them, which its input takes back. */
function keyTexts({ key }: End): string {
  return `ARRAY[${key.map(({ name }) => `format('%s', t.${escapeIdentifier(name)})`).join(", ")}]::text[]`;
}

function rowText({ inUtf8 }: End, columns: readonly string[]): string {
  const text = `ROW(${columns.map((name) => `t.${escapeIdentifier(name)}`).join(", ")})::text`;
  return inUtf8 ? `encode(convert_to(${text}, 'UTF8'), 'hex')` : text;
}

/** Runs a select over a table part by part; a partitioned table is read in one go. */
async function* chunks<R extends Row>(end: End, select: string, rest: string): AsyncGenerator<readonly R[]> {
  const { session, from } = end;
  if (end.isPartitioned) {
    yield await session.query<R>(`${select} FROM ${from} t WHERE true ${rest}`);
    return;
  }
  const [size] = await session.query<{ pages: number }>(
    "SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int AS pages",
    [end.name],
  );
  const pages = size?.pages ?? 0;
  for (let page = 0; page <= pages; page += pagesAtOnce) {
    const limit = page + pagesAtOnce > pages ? "" : `AND t.ctid < '(${page + pagesAtOnce},0)'`;
    yield await session.query<R>(`${select} FROM ${from} t WHERE t.ctid >= '(${page},0)' ${limit} ${rest}`);
  }
}

/** Reads in one snapshot, however many statements it takes: a row that moves is seen once. */
async function inSnapshot<T>(session: Session, read: () => Promise<T>): Promise<T> {
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await read();
  } finally {
    await session.query("ROLLBACK");
  }
}
