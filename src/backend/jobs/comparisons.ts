/** Comparisons of both ends of a task: run one after another, their results kept with the task. */
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/engine-error";
import { log, reasonOf } from "../log";
import { ApiError, type Message, message } from "../messages";
import type { ControlDatabase } from "./control-database";
import type { Controller } from "./controller";
import type { Page } from "./history";
import { type Job, tableId } from "./job";
import type { JobStore } from "./store";

const keptComparisons = 20;
const runningAtOnce = 2;
/** Tables or objects that the log names. */
const namedObjects = 5;

const messageSchema = v.object({ id: v.string(), values: v.record(v.string(), v.string()) });
const rows = v.nullable(v.number());

const tableResult = v.object({
  schema: v.string(),
  table: v.string(),
  verdict: v.picklist(["equal", "different", "impossible"]),
  sourceRows: rows,
  targetRows: rows,
  onlySource: v.number(),
  onlyTarget: v.number(),
  changed: v.number(),
  /** Whether there may be more differences than were counted. */
  atLeast: v.boolean(),
  /** The first of the differing rows. */
  listed: v.array(
    v.object({
      kind: v.picklist(["onlySource", "onlyTarget", "changed"]),
      key: v.array(v.string()),
      query: v.string(),
    }),
  ),
  reason: v.optional(messageSchema),
});
export type TableResult = v.InferOutput<typeof tableResult>;

const name = v.nullable(v.string());
const objectResult = v.object({
  kind: v.picklist(["DB", "TABLE", "INDEX", "CONSTRAINT", "TRIGGER", "RULE", "VIEW", "FUNCTION"]),
  source: name,
  target: name,
  /** Both ends have it, and define it differently. */
  differs: v.optional(v.boolean()),
  reason: v.optional(messageSchema),
});
export type ObjectResult = v.InferOutput<typeof objectResult>;

const comparisonSchema = v.object({
  id: v.string(),
  jobId: v.string(),
  /** Whether rows are only counted, contents are compared too, or which objects there are. */
  kind: v.picklist(["lines", "contents", "objects"]),
  status: v.picklist(["WAITING_FOR_RUNNING", "RUNNING", "SUCCESSFUL", "FAILED", "CANCELLED"]),
  createdAt: v.number(),
  endedAt: v.nullable(v.number()),
  /** The tables that are compared; results arrive one after another. */
  tables: v.array(v.object({ schema: v.string(), table: v.string() })),
  results: v.array(tableResult),
  /** The result of a comparison of objects. */
  objects: v.optional(v.array(objectResult), []),
  error: v.nullable(messageSchema),
});
export type Comparison = v.InferOutput<typeof comparisonSchema>;

/** Statuses in which both ends can be alike. */
const comparable: ReadonlySet<string> = new Set(["INCRE_TRANSFER_STARTED", "FULL_TRANSFER_COMPLETE"]);

/**
 * Comparisons in the control database. They run here, so that those under way fail with `interrupted` when the process
 * ends.
 */
export class Comparisons {
  /** Those that are not over, by their id. */
  readonly #open = new Map<string, { comparison: Comparison; readonly cancel: AbortController }>();
  readonly #work = new Set<Promise<void>>();

  constructor(
    private readonly database: ControlDatabase,
    private readonly store: JobStore,
    private readonly controller: Controller,
    private readonly engine: Engine,
  ) {}

  /** Ends an earlier process's open comparisons. */
  async start(): Promise<void> {
    await this.database.query(
      `UPDATE comparisons SET record = record || $1
       WHERE record->>'status' IN ('WAITING_FOR_RUNNING', 'RUNNING')`,
      [JSON.stringify({ status: "FAILED", endedAt: Date.now(), error: plain(message("interrupted")) })],
    );
  }

