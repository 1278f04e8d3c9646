/**
 * Compares the tables of a task at both ends while changes flow. It says "equal" only of what it has shown to be equal,
 * and "impossible" of what it cannot show.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Message, message } from "../../messages";
import type { TableComparison } from "../comparison";
import { EngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import { plainName, type TableName } from "../table-name";
import { caughtUp, FarBehindError } from "./catch-up";
import {
  type Comparing,
  type Difference,
  differing,
  listedRows,
  lookInto,
  settleBuckets,
} from "./compare-rows";
import { bucketsFor, countTable, estimateRows, sumTable } from "./compare-scan";
import { type Ends, readEnds } from "./compare-shape";
import type { Databases, Session } from "./databases";
import { describe } from "./errors";

const recounts = 8;
const recountMs = 250;
/** Keys that a reason names. */
const namedKeys = 3;

// A row that a policy hides is an error and no difference; nothing that the role has set ends a long snapshot.
const sessionSql = `
  SELECT set_config(name, CASE name WHEN 'row_security' THEN 'off' ELSE '0' END, false) FROM pg_settings
  WHERE name IN ('row_security', 'transaction_timeout')`;

interface Sessions {
  readonly source: Session;
  readonly target: Session;
}

/** @param contents whether the rows' contents are compared too, and not only their number. */
export async function* compareTables(
  databases: Databases,
  task: EngineTask,
  contents: boolean,
  signal: AbortSignal,
): AsyncGenerator<TableComparison> {
  const source = await databases.session(task.source, signal);
  try {
    const target = await databases.session(task.target, signal);
    try {
      await Promise.all([source.query(sessionSql), target.query(sessionSql)]);
      for (const table of task.tables) {
        yield await compareTable({ source, target }, task, table, contents, signal);
      }
    } finally {
      await target.end();
    }
  } finally {
    await source.end();
  }
}

/** An end's refusal about one table is that table's result. */
async function compareTable(
  sessions: Sessions,
  task: EngineTask,
  table: TableName,
  contents: boolean,
  signal: AbortSignal,
): Promise<TableComparison> {
  try {
    const ends = await readEnds(sessions, table);
    if ("id" in ends) {
      return impossible(table, ends);
    }
    const waits = async () => await caughtUp(sessions.source, task, signal);
    return contents ? await compareContents(ends, waits, signal) : await compareCounts(ends, waits, signal);
  } catch (error) {
    const isOfTable =
      error instanceof EngineError && !(error instanceof FarBehindError) && error.kind !== "loss";
    if (!isOfTable || signal.aborted) {
      throw error;
    }
    return impossible(table, describe(error, task[error.side ?? "source"]));
  }
}

async function compareCounts(
  ends: Ends,
  waits: () => Promise<void>,
  signal: AbortSignal,
): Promise<TableComparison> {
  let before = await countTable(ends.source);
  for (let attempt = 1; ; attempt++) {
    await waits();
    const found = await countTable(ends.target);
    const after = found === before ? before : await countTable(ends.source);
    if (found === before || found === after) {
      return { ...nothing(ends.table), verdict: "equal", sourceRows: found, targetRows: found };
    }
    const counts = { sourceRows: after, targetRows: found };
    if (after === before) {
      // A count that stands still differs for good.
      const [onlySource, onlyTarget] = [Math.max(after - found, 0), Math.max(found - after, 0)];
      return { ...nothing(ends.table), ...counts, verdict: "different", onlySource, onlyTarget };
    }
    if (attempt === recounts) {
      return {
        ...impossible(ends.table, message("countsMove", { table: plainName(ends.table) })),
        ...counts,
      };
    }
    before = after;
    await delay(recountMs, undefined, { signal });
  }
}

