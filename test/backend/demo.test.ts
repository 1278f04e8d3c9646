import assert from "node:assert/strict";
import * as v from "valibot";
import { parseStatus } from "../../src/status/status";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { bound } from "../support/bounds";

const logins = v.object({
  databases: v.array(
    v.object({
      server: v.picklist(["source", "target"]),
      databases: v.array(v.string()),
      host: v.string(),
      port: v.number(),
      user: v.string(),
      password: v.string(),
    }),
  ),
});

describe("the demo", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let firstMs = 0;

  before(async () => {
    const started = Date.now();
    backend = await BackendProcess.startOn(dataDir, ["--demo"]);
    firstMs = Date.now() - started;
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Name → row of the status table, as the extension reads them. */
  async function rows(): Promise<ReadonlyMap<string, string | undefined>> {
    const { jobs } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 100,
      db_use_type: "sync",
    });
    const { results } = await backend.client.call("batchDetail", { jobs: jobs.map(({ id }) => id) });
    return new Map(
      jobs.map((job, index) => [
        job.name ?? "",
        parseStatus(job.status ?? "", results[index]?.period_order?.status),
      ]),
    );
  }

  const expected = new Map([
    ["catalog-move-2025", "completed"],
    ["customers-to-crm", "incremental"],
    ["events-to-lake", "configuration"],
    ["invoices-to-billing", "startFailed"],
    ["nightly-order-archive", "pendingStart"],
    ["orders-to-warehouse", "incremental"],
    ["page-views-to-analytics", "full"],
    ["payments-to-finance", "incremental"],
    ["products-to-search", "paused"],
    ["reviews-to-analytics", "incrementalFailed"],
    ["trial-shop-mirror", "frozen"],
  ]);
  const sorted = (map: ReadonlyMap<string, string | undefined>) =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));

  it("is ready with all tasks in their statuses", async () => {
    assert.ok(firstMs < bound(30_000), `${firstMs} ms`);
    assert.deepEqual(sorted(await rows()), sorted(expected));
  });

  it("shows a full synchronization that continues", async () => {
    const task = await find("page-views-to-analytics");
    await until(
      "the percentage grows",
      async () => Number((await task.progress()).progress),
      (percent) => percent > 2 && percent < 100,
    );
  });

  it("keeps changing the shop, and the changes arrive", async () => {
    const orders = async (server: "source" | "target", database: string) =>
      (await backend.sql<{ n: number }>(server, database, "SELECT max(id)::int AS n FROM orders"))[0]?.n ?? 0;
    const before = await orders("target", "shop_copy");
    await until(
      "orders arrive",
      async () => await orders("target", "shop_copy"),
      (n) => n > before,
    );
  });

  it("lists logins that suffice to write at both ends", async () => {
    const { databases } = v.parse(logins, await backend.local("GET", "/_local/databases"));
    assert.deepEqual(
      databases.map(({ server, user }) => [server, user]),
      [
        ["source", "shop_app"],
        ["target", "analyst"],
      ],
    );
    for (const { server, databases: names, user, password } of databases) {
      const [owner] = await backend.sql<{ super: boolean }>(
        server,
        names[0] ?? "",
        "SELECT rolsuper AS super FROM pg_roles WHERE rolname = $1",
        [user],
      );
      assert.equal(owner?.super, false);
      assert.ok(password.length > 20);
    }
  });

  const sql = async (server: string, database: string, text: string) =>
    await backend.local("POST", "/_local/sql", { server, database, sql: text });

  it("runs SQL in its databases, and in no others", async () => {
    assert.deepEqual(await sql("source", "shop", "SELECT 1 AS one, NULL AS none, 'x'::text AS text"), {
      ...{ command: "SELECT", row_count: 1, fields: ["one", "none", "text"], rows: [["1", null, "x"]] },
    });
    const many = await sql("source", "shop", "SELECT generate_series(1, 250) AS n");
    assert.deepEqual(
      v.parse(v.object({ row_count: v.number(), rows: v.pipe(v.array(v.unknown()), v.length(100)) }), many)
        .row_count,
      250,
    );
    await assert.rejects(sql("source", "shop", "SELEC 1"), /42601/);
    await assert.rejects(sql("target", "analytics", "CREATE ROLE x SUPERUSER"), /42501/);
    await assert.rejects(sql("target", "postgres", "SELECT 1"), /no database postgres/);
    await assert.rejects(sql("control", "postgres", "SELECT 1"), /DRS\.M00007/);
  });

  it("finds every task again on a second start, and seeds nothing again", async () => {
    const { jobs: before } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 100,
      db_use_type: "sync",
    });
    const counted = await backend.sql("source", "shop", "SELECT count(*) FROM page_views");
    await backend.stop();
    const started = Date.now();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    assert.ok(Date.now() - started < bound(10_000), `${Date.now() - started} ms`);
    const { jobs: after } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 100,
      db_use_type: "sync",
    });
    assert.deepEqual(
      after.map(({ id }) => id),
      before.map(({ id }) => id),
    );
    assert.deepEqual(sorted(await rows()), sorted(expected));
    assert.deepEqual(await backend.sql("source", "shop", "SELECT count(*) FROM page_views"), counted);
  });

  it("resolves the conflict by the remedy that it looks up", async () => {
    const task = await find("reviews-to-analytics");
    const { statements } = v.parse(
      v.object({ statements: v.array(v.object({ sql: v.string() })) }),
      await backend.local("GET", `/_local/tasks/${task.id}/remedy`),
    );
    const remedy = statements[0]?.sql ?? "";
    assert.match(await task.detailLine(), /23505/);
    const deleted = v.parse(v.object({ row_count: v.number() }), await sql("target", "analytics", remedy));
    assert.equal(deleted.row_count, 1);
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  it("starts what was refused, once it has its user's new password", async () => {
    const task = await find("invoices-to-billing");
    const { changed } = v.parse(
      v.object({ changed: v.array(v.object({ user: v.string(), password: v.string() })) }),
      await backend.local("GET", "/_local/databases"),
    );
    const [{ user, password } = assert.fail("no password was changed")] = changed;
    assert.equal(user, "drs_billing");
    const change = async (db_password: string) => {
      const jobs = [{ job_id: task.id, end_point_type: "so", db_password }] as const;
      return (await backend.client.call("batchModifyPwd", { jobs: [...jobs] })).results[0];
    };
    assert.equal((await change("not-the-password"))?.error_code, "DRS.KE0002");
    assert.equal((await change(password))?.error_code ?? undefined, undefined);
    await task.start();
    await task.reaches("INCRE_TRANSFER_STARTED");
    assert.equal((await change(password))?.error_code, "DRS.M00304", "not while it runs");
  });

  it("thaws the trial when its account is topped up", async () => {
    await backend.setBalance("trial", 100);
    assert.equal((await rows()).get("trial-shop-mirror"), "incremental");
  });

  it("runs the remedy that its login may not run as the servers' owner, and nothing else", async () => {
    const task = await find("customers-to-crm");
    await backend.sql(
      "target",
      "postgres",
      `ALTER ROLE drs_target NOLOGIN;
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'drs_target'`,
    );
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /28000 .*not permitted to log in/);
    const { statements } = v.parse(
      v.object({ statements: v.array(v.object({ side: v.string(), sql: v.string() })) }),
      await backend.local("GET", `/_local/tasks/${task.id}/remedy`),
    );
    const sql = 'ALTER ROLE "drs_target" LOGIN';
    assert.deepEqual(statements, [{ side: "target", sql }]);
    const run = async (request: object) =>
      await backend.local("POST", `/_local/tasks/${task.id}/sql`, { side: "target", sql, ...request });
    await assert.rejects(run({}), /42501/);
    for (const other of [{ sql: "SELECT 1" }, { sql: `${sql}; SELECT 1` }, { side: "source" }]) {
      await assert.rejects(run({ ...other, owner: true }), /Only the remedy of this task/);
    }
    assert.match(JSON.stringify(await run({ sql: `${sql};`, owner: true })), /"command":"ALTER"/);
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  async function find(name: string): Promise<TestTask> {
    const { jobs } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 10,
      db_use_type: "sync",
      name,
    });
    const nowhere = { host: "", port: 0, user: "", password: "", database: "" };
    return TestTask.known(backend, jobs[0]?.id ?? "", { name, source: nowhere, target: nowhere });
  }

  describe("as servers of a user's own", () => {
    const ownDir = makeDataDir();
    let own: BackendProcess;

    before(async () => {
      own = await BackendProcess.start(ownDir);
    });

    after(async () => {
      await own.stop();
      removeDataDir(ownDir);
    });

    it("synchronizes, and says of an error where its text stands", async () => {
      for (const server of ["source", "target"] as const) {
        await backend.sql(server, "postgres", "CREATE DATABASE own");
      }
      await backend.sql(
        "source",
        "own",
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)",
      );
      const task = await TestTask.started(own, {
        name: "between-my-own-servers",
        source: { ...backend.login("source"), database: "own" },
        target: { ...backend.login("target"), database: "own" },
      });
      await task.reaches("INCRE_TRANSFER_STARTED");
      await backend.sql("target", "own", "INSERT INTO t VALUES (1000)");
      await backend.sql("source", "own", "INSERT INTO t VALUES (1000)");
      await task.reaches("INCRE_TRANSFER_FAILED");
      assert.match(await task.detailLine(), /target server's log/);
      await backend.sql("target", "own", "DELETE FROM t WHERE id = 1000");
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED");
      await until(
        "the row arrives",
        async () => (await backend.sql("target", "own", "SELECT 1 FROM t WHERE id = 1000")).length,
        (n) => n === 1,
      );
      await task.end();
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
    });
  });
});
