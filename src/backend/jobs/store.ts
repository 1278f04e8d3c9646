/** The control database: task states that outlive the backend, read once at the start and written through. */
import { EventEmitter } from "node:events";
import * as v from "valibot";
import { message } from "../messages";
import { StartError } from "../start-error";
import type { Statements } from "./control-database";
import { History } from "./history";
import { childOf, currentFailure, type Job, jobSchema } from "./job";
import { Measurements } from "./measurements";
import { preparedSchema } from "./prepared";
import { Records } from "./records";
import { savedConnection } from "./saved-connection";

/** Each entry is applied once, in order. */
export const migrations = [
  `CREATE TABLE jobs (id text PRIMARY KEY, name text NOT NULL, status text NOT NULL, record jsonb NOT NULL,
                      created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
   CREATE UNIQUE INDEX jobs_name ON jobs (lower(name));
   CREATE TABLE status_history (job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
                                at timestamptz NOT NULL DEFAULT now(), status text NOT NULL, error_code text, error text);
   CREATE INDEX status_history_job ON status_history (job_id, at);
   CREATE TABLE operations (job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
                            at timestamptz NOT NULL DEFAULT now(), action text NOT NULL, error_code text);
   CREATE INDEX operations_job ON operations (job_id, at);
   CREATE TABLE accounts (account text PRIMARY KEY, balance float8 NOT NULL);
   CREATE TABLE orphans (job_id text NOT NULL, side text NOT NULL, record jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(),
                         PRIMARY KEY (job_id, side));
   CREATE TABLE facts (name text PRIMARY KEY, value text NOT NULL)`,
  `CREATE TABLE history (number bigserial PRIMARY KEY, job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
                         at timestamptz NOT NULL DEFAULT clock_timestamp(), kind text NOT NULL, entry jsonb NOT NULL);
   CREATE INDEX history_job ON history (job_id, kind, number);
   INSERT INTO history (job_id, at, kind, entry)
     SELECT job_id, at, 'event', json_build_object('name', status, 'failed', status LIKE '%\\_FAILED', 'byUser', false)
     FROM status_history ORDER BY at;
   DROP TABLE status_history, operations`,
  `CREATE TABLE comparisons (number bigserial PRIMARY KEY, id text NOT NULL UNIQUE,
                             job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE, record jsonb NOT NULL);
   CREATE INDEX comparisons_job ON comparisons (job_id, number)`,
  `CREATE TABLE measurements (job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE, at timestamptz NOT NULL,
                              delay_ms float8, rows float8, PRIMARY KEY (job_id, at));
   CREATE INDEX measurements_at ON measurements (at)`,
  `CREATE TABLE records (number bigserial, kind text, id text, record jsonb NOT NULL, PRIMARY KEY (kind, id))`,
];

/** Resources of a forced end, left at an end of the task that could not be reached. */
export interface Orphan {
  readonly job: Job;
  readonly side: "source" | "target";
}

/** Emits the id of each task that is new, has changed or is gone, and of those that are frozen or no longer so. */
export class JobStore extends EventEmitter<{ changed: [id: string] }> {
  readonly #jobs = new Map<string, Job>();
  readonly #balances = new Map<string, number>();
  readonly #queues = new Map<string, Promise<unknown>>();
  #revision = 0;
  /** The history of the tasks. */
  readonly history: History;
  /** Their measurements. */
  readonly measurements: Measurements;
  readonly connections: Records<typeof savedConnection>;
  readonly prepared: Records<typeof preparedSchema>;

  private constructor(private readonly database: Statements) {
    super();
    this.history = new History(database);
    this.measurements = new Measurements(database);
    this.connections = new Records(database, "connection", savedConnection);
    this.prepared = new Records(database, "prepared", preparedSchema);
  }

  /** Makes the tables and reads every task. */
  static async open(database: Statements): Promise<JobStore> {
    const store = new JobStore(database);
    await migrate(database);
    const { rows } = await database.query<{ record: unknown }>(
      "SELECT record FROM jobs ORDER BY created_at, id",
    );
    for (const { record } of rows) {
      const job = v.parse(jobSchema, record);
      store.#jobs.set(job.id, job);
    }
    const accounts = await database.query<{ account: string; balance: number }>(
      "SELECT account, balance FROM accounts",
    );
    for (const { account, balance } of accounts.rows) {
      store.#balances.set(account, balance);
    }
    return store;
  }

  /** Another number after each change of any task. */
  get revision(): number {
    return this.#revision;
  }

  /** All tasks, the oldest first. */
  all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The task whose change of objects has this id. */
  parentOf(childId: string): Job | undefined {
    return this.#jobs.has(childId) ? undefined : this.all().find(({ change }) => change?.id === childId);
  }

  /** A task, or the child task that stands for a change of objects. */
  find(id: string): Job | undefined {
    const parent = this.parentOf(id);
    return parent?.change ? childOf(parent, parent.change) : this.#jobs.get(id);
  }

