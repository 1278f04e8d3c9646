/** The history of the tasks in the control database: actions of users, status changes, logs, rejected rows. */

import * as v from "valibot";
import type { OperationCode } from "../../status/operation-names";
import { shortened } from "../log";
import type { Message } from "../messages";
import type { Statements } from "./control-database";

/** Each task keeps so many entries of each kind; older ones go. */
const keptEntries = 1_000;

const words = { id: v.string(), values: v.record(v.string(), v.string()) };
const messageSchema = v.object({ ...words, cause: v.optional(v.object(words)) });

const schemas = {
  /** An action of a user (`START`, `PAUSE`, ...) or a status that was reached. */
  event: v.object({ name: v.string(), failed: v.boolean(), byUser: v.boolean() }),
  log: v.object({ level: v.picklist(["Info", "Warn", "Error"]), message: messageSchema }),
  /** A row that the target refused. */
  dirty: v.object({
    phase: v.picklist(["full", "incremental"]),
    schema: v.string(),
    table: v.string(),
    /** The operation that was rejected: INSERT, UPDATE, DELETE or COPY. */
    command: v.string(),
    sqlState: v.string(),
    /** The server's words: what it refused and why. */
    reason: v.string(),
    detail: v.string(),
    /** The values of the row, or of its key. */
    row: v.string(),
  }),
} as const;

export type Kind = keyof typeof schemas;
export type EntryOf<K extends Kind> = v.InferOutput<(typeof schemas)[K]>;
export type Level = EntryOf<"log">["level"];

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Entries, the newest first, with the number of all that fit. */
export interface Found<K extends Kind> {
  readonly count: number;
  readonly entries: readonly { readonly at: Date; readonly entry: EntryOf<K> }[];
}

/** Events, log entries and warnings of tasks, in the control database. */
export class History {
  constructor(private readonly database: Statements) {}

  /** Notes a user's request, and in the task's log why it was refused. */
  async action(jobId: string, name: OperationCode, refusal: Message | undefined): Promise<void> {
    const failed = refusal !== undefined;
    await this.#add(jobId, [
      { kind: "event", entry: { name, failed, byUser: true } },
      logEntry(failed ? "Warn" : "Info", refusal ?? { id: "asked", values: { action: name } }),
    ]);
  }

  /** Notes a status that a task has reached, and in its log why. */
  async status(jobId: string, status: string, reason: Message | undefined): Promise<void> {
    const failed = status.endsWith("_FAILED");
    await this.#add(jobId, [
      { kind: "event", entry: { name: status, failed, byUser: false } },
      logEntry(failed ? "Error" : "Info", reason ?? { id: "statusReached", values: { status } }),
    ]);
  }

  /** Notes a warning that begins, with its words in the task's log. */
  async warning(jobId: string, code: string, text: Message): Promise<void> {
    await this.#add(jobId, [
      { kind: "event", entry: { name: code, failed: false, byUser: false } },
      logEntry("Warn", text),
    ]);
  }

  async log(jobId: string, level: Level, message: Message): Promise<void> {
    await this.#add(jobId, [logEntry(level, message)]);
  }

  async dirtyRow(jobId: string, row: EntryOf<"dirty">): Promise<void> {
    const [reason, detail, values] = [row.reason, row.detail, row.row].map(shortened);
    await this.#add(jobId, [
      { kind: "dirty", entry: { ...row, reason: reason ?? "", detail: detail ?? "", row: values ?? "" } },
    ]);
  }

  /** @param fields values that an entry must have to be found. */
  async find<K extends Kind>(
    jobId: string,
    kind: K,
    { offset, limit }: Page,
    fields: Partial<EntryOf<K>> = {},
    between: { readonly from?: Date | undefined; readonly to?: Date | undefined } = {},
  ): Promise<Found<K>> {
    const { rows } = await this.database.query<{ count: number; at: Date | null; entry: unknown }>(
      `WITH fitting AS NOT MATERIALIZED (
         SELECT number, at, entry FROM history
         WHERE job_id = $1 AND kind = $2 AND ($3::jsonb = '{}' OR entry @> $3)
           AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at <= $5)
       )
       SELECT count, at, entry
       FROM (SELECT count(*)::int AS count FROM fitting)
       LEFT JOIN (SELECT * FROM fitting ORDER BY number DESC OFFSET $6 LIMIT $7) ON true
       ORDER BY number DESC`,
      [jobId, kind, JSON.stringify(fields), between.from ?? null, between.to ?? null, offset, limit],
    );
    const schema: v.GenericSchema<unknown, EntryOf<K>> = schemas[kind];
    return {
      count: rows[0]?.count ?? 0,
      entries: rows.flatMap(({ at, entry }) => (at === null ? [] : [{ at, entry: v.parse(schema, entry) }])),
    };
  }

  /** Adds entries in one statement that nobody waits to see on the disk: the next change of a task takes them along. */
  async #add(jobId: string, entries: readonly Entry[]): Promise<void> {
    await this.database.query(
      `WITH lazily AS (SELECT set_config('synchronous_commit', 'off', true)),
       bound AS MATERIALIZED (
         SELECT k.kind, (SELECT number FROM history WHERE job_id = $1 AND kind = k.kind
                         ORDER BY number DESC OFFSET $4 LIMIT 1) AS last
         FROM unnest($2::text[]) k (kind)
       ),
       old AS (
         DELETE FROM history h USING bound WHERE h.job_id = $1 AND h.kind = bound.kind AND h.number <= bound.last
       )
       INSERT INTO history (job_id, kind, entry)
       SELECT jobs.id, e.kind, e.entry FROM jobs, lazily, unnest($2::text[], $3::jsonb[]) WITH ORDINALITY e (kind, entry, n)
       WHERE jobs.id = $1 ORDER BY e.n`,
      [
        jobId,
        entries.map(({ kind }) => kind),
        entries.map(({ entry }) => JSON.stringify(entry)),
        keptEntries - 1,
      ],
    );
  }
}

type Entry = { readonly [K in Kind]: { readonly kind: K; readonly entry: EntryOf<K> } }[Kind];

function logEntry(level: Level, { cause, ...text }: Message): Entry {
  const kept = cause === undefined ? {} : { cause: keptWords(cause) };
  return { kind: "log", entry: { level, message: { ...keptWords(text), ...kept } } };
}

function keptWords({ id, values }: Message) {
  const kept = Object.entries(values).map(([name, value]) => [name, shortened(value)]);
  return { id, values: Object.fromEntries(kept) };
}