  async stop(): Promise<void> {
    for (const { cancel } of this.#open.values()) {
      cancel.abort();
    }
    await Promise.allSettled(this.#work);
  }

  /**
   * Begins a comparison and answers its id.
   *
   * @param tables ids of tables; undefined: all of the task.
   * @throws ApiError DRS.M00304 when the task's status does not allow it, DRS.M01504 when one is running already.
   */
  async create(job: Job, kind: Comparison["kind"], tables: ReadonlySet<string> | undefined): Promise<string> {
    if (!this.engine.capabilities.canCompare) {
      throw new ApiError("DRS.M10018", message("unsupported", { what: "create_compare" }));
    }
    if (this.controller.isFrozen(job)) {
      throw new ApiError("DRS.M00304", message("isFrozen", { account: job.account }));
    }
    if (!comparable.has(job.status)) {
      throw new ApiError("DRS.M00304", message("wrongStatus", { status: job.status }));
    }
    // One of data and one of objects.
    const isOfObjects = kind === "objects";
    if (this.#unfinished(job.id).some((other) => (other.kind === "objects") === isOfObjects)) {
      throw new ApiError("DRS.M01504", message("compareRuns"));
    }
    const chosen = job.tables.filter((table) => tables?.has(tableId(table)) !== false);
    if (chosen.length === 0) {
      throw new ApiError("DRS.M00007", message("noObjects"));
    }
    const comparison: Comparison = {
      ...{ id: randomUUID(), jobId: job.id, kind, status: "WAITING_FOR_RUNNING" },
      ...{ createdAt: Date.now(), endedAt: null, tables: chosen, results: [], objects: [], error: null },
    };
    const entry = { comparison, cancel: new AbortController() };
    this.#open.set(comparison.id, entry);
    try {
      await this.#insert(comparison);
    } catch (error) {
      this.#open.delete(comparison.id);
      throw error;
    }
    this.#next();
    return comparison.id;
  }

  /** The comparison of data that is not over; there is one at most. */
  unfinishedData(jobId: string): Comparison | undefined {
    return this.#unfinished(jobId).find(({ kind }) => kind !== "objects");
  }

  /** Cancels a comparison that is not over. @throws ApiError DRS.M00007 for one that is, and for none. */
  async cancel(jobId: string, id: string): Promise<void> {
    const entry = this.#open.get(id);
    // One that has ended stays open until its results are stored.
    if (entry?.comparison.jobId !== jobId || entry.comparison.endedAt !== null) {
      const { status } = await this.get(jobId, id);
      throw new ApiError("DRS.M00007", message("compareEnded", { status }));
    }
    entry.cancel.abort();
    if (entry.comparison.status === "WAITING_FOR_RUNNING") {
      await this.#end(id, "CANCELLED", null);
    }
  }

  /** A page of the comparisons of a task that are of these kinds, the newest first, and the number of all. */
  async list(
    jobId: string,
    { offset, limit }: Page,
    kinds: readonly Comparison["kind"][] = comparisonSchema.entries.kind.options,
  ): Promise<{ readonly count: number; readonly comparisons: readonly Comparison[] }> {
    const { rows: found } = await this.database.query<{ count: number; record: unknown }>(
      `SELECT count, record
       FROM (SELECT count(*)::int AS count FROM comparisons WHERE job_id = $1 AND record->>'kind' = ANY ($4))
       LEFT JOIN (SELECT number, record FROM comparisons WHERE job_id = $1 AND record->>'kind' = ANY ($4)
                  ORDER BY number DESC OFFSET $2 LIMIT $3) ON true
       ORDER BY number DESC`,
      [jobId, offset, limit, kinds],
    );
    return {
      count: found[0]?.count ?? 0,
      comparisons: found.flatMap(({ record }) => (record === null ? [] : [this.#latest(record)])),
    };
  }

  /** @throws ApiError DRS.M00007 for one that is not there, and for one of another kind. */
  async get(
    jobId: string,
    id: string,
    kinds: readonly Comparison["kind"][] = comparisonSchema.entries.kind.options,
  ): Promise<Comparison> {
    const { rows: found } = await this.database.query<{ record: unknown }>(
      "SELECT record FROM comparisons WHERE job_id = $1 AND id = $2 AND record->>'kind' = ANY ($3)",
      [jobId, id, kinds],
    );
    const [one] = found;
    if (one === undefined) {
      throw new ApiError("DRS.M00007", message("noSuchQuery", { id }));
    }
    return this.#latest(one.record);
  }

  /** Results are stored at the end; until then they are here. */
  #latest(record: unknown): Comparison {
    const stored = v.parse(comparisonSchema, record);
    return this.#open.get(stored.id)?.comparison ?? stored;
  }

  /** Those of a task that are not over, without those that are being canceled. */
  #unfinished(jobId: string): readonly Comparison[] {
    return [...this.#open.values()]
      .filter(({ cancel }) => !cancel.signal.aborted)
      .map(({ comparison }) => comparison)
      .filter((one) => one.jobId === jobId && one.endedAt === null);
  }

  #next(): void {
    const entries = [...this.#open.values()];
    const waiting = entries.find(({ comparison }) => comparison.status === "WAITING_FOR_RUNNING");
    if (waiting === undefined || this.#work.size >= runningAtOnce) {
      return;
    }
    waiting.comparison = { ...waiting.comparison, status: "RUNNING" };
    const work = this.#run(waiting.comparison.id).finally(() => {
      this.#work.delete(work);
      this.#next();
    });
    this.#work.add(work);
  }

  async #run(id: string): Promise<void> {
    const entry = this.#open.get(id);
    const job = entry && this.store.get(entry.comparison.jobId);
    if (entry === undefined) {
      return;
    }
    const { signal } = entry.cancel;
    try {
      if (job === undefined) {
        return await this.#end(id, "CANCELLED", null);
      }
      const task = { ...this.controller.taskOf(job), tables: entry.comparison.tables };
      if (entry.comparison.kind === "objects") {
        const objects = (await this.engine.compareObjects(task, signal)).map(withPlainReason);
        entry.comparison = { ...entry.comparison, objects };
        return await this.#end(id, "SUCCESSFUL", null);
      }
      const isOfContents = entry.comparison.kind === "contents";
      for await (const { table, listed, ...facts } of this.engine.compare(task, isOfContents, signal)) {
        const rows = listed.map((row) => ({ ...row, key: [...row.key] }));
        const result = withPlainReason({ ...table, ...facts, listed: rows });
        entry.comparison = { ...entry.comparison, results: [...entry.comparison.results, result] };
      }
      await this.#end(id, "SUCCESSFUL", null);
    } catch (error) {
      if (signal.aborted) {
        await this.#end(id, "CANCELLED", null);
        return;
      }
      if (!(error instanceof EngineError)) {
        log(`a comparison failed: ${reasonOf(error)}`);
      }
      const side = error instanceof EngineError ? error.side : undefined;
      const connection =
        job !== undefined && side !== undefined ? this.controller.taskOf(job)[side] : undefined;
      const text =
        error instanceof EngineError
          ? this.engine.describe(error, connection)
          : message("internal", { reason: reasonOf(error) });
      await this.#end(id, "FAILED", text);
    }
  }