  /** Adds a task; answers false when its name, in whatever case, is taken. */
  async insert(job: Job): Promise<boolean> {
    const { rows } = await this.database.query(
      `INSERT INTO jobs (id, name, status, record, created_at, updated_at)
       VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), now())
       ON CONFLICT (lower(name)) DO UPDATE SET updated_at = now() WHERE jobs.id = excluded.id RETURNING id`,
      [job.id, job.name, job.status, JSON.stringify(job), job.createdAt],
    );
    if (rows.length === 0) {
      return false;
    }
    await this.history.action(job.id, "CREATE", undefined);
    await this.#remember(job);
    this.#jobs.set(job.id, job);
    this.#noteChange(job.id);
    return true;
  }

  /**
   * Changes a task; changes of the same task happen one after another, each on the last one's result. Visible
   * changes are stored already.
   *
   * @param change returns the same object for no change; what it throws leaves the task as it is.
   */
  async update(id: string, change: (job: Job) => Job): Promise<Job | undefined> {
    return await this.#inTurn(id, async () => {
      const job = this.#jobs.get(id);
      const changed = job === undefined ? undefined : change(job);
      if (job === undefined || changed === undefined || changed === job) {
        return job;
      }
      const next = { ...changed, updatedAt: Date.now() };
      await this.database.query(
        "UPDATE jobs SET name = $2, status = $3, record = $4, updated_at = now() WHERE id = $1",
        [id, next.name, next.status, JSON.stringify(next)],
      );
      this.#jobs.set(id, next);
      if (next.status !== job.status) {
        await this.#remember(next);
      }
      if (next.change !== null && next.change.status !== job.change?.status) {
        // The outcome of a change is part of its task's history.
        await this.#remember({ ...childOf(next, next.change), id });
      }
      this.#noteChange(id);
      return next;
    });
  }

  /** Removes a task and its history. @param check throws to keep it. */
  async remove(id: string, check: (job: Job) => void): Promise<void> {
    await this.#inTurn(id, async () => {
      const job = this.#jobs.get(id);
      if (job === undefined) {
        return;
      }
      check(job);
      await this.database.query("DELETE FROM jobs WHERE id = $1", [id]);
      this.#jobs.delete(id);
      this.#noteChange(id);
    });
  }

  /** Balances by account; an account that was never set has no limit. */
  balances(): ReadonlyMap<string, number> {
    return this.#balances;
  }

  /** Sets the balance of an account, and notes in the history of its tasks when that freezes or unfreezes them. */
  async setBalance(account: string, balance: number): Promise<void> {
    const paid = this.all().filter((job) => job.account === account);
    const before = paid.filter((job) => this.isFrozen(job));
    await this.database.query(
      "INSERT INTO accounts VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET balance = excluded.balance",
      [account, balance],
    );
    this.#balances.set(account, balance);
    for (const job of paid) {
      this.#noteChange(job.id);
      if (this.isFrozen(job) && !before.includes(job)) {
        await this.history.status(job.id, "FROZEN", message("isFrozen", { account }));
      } else if (!this.isFrozen(job) && before.includes(job)) {
        await this.#remember(job);
      }
    }
  }

  /** Whether the account that pays for a task is used up. Freezing is billing, not a state of the engine. */
  isFrozen(job: Job): boolean {
    return (this.#balances.get(job.account) ?? 1) <= 0 && !job.released;
  }

  async addOrphan({ job, side }: Orphan): Promise<void> {
    await this.database.query(
      "INSERT INTO orphans (job_id, side, record) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      [job.id, side, JSON.stringify(job)],
    );
  }

  async orphans(): Promise<readonly Orphan[]> {
    const { rows } = await this.database.query<{ side: Orphan["side"]; record: unknown }>(
      "SELECT side, record FROM orphans ORDER BY at",
    );
    return rows.map(({ side, record }) => ({ side, job: v.parse(jobSchema, record) }));
  }

  async removeOrphan({ job, side }: Orphan): Promise<void> {
    await this.database.query("DELETE FROM orphans WHERE job_id = $1 AND side = $2", [job.id, side]);
  }

  /** A fact about this data directory. */
  async fact(name: string): Promise<string | undefined> {
    const { rows } = await this.database.query<{ value: string }>("SELECT value FROM facts WHERE name = $1", [
      name,
    ]);
    return rows[0]?.value;
  }

  async setFact(name: string, value: string): Promise<void> {
    await this.database.query(
      "INSERT INTO facts VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [name, value],
    );
  }

  #noteChange(id: string): void {
    this.#revision++;
    this.emit("changed", id);
  }

  async #remember(job: Job): Promise<void> {
    await this.history.status(job.id, job.status, currentFailure(job)?.message);
  }

  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#queues.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(id) === mine) {
        this.#queues.delete(id);
      }
    }
  }
}

async function migrate(database: Statements): Promise<void> {
  await database.query("CREATE TABLE IF NOT EXISTS migrations (number int PRIMARY KEY)");
  const { rows } = await database.query<{ last: number | null }>(
    "SELECT max(number) AS last FROM migrations",
  );
  const applied = rows[0]?.last ?? 0;
  if (applied > migrations.length) {
    throw new StartError(
      `the tasks in this data directory were kept by a newer version of the local backend (format ${applied}; this one knows ${migrations.length}): update it, or choose another data directory`,
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index + 1 > applied) {
      // One string is one transaction.
      await database.query(`${sql}; INSERT INTO migrations VALUES (${index + 1})`);
    }
  }
}
