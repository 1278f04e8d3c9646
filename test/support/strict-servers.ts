/** A source and targets whose settings are narrow or strict, so that servers refuse what tasks need. */
import assert from "node:assert/strict";
import { join } from "node:path";
import pg from "pg";
import * as v from "valibot";
import { BackendProcess, makeDataDir, removeDataDir, until } from "./backend-process";
import { one, type TaskPlan, TestTask } from "./backend-task";
import { OwnServer } from "./own-server";

const slots = 5;
const senders = 5;
const rows = "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 100) n";
/** Of the source's databases, unless a test has its own. */
export const table = `CREATE TABLE t (id int PRIMARY KEY, v text); ${rows}`;

const warningsSchema = v.object({
  tasks: v.record(
    v.string(),
    v.object({ warnings: v.array(v.object({ code: v.string(), level: v.string(), message: v.string() })) }),
  ),
});

export interface Ends {
  /** Whether the target is the demo's, whose log can be read. */
  readonly readable?: boolean;
  /** Whether the target's login is a superuser. */
  readonly powerful?: boolean;
  readonly encoding?: string;
  /** Of the database of a readable target. */
  readonly targetEncoding?: string;
  readonly sql?: string;
  /** The source's login, made as a superuser with these settings. */
  readonly role?: string;
}

export class StrictServers {
  #count = 0;
  /** What is to be done after a test, whatever became of it. */
  readonly #cleanups: (() => Promise<void>)[] = [];

  private constructor(
    readonly backend: BackendProcess,
    /** With room for few readers of its log. */
    readonly source: OwnServer,
    /** A target whose log cannot be read, with two replication workers. */
    readonly target: OwnServer,
    private readonly dataDir: string,
  ) {}

  static async start(): Promise<StrictServers> {
    const dataDir = makeDataDir();
    const packages = join(process.cwd(), "package.json");
    const [backend, source, target] = await Promise.all([
      BackendProcess.startServers(dataDir),
      OwnServer.start(packages, [
        ...[`max_replication_slots=${slots}`, `max_wal_senders=${senders}`, "max_prepared_transactions=2"],
      ]),
      OwnServer.start(packages, ["max_logical_replication_workers=2", "wal_retrieve_retry_interval=500ms"]),
    ]);
    const servers = new StrictServers(backend, source, target, dataDir);
    await servers.asks("md5");
    await backend.sql("target", "postgres", "ALTER SYSTEM SET wal_retrieve_retry_interval = '500ms'");
    await backend.sql("target", "postgres", "SELECT pg_reload_conf()");
    await backend.sql(
      "target",
      "postgres",
      "CREATE ROLE plain LOGIN PASSWORD 'plain' IN ROLE pg_create_subscription",
    );
    return servers;
  }

