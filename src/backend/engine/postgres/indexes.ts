/** Makes the indexes and constraints that come after a table's rows, several at once. */
import { setTimeout as delay } from "node:timers/promises";
import { EngineError } from "../engine-error";
import type { IndexProgress } from "../engine-state";
import type { EngineTask } from "../engine-task";
import { plainName, type TableName } from "../table-name";
import type { Databases, Row } from "./databases";
import { objectName, qualified } from "./names";
import { sourceTables } from "./publisher";
import { type LaterPart, tableDefinitions } from "./schema";

/** Indexes in the making at once; each may have parallel workers beside, as the server is set. */
const atOnce = 4;
/** For each index in the making, in kB, unless the server gives it more: a sort that fits into memory is much faster. */
const memoryKb = 256 * 1_024;
/** Definitions that are read at once. */
const readTogether = 200;
const reportMs = 1_000;
/** How long a server may take to end a session that was asked to end. */
const endMs = 5_000;

/** An index or a constraint that a table lacks. */
interface Lacking extends LaterPart {
  readonly table: TableName;
}

/** Gives the task's unindexed tables what they lack; see `Engine.index`. */
export async function makeIndexes(
  databases: Databases,
  task: EngineTask,
  signal: AbortSignal,
  report: (progress: readonly IndexProgress[]) => void,
): Promise<void> {
  const name = `${objectName(task.id)}_index`;
  // A backend that was killed has left its sessions behind, and what they make must not come up in between.
  await endSessions(databases, task, name);
  const build = new Build(databases, task, await tablesToIndex(databases, task), { name, signal, report });
  await build.run();
}

/** Those of the unindexed tables that are still there at both ends, the largest first. */
async function tablesToIndex(
  databases: Databases,
  { source, target, unindexed }: EngineTask,
): Promise<readonly TableToIndex[]> {
  const tables = await databases.query<TableName & Row & { made: string; have: Have }>(
    target,
    `SELECT w.schema, w."table", w.made,
            json_build_object(
              'indexes', ARRAY(SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                               WHERE i.indrelid = c.oid AND i.indisvalid),
              'constraints', ARRAY(SELECT k.conname FROM pg_constraint k WHERE k.conrelid = c.oid)) AS have
     FROM unnest($1::text[], $2::text[], $3::oid[]) w (schema, "table", made)
     JOIN pg_class c ON c.oid = w.made AND c.relname = w."table"
     JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = w.schema
     ORDER BY pg_relation_size(c.oid) DESC, 1, 2`,
    [
      unindexed.map(({ schema }) => schema),
      unindexed.map(({ table }) => table),
      unindexed.map(({ made }) => made),
    ],
  );
  const atSource = new Set((await sourceTables(databases, source, tables)).map(qualified));
  const there = tables.filter((table) => atSource.has(qualified(table)));
  const found: TableToIndex[] = [];
  for (let first = 0; first < there.length; first += readTogether) {
    const some = there.slice(first, first + readTogether);
    const definitions = await tableDefinitions(databases, source, some);
    for (const [place, { schema, table, have }] of some.entries()) {
      const later = definitions[place]?.later ?? [];
      const lacking = later.flatMap((part) => lackingOf({ schema, table }, part, have));
      found.push({ schema, table, all: later.length, lacking });
    }
  }
  return found;
}

/** A table's parts, by name. */
interface Have {
  readonly indexes: readonly string[];
  readonly constraints: readonly string[];
}

interface TableToIndex extends TableName {
  /** The number of its later parts. */
  readonly all: number;
  readonly lacking: readonly Lacking[];
}

/** The missing rest of a part: a crash may have left only the index. */
function lackingOf(table: TableName, { name, index, constraint }: LaterPart, have: Have): readonly Lacking[] {
  const lacksIndex = index !== undefined && !have.indexes.includes(name);
  const lacksConstraint = constraint !== undefined && !have.constraints.includes(name);
  return lacksIndex || lacksConstraint
    ? [{ table, name, ...(lacksIndex ? { index } : {}), ...(lacksConstraint ? { constraint } : {}) }]
    : [];
}

/** One run over all that is lacking. */
class Build {
  readonly #made = new Map<string, number>();
  /** The tables of indexes in the making, by the processes that make them. */
  readonly #making = new Map<number, string>();
  readonly #failed = new AbortController();
  readonly #end: AbortSignal;

  constructor(
    private readonly databases: Databases,
    private readonly task: EngineTask,
    private readonly tables: readonly TableToIndex[],
    private readonly options: {
      readonly name: string;
      readonly signal: AbortSignal;
      readonly report: (progress: readonly IndexProgress[]) => void;
    },
  ) {
    this.#end = AbortSignal.any([options.signal, this.#failed.signal]);
    for (const { schema, table, all, lacking } of tables) {
      this.#made.set(qualified({ schema, table }), all - lacking.length);
    }
  }

