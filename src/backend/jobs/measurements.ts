/** Measurements of tasks during the last day, minute by minute, in the control database. */
import type { Statements } from "./control-database";

const keptHours = 24;

/** A minute of a task. */
export interface Measurement {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The longest delay within it, in milliseconds; null: nothing flowed. */
  readonly delayMs: number | null;
  /** Rows written per second. */
  readonly rows: number | null;
}

/** One row a minute and task. A crash may lose the last second of them. */
export class Measurements {
  constructor(private readonly database: Statements) {}

  /** Keeps a minute of tasks, and deletes those older than a day: 1,440 rows a task at most. */
  async add(at: number, minutes: ReadonlyMap<string, Omit<Measurement, "at">>): Promise<void> {
    const known = [...minutes];
    await this.database.query(
      `WITH lazily AS (SELECT set_config('synchronous_commit', 'off', true)),
       old AS (DELETE FROM measurements WHERE at < now() - make_interval(hours => $5))
       INSERT INTO measurements (job_id, at, delay_ms, rows)
       SELECT jobs.id, to_timestamp($1::float8 / 1000), m.delay, m.rows
       FROM lazily, unnest($2::text[], $3::float8[], $4::float8[]) m (id, delay, rows) JOIN jobs ON jobs.id = m.id
       ON CONFLICT DO NOTHING`,
      [
        at,
        known.map(([id]) => id),
        known.map(([, { delayMs }]) => delayMs),
        known.map(([, { rows }]) => rows),
        keptHours,
      ],
    );
  }

  /** The oldest first. */
  async of(jobId: string): Promise<readonly Measurement[]> {
    const { rows } = await this.database.query<{ at: number; delay: number | null; rows: number | null }>(
      `SELECT (extract(epoch FROM at) * 1000)::float8 AS at, delay_ms AS delay, rows FROM measurements
       WHERE job_id = $1 AND at >= now() - make_interval(hours => $2) ORDER BY at`,
      [jobId, keptHours],
    );
    return rows.map(({ at, delay, rows }) => ({ at, delayMs: delay, rows }));
  }
}
