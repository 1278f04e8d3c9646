/** The status table, as it happens: for each status its true cause, the API's answer, and the way out. */
import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { type TaskPlan, TestTask, untilEqual } from "../support/backend-task";

describe("the status table", () => {
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
    const database = `status_${++count}`;
    await backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
    await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
    await backend.sql("source", database, sql);
    return {
      name: `status-${count}`,
      source: { ...backend.login("source"), database },
      target: { ...backend.login("target"), database },
    };
  }
  const table = (name: string) =>
    `CREATE TABLE ${name} (id int PRIMARY KEY, v text);
     INSERT INTO ${name} SELECT n, 'v' || n FROM generate_series(1, 1000) n;`;
  const source = async (task: TestTask, sql: string) =>
    await backend.sql("source", task.plan.source.database, sql);
  const target = async (task: TestTask, sql: string) =>
    await backend.sql("target", task.plan.target.database, sql);

  /** A task whose changes flow, of table a; b and c are there, too. */
  async function flowing(tables: readonly string[] = ["public.a"]): Promise<TestTask> {
    const plan = await databases(["a", "b", "c"].map(table).join(""));
    const task = await TestTask.started(backend, { ...plan, tables });
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  }
  const objects = async (task: TestTask) => (await task.detail()).object_infos?.map(({ id }) => id).sort();
  const actions = async (task: TestTask) => (await task.listed()).job_action?.available_actions;

  describe("任务变更中 Modifying task (child task: CHILD_TRANSFER_STARTING, _STARTED, _COMPLETE)", () => {
    it("comes from edited objects: the old ones flow on, the added are copied and join, the removed leave", async () => {
      const task = await flowing(["public.a", "public.b"]);
      await target(task, table("c").replace(/INSERT.*/s, ""));
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
    it("comes from a row in the way of an added table; the old ones flow on; a retry heals it", async () => {
      const task = await flowing();
      const empty = table("c").replace(/INSERT.*/s, "");
      await target(task, `${empty}; INSERT INTO c VALUES (500)`);
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

    it("comes from an added table that is gone; another edit leads out, or ending the change", async () => {
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

  describe("增量同步失败 Incremental synchronization failed", () => {
    it("can be left by taking the table out for which it failed", async () => {
      const task = await flowing(["public.a", "public.b"]);
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

  describe("故障恢复失败 Fault rectification failed (REBUILD_NODE_FAILED)", () => {
    it("comes from a lost slot; resuming copies anew into emptied tables", async () => {
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
  });
});
