/** What servers say is taken for what it is: their errors become failures with their words, and what waits is named. */
import assert from "node:assert/strict";
import { until } from "../support/backend-process";
import { type Ends, StrictServers, table } from "../support/strict-servers";

describe("the errors of servers", () => {
  let servers: StrictServers;

  before(async () => {
    servers = await StrictServers.start();
  });
  afterEach(async () => {
    await servers.cleanUp();
  });
  after(async () => {
    await servers.stop();
  });

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
      readonly harm?: "slotsTaken" | "sendersTaken" | "doorOpened";
      readonly status: string;
      readonly words: RegExp;
      readonly diagnosis: string;
    }
    const refusals: readonly Refusal[] = [
      {
        what: "no replication slot left",
        ends: {},
        harm: "slotsTaken",
        status: "FULL_TRANSFER_FAILED",
        words: /^53400 .*all replication slots are in use/,
        diagnosis: "local-no-slots",
      },
      {
        what: "no replication slot left, where the target's log cannot be read",
        ends: { readable: false },
        harm: "slotsTaken",
        status: "FULL_TRANSFER_FAILED",
        words: /^53400 max_replication_slots is 5 at the source database/,
        diagnosis: "local-no-slots",
      },
      {
        what: "no sender left",
        ends: {},
        harm: "sendersTaken",
        status: "FULL_TRANSFER_FAILED",
        words: /^53300 .*exceeds "?max_wal_senders/,
        diagnosis: "local-no-senders",
      },
      {
        what: "no sender left, where the target's log cannot be read",
        ends: { readable: false },
        harm: "sendersTaken",
        status: "FULL_TRANSFER_FAILED",
        words: /^53300 max_wal_senders is 5 at the source database/,
        diagnosis: "local-no-senders",
      },
      {
        what: "a source that no longer proves that it knows the password",
        ends: {},
        harm: "doorOpened",
        status: "START_JOB_FAILED",
        words: /^28000 .*not proven that it knows the password/,
        diagnosis: "local-not-proven",
      },
      {
        what: "a login without a password, of a target's user who is no superuser",
        ends: unproven,
        harm: "doorOpened",
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
        const task = await servers.prepared(ends);
        const mend = harm && (await servers[harm]());
        await task.start();
        await servers.fails(task, status, words, diagnosis);
        if (mend === undefined) {
          await servers.source.sql(task.plan.source.database, "DELETE FROM t WHERE id = 1000");
        } else {
          await mend();
        }
        await servers.again(task);
        await task.reaches("INCRE_TRANSFER_STARTED");
        await servers.same(task);
      });
    }

    it("a source that no longer proves itself: INCRE_TRANSFER_FAILED, and continues when it does", async () => {
      const task = await servers.following({});
      const close = await servers.doorOpened();
      await servers.source.sql(
        "postgres",
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
      );
      await servers.fails(task, "INCRE_TRANSFER_FAILED", /^28000 .*not proven/, "local-not-proven");
      await close();
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED");
    });

    it("a login that needs no password any more: INCRE_TRANSFER_FAILED, and continues when it does", async () => {
      const task = await servers.following(unproven);
      const close = await servers.doorOpened();
      await servers.source.sql(
        "postgres",
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active",
      );
      await servers.fails(
        task,
        "INCRE_TRANSFER_FAILED",
        /^2F003 .*password is required/,
        "local-password-required",
      );
      await close();
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED");
    });
  });

  describe("sessions of the task", () => {
    const hurried = ["statement_timeout = '200ms'", "idle_in_transaction_session_timeout = '200ms'"]
      .map((limit) => `ALTER ROLE me SET ${limit};`)
      .join(" ");

    it("have their own time limits, and keep to the speed limit in every copy", async () => {
      const sql = `CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t SELECT n, repeat(md5(n::text), 32) FROM generate_series(1, 4000) n`;
      const task = await servers.prepared({ sql, role: hurried });
      await servers.limit(task, "1");
      await task.start();
      await task.reaches("FULL_TRANSFER_STARTED");
      // The copy is broken off, and begins again in the middle of the recovery.
      const copying =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND backend_type = 'walsender'";
      await until(
        "a copy was ended",
        async () => await servers.source.sql("postgres", copying),
        ({ length }) => length > 0,
      );
      const begin = performance.now();
      await task.reaches("INCRE_TRANSFER_STARTED");
      const seconds = (performance.now() - begin) / 1_000;
      assert.ok(seconds > 3, `4 MB at 1 MB/s in ${seconds} s`);
      await servers.same(task);
    });

    it("try a lock of the target again that they do not get in time", async () => {
      const task = await servers.following();
      const { database } = task.plan.target;
      await servers.backend.sql("target", database, `ALTER DATABASE ${database} SET lock_timeout = '300ms'`);
      await task.pause();
      await task.reaches("PAUSING");
      const release = servers.undone(await servers.backend.held("target", database, "LOCK TABLE t"));
      await servers.source.sql(database, "UPDATE t SET v = 'changed'");
      await task.retry();
      await task.reaches("REBUILD_NODE_STARTED");
      await release();
      await task.reaches("INCRE_TRANSFER_STARTED");
      await servers.same(task, "SELECT count(*)::int AS n FROM t WHERE v = 'changed'");
    });

    it("fail with the words about a row of a large transaction, which the target applies before it is committed", async () => {
      const task = await servers.following();
      const { database } = task.plan.target;
      await servers.source.sql(database, `ALTER DATABASE ${database} SET logical_decoding_work_mem = '64kB'`);
      await task.pause();
      await task.reaches("PAUSING");
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED");
      await servers.backend.sql("target", database, "INSERT INTO t VALUES (1000003, 'mine')");
      await servers.source.sql(
        database,
        "INSERT INTO t SELECT 1000000 + g, repeat('x', 500) FROM generate_series(1, 2000) g",
      );
      await servers.fails(
        task,
        "INCRE_TRANSFER_FAILED",
        /^23505 .*conflict=insert_exists/,
        "local-conflicting-row",
      );
    });

    it("fail with the words when the lock stays", async () => {
      const task = await servers.following();
      const { database } = task.plan.target;
      await servers.backend.sql("target", database, `ALTER DATABASE ${database} SET lock_timeout = '100ms'`);
      await task.pause();
      await task.reaches("PAUSING");
      servers.undone(await servers.backend.held("target", database, "LOCK TABLE t"));
      await servers.source.sql(database, "UPDATE t SET v = 'changed'");
      await task.retry();
      await servers.fails(task, "INCRE_TRANSFER_FAILED", /^55P03 .*lock timeout/, "local-locked");
    });
  });

  describe("a copy that is broken off again and again", () => {
    const large = `CREATE TABLE t (id int PRIMARY KEY, v text);
      INSERT INTO t SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 20000) n`;

    it("is named, with how often and why, until it is complete", async () => {
      const task = await servers.prepared({ sql: large });
      const { database } = task.plan.target;
      await servers.limit(task, "1");
      await task.start();
      await until(
        "it is warned of",
        async () => {
          await servers.backend.sql(
            "target",
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > 1000",
          );
          return await servers.warnings(task);
        },
        (found) => found.some(({ code }) => code === "LW104"),
      );
      const [text] = (await servers.warnings(task)).map(({ message }) => message);
      assert.match(
        text ?? "",
        /public\.t was broken off [2-9] times since 20\S+Z .* ended \(pid \d+, 57P01 terminating .*administrator command\)/,
      );
      assert.equal(await task.status(), "FULL_TRANSFER_STARTED");
      await servers.limit(task, "100");
      await task.reaches("INCRE_TRANSFER_STARTED");
      await servers.same(task);
      assert.deepEqual(await servers.warnings(task), []);
    });

    it("fails by a time limit that ends it each time, where the target's log cannot be read", async () => {
      const task = await servers.prepared({ sql: large, readable: false });
      const { database } = task.plan.target;
      await servers.target.sql("postgres", `ALTER DATABASE ${database} SET transaction_timeout = '2s'`);
      await servers.limit(task, "1");
      await task.start();
      await servers.fails(
        task,
        "FULL_TRANSFER_FAILED",
        /^25P04 The copy of table public\.t takes longer .* user postgres of the target database may \(2 seconds/,
        "local-copy-timed-out",
      );
      await servers.target.sql("postgres", `ALTER DATABASE ${database} RESET transaction_timeout`);
      await servers.again(task);
      await task.reaches("INCRE_TRANSFER_STARTED");
      await servers.same(task);
    });
  });

  describe("a task that waits names", () => {
    it("a session: by its pid and application", async () => {
      const task = await servers.following();
      const { database } = task.plan.source;
      await servers.source.sql(database, "CREATE TABLE added (id int PRIMARY KEY)");
      const client = await servers.opened(database, "CREATE TEMP TABLE x ()");
      const end = servers.undone(async () => await client.end());
      const [{ pid } = {}] = (await client.query("SELECT pg_backend_pid() AS pid")).rows;
      await task.edited(["public.t", "public.added"]);
      const text = await servers.warned(task, "LW101");
      assert.match(
        text,
        new RegExp(`at the source database .*pid ${pid}, nightly report, postgres, xact_start 20`),
      );
      await end();
      await (await task.child()).reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      await until(
        "the warning is over",
        async () => await servers.warnings(task),
        ({ length }) => length === 0,
      );
    });

    it("a session that locks a table of the target while changes flow", async () => {
      const task = await servers.following();
      const { database } = task.plan.target;
      const release = servers.undone(await servers.backend.held("target", database, "LOCK TABLE t"));
      await servers.source.sql(database, "UPDATE t SET v = 'changed'");
      const text = await servers.warned(task, "LW101");
      assert.match(text, /at the target database .*pid \d+, .*pg_terminate_backend\(\d+\)/);
      assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
      await release();
      await until(
        "the warning is over",
        async () => await servers.warnings(task),
        ({ length }) => length === 0,
      );
      await servers.same(task, "SELECT count(*)::int AS n FROM t WHERE v = 'changed'");
    });

    it("a prepared transaction: by its gid, in the failure of the start", async () => {
      const task = await servers.prepared({});
      const { database } = task.plan.source;
      const client = await servers.opened(
        database,
        "INSERT INTO t VALUES (5000)",
        "PREPARE TRANSACTION 'lost'",
      );
      await client.end();
      const end = servers.undone(async () => {
        await servers.source.sql(database, "ROLLBACK PREPARED 'lost'").catch(() => undefined);
      });
      await task.start();
      await servers.fails(
        task,
        "START_JOB_FAILED",
        /^57014 .*gid lost, postgres, prepared 20/,
        "local-old-transactions",
      );
      await end();
      await servers.again(task);
      await task.reaches("INCRE_TRANSFER_STARTED");
    });

    it("a prepared transaction: by its gid, while a table is added", async () => {
      const task = await servers.following();
      const { database } = task.plan.source;
      await servers.source.sql(database, "CREATE TABLE added (id int PRIMARY KEY)");
      const client = await servers.opened(
        database,
        "INSERT INTO t VALUES (5000)",
        "PREPARE TRANSACTION 'left'",
      );
      await client.end();
      const end = servers.undone(async () => {
        await servers.source.sql(database, "ROLLBACK PREPARED 'left'").catch(() => undefined);
      });
      await task.edited(["public.t", "public.added"]);
      assert.match(
        await servers.warned(task, "LW102"),
        /at the source database for a prepared transaction: gid left, postgres, .*ROLLBACK PREPARED 'left'/,
      );
      await end();
      await (await task.child()).reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      await until(
        "the warning is over",
        async () => await servers.warnings(task),
        ({ length }) => length === 0,
      );
    });

    it("a replication worker: by those who have it", async () => {
      const first = await servers.prepared({ readable: false });
      const second = await servers.prepared({ readable: false });
      await first.start();
      await first.reaches("INCRE_TRANSFER_STARTED");
      await second.start();
      const name = `drs_${first.id.replaceAll("-", "_")}`;
      assert.match(
        await servers.warned(second, "LW103"),
        new RegExp(`all 2 of max_logical_replication_workers .*${name}`),
      );
      await first.pause();
      await second.reaches("INCRE_TRANSFER_STARTED");
    });
  });
});
