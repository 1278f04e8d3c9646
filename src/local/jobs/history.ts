/** What became of the tasks, in the control database: what users did, status changes, logs, refused rows. */
import * as v from "valibot";
import type { Message } from "../messages";
import type { Statements } from "./control-database";

/** Each task keeps so many entries of each kind; older ones go. */
const keptEntries = 1_000;

const messageSchema = v.object({ id: v.string(), values: v.record(v.string(), v.string()) });

const schemas = {
  /** An action of a user (`START`, `PAUSE`, ...) or a status that was reached. */
  event: v.object({ name: v.string(), failed: v.boolean(), byUser: v.boolean() }),
  log: v.object({ level: v.picklist(["Info", "Warn", "Error"]), message: messageSchema }),
  /** A row that the target refused. */
  dirty: v.object({
    phase: v.picklist(["full", "incremental"]),
    schema: v.string(),
    table: v.string(),
    /** What was to be done with it: INSERT, UPDATE, DELETE or COPY. */
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

export class History {
  constructor(private readonly database: Statements) {}

  /** Notes what a user asked for; `failed`: it was refused. */
  async action(jobId: string, name: string, failed: boolean): Promise<void> {
    await this.#add(jobId, "event", { name, failed, byUser: true });
  }

  /** Notes a status that a task has reached, and in its log why. */
  async status(jobId: string, status: string, reason: Message | undefined): Promise<void> {
    const failed = status.endsWith("_FAILED");
    await this.#add(jobId, "event", { name: status, failed, byUser: false });
    await this.log(jobId, failed ? "Error" : "Info", reason ?? { id: "statusReached", values: { status } });
  }

  async log(jobId: string, level: Level, { id, values }: Message): Promise<void> {
    await this.#add(jobId, "log", { level, message: { id, values: { ...values } } });
  }

  async dirtyRow(jobId: string, row: EntryOf<"dirty">): Promise<void> {
    await this.#add(jobId, "dirty", row);
  }

  /** @param fields values that an entry must have to be found. */
  async find<K extends Kind>(
    jobId: string,
    kind: K,
    { offset, limit }: Page,
    fields: Partial<EntryOf<K>> = {},
    between: { readonly from?: Date | undefined; readonly to?: Date | undefined } = {},
  ): Promise<Found<K>> {
    const { rows } = await this.database.query<{ at: Date; entry: unknown }>(
      `SELECT at, entry FROM history
       WHERE job_id = $1 AND kind = $2 AND entry @> $3
         AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at <= $5)
       ORDER BY number DESC`,
      [jobId, kind, JSON.stringify(fields), between.from ?? null, between.to ?? null],
    );
    const schema: v.GenericSchema<unknown, EntryOf<K>> = schemas[kind];
    return {
      count: rows.length,
      entries: rows
        .slice(offset, offset + limit)
        .map(({ at, entry }) => ({ at, entry: v.parse(schema, entry) })),
    };
  }

  async #add<K extends Kind>(jobId: string, kind: K, entry: EntryOf<K>): Promise<void> {
    await this.database.query(
      `WITH old AS (
         DELETE FROM history WHERE job_id = $1 AND kind = $2 AND number <=
           (SELECT number FROM history WHERE job_id = $1 AND kind = $2 ORDER BY number DESC OFFSET $4 LIMIT 1)
       )
       INSERT INTO history (job_id, kind, entry) SELECT id, $2, $3 FROM jobs WHERE id = $1`,
      [jobId, kind, JSON.stringify(entry), keptEntries - 1],
    );
  }
}
