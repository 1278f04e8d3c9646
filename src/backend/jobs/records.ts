/** Records of the control database beside the tasks: saved connections, prepared creations. */
import * as v from "valibot";
import type { Statements } from "./control-database";

/** Records of one kind. */
export class Records<S extends v.GenericSchema<unknown, { readonly id: string }>> {
  constructor(
    private readonly database: Statements,
    private readonly kind: string,
    private readonly schema: S,
  ) {}

  /** All of them, the newest first. */
  async all(): Promise<readonly v.InferOutput<S>[]> {
    const { rows } = await this.database.query<{ record: unknown }>(
      "SELECT record FROM records WHERE kind = $1 ORDER BY number DESC",
      [this.kind],
    );
    return rows.map(({ record }) => v.parse(this.schema, record));
  }

  async find(id: string): Promise<v.InferOutput<S> | undefined> {
    const { rows } = await this.database.query<{ record: unknown }>(
      "SELECT record FROM records WHERE kind = $1 AND id = $2",
      [this.kind, id],
    );
    return rows[0] && v.parse(this.schema, rows[0].record);
  }

  /** Adds a record, or replaces the one with its id. */
  async put(record: v.InferInput<S> & { readonly id: string }): Promise<void> {
    await this.database.query(
      `INSERT INTO records (kind, id, record) VALUES ($1, $2, $3)
       ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record`,
      [this.kind, record.id, JSON.stringify(record)],
    );
  }

  async remove(id: string): Promise<void> {
    await this.database.query("DELETE FROM records WHERE kind = $1 AND id = $2", [this.kind, id]);
  }
}
