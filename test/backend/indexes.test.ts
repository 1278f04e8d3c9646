/**
 * Copied tables get their other indexes and constraints after their rows, and no task is in incremental
 * synchronization before: whoever is killed, paused, reset or refused meanwhile.
 */
import assert from "node:assert/strict";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";

/** One index waits in this function for as long as a test holds the lock at the target. */
const gate = (body: string) =>
  `CREATE FUNCTION gate(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN ${body} RETURN $1; END$$`;
const lock = "SELECT pg_advisory_xact_lock(7)";
const waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";

describe("indexes of copied tables", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let count = 0;
  let release: () => Promise<void> = async () => undefined;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });

  afterEach(async () => await release());

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** A task in the midst of making its indexes: all rows are there, and one index cannot be completed yet. */
  async function indexing(taskType: "FULL_TRANS" | "FULL_INCR_TRANS" = "FULL_INCR_TRANS"): Promise<TestTask> {
    const database = `indexes_${++count}`;
    const plan = await planOf(
      backend,
      database,
      `${gate("")};
       CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE DEFERRABLE INITIALLY DEFERRED, b text, span int4range,
                       EXCLUDE USING gist (span WITH &&));
       CREATE INDEX held ON t (gate(id)); CREATE INDEX ON t (b) WHERE a > 10; CREATE UNIQUE INDEX by_b ON t (lower(b));
       INSERT INTO t SELECT n, n, 'row ' || n, int4range(n, n + 1) FROM generate_series(1, 500) n;
       CREATE TABLE plain (id int PRIMARY KEY, v int); INSERT INTO plain VALUES (1, 1);
       CREATE TABLE own (id int PRIMARY KEY, v int); CREATE INDEX own_v ON own (v); INSERT INTO own VALUES (1, 1)`,
    );
    await backend.sql(
      "target",
      database,
      `${gate("PERFORM pg_advisory_xact_lock_shared(7);")};
       CREATE TABLE own (id int PRIMARY KEY, v int); CREATE INDEX mine ON own (id, v)`,
    );
    release = await backend.held("target", database, lock);
    const task = await TestTask.started(backend, { ...plan, taskType });
    await held(task);
    assert.equal(await task.status(), "FULL_TRANSFER_STARTED");
    return task;
  }

  /** Waits until the index is in the making that cannot be completed. */
  const held = async (task: TestTask) =>
    await until(
      "the index waits",
      async () => await backend.sql("target", task.plan.target.database, waiting),
      (rows) => rows.length > 0,
    );

  const indexes = async (task: TestTask, server: "source" | "target", table = "t") =>
    (
      await backend.sql<{ line: string }>(
        server,
        task.plan[server].database,
        `SELECT pg_get_indexdef(indexrelid) AS line FROM pg_index WHERE indrelid = '${table}'::regclass AND indisvalid
         UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '${table}'::regclass ORDER BY 1`,
      )
    ).map(({ line }) => line);

  /** The task is where it should be, and has all that it should have. */
  async function complete(task: TestTask): Promise<void> {
    await release();
    await task.reaches("INCRE_TRANSFER_STARTED");
    assert.deepEqual(await indexes(task, "target"), await indexes(task, "source"));
    await untilEqual(task, "t");
  }

  const write = async (task: TestTask) =>
    await backend.sql(
      "source",
      task.plan.source.database,
      "UPDATE t SET a = a + 1; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (0, 1, 'new', '[2000,2001)')",
    );

  it("come after the rows and before the task is in incremental synchronization", async () => {
    const task = await indexing();
    const { progress_map } = await task.progress();
    const completed = Object.entries(progress_map ?? {}).map(([part, one]) => `${part} ${one?.completed}`);
    assert.match(completed.toSorted().join(), /^data 100%,index [1-9]?\d%,struct 100%$/);
    const { flow_compare_data: percents } = await backend.client.callIn(operationsV5, "showProgressData", {
      ...{ job_id: task.id, type: "table_indexs", limit: 10 },
    });
    const byTable = new Map(percents.map(({ src_tb, progress }) => [src_tb, Number(progress)]));
    assert.deepEqual([byTable.get("public.plain"), byTable.get("public.own")], [100, 100]);
    assert.ok((byTable.get("public.t") ?? 100) < 100, JSON.stringify(percents));
    // What is written meanwhile waits.
    await write(task);
    await complete(task);
    // A table of the user's own is as it was.
    const own = await indexes(task, "target", "own");
    assert.deepEqual(
      [own.filter((line) => line.includes("(v)")), own.filter((line) => line.includes("(id, v)")).length],
      [[], 1],
    );
  });

  it("are made after a kill -9 of the backend, twice in nothing", async () => {
    const task = await indexing();
    await backend.kill();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    await write(task);
    await complete(task);
  });

  for (const server of ["target", "source"] as const) {
    it(`are made after a kill -9 of the ${server}`, async () => {
      const task = await indexing();
      await backend.fault({ kind: "killed_engine", server });
      await write(task).catch(() => undefined);
      await complete(task);
    });
  }

  it("are not made while the task is paused, and then are", async () => {
    const task = await indexing();
    await task.pause();
    await task.reaches("PAUSING");
    assert.deepEqual(await backend.sql("target", task.plan.target.database, waiting), []);
    await write(task);
    await task.retry();
    await complete(task);
  });

  it("that rows of the target are in the way of fail the task with the reason, and are made when it is resumed", async () => {
    const task = await indexing();
    const { database } = task.plan.target;
    await backend.sql(
      "target",
      database,
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
    );
    await backend.sql(
      "target",
      database,
      "DROP INDEX IF EXISTS by_b; INSERT INTO t VALUES (9999, 9999, 'ROW 1')",
    );
    await release();
    await task.reaches("FULL_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /23505.*by_b of public\.t/);
    assert.equal(await task.diagnosis(), "local-index-refused");
    await backend.sql("target", database, "DELETE FROM t WHERE id = 9999");
    await task.retry();
    await complete(task);
  });

  it("are made when the task has started over, and by a task that copies only", async () => {
    const task = await indexing("FULL_TRANS");
    await task.pause();
    await task.reaches("PAUSING");
    await backend.sql("target", task.plan.target.database, "TRUNCATE t, plain, own");
    await backend.client.callIn(operationsV5, "executeActions", {
      jobs: [{ job_id: task.id, action_name: "reset" }],
    });
    await held(task);
    await release();
    await task.reaches("FULL_TRANSFER_COMPLETE");
    assert.deepEqual(await indexes(task, "target"), await indexes(task, "source"));
    await untilEqual(task, "t");
  });

  it("that were not made when the task is ended are named in its log", async () => {
    const task = await indexing();
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    assert.deepEqual(await backend.sql("target", task.plan.target.database, waiting), []);
  });
});
