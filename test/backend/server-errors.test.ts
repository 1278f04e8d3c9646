/** What servers say is taken for what it is: their errors become failures with their words, and what waits is named. */
import assert from "node:assert/strict";
import { join } from "node:path";
import pg from "pg";
import * as v from "valibot";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { one, type TaskPlan, TestTask } from "../support/backend-task";
import { OwnServer } from "../support/own-server";

const slots = 5;
const senders = 5;
const rows = "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 100) n";
const table = `CREATE TABLE t (id int PRIMARY KEY, v text); ${rows}`;

describe("the errors of servers", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  /** With room for few readers of its log. */
  let source: OwnServer;
  /** A target whose log cannot be read, with two replication workers. */
  let target: OwnServer;
  let count = 0;
  /** What is to be done after a test, whatever became of it. */
  const cleanups: (() => Promise<void>)[] = [];

  before(async () => {
    const packages = join(process.cwd(), "package.json");
    [backend, source, target] = await Promise.all([
      BackendProcess.startServers(dataDir),
      OwnServer.start(packages, [
        ...[`max_replication_slots=${slots}`, `max_wal_senders=${senders}`, "max_prepared_transactions=2"],
      ]),
      OwnServer.start(packages, ["max_logical_replication_workers=2", "wal_retrieve_retry_interval=500ms"]),
    ]);
    await asks("md5");
    await backend.sql("target", "postgres", "ALTER SYSTEM SET wal_retrieve_retry_interval = '500ms'");
    await backend.sql("target", "postgres", "SELECT pg_reload_conf()");
    await backend.sql(
      "target",
      "postgres",
      "CREATE ROLE plain LOGIN PASSWORD 'plain' IN ROLE pg_create_subscription",
    );
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) {
      await cleanup();
    }
  });

  after(async () => {
    await backend.stop();
    await Promise.all([source.stop(), target.stop()]);
    removeDataDir(dataDir);
  });

  interface Ends {
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

  /** A task between databases of its own. */
  async function plan({
    readable = true,
    powerful = true,
    encoding = "UTF8",
    targetEncoding,
    sql = table,
    role,
  }: Ends) {
    const database = `said_${++count}`;
    await source.sql("postgres", `CREATE DATABASE ${database} ENCODING '${encoding}' TEMPLATE template0`);
    await source.sql(database, sql);
    const owner = powerful ? "" : " OWNER plain";
    const encoded =
      targetEncoding === undefined ? "" : ` ENCODING '${targetEncoding}' TEMPLATE template0 LOCALE 'C'`;
    if (readable) {
      await backend.sql("target", "postgres", `CREATE DATABASE ${database}${owner}${encoded}`);
    } else {
      await target.sql("postgres", `CREATE DATABASE ${database}`);
    }
    if (role !== undefined) {
      await source.sql("postgres", `CREATE ROLE ${database} SUPERUSER REPLICATION LOGIN PASSWORD 'p'`);
      await source.sql("postgres", role.replaceAll("ROLE me", `ROLE ${database}`));
    }
    const end = readable ? backend.login("target") : target.login;
    return {
      name: database,
      source: { ...source.login, ...(role === undefined ? {} : { user: database, password: "p" }), database },
      target: { ...end, ...(powerful ? {} : { user: "plain", password: "plain" }), database },
      tables: ["public.t"],
    } satisfies TaskPlan;
  }

  /** A task that is ended after the test. */
  async function prepared(ends: Ends): Promise<TestTask> {
    const task = await TestTask.prepared(backend, await plan(ends));
    cleanups.push(async () => {
      await task.end();
      await task.reaches("RELEASE_RESOURCE_COMPLETE", 30_000);
    });
    return task;
  }

  async function following(ends: Ends = {}): Promise<TestTask> {
    const task = await prepared(ends);
    await task.start();
    await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    return task;
  }

  /** Waits for the failure; its words must be the server's, and it must be a known case. */
  async function fails(task: TestTask, status: string, words: RegExp, id: string): Promise<void> {
    await task.reaches(status, 40_000);
    const { error_code, error_message } = await task.detail();
    assert.match(`${error_code} ${error_message}`, words);
    assert.equal(await task.diagnosis(), id);
  }

  /** Starts a task again that has failed. */
  const again = async (task: TestTask) => {
    const result = (await task.status()) === "START_JOB_FAILED" ? await task.start() : await task.retry();
    assert.equal(result.status, "success", JSON.stringify(result));
  };
  const warnings = async (task: TestTask) => {
    const answer = v.parse(warningsSchema, await backend.local("GET", "/_local/warnings"));
    return answer.tasks[task.id]?.warnings ?? [];
  };
  const warned = async (task: TestTask, code: string) =>
    one(
      await until(
        `task ${task.plan.name} is warned with ${code}`,
        40_000,
        async () => (await warnings(task)).filter((one) => one.code === code),
        ({ length }) => length > 0,
      ),
    ).message;
  const limit = async (task: TestTask, speed: string) => {
    const speed_limit = [{ begin: "00:00", end: "23:59", speed, is_utc: true }];
    await backend.client.call("batchLimitSpeed", { speed_limits: [{ job_id: task.id, speed_limit }] });
  };
  const same = async (task: TestTask, sql = "SELECT count(*)::int AS n, sum(id) AS ids FROM t") => {
    const { database } = task.plan.source;
    const atTarget = async () =>
      task.plan.target.port === target.login.port
        ? await target.sql(database, sql)
        : await backend.sql("target", database, sql);
    const wanted = JSON.stringify(await source.sql(database, sql));
    await until(
      "both ends are alike",
      30_000,
      async () => JSON.stringify(await atTarget()),
      (found) => found === wanted,
    );
  };

  /** Something that is undone at the latest after the test. */
  function undone(undo: () => Promise<void>): () => Promise<void> {
    cleanups.push(undo);
    return undo;
  }

  /** Takes all slots of the source but one; answers how to give them back. */
  async function slotsTaken(): Promise<() => Promise<void>> {
    await source.sql(
      "postgres",
      `SELECT pg_create_physical_replication_slot('foreign_' || n)
       FROM generate_series(1, ${slots} - 1 - (SELECT count(*)::int FROM pg_replication_slots)) n`,
    );
    return undone(async () => {
      await source.sql(
        "postgres",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'foreign%'",
      );
    });
  }

  /** Takes all senders of the source but one. */
  async function sendersTaken(): Promise<() => Promise<void>> {
    const options = { ...source.login, database: "postgres", replication: "database" };
    const clients = Array.from({ length: senders - 1 }, () => new pg.Client(options));
    await Promise.all(clients.map(async (client) => await client.connect()));
    return undone(async () => {
      await Promise.all(clients.map(async (client) => await client.end()));
    });
  }

  /** Changes how the source asks for passwords: `md5` takes a proof by SCRAM from who has a password for that. */
  async function asks(method: "md5" | "trust"): Promise<void> {
    const [{ file } = { file: "" }] = await source.sql(
      "postgres",
      "SELECT current_setting('hba_file') AS file",
    );
    const lines = ["all", "replication"].map((what) => `SELECT 'host ${what} all 127.0.0.1/32 ${method}'`);
    await source.sql("postgres", `COPY (${lines.join(" UNION ALL ")}) TO '${String(file)}'`);
    await source.sql("postgres", "SELECT pg_reload_conf()");
    await until(
      `the source asks by ${method}`,
      10_000,
      async () => {
        const client = new pg.Client({ ...source.login, database: "postgres", password: "wrong" });
        return await client.connect().then(
          async () => await client.end().then(() => "trust"),
          () => "md5",
        );
      },
      (seen) => seen === method,
    );
  }

  /** Opens a door of the source that asks for no password; answers how to close it. */
  async function doorOpened(): Promise<() => Promise<void>> {
    await asks("trust");
    return undone(async () => await asks("md5"));
  }

  /** A source that once proved by SCRAM that it knows the password must do so each time; for MD5 it may stop asking. */
  const unproven = {
    powerful: false,
    role: "SET password_encryption = 'md5'; ALTER ROLE me PASSWORD 'p'",
  } satisfies Ends;

  describe("the source's own errors", () => {
    interface Refusal {
      readonly what: string;
      readonly ends: Ends;
      /** What is done between pre-check and start; answers how to mend it. */
      readonly harm?: () => Promise<() => Promise<void>>;
      readonly status: string;
      readonly words: RegExp;
      readonly diagnosis: string;
    }
    const refusals: readonly Refusal[] = [
      {
        what: "no replication slot left",
        ends: {},
        harm: slotsTaken,
        status: "FULL_TRANSFER_FAILED",
        words: /^53400 .*all replication slots are in use/,
        diagnosis: "local-no-slots",
      },
      {
        what: "no replication slot left, where the target's log cannot be read",
        ends: { readable: false },
        harm: slotsTaken,
        status: "FULL_TRANSFER_FAILED",
        words: /^53400 max_replication_slots is 5 at the source database/,
        diagnosis: "local-no-slots",
      },
      {
        what: "no sender left",
        ends: {},
        harm: sendersTaken,
        status: "FULL_TRANSFER_FAILED",
        words: /^53300 .*exceeds "?max_wal_senders/,
        diagnosis: "local-no-senders",
      },
      {
        what: "no sender left, where the target's log cannot be read",
        ends: { readable: false },
        harm: sendersTaken,
        status: "FULL_TRANSFER_FAILED",
        words: /^53300 max_wal_senders is 5 at the source database/,
        diagnosis: "local-no-senders",
      },
      {
        what: "a source that no longer proves that it knows the password",
        ends: {},
        harm: doorOpened,
        status: "START_JOB_FAILED",
        words: /^28000 .*not proven that it knows the password/,
        diagnosis: "local-not-proven",
      },
      {
        what: "a login without a password, of a target's user who is no superuser",
        ends: unproven,
        harm: doorOpened,
        status: "START_JOB_FAILED",
        words: /^2F003 .*password is required/,
        diagnosis: "local-password-required",
      },
      {
        what: "bytes that are no text in the target's encoding",
        ends: { encoding: "SQL_ASCII", sql: `${table}; INSERT INTO t VALUES (1000, E'\\xff')` },
        status: "FULL_TRANSFER_FAILED",
        words: /^22021 .*invalid byte sequence for encoding/,
        diagnosis: "local-encoding",
      },
      {
        what: "characters that the target's encoding does not have",
        ends: { targetEncoding: "LATIN1", sql: `${table}; INSERT INTO t VALUES (1000, '中文')` },
        status: "FULL_TRANSFER_FAILED",
        words: /^22P05 .*has no equivalent in encoding "LATIN1"/,
        diagnosis: "local-encoding",
      },
    ];
    for (const { what, ends, harm, status, words, diagnosis } of refusals) {
      it(`${what}: ${status} with its words, and continues when it is fixed`, async () => {
        const task = await prepared(ends);
        const mend = await harm?.();
        await task.start();
        await fails(task, status, words, diagnosis);
        if (mend === undefined) {
          await source.sql(task.plan.source.database, "DELETE FROM t WHERE id = 1000");
        } else {
          await mend();
        }
        await again(task);
        await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
        await same(task);
      });
    }

    it("a source that no longer proves itself: INCRE_TRANSFER_FAILED, and continues when it does", async () => {
      const task = await following({});
      const close = await doorOpened();
      await source.sql(
        "postgres",
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
      );
      await fails(task, "INCRE_TRANSFER_FAILED", /^28000 .*not proven/, "local-not-proven");
      await close();
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    });

    it("a login that needs no password any more: INCRE_TRANSFER_FAILED, and continues when it does", async () => {
      const task = await following(unproven);
      const close = await doorOpened();
      await source.sql(
        "postgres",
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
      );
      await fails(task, "INCRE_TRANSFER_FAILED", /^2F003 .*password is required/, "local-password-required");
      await close();
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    });
  });

  describe("sessions of the task", () => {
    const hurried = ["statement_timeout = '200ms'", "idle_in_transaction_session_timeout = '200ms'"]
      .map((limit) => `ALTER ROLE me SET ${limit};`)
      .join(" ");

    it("have their own time limits, and keep to the speed limit in every copy", async () => {
      const sql = `CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t SELECT n, repeat(md5(n::text), 32) FROM generate_series(1, 4000) n`;
      const task = await prepared({ sql, role: hurried });
      await limit(task, "1");
      await task.start();
      await task.reaches("FULL_TRANSFER_STARTED", 30_000);
      // The copy is broken off, and begins again in the middle of the recovery.
      const copying =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND backend_type = 'walsender'";
      await until(
        "a copy was ended",
        30_000,
        async () => await source.sql("postgres", copying),
        ({ length }) => length > 0,
      );
      const begin = performance.now();
      await task.reaches("INCRE_TRANSFER_STARTED", 60_000);
      const seconds = (performance.now() - begin) / 1_000;
      assert.ok(seconds > 3, `4 MB at 1 MB/s in ${seconds} s`);
      await same(task);
    });

    it("try a lock of the target again that they do not get in time", async () => {
      const task = await following();
      const { database } = task.plan.target;
      await backend.sql("target", database, `ALTER DATABASE ${database} SET lock_timeout = '300ms'`);
      await task.pause();
      await task.reaches("PAUSING");
      const release = undone(await backend.held("target", database, "LOCK TABLE t"));
      await source.sql(database, "UPDATE t SET v = 'changed'");
      await task.retry();
      await task.reaches("REBUILD_NODE_STARTED", 30_000);
      await release();
      await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
      await same(task, "SELECT count(*)::int AS n FROM t WHERE v = 'changed'");
    });

    it("fail with the words when the lock stays", async () => {
      const task = await following();
      const { database } = task.plan.target;
      await backend.sql("target", database, `ALTER DATABASE ${database} SET lock_timeout = '100ms'`);
      await task.pause();
      await task.reaches("PAUSING");
      undone(await backend.held("target", database, "LOCK TABLE t"));
      await source.sql(database, "UPDATE t SET v = 'changed'");
      await task.retry();
      await fails(task, "INCRE_TRANSFER_FAILED", /^55P03 .*lock timeout/, "local-locked");
    });
  });

  describe("a task that waits names", () => {
    /** A session at the source with an open transaction. */
    async function opened(database: string, ...statements: readonly string[]): Promise<pg.Client> {
      const client = new pg.Client({ ...source.login, database, application_name: "nightly report" });
      await client.connect();
      for (const statement of ["BEGIN", ...statements]) {
        await client.query(statement);
      }
      return client;
    }

    it("a session: by its pid and application", async () => {
      const task = await following();
      const { database } = task.plan.source;
      await source.sql(database, "CREATE TABLE added (id int PRIMARY KEY)");
      const client = await opened(database, "CREATE TEMP TABLE x ()");
      const end = undone(async () => await client.end());
      const [{ pid } = {}] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
      await task.edited(["public.t", "public.added"]);
      const text = await warned(task, "LW101");
      assert.match(
        text,
        new RegExp(`at the source database .*pid ${pid}, nightly report, postgres, xact_start 20`),
      );
      await end();
      await (await task.child()).reaches("RELEASE_CHILD_TRANSFER_COMPLETE", 30_000);
      await until(
        "the warning is over",
        15_000,
        async () => await warnings(task),
        ({ length }) => length === 0,
      );
    });

    it("a prepared transaction: by its gid, in the failure of the start", async () => {
      const task = await prepared({});
      const { database } = task.plan.source;
      const client = await opened(database, "INSERT INTO t VALUES (5000)", "PREPARE TRANSACTION 'lost'");
      await client.end();
      const end = undone(async () => {
        await source.sql(database, "ROLLBACK PREPARED 'lost'").catch(() => undefined);
      });
      await task.start();
      await fails(
        task,
        "START_JOB_FAILED",
        /^57014 .*gid lost, postgres, prepared 20/,
        "local-old-transactions",
      );
      await end();
      await again(task);
      await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    });

    it("a prepared transaction: by its gid, while a table is added", async () => {
      const task = await following();
      const { database } = task.plan.source;
      await source.sql(database, "CREATE TABLE added (id int PRIMARY KEY)");
      const client = await opened(database, "INSERT INTO t VALUES (5000)", "PREPARE TRANSACTION 'left'");
      await client.end();
      const end = undone(async () => {
        await source.sql(database, "ROLLBACK PREPARED 'left'").catch(() => undefined);
      });
      await task.edited(["public.t", "public.added"]);
      assert.match(
        await warned(task, "LW102"),
        /at the source database for a prepared transaction: gid left, postgres, .*ROLLBACK PREPARED 'left'/,
      );
      await end();
      await (await task.child()).reaches("RELEASE_CHILD_TRANSFER_COMPLETE", 30_000);
      await until(
        "the warning is over",
        15_000,
        async () => await warnings(task),
        ({ length }) => length === 0,
      );
    });

    it("a replication worker: by those who have it", async () => {
      const first = await prepared({ readable: false });
      const second = await prepared({ readable: false });
      await first.start();
      await first.reaches("INCRE_TRANSFER_STARTED", 30_000);
      await second.start();
      const name = `drs_${first.id.replaceAll("-", "_")}`;
      assert.match(
        await warned(second, "LW103"),
        new RegExp(`all 2 of max_logical_replication_workers .*${name}`),
      );
      await first.pause();
      await second.reaches("INCRE_TRANSFER_STARTED", 30_000);
    });
  });
});

const warningsSchema = v.object({
  tasks: v.record(
    v.string(),
    v.object({ warnings: v.array(v.object({ code: v.string(), level: v.string(), message: v.string() })) }),
  ),
});
