import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { type TaskPlan, TestTask, untilEqual } from "../support/backend-task";

describe("what goes wrong with a task", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    backend = await BackendProcess.start(dataDir, ["--demo"]);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Two databases of their own, with these tables at the source. */
  async function databases(sql: string): Promise<TaskPlan> {
    const database = `wrong_${++count}`;
    await backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
    await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
    await backend.sql("source", database, sql);
    return {
      name: `what-goes-wrong-${count}`,
      source: { ...backend.login("source"), database },
      target: { ...backend.login("target"), database },
    };
  }
  const rows =
    "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 1000) n";
  const finding = (check: Awaited<ReturnType<TestTask["precheck"]>>, item: string) =>
    check.precheck_result?.find((entry) => entry.item === item);

  describe("connections", () => {
    let task: TestTask;

    before(async () => {
      task = await TestTask.create(backend, await databases(rows));
    });

    for (const [what, override, code, text] of [
      ["a wrong password", { password: "wrong" }, "DRS.KE0002", /refuses user postgres/],
      ["a user that does not exist", { user: "nobody" }, "DRS.KE0002", /refuses user nobody/],
      [
        "a database that does not exist",
        { database: "missing" },
        "DRS.M00299",
        /database "missing" does not exist/,
      ],
      ["a port where nothing listens", { port: 1 }, "DRS.M00299", /at 127\.0\.0\.1:1 cannot be reached/],
    ] as const) {
      it(`refuses ${what}`, async () => {
        for (const side of ["so", "ta"] as const) {
          const result = await task.test(side, override);
          assert.deepEqual([result.success, result.error_code], [false, code]);
          assert.match(result.error_msg ?? "", text);
        }
      });
    }

    it("asks for tests before the pre-check and for the pre-check before the start", async () => {
      const { results } = await backend.client.call("batchPrecheck", {
        jobs: [{ job_id: task.id, precheck_mode: "forStartJob" }],
      });
      assert.equal(results[0]?.error_code, "DRS.M00300");
      await task.test("so");
      await task.test("ta");
      const start = await task.start();
      assert.equal(start.error_code, "DRS.M00304");
      assert.match(start.error_msg ?? "", /pre-check/);
    });

    it("refuses actions that the status does not allow", async () => {
      for (const result of [await task.pause(), await task.retry(), await task.end("delete")]) {
        assert.deepEqual([result.status, result.error_code], ["failed", "DRS.M00304"]);
      }
      assert.equal(await task.status(), "CONFIGURATION");
    });

    it("refuses other names at the target", async () => {
      const { results } = await backend.client.call("batchSelectObjects", {
        jobs: [
          {
            job_id: task.id,
            selected: true,
            job: [
              {
                id: "public.t",
                object_type: "table",
                object_name: "t",
                object_alias_name: "u",
                select: "true",
              },
            ],
          },
        ],
      });
      assert.deepEqual([results[0]?.status, results[0]?.error_code], [false, "DRS.M10018"]);
    });
  });

  describe("the pre-check", () => {
    it("fails for a table without a primary key, and the start stays refused", async () => {
      const plan = await databases(`${rows}; CREATE TABLE keyless (v text)`);
      const task = await TestTask.create(backend, plan);
      await task.test("so");
      await task.test("ta");
      const check = await task.precheck();
      assert.equal(check.result, false);
      assert.equal(finding(check, "source_primary_keys")?.result, "FAILED");
      assert.match(finding(check, "source_primary_keys")?.failed_reason ?? "", /public\.keyless/);
      assert.equal((await task.start()).error_code, "DRS.M00304");
      await task.select(["public-*-*-t"]);
      assert.equal((await task.precheck()).result, true);
    });

    it("fails for a table that is not there, and warns of rows at the target", async () => {
      const plan = await databases(rows);
      await backend.sql(
        "target",
        plan.target.database,
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (0)",
      );
      const task = await TestTask.create(backend, plan);
      await task.test("so");
      await task.test("ta");
      await task.select(["public.t", "public.missing"]);
      const check = await task.precheck();
      assert.equal(finding(check, "source_objects")?.result, "FAILED");
      assert.equal(finding(check, "target_rows")?.result, "ALARM");
    });

    it("fails for users without the privileges, and for a source without the log", async () => {
      const plan = await databases(rows);
      await backend.sql("source", "postgres", "CREATE ROLE weak LOGIN PASSWORD 'weak'");
      await backend.sql("target", "postgres", "CREATE ROLE weak LOGIN PASSWORD 'weak'");
      const weak = { user: "weak", password: "weak" };
      const task = await TestTask.create(backend, plan);
      await task.test("so", weak);
      await task.test("ta", weak);
      const check = await task.precheck();
      assert.match(
        finding(check, "source_privileges")?.failed_reason ?? "",
        /REPLICATION, CREATE ON DATABASE/,
      );
      assert.match(
        finding(check, "source_object_privileges")?.failed_reason ?? "",
        /OWNER OF public\.t, SELECT ON public\.t/,
      );
      assert.match(finding(check, "target_privileges")?.failed_reason ?? "", /pg_create_subscription/);
    });
  });

  it("fails to start for a table that is gone, and starts when it is back", async () => {
    const plan = await databases(rows);
    const task = await TestTask.prepared(backend, { ...plan, tables: ["public.t"] });
    await backend.sql("source", plan.source.database, "ALTER TABLE t RENAME TO gone");
    assert.equal((await task.start()).status, "success");
    await task.reaches("START_JOB_FAILED");
    assert.match(await task.detailLine(), /42P01 .*"public\.t" does not exist/);
    await backend.sql("source", plan.source.database, "ALTER TABLE gone RENAME TO t");
    assert.equal((await task.start()).status, "success");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "t");
  });

  it("fails to start with a password that was changed, and heals with the new one", async () => {
    const plan = await databases(rows);
    await backend.sql("source", "postgres", "CREATE ROLE changing LOGIN SUPERUSER PASSWORD 'old'");
    const login = { user: "changing", password: "old" };
    const task = await TestTask.prepared(backend, { ...plan, source: { ...plan.source, ...login } });
    await backend.sql("source", "postgres", "ALTER ROLE changing PASSWORD 'new'");
    await task.start();
    await task.reaches("START_JOB_FAILED");
    assert.match(await task.detailLine(), /28P01 The source database refuses user changing/);
    assert.equal((await task.test("so", { password: "new" })).success, true);
    await task.start();
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  it("fails the full synchronization for a row in the way, and heals without it", async () => {
    const plan = await databases(rows);
    await backend.sql(
      "target",
      plan.target.database,
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (500)",
    );
    const task = await TestTask.started(backend, plan);
    await task.reaches("FULL_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /23505 .*duplicate key.*\(id\)=\(500\)/);
    await backend.sql("target", plan.target.database, "DELETE FROM t");
    assert.equal((await task.retry()).status, "success");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "t");
  });

  it("fails the incremental synchronization for a missing column, and heals with it", async () => {
    const plan = await databases(rows);
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql(
      "source",
      plan.source.database,
      "ALTER TABLE t ADD w int; UPDATE t SET w = 1 WHERE id = 1",
    );
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /missing replicated column/);
    await backend.sql("target", plan.target.database, "ALTER TABLE t ADD w int");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "t");
  });

  it("tells tables apart whose names have dots, and takes each once", async () => {
    const tables = 'CREATE SCHEMA "a.b"; CREATE SCHEMA a; CREATE TABLE "a.b".c (id int PRIMARY KEY); ';
    const plan = await databases(
      `${tables} CREATE TABLE a."b.c" (id int PRIMARY KEY); INSERT INTO "a.b".c VALUES (1)`,
    );
    await backend.sql(
      "target",
      plan.target.database,
      'CREATE SCHEMA a; CREATE TABLE a."b.c" (id int PRIMARY KEY)',
    );
    const ids = ["a-*-*-b.c", "a.b-*-*-c"];
    const task = await TestTask.started(backend, { ...plan, tables: [...ids, ...ids] });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, '"a.b".c');
    assert.deepEqual(
      (await task.detail()).object_infos?.map(({ id }) => id),
      ids,
    );
  });

  it("recovers by itself when all database servers and their supervisor were gone", async () => {
    const plan = await databases(rows);
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    const servers = () => [
      backend.serverPid("control"),
      backend.serverPid("source"),
      backend.serverPid("target"),
    ];
    const before = servers();
    process.kill(backend.supervisor(), "SIGKILL");
    // Also the task states are away for a moment; a call waits for them.
    await backend.setBalance("patient", 1);
    await until("all servers are new", 15_000, () =>
      servers().every((pid) => pid > 0 && !before.includes(pid)),
    );
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (4000)");
    await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    await untilEqual(task, "t");
    const { jobs } = await backend.client.call("listJobs", { cur_page: 0, per_page: 0, db_use_type: "sync" });
    assert.deepEqual(
      jobs.filter((job) => job.error_msg?.includes("ECONN")),
      [],
    );
  });

  it("recovers by itself when the source was gone for a moment", async () => {
    const plan = await databases(rows);
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    process.kill(backend.serverPid("source"), "SIGKILL");
    await task.reaches("REBUILD_NODE_STARTED");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (5000)");
    await untilEqual(task, "t");
  });

  it("is frozen without balance, keeps everything, and goes on after a top-up", async () => {
    const plan = await databases(rows);
    const task = await TestTask.started(backend, { ...plan, account: "poor" });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.setBalance("poor", 0);
    const frozen = await task.detail();
    assert.deepEqual(
      [frozen.status, frozen.period_order?.status],
      ["INCRE_TRANSFER_STARTED", "FROZEN_CAN_RENEW"],
    );
    for (const result of [await task.pause(), await task.end()]) {
      assert.equal(result.error_code, "DRS.M00304");
    }
    const enabled = async () =>
      (
        await backend.sql<{ enabled: boolean }>(
          "target",
          plan.target.database,
          "SELECT subenabled AS enabled FROM pg_subscription WHERE subname = $1",
          [`drs_${task.id.replaceAll("-", "_")}`],
        )
      )[0]?.enabled;
    await until("the engine is suspended", 5_000, enabled, (value) => value === false);
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (6000)");
    await backend.setBalance("poor", 10);
    await untilEqual(task, "t");
    assert.equal((await task.detail()).period_order, null);
  });

  it("waits for a timed start, and starts at once when asked again", async () => {
    const plan = await databases(rows);
    const [timed, now] = [
      await TestTask.prepared(backend, plan),
      await TestTask.prepared(backend, { ...plan, name: "starts-now", tables: ["public.t"] }),
    ];
    const at = Date.now() + 3_000;
    await timed.start(at);
    await timed.reaches("WAITING_FOR_START");
    assert.equal((await timed.detail()).inst_info?.start_time, String(at));
    await timed.reaches("INCRE_TRANSFER_STARTED");
    assert.ok(Date.now() >= at);
    await timed.end();
    await timed.reaches("RELEASE_RESOURCE_COMPLETE");
    await backend.sql("target", plan.target.database, "TRUNCATE t");
    await now.start(Date.now() + 3_600_000);
    await now.reaches("WAITING_FOR_START");
    await now.start();
    await now.reaches("INCRE_TRANSFER_STARTED");
  });

  it("copies once with FULL_TRANS and only follows with INCR_TRANS", async () => {
    const plan = await databases(rows);
    const full = await TestTask.started(backend, { ...plan, taskType: "FULL_TRANS" });
    await full.reaches("FULL_TRANSFER_COMPLETE");
    await untilEqual(full, "t");
    const slots = "SELECT 1 FROM pg_replication_slots WHERE database = current_database()";
    assert.deepEqual(await backend.sql("source", plan.source.database, slots), []);
    await backend.sql("target", plan.target.database, "TRUNCATE t");
    const incremental = await TestTask.started(backend, {
      ...plan,
      name: "only-follows",
      taskType: "INCR_TRANS",
    });
    await incremental.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (7000)");
    await until(
      "the one row arrives",
      5_000,
      async () =>
        (await backend.sql<{ id: number }>("target", plan.target.database, "SELECT id FROM t"))
          .map(({ id }) => id)
          .join(),
      (ids) => ids === "7000",
    );
  });

  it("cannot be ended while the source is away, unless by force, and cleans up later", async () => {
    const plan = await databases(rows);
    const source = { ...plan.source, user: "leaving", password: "leaving" };
    await backend.sql("source", "postgres", "CREATE ROLE leaving LOGIN SUPERUSER PASSWORD 'leaving'");
    const task = await TestTask.started(backend, { ...plan, source });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", "postgres", "ALTER ROLE leaving NOLOGIN");
    // Connections that are open already would still serve.
    const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'leaving'";
    await backend.sql("source", "postgres", others);
    await task.end();
    await task.reaches("RELEASE_RESOURCE_FAILED");
    assert.match(await task.detailLine(), /28000 .*not permitted to log in/);
    assert.equal((await task.end("force_terminate")).status, "success");
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    const slots = async () =>
      (
        await backend.sql(
          "source",
          plan.source.database,
          "SELECT 1 FROM pg_replication_slots WHERE database = current_database()",
        )
      ).length;
    assert.equal(await slots(), 1);
    await task.end("delete");
    await backend.sql("source", "postgres", "ALTER ROLE leaving LOGIN");
    await until("the slot left behind is removed", 30_000, slots, (left) => left === 0);
  });
});
