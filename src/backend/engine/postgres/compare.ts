/**
 * Compares the tables of a task at both ends while changes flow. What differs at first sight may only be on its way:
 * such rows are read again, each time after the target has caught up with the source, until they are alike or tried
 * often enough.
 */
import { setTimeout as delay } from "node:timers/promises";
import { escapeIdentifier, escapeLiteral } from "pg";
import { message } from "../../messages";
import {
  EngineError,
  type EngineTask,
  type RowDifference,
  type TableComparison,
  type TableName,
} from "../engine";
import {
  type Bucket,
  bucketsFor,
  countTable,
  type HashedRow,
  rowsByKey,
  rowsOfBuckets,
  type Shape,
  sumTable,
} from "./compare-scan";
import type { Databases, Session } from "./databases";
import { objectName, qualified } from "./names";

/** Rows that are listed of a table. */
const listedRows = 200;
/** Buckets that are looked into at once: about 65,000 rows' keys and hashes. */
const bucketsAtOnce = 256;
/** Rows that are read again at once. */
const keysAtOnce = 1_000;
const rereads = 8;
const rereadMs = 250;
const catchUpMs = 60_000;
const catchUpPollMs = 20;

interface Ends {
  readonly source: Session;
  readonly target: Session;
  readonly task: EngineTask;
  readonly signal: AbortSignal;
}

/** @param contents whether the rows' contents are compared too, and not only their number. */
export async function* compareTables(
  databases: Databases,
  task: EngineTask,
  contents: boolean,
  signal: AbortSignal,
): AsyncGenerator<TableComparison> {
  const source = await databases.session(task.source, "source", signal);
  try {
    const target = await databases.session(task.target, "target", signal);
    try {
      for (const table of task.tables) {
        yield await compareTable({ source, target, task, signal }, table, contents);
      }
    } finally {
      await target.end();
    }
  } finally {
    await source.end();
  }
}

async function compareTable(ends: Ends, table: TableName, contents: boolean): Promise<TableComparison> {
  const alike = { table, listed: [], onlySource: 0, onlyTarget: 0, changed: 0, atLeast: false };
  const [columns, others] = await Promise.all([columnsOf(ends.source, table), columnsOf(ends.target, table)]);
  const missing = columns.filter(({ name }) => !others.some((other) => other.name === name));
  if (columns.length === 0 || missing.length > 0) {
    const name = `${table.schema}.${table.table}`;
    const reason =
      columns.length === 0
        ? message("noTable", { table: name })
        : others.length === 0
          ? message("targetLacksTable", { table: name })
          : message("targetLacksColumn", {
              table: name,
              column: missing.map((lost) => lost.name).join(", "),
            });
    return { ...alike, verdict: "impossible", sourceRows: null, targetRows: null, reason };
  }
  const counts = await countedAlike(ends, table);
  const equalCounts = counts.source === counts.target;
  const rows = { sourceRows: counts.source, targetRows: counts.target };
  const key = columns
    .filter(({ key_position }) => key_position !== null)
    .toSorted((a, b) => (a.key_position ?? 0) - (b.key_position ?? 0));
  const shape: Shape = {
    table,
    columns: columns.map(({ name }) => name),
    key,
    buckets: bucketsFor(counts.source),
  };
  if (!contents) {
    const [onlySource, onlyTarget] = [
      Math.max(counts.source - counts.target, 0),
      Math.max(counts.target - counts.source, 0),
    ];
    return { ...alike, ...rows, verdict: equalCounts ? "equal" : "different", onlySource, onlyTarget };
  }
  const differing = await differingBuckets(ends, shape);
  if (differing.length === 0) {
    return { ...alike, ...rows, verdict: "equal" };
  }
  if (key.length === 0) {
    const reason = message("noKeyToList", { table: `${table.schema}.${table.table}` });
    return { ...alike, ...rows, verdict: "different", changed: differing.length, atLeast: true, reason };
  }
  const { found, all } = await differingRows(ends, shape, differing);
  const count = (kind: RowDifference["kind"]) => found.filter((row) => row.kind === kind).length;
  return {
    ...{ table, ...rows },
    verdict: found.length === 0 ? "equal" : "different",
    onlySource: count("onlySource"),
    onlyTarget: count("onlyTarget"),
    changed: count("changed"),
    atLeast: !all,
    listed: found.slice(0, listedRows),
  };
}

interface Column {
  readonly [field: string]: unknown;
  readonly name: string;
  readonly type: string;
  /** In the primary key. */
  readonly key_position: number | null;
}