  async #end(id: string, status: Comparison["status"], error: Message | null): Promise<void> {
    const entry = this.#open.get(id);
    if (entry === undefined) {
      return;
    }
    const { comparison } = entry;
    const ended = { ...comparison, status, endedAt: Date.now(), error: error && plain(error) };
    entry.comparison = ended;
    try {
      await this.database.query("UPDATE comparisons SET record = $2 WHERE id = $1", [
        id,
        JSON.stringify(ended),
      ]);
      await this.store.history.log(
        comparison.jobId,
        error === null ? levelOf(ended) : "Error",
        error ?? outcomeOf(ended),
      );
    } catch (failure) {
      // At the end of the backend the control database may be gone already; the next start ends what was left.
      log(`the result of a comparison was not stored: ${reasonOf(failure)}`);
    } finally {
      this.#open.delete(id);
    }
  }

  async #insert(comparison: Comparison): Promise<void> {
    await this.database.query(
      `WITH old AS (
         DELETE FROM comparisons WHERE job_id = $2 AND number <=
           (SELECT number FROM comparisons WHERE job_id = $2 ORDER BY number DESC OFFSET $4 LIMIT 1)
       )
       INSERT INTO comparisons (id, job_id, record) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
      [comparison.id, comparison.jobId, JSON.stringify(comparison), keptComparisons - 1],
    );
  }
}

function levelOf({ status, results, objects }: Comparison): "Info" | "Warn" {
  const differs = results.some(({ verdict }) => verdict !== "equal") || !objects.every(isAlike);
  return status === "SUCCESSFUL" && differs ? "Warn" : "Info";
}

/** Whether a compared object exists at source and target, and is defined in the same way. */
export function isAlike({ source, target, differs }: ObjectResult): boolean {
  return source !== null && target !== null && differs !== true;
}

/** The outcome of a comparison that has ended, for the task's log. */
function outcomeOf({ status, kind, results, objects }: Comparison): Message {
  const count = String(results.length);
  if (status !== "SUCCESSFUL") {
    return message("compareCancelled", { count });
  }
  if (kind === "objects") {
    return objectsOutcome(objects);
  }
  const of = (wanted: TableResult["verdict"]) => results.filter(({ verdict }) => verdict === wanted);
  const [different, impossible] = [of("different"), of("impossible")];
  const tables = (different.length > 0 ? different : impossible)
    .map(tableId)
    .slice(0, namedObjects)
    .join(", ");
  return different.length > 0
    ? message("comparedDifferent", { count, tables })
    : impossible.length > 0
      ? message("comparedPartly", { count, tables })
      : message("compared", { count });
}

function objectsOutcome(objects: readonly ObjectResult[]): Message {
  const count = String(objects.length);
  const names = objects.flatMap((object) =>
    isAlike(object) ? [] : [object.source ?? object.target ?? object.kind],
  );
  return names.length === 0
    ? message("comparedObjects", { count })
    : message("comparedObjectsDifferent", { count, objects: names.slice(0, namedObjects).join(", ") });
}

function withPlainReason<T extends { readonly reason?: Message | undefined }>({ reason, ...result }: T) {
  return { ...result, ...(reason === undefined ? {} : { reason: plain(reason) }) };
}

function plain({ id, values }: Message) {
  return { id, values: { ...values } };
}
