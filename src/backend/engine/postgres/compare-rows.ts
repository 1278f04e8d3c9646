/**
 * Rechecks rows that differ at first. A change may only be on its way: such rows are read again, each time after the
 * target has caught up with the source, until they are alike, differ while the source stands still, or were tried often
 * enough. Only what was read at both ends counts as alike.
 */
import { setTimeout as delay } from "node:timers/promises";
import { escapeIdentifier, escapeLiteral } from "pg";
import type { RowDifference } from "../comparison";
import { type Bucket, type HashedRow, rowsByKey, rowsOfBuckets, sumTable } from "./compare-scan";
import type { Ends } from "./compare-shape";
import { qualified } from "./names";

/** Rows that are listed of a table. */
export const listedRows = 200;
/** Buckets that are read at once: about 65,000 rows' keys and hashes. */
const bucketsAtOnce = 256;
/** Rows that are read again at once. */
const keysAtOnce = 1_000;
const rereads = 8;
const rereadMs = 250;
/** How often buckets are read again for rows that were found at neither end. */
const rescans = 3;

/** A comparison under way. */
export interface Comparing {
  readonly ends: Ends;
  /** Into how many buckets rows are sorted. */
  readonly buckets: number;
  readonly signal: AbortSignal;
  /** Waits until the target has what the source has now. */
  caughtUp(): Promise<void>;
}

type Key = readonly string[];
type Rows = ReadonlyMap<string, HashedRow>;

/** A row that differs, and how many rows more the target has with its key. */
export interface Difference extends RowDifference {
  readonly surplus: number;
}

export interface Findings {
  readonly different: readonly Difference[];
  /** Rows that were changed each time they were read. */
  readonly moving: readonly Key[];
  /** Rows that were seen, and cannot be found by their keys. */
  readonly lost: readonly Key[];
  /** Whether all buckets were read. */
  readonly all: boolean;
}

/** Reads buckets of a table with a key until enough rows are found. */
export async function lookInto(comparing: Comparing, buckets: readonly number[]): Promise<Findings> {
  const [different, moving, lost]: [Difference[], Key[], Key[]] = [[], [], []];
  for (let start = 0; start < buckets.length; start += bucketsAtOnce) {
    if (different.length >= listedRows) {
      return { different, moving, lost, all: false };
    }
    const some = buckets.slice(start, start + bucketsAtOnce);
    let suspects = await suspectsOf(comparing, some);
    for (let scan = 0; suspects.length > 0; scan++) {
      const settled = await settle(comparing, suspects);
      different.push(...settled.different);
      moving.push(...settled.moving);
      if (settled.unseen.length === 0) {
        break;
      }
      if (scan === rescans) {
        lost.push(...settled.unseen);
        break;
      }
      // They were deleted meanwhile, if a scan does not find them any more either.
      const unseen = new Set(settled.unseen.map(idOf));
      suspects = (await suspectsOf(comparing, some)).filter((key) => unseen.has(idOf(key)));
    }
  }
  return { different, moving, lost, all: true };
}

/** The keys whose rows differ between two scans. */
async function suspectsOf(comparing: Comparing, some: readonly number[]): Promise<readonly Key[]> {
  const { ends, buckets } = comparing;
  const left = await rowsOfBuckets(ends.source, buckets, some);
  await comparing.caughtUp();
  const right = await rowsOfBuckets(ends.target, buckets, some);
  return [...new Map([...left, ...right]).values()]
    .map(({ key }) => key)
    .filter((key) => hashAt(left, key) !== hashAt(right, key));
}

interface Settled {
  readonly different: readonly Difference[];
  readonly moving: readonly Key[];
  /** Found at neither end. */
  readonly unseen: readonly Key[];
}