  /** Ends what a test has made. */
  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).toReversed()) {
      await cleanup();
    }
  }

  async stop(): Promise<void> {
    await this.backend.stop();
    await Promise.all([this.source.stop(), this.target.stop()]);
    removeDataDir(this.dataDir);
  }

  /** A task between databases of its own. */
  async plan({
    readable = true,
    powerful = true,
    encoding = "UTF8",
    targetEncoding,
    sql = table,
    role,
  }: Ends) {
    const database = `said_${++this.#count}`;
    await this.source.sql(
      "postgres",
      `CREATE DATABASE ${database} ENCODING '${encoding}' TEMPLATE template0`,
    );
    await this.source.sql(database, sql);
    const owner = powerful ? "" : " OWNER plain";
    const encoded =
      targetEncoding === undefined ? "" : ` ENCODING '${targetEncoding}' TEMPLATE template0 LOCALE 'C'`;
    if (readable) {
      await this.backend.sql("target", "postgres", `CREATE DATABASE ${database}${owner}${encoded}`);
    } else {
      await this.target.sql("postgres", `CREATE DATABASE ${database}`);
    }
    if (role !== undefined) {
      await this.source.sql("postgres", `CREATE ROLE ${database} SUPERUSER REPLICATION LOGIN PASSWORD 'p'`);
      await this.source.sql("postgres", role.replaceAll("ROLE me", `ROLE ${database}`));
    }
    const end = readable ? this.backend.login("target") : this.target.login;
    return {
      name: database,
      source: {
        ...this.source.login,
        ...(role === undefined ? {} : { user: database, password: "p" }),
        database,
      },
      target: { ...end, ...(powerful ? {} : { user: "plain", password: "plain" }), database },
      tables: ["public.t"],
    } satisfies TaskPlan;
  }

  /** A task that is ended after the test. */
  async prepared(ends: Ends): Promise<TestTask> {
    const task = await TestTask.prepared(this.backend, await this.plan(ends));
    this.#cleanups.push(async () => {
      await task.end();
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
    });
    return task;
  }

  /** A task whose changes flow. */
  async following(ends: Ends = {}): Promise<TestTask> {
    const task = await this.prepared(ends);
    await task.start();
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  }

  /** Waits for the failure; its words must be the server's, and it must be a known case. */
  async fails(task: TestTask, status: string, words: RegExp, id: string): Promise<void> {
    await task.reaches(status);
    const { error_code, error_message } = await task.detail();
    assert.match(`${error_code} ${error_message}`, words);
    assert.equal(await task.diagnosis(), id);
  }

  /** Starts a task again that has failed. */
  async again(task: TestTask) {
    const result = (await task.status()) === "START_JOB_FAILED" ? await task.start() : await task.retry();
    assert.equal(result.status, "success", JSON.stringify(result));
  }

  /** The warnings that the task has now. */
  async warnings(task: TestTask) {
    const answer = v.parse(warningsSchema, await this.backend.local("GET", "/_local/warnings"));
    return answer.tasks[task.id]?.warnings ?? [];
  }

  /** Waits for a warning of the task; answers its message. */
  async warned(task: TestTask, code: string): Promise<string> {
    const found = await until(
      `task ${task.plan.name} is warned with ${code}`,
      async () => (await this.warnings(task)).filter((one) => one.code === code),
      ({ length }) => length > 0,
    );
    return one(found).message;
  }

  /** @param speed in MB/s. */
  async limit(task: TestTask, speed: string) {
    const speed_limit = [{ begin: "00:00", end: "23:59", speed, is_utc: true }];
    await this.backend.client.call("batchLimitSpeed", { speed_limits: [{ job_id: task.id, speed_limit }] });
  }

  /** Waits until both ends have the same. */
  async same(task: TestTask, sql = "SELECT count(*)::int AS n, sum(id) AS ids FROM t") {
    const { database } = task.plan.source;
    const atTarget = async () =>
      task.plan.target.port === this.target.login.port
        ? await this.target.sql(database, sql)
        : await this.backend.sql("target", database, sql);
    const wanted = JSON.stringify(await this.source.sql(database, sql));
    await until(
      "both ends are alike",
      async () => JSON.stringify(await atTarget()),
      (found) => found === wanted,
    );
  }

  /** Something that is undone at the latest after the test. */
  undone(undo: () => Promise<void>): () => Promise<void> {
    this.#cleanups.push(undo);
    return undo;
  }

  /** Takes all slots of the source but one; answers how to give them back. */
  async slotsTaken(): Promise<() => Promise<void>> {
    await this.source.sql(
      "postgres",
      `SELECT pg_create_physical_replication_slot('foreign_' || n)
       FROM generate_series(1, ${slots} - 1 - (SELECT count(*)::int FROM pg_replication_slots)) n`,
    );
    return this.undone(async () => {
      await this.source.sql(
        "postgres",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'foreign%'",
      );
    });
  }

  /** Takes all senders of the source but one. */
  async sendersTaken(): Promise<() => Promise<void>> {
    const options = { ...this.source.login, database: "postgres", replication: "database" };
    const clients = Array.from({ length: senders - 1 }, () => new pg.Client(options));
    await Promise.all(clients.map(async (client) => await client.connect()));
    return this.undone(async () => {
      await Promise.all(clients.map(async (client) => await client.end()));
    });
  }

  /** Changes how the source asks for passwords: `md5` takes a proof by SCRAM from who has a password for that. */
  async asks(method: "md5" | "trust"): Promise<void> {
    const [{ file } = { file: "" }] = await this.source.sql(
      "postgres",
      "SELECT current_setting('hba_file') AS file",
    );
    const lines = ["all", "replication"].map((what) => `SELECT 'host ${what} all 127.0.0.1/32 ${method}'`);
    await this.source.sql("postgres", `COPY (${lines.join(" UNION ALL ")}) TO '${String(file)}'`);
    await this.source.sql("postgres", "SELECT pg_reload_conf()");
    await until(
      `the source asks by ${method}`,
      async () => {
        const client = new pg.Client({ ...this.source.login, database: "postgres", password: "wrong" });
        return await client.connect().then(
          async () => await client.end().then(() => "trust"),
          () => "md5",
        );
      },
      (seen) => seen === method,
    );
  }

  /** Opens a door of the source that asks for no password; answers how to close it. */
  async doorOpened(): Promise<() => Promise<void>> {
    await this.asks("trust");
    return this.undone(async () => await this.asks("md5"));
  }

  /** A session at the source with an open transaction. */
  async opened(database: string, ...statements: readonly string[]): Promise<pg.Client> {
    const client = new pg.Client({ ...this.source.login, database, application_name: "nightly report" });
    await client.connect();
    for (const statement of ["BEGIN", ...statements]) {
      await client.query(statement);
    }
    return client;
  }
}