/** Columns that are replicated: generated ones are computed at each end. */
async function columnsOf(session: Session, table: TableName): Promise<readonly Column[]> {
  return await session.query<Column>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
            array_position(i.indkey::int2[], a.attnum) AS key_position
     FROM pg_attribute a
     LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     ORDER BY a.attname`,
    [qualified(table)],
  );
}

/** Counts that belong together: the source's does not change while the target catches up and is counted. */
async function countedAlike({ source, target, ...rest }: Ends, table: TableName) {
  const ends = { source, target, ...rest };
  let before = await countTable(source, table);
  for (let attempt = 1; ; attempt++) {
    await caughtUp(ends);
    const found = await countTable(target, table);
    const after = found === before ? before : await countTable(source, table);
    // A count that stands still differs for good.
    if (after === found || after === before || attempt === rereads) {
      return { source: after, target: found };
    }
    before = after;
    await delay(rereadMs, undefined, { signal: ends.signal });
  }
}

async function differingBuckets(ends: Ends, shape: Shape): Promise<readonly number[]> {
  const before = await inSnapshot(ends.source, async () => await sumTable(ends.source, shape));
  await caughtUp(ends);
  const after = await inSnapshot(ends.target, async () => await sumTable(ends.target, shape));
  const empty: Bucket = { rows: 0, sum: 0n };
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((bucket) => {
      const [left, right] = [before.get(bucket) ?? empty, after.get(bucket) ?? empty];
      return left.rows !== right.rows || left.sum !== right.sum;
    })
    .toSorted((a, b) => a - b);
}

/** Looks into buckets until enough rows are found; `all` says whether it has looked into each. */
async function differingRows(
  ends: Ends,
  shape: Shape,
  buckets: readonly number[],
): Promise<{ readonly found: readonly RowDifference[]; readonly all: boolean }> {
  const found: RowDifference[] = [];
  for (let start = 0; start < buckets.length; start += bucketsAtOnce) {
    if (found.length >= listedRows) {
      return { found, all: false };
    }
    const some = buckets.slice(start, start + bucketsAtOnce);
    const left = await rowsOfBuckets(ends.source, shape, some);
    await caughtUp(ends);
    const right = await rowsOfBuckets(ends.target, shape, some);
    const suspects = [...new Map([...left, ...right]).values()].filter(
      ({ key }) => hashAt(left, key) !== hashAt(right, key),
    );
    for (let first = 0; first < suspects.length; first += keysAtOnce) {
      const keys = suspects.slice(first, first + keysAtOnce).map(({ key }) => key);
      found.push(...(await confirmed(ends, shape, keys)));
    }
  }
  return { found, all: true };
}

/** Those of the rows that differ however often they are read. */
async function confirmed(
  ends: Ends,
  shape: Shape,
  keys: readonly (readonly string[])[],
): Promise<readonly RowDifference[]> {
  let left = await rowsByKey(ends.source, shape, keys);
  let [open, right] = [keys, left];
  for (let attempt = 1; attempt <= rereads && open.length > 0; attempt++) {
    await caughtUp(ends);
    right = await rowsByKey(ends.target, shape, open);
    const later = await rowsByKey(ends.source, shape, open);
    const steady = open.every((key) => hashAt(left, key) === hashAt(later, key));
    open = open.filter((key) => ![hashAt(left, key), hashAt(later, key)].includes(hashAt(right, key)));
    left = later;
    if (steady) {
      // Nobody has changed these rows meanwhile: they differ.
      break;
    }
    await delay(rereadMs, undefined, { signal: ends.signal });
  }
  return open.map((key) => {
    const [here, there] = [hashAt(left, key), hashAt(right, key)];
    const kind = there === undefined ? "onlySource" : here === undefined ? "onlyTarget" : "changed";
    return { kind, key, query: queryOf(shape, key) };
  });
}

function hashAt(rows: ReadonlyMap<string, HashedRow>, key: readonly string[]): string | undefined {
  return rows.get(JSON.stringify(key))?.hash;
}

/** How a user sees the row. */
function queryOf({ table, key }: Shape, values: readonly string[]): string {
  const where = key.map(
    ({ name }, index) => `${escapeIdentifier(name)} = ${escapeLiteral(values[index] ?? "")}`,
  );
  return `SELECT * FROM ${qualified(table)} WHERE ${where.join(" AND ")}`;
}

/** Reads in one snapshot, however many statements it takes. */
async function inSnapshot<T>(session: Session, read: () => Promise<T>): Promise<T> {
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await read();
  } finally {
    await session.query("ROLLBACK");
  }
}

/**
 * Waits until the target has everything that the source has now. Without a slot nothing flows, and nothing is waited for.
 *
 * @throws EngineError 57014 when it takes too long.
 */
async function caughtUp({ source, task, signal }: Ends): Promise<void> {
  const name = objectName(task.id);
  const [now] = await source.query<{ position: string }>("SELECT pg_current_wal_lsn()::text AS position");
  for (const deadline = Date.now() + catchUpMs; ; ) {
    const [slot] = await source.query<{ reached: boolean }>(
      `SELECT coalesce(r.replay_lsn, s.confirmed_flush_lsn) >= $2::pg_lsn AS reached
       FROM pg_replication_slots s LEFT JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE s.slot_name = $1`,
      [name, now?.position],
    );
    if (slot === undefined || slot.reached) {
      return;
    }
    if (Date.now() > deadline) {
      throw new EngineError("57014", "target", "the target has not caught up with the source in time");
    }
    await delay(catchUpPollMs, undefined, { signal });
  }
}