/** Reads rows again by their keys to classify each of them. */
async function settle(comparing: Comparing, keys: readonly Key[]): Promise<Settled> {
  const [different, moving, unseen]: [Difference[], Key[], Key[]] = [[], [], []];
  for (let first = 0; first < keys.length; first += keysAtOnce) {
    let open = keys.slice(first, first + keysAtOnce);
    let before = await rowsByKey(comparing.ends.source, open);
    for (let attempt = 1; open.length > 0 && attempt <= rereads; attempt++) {
      if (attempt > 1) {
        await delay(rereadMs, undefined, { signal: comparing.signal });
      }
      await comparing.caughtUp();
      const there = await rowsByKey(comparing.ends.target, open);
      const after = await rowsByKey(comparing.ends.source, open);
      const undecided: Key[] = [];
      for (const key of open) {
        const hash = hashAt(there, key);
        if (hash === hashAt(before, key) || hash === hashAt(after, key)) {
          unseen.push(...(hash === undefined ? [key] : []));
        } else if (hashAt(before, key) === hashAt(after, key)) {
          // The source's row was unchanged while the target was read.
          different.push(differenceOf(comparing.ends, key, after, there));
        } else {
          undecided.push(key);
        }
      }
      [open, before] = [undecided, after];
    }
    moving.push(...open);
  }
  return { different, moving, unseen };
}

function differenceOf({ table, source }: Ends, key: Key, left: Rows, right: Rows): Difference {
  const [here, there] = [left.get(idOf(key)), right.get(idOf(key))];
  const where = source.key.map(({ name, type }, index) => {
    // PostgreSQL cannot guess types of the user's own, such as composite ones.
    const cast = type.startsWith("pg_catalog.") ? "" : `::${type}`;
    return `${escapeIdentifier(name)} = ${escapeLiteral(key[index] ?? "")}${cast}`;
  });
  return {
    kind: there === undefined ? "onlySource" : here === undefined ? "onlyTarget" : "changed",
    key,
    query: `SELECT * FROM ${qualified(table)} WHERE ${where.join(" AND ")}`,
    surplus: (there?.rows ?? 0) - (here?.rows ?? 0),
  };
}

function idOf(key: Key): string {
  return JSON.stringify(key);
}

function hashAt(rows: Rows, key: Key): string | undefined {
  return rows.get(idOf(key))?.hash;
}

/**
 * Reads buckets of a table without a key again until it is known of each whether it differs.
 *
 * @param first the sums at first sight.
 */
export async function settleBuckets(
  { ends, buckets, signal, caughtUp }: Comparing,
  first: Sums,
): Promise<{ readonly different: readonly number[]; readonly moving: readonly number[] }> {
  const different: number[] = [];
  let { source: before, target: there } = first;
  let open = differing(first);
  for (let attempt = 1; open.length > 0 && attempt <= rereads; attempt++) {
    const after = await sumTable(ends.source, buckets, open);
    const undecided = open.filter((bucket) => !isAlike(there.get(bucket), after.get(bucket)));
    const still = undecided.filter((bucket) => isAlike(before.get(bucket), after.get(bucket)));
    different.push(...still);
    open = undecided.filter((bucket) => !still.includes(bucket));
    if (open.length > 0) {
      await delay(rereadMs, undefined, { signal });
      await caughtUp();
      there = await sumTable(ends.target, buckets, open);
      open = open.filter((bucket) => !isAlike(there.get(bucket), after.get(bucket)));
    }
    before = after;
  }
  return { different, moving: open };
}

/** The sums of both ends: those of the target after it has caught up with those of the source. */
export interface Sums {
  readonly source: ReadonlyMap<number, Bucket>;
  readonly target: ReadonlyMap<number, Bucket>;
}

/** The buckets that differ, in their order. */
export function differing({ source, target }: Sums): readonly number[] {
  return [...new Set([...source.keys(), ...target.keys()])]
    .filter((bucket) => !isAlike(source.get(bucket), target.get(bucket)))
    .toSorted((a, b) => a - b);
}

const empty: Bucket = { rows: 0, sum: 0n };

function isAlike(one = empty, other = empty): boolean {
  return one.rows === other.rows && one.sum === other.sum;
}