async function compareContents(
  ends: Ends,
  waits: () => Promise<void>,
  signal: AbortSignal,
): Promise<TableComparison> {
  await waits();
  const rows = await rowsIfAlike(ends);
  if (rows !== undefined) {
    return shownEqual(ends, rows);
  }
  const buckets = bucketsFor(await estimateRows(ends.source));
  const comparing: Comparing = { ends, buckets, signal, caughtUp: waits };
  // The target after it has caught up with what was read of the source.
  const source = await sumTable(ends.source, buckets);
  await waits();
  const sums = { source, target: await sumTable(ends.target, buckets) };
  const total = (side: "source" | "target") =>
    [...sums[side].values()].reduce((rows, bucket) => rows + bucket.rows, 0);
  const counts = { sourceRows: total("source"), targetRows: total("target") };
  const suspicious = differing(sums);
  if (suspicious.length === 0) {
    return shownEqual(ends, counts.sourceRows);
  }
  if (ends.source.key.length === 0) {
    const { different, moving } = await settleBuckets(comparing, sums);
    if (different.length > 0) {
      const reason = message("noKeyToList", { table: plainName(ends.table) });
      const changed = different.length;
      return { ...nothing(ends.table), ...counts, verdict: "different", changed, atLeast: true, reason };
    }
    return moving.length > 0
      ? { ...impossible(ends.table, message("tableMoves", { table: plainName(ends.table) })), ...counts }
      : shownEqual(ends, counts.sourceRows);
  }
  const { different, moving, lost, all } = await lookInto(comparing, suspicious);
  const isComplete = all && moving.length === 0 && lost.length === 0;
  // Rows that came and went between the two scans are in neither count.
  const targetRows = isComplete
    ? different.reduce((rows, { surplus }) => rows + surplus, counts.sourceRows)
    : counts.targetRows;
  if (different.length > 0) {
    const found = { ...counts, targetRows, ...countedByKind(different), atLeast: !isComplete };
    const listed = different.slice(0, listedRows).map(({ surplus: _, ...row }) => row);
    return { table: ends.table, verdict: "different", ...found, listed };
  }
  if (!isComplete) {
    const [id, keys] = lost.length > 0 ? (["rowsLost", lost] as const) : (["rowsMove", moving] as const);
    const some = keys.slice(0, namedKeys).map((key) => key.join(", "));
    const values = { table: plainName(ends.table), count: String(keys.length), keys: some.join("; ") };
    return { ...impossible(ends.table, message(id, values)), ...counts };
  }
  return shownEqual(ends, counts.sourceRows);
}

/** Reads both ends at once. @returns how many rows both have; undefined: at first sight, they are not alike. */
async function rowsIfAlike(ends: Ends): Promise<number | undefined> {
  // Each ends its snapshot, also where the other end refuses: the sessions are used again.
  const both = await Promise.allSettled([sumTable(ends.source, 1), sumTable(ends.target, 1)]);
  const [source, target] = both.map((one) => {
    if (one.status === "rejected") {
      throw one.reason;
    }
    return one.value;
  });
  const isAlike = source !== undefined && target !== undefined && differing({ source, target }).length === 0;
  return isAlike ? (source.get(0)?.rows ?? 0) : undefined;
}

function countedByKind(different: readonly Difference[]) {
  const count = (kind: Difference["kind"]) => different.filter((row) => row.kind === kind).length;
  return { onlySource: count("onlySource"), onlyTarget: count("onlyTarget"), changed: count("changed") };
}

/** Everything that was read is alike; that shows nothing where there is a doubt. */
function shownEqual({ table, doubt, note }: Ends, rows: number): TableComparison {
  const counts = { sourceRows: rows, targetRows: rows };
  return doubt === undefined
    ? { ...nothing(table), ...counts, verdict: "equal", reason: note }
    : { ...impossible(table, doubt), ...counts };
}

function impossible(table: TableName, reason: Message): TableComparison {
  return { ...nothing(table), verdict: "impossible", sourceRows: null, targetRows: null, reason };
}

function nothing(table: TableName) {
  return { table, listed: [], onlySource: 0, onlyTarget: 0, changed: 0, atLeast: false };
}
