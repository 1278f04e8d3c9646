/** The oldest PostgreSQL that may be a source or a target, as a user's own server: its log cannot be read. */
import assert from "node:assert/strict";
import { PostgresEngine } from "../../src/backend/engine/postgres/engine";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { describeEngine } from "../support/engine-conformance";
import { OwnServer } from "../support/own-server";

const packages = process.env.DRS_TEST_OLD_POSTGRES ?? "";
/** For tests that need not wait as a user would. */
const quick = ["wal_retrieve_retry_interval=1s"];

describeEngine("PostgreSQL 14", async () => {
  const [source, target] = await Promise.all([
    OwnServer.start(packages, quick),
    OwnServer.start(packages, quick),
  ]);
  const engine = new PostgresEngine(() => undefined);
  let count = 0;
  return {
    engine,
    databases: async () => {
      const database = `engine_${++count}`;
      await source.sql("postgres", `CREATE DATABASE ${database}`);
      await target.sql("postgres", `CREATE DATABASE ${database}`);
      const end = { database, ssl: false };
      return {
        source: { side: "source", ...source.login, ...end },
        target: { side: "target", ...target.login, ...end },
      };
    },
    sql: async ({ port, database }, text) =>
      await (port === source.login.port ? source : target).sql(database, text),
    dispose: async () => {
      await engine.dispose();
      await target.stop();
      await source.stop();
    },
  };
});

describe("a task into PostgreSQL 14", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let target: OwnServer;
  let task: TestTask;

  before(async () => {
    [backend, target] = await Promise.all([BackendProcess.startServers(dataDir), OwnServer.start(packages)]);
    await backend.sql("source", "postgres", "CREATE DATABASE old");
    await target.sql("postgres", "CREATE DATABASE old");
    await backend.sql(
      "source",
      "old",
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'one'), (2, 'two')",
    );
    await target.sql(
      "old",
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (2, 'in the way')",
    );
  });

  after(async () => {
    await backend.stop();
    await target.stop();
    removeDataDir(dataDir);
  });

  const arrived = async (count: number) => {
    const rows = "SELECT * FROM t ORDER BY id";
    const wanted = await backend.sql("source", "old", rows);
    assert.equal(wanted.length, count);
    await until(
      "both sides are alike",
      async () => JSON.stringify(await target.sql("old", rows)),
      (found) => found === JSON.stringify(wanted),
    );
  };

  it("fails at a row that its copy finds in the way, and continues when that is gone", async () => {
    const plan = {
      name: "old-postgres",
      source: { ...backend.login("source"), database: "old" },
      target: { ...target.login, database: "old" },
    };
    task = await TestTask.prepared(backend, plan);
    const { precheck_result = [] } = await task.precheck();
    assert.match(
      JSON.stringify(precheck_result?.filter(({ item }) => item === "target_reaches_source")),
      /"ALARM".*cannot make the source prove itself/,
    );
    await task.start();
    await task.reaches("FULL_TRANSFER_FAILED");
    await target.sql("old", "DELETE FROM t");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await arrived(2);
  });

  it("fails at a change that finds a row in the way, and continues when that is gone", async () => {
    await target.sql("old", "INSERT INTO t VALUES (3, 'in the way')");
    await backend.sql("source", "old", "INSERT INTO t VALUES (3, 'three')");
    await task.reaches("INCRE_TRANSFER_FAILED");
    await target.sql("old", "DELETE FROM t WHERE id = 3");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await arrived(3);
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
  });

  it("fails when its publication is dropped, and continues when all of its tables are copied again", async () => {
    await target.sql("old", "TRUNCATE t");
    task = await TestTask.started(backend, { ...task.plan, name: "old-publication" });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", "old", `DROP PUBLICATION drs_${task.id.replaceAll("-", "_")}`);
    await backend.sql("source", "old", "UPDATE t SET v = 'while it was gone'");
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /LS001 .*publication of this task was dropped/);
    assert.equal((await task.retry()).error_code, "DRS.M00304");
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables: ["public.t"] });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await arrived(3);
  });
});

describe("a task out of PostgreSQL 14", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let source: OwnServer;

  before(async () => {
    [backend, source] = await Promise.all([
      BackendProcess.startServers(dataDir),
      OwnServer.start(packages, quick),
    ]);
  });

  after(async () => {
    await backend.stop();
    await source.stop();
    removeDataDir(dataDir);
  });

  it("whose publication was dropped is healed by copying all of its tables again", async () => {
    await source.sql("postgres", "CREATE DATABASE old");
    await backend.sql("target", "postgres", "CREATE DATABASE old");
    await source.sql("old", "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'one')");
    const task = await TestTask.started(backend, {
      name: "out-of-old-postgres",
      source: { ...source.login, database: "old" },
      target: { ...backend.login("target"), database: "old" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    // This version cannot read the log that was written while there was no publication.
    await source.sql("old", `DROP PUBLICATION drs_${task.id.replaceAll("-", "_")}`);
    await source.sql("old", "UPDATE t SET v = 'while it was gone'");
    await task.reaches("INCRE_TRANSFER_FAILED");
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables: ["public.t"] });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await source.sql("old", "INSERT INTO t VALUES (2, 'afterwards')");
    const wanted = JSON.stringify(await source.sql("old", "SELECT id, v FROM t ORDER BY id"));
    await until(
      "both ends are alike",
      async () => JSON.stringify(await backend.sql("target", "old", "SELECT id, v FROM t ORDER BY id")),
      (found) => found === wanted,
    );
  });
});