  /** @throws EngineError for the first part that cannot be made; others in the making are ended then. */
  async run(): Promise<void> {
    const over = new AbortController();
    const reporting = this.#reportAll(over.signal);
    try {
      const lacking = this.tables.flatMap((table) => table.lacking);
      const indexes = lacking.filter(({ index }) => index !== undefined);
      await this.#atOnce(Math.min(atOnce, indexes.length), indexes, "index");
      // Each of these needs its table for itself: for a moment where it takes an index that is there.
      const constraints = lacking.filter(({ constraint }) => constraint !== undefined);
      await this.#atOnce(Math.min(1, constraints.length), constraints, "constraint");
    } finally {
      over.abort();
      await reporting;
      if (this.#end.aborted) {
        // A server that only loses its client makes the index to the end.
        await endSessions(this.databases, this.task, this.options.name).catch(() => undefined);
      }
    }
    this.options.signal.throwIfAborted();
  }

  async #atOnce(
    sessions: number,
    parts: readonly Lacking[],
    statement: "index" | "constraint",
  ): Promise<void> {
    const queue = [...parts];
    let failure: unknown;
    const works = Array.from({ length: sessions }, async () => {
      try {
        await this.#work(queue, statement);
      } catch (error) {
        failure ??= error;
        this.#failed.abort();
      }
    });
    await Promise.all(works);
    if (failure !== undefined) {
      throw failure;
    }
  }

  async #work(queue: Lacking[], statement: "index" | "constraint"): Promise<void> {
    const { databases, task, options } = this;
    const session = await databases.session(task.target, this.#end, options.name);
    try {
      // The task learns that all is created: then it must be on the disk.
      const [own] = await session.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid, set_config('synchronous_commit', 'local', false),
                set_config('maintenance_work_mem', greatest(setting::int, ${memoryKb})::text, false)
         FROM pg_settings WHERE name = 'maintenance_work_mem'`,
      );
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
        const key = qualified(part.table);
        this.#making.set(own?.pid ?? 0, key);
        try {
          await session.query(part[statement] ?? "");
        } catch (error) {
          throw ofPart(error, part);
        } finally {
          this.#making.delete(own?.pid ?? 0);
        }
        if (statement === "constraint" || part.constraint === undefined) {
          this.#made.set(key, (this.#made.get(key) ?? 0) + 1);
        }
      }
    } finally {
      await session.end();
    }
  }

  async #reportAll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const shares = await this.#shares().catch(() => new Map<string, number>());
      this.options.report(
        this.tables.map(({ schema, table, all }) => {
          const key = qualified({ schema, table });
          const made = (this.#made.get(key) ?? 0) + (shares.get(key) ?? 0);
          return { schema, table, all, made: Math.min(made, all) };
        }),
      );
      await delay(reportMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** How much of the indexes in the making is done, by table: scanned for one half, sorted in for the other. */
  async #shares(): Promise<ReadonlyMap<string, number>> {
    const pids = [...this.#making.keys()];
    const rows = await this.databases.query<{ pid: number; share: number | null }>(
      this.task.target,
      `SELECT pid, CASE WHEN phase LIKE '%sorting%' THEN 0.5
                        WHEN phase LIKE '%loading%' THEN 0.5 + 0.5 * tuples_done / nullif(tuples_total, 0)
                        ELSE 0.5 * blocks_done / nullif(blocks_total, 0) END::float8 AS share
       FROM pg_stat_progress_create_index WHERE pid = ANY($1::int[])`,
      [pids],
    );
    const shares = new Map<string, number>();
    for (const { pid, share } of rows) {
      const key = this.#making.get(pid);
      if (key !== undefined) {
        shares.set(key, (shares.get(key) ?? 0) + (share ?? 0));
      }
    }
    return shares;
  }
}

/** The error, with the failed part; a lost connection is about no part. */
function ofPart(error: unknown, { table, name }: Lacking): unknown {
  return error instanceof EngineError && error.kind === "failure"
    ? new EngineError(error.code, "target", `${name} of ${plainName(table)}: ${error.reason}`, {
        cause: error,
      })
    : error;
}

/** Ends the sessions of this name. @throws EngineError 55006 when the server does not. */
async function endSessions(databases: Databases, { target }: EngineTask, name: string): Promise<void> {
  const own = await databases.query<{ pid: number }>(
    target,
    "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
    [name],
  );
  const left = await databases.query(
    target,
    "SELECT pid FROM unnest($1::int[]) pid WHERE NOT pg_terminate_backend(pid, $2)",
    [own.map(({ pid }) => pid), endMs],
  );
  if (left.length > 0) {
    throw new EngineError("55006", "target", `sessions of ${name} do not end`);
  }
}
