/**
 * Reads a table for a comparison without reading its rows: inside the server rows are sorted into buckets by the hash
 * of their key, and each bucket is summed up by a hash that does not depend on the order. Sums of `hashtextextended`
 * are the same on every version from 11 on.
 */
import { escapeIdentifier } from "pg";
import type { TableName } from "../engine";
import type { Row, Session } from "./databases";
import { qualified } from "./names";

/** What both ends need to know of a table to read it alike. */
export interface Shape {
  readonly table: TableName;
  /** Columns in the same order at both ends. */
  readonly columns: readonly string[];
  /** Of the primary key, with their types; empty without one. */
  readonly key: readonly { readonly name: string; readonly type: string }[];
  /** A power of two. */
  readonly buckets: number;
}

/** The rows of a bucket: how many, and the sum of their hashes. */
export interface Bucket {
  readonly rows: number;
  readonly sum: bigint;
}

/** A row by its key, and the hash of its contents. */
export interface HashedRow extends Row {
  readonly key: readonly string[];
  readonly hash: string;
}

/** Pages of 8 kB read by one statement, so that none runs for long. */
const pagesAtOnce = 32_768;
const rowsPerBucket = 256;
const mostBuckets = 16_384;

/** Buckets for so many rows. */
export function bucketsFor(rows: number): number {
  return Math.min(mostBuckets, 2 ** Math.max(0, Math.ceil(Math.log2(rows / rowsPerBucket))));
}

/** Counts the rows of a table, as the session's snapshot has them. */
export async function countTable(session: Session, table: TableName): Promise<number> {
  let rows = 0;
  for await (const [row] of chunks<{ rows: number }>(session, table, "SELECT count(*)::float8 AS rows", "")) {
    rows += row?.rows ?? 0;
  }
  return rows;
}

/** Sums up a table bucket by bucket. */
export async function sumTable(session: Session, shape: Shape): Promise<ReadonlyMap<number, Bucket>> {
  const select = `SELECT ${bucketOf(shape)} AS bucket, count(*)::float8 AS rows,
                         sum(${contentHash(shape)}::numeric)::text AS sum`;
  const sums = new Map<number, Bucket>();
  for await (const part of chunks<{ bucket: number; rows: number; sum: string }>(
    session,
    shape.table,
    select,
    "GROUP BY 1",
  )) {
    for (const { bucket, rows, sum } of part) {
      const before = sums.get(bucket) ?? { rows: 0, sum: 0n };
      sums.set(bucket, { rows: before.rows + rows, sum: before.sum + BigInt(sum) });
    }
  }
  return sums;
}

/** The rows of some buckets by their key. */
export async function rowsOfBuckets(
  session: Session,
  shape: Shape,
  buckets: readonly number[],
): Promise<ReadonlyMap<string, HashedRow>> {
  const rows = new Map<string, HashedRow>();
  const select = `SELECT ${keyTexts(shape)} AS key, ${contentHash(shape)}::text AS hash`;
  const where = `AND ${bucketOf(shape)} IN (${buckets.join(", ")})`;
  for await (const part of chunks<HashedRow>(session, shape.table, select, where)) {
    for (const row of part) {
      rows.set(JSON.stringify(row.key), row);
    }
  }
  return rows;
}

/** The rows with some keys, through the primary key's index. */
export async function rowsByKey(
  session: Session,
  shape: Shape,
  keys: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, HashedRow>> {
  const names = shape.key.map((_, index) => `k${index}`);
  const lists = shape.key.map((_, index) => `$${index + 1}::text[]`);
  const joined = shape.key.map(
    ({ name, type }, index) => `t.${escapeIdentifier(name)} = w.${names[index]}::${type}`,
  );
  const rows = await session.query<HashedRow>(
    `SELECT ${keyTexts(shape)} AS key, ${contentHash(shape)}::text AS hash
     FROM unnest(${lists.join(", ")}) w (${names.join(", ")})
     JOIN ${qualified(shape.table)} t ON ${joined.join(" AND ")}`,
    shape.key.map((_, index) => keys.map((key) => key[index])),
  );
  return new Map(rows.map((row) => [JSON.stringify(row.key), row]));
}

function bucketOf({ key, columns, buckets }: Shape): string {
  const sorted = key.length > 0 ? key.map(({ name }) => name) : columns;
  return `(hashtextextended(${rowText(sorted)}, 1) & ${buckets - 1})::int`;
}

function contentHash({ columns }: Shape): string {
  return `hashtextextended(${rowText(columns)}, 0)`;
}

function keyTexts({ key }: Shape): string {
  return `ARRAY[${key.map(({ name }) => `t.${escapeIdentifier(name)}::text`).join(", ")}]::text[]`;
}

function rowText(columns: readonly string[]): string {
  return `ROW(${columns.map((name) => `t.${escapeIdentifier(name)}`).join(", ")})::text`;
}

/** Runs a select over a table part by part; a partitioned table is read in one go. */
async function* chunks<R extends Row>(
  session: Session,
  table: TableName,
  select: string,
  rest: string,
): AsyncGenerator<readonly R[]> {
  const name = qualified(table);
  const [size] = await session.query<{ kind: string; pages: number }>(
    `SELECT relkind::text AS kind, (pg_relation_size(oid) / current_setting('block_size')::int)::int AS pages
     FROM pg_class WHERE oid = $1::regclass`,
    [name],
  );
  if (size?.kind !== "r") {
    yield await session.query<R>(`${select} FROM ${name} t WHERE true ${rest}`);
    return;
  }
  for (let page = 0; page <= size.pages; page += pagesAtOnce) {
    const end = page + pagesAtOnce > size.pages ? "" : `AND t.ctid < '(${page + pagesAtOnce},0)'`;
    yield await session.query<R>(`${select} FROM ${name} t WHERE t.ctid >= '(${page},0)' ${end} ${rest}`);
  }
}
