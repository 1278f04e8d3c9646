/**
 * PostgreSQL drops the slot of a table's copy before it is durable at the target that the table is in step. A target
 * that crashes in between comes back with a table that is copied and has nothing to go on from.
 */
import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";

const tables =
  "CREATE TABLE flowing (id int PRIMARY KEY, v text); CREATE TABLE copied (LIKE flowing INCLUDING ALL);";

describe("a copy whose slot is gone when the target comes back", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const drop = async (database: string, pattern: string) =>
    await backend.sql(
      "source",
      database,
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
       WHERE database = '${database}' AND slot_name ~ '${pattern}' AND NOT active`,
    );
  const slots = async (database: string) =>
    await backend.sql(
      "source",
      database,
      "SELECT 1 FROM pg_replication_slots WHERE database = current_database()",
    );

  /** A task with a table that flows and one that is copied and no further, whose slot is dropped. */
  async function interrupted(database: string) {
    const plan = await planOf(
      backend,
      database,
      `${tables} INSERT INTO flowing VALUES (1, 'one');
       INSERT INTO copied VALUES (1, 'one'), (2, 'two')`,
    );
    await backend.sql("target", database, tables);
    const states = async () =>
      await backend.sql<{ table: string; state: string }>(
        "target",
        database,
        `SELECT srrelid::regclass::text AS "table", srsubstate::text AS state FROM pg_subscription_rel
         WHERE srrelid::regclass::text IN ('flowing', 'copied')`,
      );
    const isAt = async (name: string, wanted: string) =>
      await until(`${name} is at ${wanted}`, states, (rows) =>
        rows.some(({ table, state }) => table === name && state === wanted),
      );
    const waits = async (table: string) =>
      await until(
        `somebody waits for ${table}`,
        async () =>
          await backend.sql(
            "target",
            database,
            "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
            [table],
          ),
        (rows) => rows.length > 0,
      );
    // The copy waits for one lock until the worker that applies changes waits for the other: without that worker the
    // copied table cannot come in step.
    const letCopy = await backend.held("target", database, "LOCK TABLE copied IN SHARE MODE");
    const task = await TestTask.started(backend, plan);
    await isAt("flowing", "r");
    await waits("copied");
    const letFlow = await backend.held("target", database, "LOCK TABLE flowing IN SHARE MODE");
    await backend.sql("source", database, "UPDATE flowing SET v = 'changed'");
    await waits("flowing");
    await letCopy();
    await isAt("copied", "f");
    const cut = await backend.fault({ kind: "cut_link", job: task.id });
    await until(
      "the slot of the copy is dropped",
      async () => await drop(database, "_sync_"),
      (rows) => rows.length > 0,
    );
    await backend.sql(
      "source",
      database,
      "UPDATE copied SET v = 'changed' WHERE id = 1; INSERT INTO copied VALUES (3, 'three')",
    );
    return {
      task,
      goOn: async () => {
        await letFlow();
        await backend.local("DELETE", `/_local/faults/${cut.id}`);
      },
    };
  }

  it("continues with every change, and the source keeps nothing for it afterwards", async () => {
    const { task, goOn } = await interrupted("lost_copy");
    await goOn();
    await backend.sql(
      "source",
      "lost_copy",
      "DELETE FROM copied WHERE id = 2; UPDATE flowing SET v = 'again'",
    );
    await task.reaches("INCRE_TRANSFER_STARTED");
    assert.match(await untilEqual(task, "copied"), /^2:/);
    await untilEqual(task, "flowing");
    await until(
      "only the task's own slot is left",
      async () => await slots("lost_copy"),
      ({ length }) => length === 1,
    );
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    assert.deepEqual(await slots("lost_copy"), []);
  });

  it("is a failure, and nothing flows, when the source has given up the log that it needs", async () => {
    const { task, goOn } = await interrupted("lost_log");
    assert.equal((await drop("lost_log", "_spare$")).length, 1);
    await goOn();
    await task.reaches("REBUILD_NODE_FAILED");
    const running =
      "SELECT 1 FROM pg_subscription WHERE subenabled AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert.deepEqual(await backend.sql("target", "lost_log", running), []);
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    assert.deepEqual(await slots("lost_log"), []);
  });
});
