/**
 * The status table, as it happens: for each status what causes it, what the API answers, and the way out. Real servers,
 * real causes; where a status passes too fast to be seen, a lock in a database holds it.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { creation, one, planOf, type TaskPlan, TestTask, untilEqual } from "../support/backend-task";

describe("the status table", () => {
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

  const emptyTable = (name: string) => `CREATE TABLE ${name} (id int PRIMARY KEY, v text);`;
  const table = (name: string) =>
    `${emptyTable(name)} INSERT INTO ${name} SELECT n, 'v' || n FROM generate_series(1, 1000) n;`;

  /** Two databases of their own, with the tables a, b and c at the source; the task is to have a. */
  async function databases(): Promise<TaskPlan> {
    const plan = await planOf(backend, `status_${++count}`, ["a", "b", "c"].map(table).join(""));
    return { ...plan, tables: ["public.a"] };
  }
  async function flowing(change: Partial<TaskPlan> = {}): Promise<TestTask> {
    const task = await TestTask.started(backend, { ...(await databases()), ...change });
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  }
  const source = async (task: TestTask, sql: string) =>
    await backend.sql("source", task.plan.source.database, sql);
  const target = async (task: TestTask, sql: string) =>
    await backend.sql("target", task.plan.target.database, sql);
  const slots = async (task: TestTask) =>
    (await source(task, "SELECT 1 FROM pg_replication_slots WHERE database = current_database()")).length;
  const objects = async (task: TestTask) => (await task.detail()).object_infos?.map(({ id }) => id).sort();
  const actions = async (task: TestTask) => (await task.listed()).job_action?.available_actions;
  const succeeds = (result: { readonly status?: string | null | undefined }) =>
    assert.equal(result.status, "success", JSON.stringify(result));

  // Elsewhere nothing keeps the instance from being made that a test could bring about.
  if (process.platform === "linux") {
    describe("创建失败 Task creation failed (CREATE_FAILED)", () => {
      it("comes from an instance that cannot be created, here because no file handle is left; the task can be deleted", async () => {
        const limit = (files: string) =>
          execFileSync("prlimit", ["--pid", String(backend.ready.pid), `--nofile=${files}`]);
        const plan = await databases();
        // The call comes over a connection that is open, and the next handle would be the lowest free number.
        await backend.client.call("batchStatus", { jobs: [] });
        const used = readdirSync(`/proc/${backend.ready.pid}/fd`).map(Number);
        const free = [...used.keys(), used.length].find((number) => !used.includes(number));
        limit(`${free}:`);
        try {
          const made = await backend.client.call("batchCreation", { jobs: [creation(plan)] });
          const task = TestTask.known(backend, one(made.results).id, plan);
          await task.reaches("CREATE_FAILED");
          assert.match(await task.detailLine(), /instance could not be created: .*EMFILE/);
          assert.deepEqual(await actions(task), ["DELETE"]);
          succeeds(await task.end("delete"));
        } finally {
          limit("4096:");
        }
      });
    });
  }

  describe("创建中 Creating (CREATING), 配置 Configuration (CONFIGURATION)", () => {
    it("come after creation; the task can be configured, started or ended", async () => {
      const plan = await databases();
      const { results } = await backend.client.call("batchCreation", { jobs: [creation(plan)] });
      assert.equal(one(results).status, "CREATING");
      const task = TestTask.known(backend, one(results).id, plan);
      await task.reaches("CONFIGURATION");
      const configuring = [
        "CHOOSE_OBJECT",
        "MODIFY_DB_CONFIG",
        "RESET_DB_PWD",
        "PRE_CHECK",
        "START",
        "FREE_RESOURCE",
      ];
      assert.deepEqual(await actions(task), configuring);
      succeeds(await task.end());
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
    });
  });

  describe("等待启动 Pending start (WAITING_FOR_START)", () => {
    it("comes from a start time, which can be changed; the task starts at that time", async () => {
      const task = await TestTask.prepared(backend, await databases());
      await task.start(Date.now() + 3_600_000);
      await task.reaches("WAITING_FOR_START");
      const at = Date.now() + 1_500;
      succeeds(await task.start(at));
      assert.equal((await task.detail()).inst_info?.start_time, String(at));
      assert.equal(await task.status(), "WAITING_FOR_START");
      await task.reaches("INCRE_TRANSFER_STARTED");
      assert.ok(Date.now() >= at);
    });

    it("survives a restart of the backend; a time that has passed starts the task at once, another can be brought forward", async () => {
      const [soon, later] = [
        await TestTask.prepared(backend, await databases()),
        await TestTask.prepared(backend, await databases()),
      ];
      const [moment, hour] = [Date.now() + 500, Date.now() + 3_600_000];
      await later.start(hour);
      await soon.start(moment);
      await backend.kill();
      await until("the moment has passed", () => Date.now() > moment);
      backend = await BackendProcess.start(dataDir, ["--demo"]);
      [soon.backend, later.backend] = [backend, backend];
      await soon.reaches("INCRE_TRANSFER_STARTED");
      assert.equal(await later.status(), "WAITING_FOR_START");
      assert.equal((await later.detail()).inst_info?.start_time, String(hour));
      succeeds(await later.start());
      await later.reaches("INCRE_TRANSFER_STARTED");
    });
  });

  describe("启动中 Starting (STARTJOBING)", () => {
    it("lasts until slot, tables and subscription are made; here another transaction holds up the slot", async () => {
      const task = await TestTask.prepared(backend, await databases());
      const release = await backend.held("source", task.plan.source.database, "CREATE TABLE unfinished ()");
      await task.start();
      await task.reaches("STARTJOBING");
      assert.deepEqual(await actions(task), []);
      await release();
      await task.reaches("INCRE_TRANSFER_STARTED");
    });
  });

  describe("启动失败 Start failed (START_JOB_FAILED)", () => {
    it("comes from a table that is gone since the pre-check; with the table it starts", async () => {
      const task = await TestTask.prepared(backend, await databases());
      await source(task, "ALTER TABLE a RENAME TO gone");
      succeeds(await task.start());
      await task.reaches("START_JOB_FAILED");
      assert.match(await task.detailLine(), /42P01 .*"public\.a" does not exist/);
      await source(task, "ALTER TABLE gone RENAME TO a");
      succeeds(await task.start());
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });

    it("comes from a password that was changed; with the new one it starts", async () => {
      const plan = await databases();
      await backend.sql("source", "postgres", "CREATE ROLE changing LOGIN SUPERUSER PASSWORD 'old'");
      const login = { user: "changing", password: "old" };
      const task = await TestTask.prepared(backend, { ...plan, source: { ...plan.source, ...login } });
      await backend.sql("source", "postgres", "ALTER ROLE changing PASSWORD 'new'");
      await task.start();
      await task.reaches("START_JOB_FAILED");
      assert.match(await task.detailLine(), /28P01 The source database rejected user changing/);
      assert.equal((await task.test("so", { password: "new" })).success, true);
      await task.start();
      await task.reaches("INCRE_TRANSFER_STARTED");
    });
  });

  describe("全量同步 Full synchronization (FULL_TRANSFER_STARTED, FULL_TRANSFER_COMPLETE)", () => {
    it("lasts while rows are copied; here a lock at the target holds up the copy", async () => {
      const plan = await databases();
      await backend.sql("target", plan.target.database, emptyTable("a"));
      const task = await TestTask.prepared(backend, plan);
      const release = await backend.held("target", plan.target.database, "LOCK TABLE a IN SHARE MODE");
      await task.start();
      await task.reaches("FULL_TRANSFER_STARTED");
      assert.deepEqual(await actions(task), ["PAUSE", "FREE_RESOURCE"]);
      assert.equal((await task.progress()).progress, "0");
      await release();
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });

    it("is complete at the end of FULL_TRANS, which keeps nothing at the source; the task can be ended", async () => {
      const task = await TestTask.started(backend, { ...(await databases()), taskType: "FULL_TRANS" });
      await task.reaches("FULL_TRANSFER_COMPLETE");
      await untilEqual(task, "a");
      await until("the slot is gone", async () => (await slots(task)) === 0);
      assert.deepEqual(await actions(task), ["FREE_RESOURCE"]);
    });
  });

  describe("全量同步失败 Full synchronization failed (FULL_TRANSFER_FAILED)", () => {
    it("comes from a conflicting row; after its removal a retry copies all rows", async () => {
      const plan = await databases();
      await backend.sql("target", plan.target.database, `${emptyTable("a")} INSERT INTO a VALUES (500)`);
      const task = await TestTask.started(backend, plan);
      await task.reaches("FULL_TRANSFER_FAILED");
      assert.match(await task.detailLine(), /23505 .*duplicate key.*\(id\)=\(500\)/);
      await target(task, "DELETE FROM a");
      succeeds(await task.retry());
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });
  });

  describe("增量同步 Incremental synchronization (INCRE_TRANSFER_STARTED)", () => {
    it("lasts while changes flow; the task can be paused, edited and ended", async () => {
      const task = await flowing();
      assert.deepEqual(await actions(task), ["CHOOSE_OBJECT", "PAUSE", "FREE_RESOURCE"]);
      await source(task, "UPDATE a SET v = 'changed' WHERE id = 1");
      await untilEqual(task, "a");
    });

    it("is where INCR_TRANS begins, which copies nothing", async () => {
      const plan = await databases();
      await backend.sql("target", plan.target.database, emptyTable("a"));
      const task = await TestTask.started(backend, { ...plan, taskType: "INCR_TRANS" });
      await task.reaches("INCRE_TRANSFER_STARTED");
      await source(task, "INSERT INTO a VALUES (7000)");
      const ids = async () => (await target(task, "SELECT id FROM a")).map((row) => Number(row.id)).join();
      await until("the one row arrives", ids, (text) => text === "7000");
    });
  });

  describe("增量同步失败 Incremental synchronization failed (INCRE_TRANSFER_FAILED)", () => {
    it("comes from a missing column; with the column a retry continues", async () => {
      const task = await flowing();
      await source(task, "ALTER TABLE a ADD w int; UPDATE a SET w = 1 WHERE id = 1");
      await task.reaches("INCRE_TRANSFER_FAILED");
      assert.match(await task.detailLine(), /missing replicated column/);
      await target(task, "ALTER TABLE a ADD w int");
      succeeds(await task.retry());
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });

    it("can be left by taking the table out for which it failed", async () => {
      const task = await flowing({ tables: ["public.a", "public.b"] });
      await target(task, "INSERT INTO b VALUES (3000)");
      await source(task, "INSERT INTO b VALUES (3000); INSERT INTO a VALUES (3000)");
      await task.reaches("INCRE_TRANSFER_FAILED");
      const child = await task.edited(["public.a"]);
      await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
      assert.deepEqual(await objects(task), ["public.a"]);
    });
  });

  describe("任务变更中 Modifying task (child task: CHILD_TRANSFER_STARTING, _STARTED, _COMPLETE)", () => {
    it("comes from edited objects: the old ones flow on, the added are copied and join, the removed leave", async () => {
      const task = await flowing({ tables: ["public.a", "public.b"] });
      await target(task, emptyTable("c"));
      // A lock at the target holds up the copy of the added table.
      const release = await backend.held("target", task.plan.target.database, "LOCK TABLE c IN SHARE MODE");
      const child = await task.edited(["public.a", "public.c"]);
      await child.reaches("CHILD_TRANSFER_STARTED");
      assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
      assert.deepEqual(await actions(task), ["FREE_RESOURCE"]);
      assert.deepEqual(await objects(child), ["public.c"]);
      await source(task, "INSERT INTO a VALUES (2001); INSERT INTO b VALUES (2001)");
      await untilEqual(task, "a");
      await untilEqual(task, "b");
      await release();
      await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      assert.deepEqual(await objects(task), ["public.a", "public.c"]);
      await source(
        task,
        "INSERT INTO a VALUES (2002); INSERT INTO b VALUES (2002); INSERT INTO c VALUES (2002)",
      );
      await untilEqual(task, "a");
      await untilEqual(task, "c");
      assert.deepEqual(await target(task, "SELECT 1 FROM b WHERE id = 2002"), []);
      assert.equal((await child.end("delete")).status, "success");
      assert.deepEqual((await task.listed()).children, []);
    });
  });

  describe("任务变更失败 Modifying task failed (child task: CHILD_TRANSFER_FAILED)", () => {
    it("comes from a row in the way of an added table; the old ones keep flowing; a retry repairs it", async () => {
      const task = await flowing();
      await target(task, `${emptyTable("c")} INSERT INTO c VALUES (500)`);
      const child = await task.edited(["public.a", "public.b", "public.c"]);
      await child.reaches("CHILD_TRANSFER_FAILED");
      assert.match(await child.detailLine(), /23505 .*duplicate key.*\(id\)=\(500\)/);
      await source(task, "INSERT INTO a VALUES (2001)");
      await untilEqual(task, "a");
      assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
      assert.deepEqual(await objects(task), ["public.a"]);
      await target(task, "DELETE FROM c");
      assert.equal((await child.retry()).status, "success");
      await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      for (const name of ["a", "b", "c"]) {
        await untilEqual(task, name);
      }
    });

    it("comes from an added table that is gone; the objects are edited again, or the change is ended", async () => {
      const task = await flowing();
      assert.equal((await task.select(["public.a", "public.b"])).status, true);
      assert.equal((await task.precheck("forRetryJob")).result, true);
      await source(task, "ALTER TABLE b RENAME TO gone");
      await task.applyEdit();
      const failed = await task.child();
      await failed.reaches("CHILD_TRANSFER_FAILED");
      assert.match(await failed.detailLine(), /42P01 .*public\.b.* does not exist/);
      assert.equal((await failed.end()).status, "success");
      await failed.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      const child = await task.edited(["public.a", "public.c"]);
      await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
      await source(task, "INSERT INTO c VALUES (2001)");
      await untilEqual(task, "c");
      assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
    });
  });

  describe("已暂停 Paused (PAUSING)", () => {
    it("comes from the user; the source keeps its log until the task is resumed", async () => {
      const task = await flowing();
      succeeds(await task.pause());
      await task.reaches("PAUSING");
      await source(task, "DELETE FROM a WHERE id < 500");
      assert.equal((await target(task, "SELECT 1 FROM a")).length, 1000);
      assert.deepEqual(await actions(task), ["RESET_DB_PWD", "PRE_CHECK", "RETRY", "RESET", "FREE_RESOURCE"]);
      succeeds(await task.retry());
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });
  });

  describe("冻结 Frozen (period_order.status FROZEN_CAN_RENEW)", () => {
    it("comes from an empty account; all actions are refused, and a top-up lets it continue where it was", async () => {
      const task = await flowing({ account: "poor" });
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
            task.plan.target.database,
            "SELECT subenabled AS enabled FROM pg_subscription WHERE subname = $1",
            [`drs_${task.id.replaceAll("-", "_")}`],
          )
        )[0]?.enabled;
      await until("the engine is suspended", enabled, (value) => value === false);
      await source(task, "INSERT INTO a VALUES (6000)");
      await backend.setBalance("poor", 10);
      await untilEqual(task, "a");
      assert.equal((await task.detail()).period_order, null);
      const input = { job_id: task.id, limit: 6 };
      const { timelines } = await backend.client.callIn(operationsV5, "showTimeline", input);
      const statuses = timelines.flatMap(({ name, user_name }) => (user_name === "system" ? [name] : []));
      assert.deepEqual(statuses.slice(0, 2), ["INCRE_TRANSFER_STARTED", "FROZEN"]);
    });
  });

  describe("故障恢复 Fault rectification (REBUILD_NODE_STARTED)", () => {
    it("comes from a source that was killed; the task recovers by itself", async () => {
      const task = await flowing();
      process.kill(backend.serverPid("source"), "SIGKILL");
      await task.reaches("REBUILD_NODE_STARTED");
      await until("the source is back", () => backend.serverPid("source") > 0);
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });
  });

  describe("故障恢复失败 Fault rectification failed (REBUILD_NODE_FAILED)", () => {
    it("comes from a lost slot; resuming copies everything into emptied tables", async () => {
      const task = await flowing();
      await task.pause();
      await task.reaches("PAUSING");
      await source(
        task,
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()",
      );
      await source(task, "DELETE FROM a WHERE id = 1");
      await task.retry();
      await task.reaches("REBUILD_NODE_FAILED");
      assert.match(await task.detailLine(), /55000 .*no longer keeps the log/);
      assert.deepEqual(await actions(task), ["RETRY", "FREE_RESOURCE"]);
      await target(task, "TRUNCATE a");
      await task.retry();
      await task.reaches("INCRE_TRANSFER_STARTED");
      await untilEqual(task, "a");
    });

    it("comes from a dropped subscription, too; a task that copies no rows can only be ended", async () => {
      const plan = await databases();
      await backend.sql("target", plan.target.database, emptyTable("a"));
      const task = await TestTask.started(backend, { ...plan, taskType: "INCR_TRANS" });
      await task.reaches("INCRE_TRANSFER_STARTED");
      const name = `drs_${task.id.replaceAll("-", "_")}`;
      for (const sql of ["DISABLE", "SET (slot_name = NONE)"]) {
        await target(task, `ALTER SUBSCRIPTION ${name} ${sql}`);
      }
      await target(task, `DROP SUBSCRIPTION ${name}`);
      await task.reaches("REBUILD_NODE_FAILED");
      assert.deepEqual(await actions(task), ["FREE_RESOURCE"]);
      succeeds(await task.end());
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
      assert.equal(await slots(task), 0);
    });
  });

  describe("结束任务 Task stopping (RELEASE_RESOURCE_STARTED), 已结束 Completed (RELEASE_RESOURCE_COMPLETE)", () => {
    it("come from ending; nothing stays at either end, and the record can be deleted", async () => {
      const task = await flowing();
      // As long as another session uses the catalog, the subscription cannot go.
      const lock = "LOCK TABLE pg_subscription IN SHARE MODE";
      const release = await backend.held("target", task.plan.target.database, lock);
      succeeds(await task.end());
      await task.reaches("RELEASE_RESOURCE_STARTED");
      assert.deepEqual(await actions(task), []);
      await release();
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
      assert.equal(await slots(task), 0);
      assert.deepEqual(await source(task, "SELECT 1 FROM pg_publication"), []);
      const left =
        "SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE datname = current_database()";
      assert.deepEqual(await target(task, left), []);
      assert.deepEqual(await actions(task), ["DELETE"]);
      succeeds(await task.end("delete"));
      assert.equal((await task.detail()).error_code, "DRS.M00289");
    });
  });

  describe("结束任务失败 Stopping task failed (RELEASE_RESOURCE_FAILED)", () => {
    it("comes from a source that refuses; a forced end succeeds, and what stays there is removed later", async () => {
      const plan = await databases();
      const login = { ...plan.source, user: "leaving", password: "leaving" };
      await backend.sql("source", "postgres", "CREATE ROLE leaving LOGIN SUPERUSER PASSWORD 'leaving'");
      const task = await TestTask.started(backend, { ...plan, source: login });
      await task.reaches("INCRE_TRANSFER_STARTED");
      await until("the spare slot of the copy is gone", async () => (await slots(task)) === 1);
      await backend.sql("source", "postgres", "ALTER ROLE leaving NOLOGIN");
      // Connections that are open already would still serve.
      const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'leaving'";
      await backend.sql("source", "postgres", others);
      await task.end();
      await task.reaches("RELEASE_RESOURCE_FAILED");
      assert.match(await task.detailLine(), /28000 .*not permitted to log in/);
      assert.equal((await task.end("force_terminate")).status, "success");
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
      assert.equal(await slots(task), 1);
      await task.end("delete");
      await backend.sql("source", "postgres", "ALTER ROLE leaving LOGIN");
      await until("the slot left behind is removed", async () => (await slots(task)) === 0);
    });
  });
});
