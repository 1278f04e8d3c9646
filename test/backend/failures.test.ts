import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";

describe("the failures of a task", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let count = 0;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const databases = async (sql: string) => await planOf(backend, `wrong_${++count}`, sql);
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
      ["a wrong password", { password: "wrong" }, "DRS.KE0002", /rejected user postgres/],
      ["a user that does not exist", { user: "nobody" }, "DRS.KE0002", /rejected user nobody/],
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
      assert.equal(
        finding(check, "source_primary_keys")?.remedy_sql,
        '-- source database\nALTER TABLE "public"."keyless" REPLICA IDENTITY FULL;',
      );
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

  it("looks up the rows in the way and the remedy SQL, and runs it with a login of the user's own", async () => {
    const plan = await databases(rows);
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("target", plan.target.database, "INSERT INTO t VALUES (2000, 'by hand')");
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (2000, 'it''s from the shop')");
    await task.reaches("INCRE_TRANSFER_FAILED");
    // An error beside a status would say that it could not be queried.
    assert.deepEqual((await backend.client.call("batchStatus", { jobs: [task.id] })).results, [
      { id: task.id, status: "INCRE_TRANSFER_FAILED", error_code: null, error_message: null },
    ]);
    const path = `/_local/tasks/${task.id}`;
    const sql = `DELETE FROM "public"."t" WHERE "id" = '2000'`;
    const values = (v: string) => [
      ["id", "2000"],
      ["v", v],
    ];
    assert.deepEqual(await backend.local("GET", `${path}/remedy`), {
      rows: [
        {
          ...{ schema: "public", table: "t", key: "id = 2000" },
          ...{ source: values("it's from the shop"), target: values("by hand") },
        },
      ],
      statements: [{ side: "target", sql }],
      open: [],
    });
    const run = async (login: object) =>
      await backend.local("POST", `${path}/sql`, { side: "target", sql, ...login });
    await assert.rejects(run({}), /a login of your own/);
    await assert.rejects(run({ user: "nobody", password: "x" }), /28P01|28000/);
    const { user, password } = plan.target;
    assert.match(JSON.stringify(await run({ user, password })), /"row_count":1/);
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "t");
    assert.deepEqual(await backend.local("GET", `${path}/remedy`), { rows: [], statements: [], open: [] });
  });

  it("looks up the remedy SQL of a pre-check that did not pass, as of now", async () => {
    const plan = await databases(rows);
    const at = async (sql: string) => await backend.sql("target", plan.target.database, sql);
    const task = await TestTask.prepared(backend, plan);
    const remedy = async () => await backend.local("GET", `/_local/tasks/${task.id}/remedy`);
    const nothing = { rows: [], statements: [], open: [] };
    assert.deepEqual(await remedy(), nothing);
    await at("CREATE TABLE t (id int PRIMARY KEY)");
    await task.precheck();
    const sql = 'ALTER TABLE "public"."t" ADD COLUMN "v" text';
    assert.deepEqual(await remedy(), { ...nothing, statements: [{ side: "target", sql }] });
    await at(sql);
    assert.deepEqual(await remedy(), nothing);
  });

  it("distinguishes tables whose names have dots, and takes each once", async () => {
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
    await until("all servers are new", () => servers().every((pid) => pid > 0 && !before.includes(pid)));
    await backend.sql("source", plan.source.database, "INSERT INTO t VALUES (4000)");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "t");
    const { jobs } = await backend.client.call("listJobs", { cur_page: 0, per_page: 0, db_use_type: "sync" });
    assert.deepEqual(
      jobs.filter((job) => job.error_msg?.includes("ECONN")),
      [],
    );
  });
});
