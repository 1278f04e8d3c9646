/** Somebody frees the log of a source by moving the slot of a task whose target is not there to read it. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";
import { BusyTables } from "../support/busy-tables";
import { Random } from "../support/random";

const warned = v.object({
  tasks: v.record(v.string(), v.object({ warnings: v.array(v.object({ code: v.string() })) })),
});
const tables = ["public.stock", "public.other"];

describe("the slot of a task", () => {
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

  async function flowing(): Promise<TestTask> {
    const sql = `CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock SELECT g, g FROM generate_series(1, 100) g;
      CREATE TABLE other (id int PRIMARY KEY, n int)`;
    const task = await TestTask.started(backend, await planOf(backend, `slot_${++count}`, sql));
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  }
  const source = async ({ plan }: TestTask, sql: string) =>
    await backend.sql("source", plan.source.database, sql);
  const target = async ({ plan }: TestTask, sql: string) =>
    await backend.sql("target", plan.target.database, sql);
  const slotOf = ({ id }: TestTask) => `drs_${id.replaceAll("-", "_")}`;
  const lose = async (task: TestTask, how: (slot: string) => string) => {
    await source(task, "UPDATE stock SET n = n + 1");
    await source(task, how(slotOf(task)));
  };
  const isFree = async (task: TestTask) =>
    await until(
      "nobody reads from the slot",
      async () =>
        await source(
          task,
          `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${slotOf(task)}' AND NOT active`,
        ),
      ({ length }) => length === 1,
    );
  const codesOf = async ({ id }: TestTask) =>
    v
      .parse(warned, await backend.local("GET", "/_local/warnings"))
      .tasks[id]?.warnings.map(({ code }) => code) ?? [];
  const isSaid = async (task: TestTask) =>
    await until(
      "LS009 is said",
      async () => await codesOf(task),
      (codes) => codes.includes("LS009"),
    );
  const heal = async (task: TestTask) => {
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables, keep_rows: false });
    if ((await task.status()) === "PAUSING") {
      // A paused task copies them when it is resumed, which nothing speaks against any more.
      assert.equal((await task.retry()).status, "success");
    }
    await task.reaches("INCRE_TRANSFER_STARTED");
    await until(
      "the copy is over",
      async () => await backend.local("GET", `/_local/tasks/${task.id}/copy-again`),
      (state) => JSON.stringify(state).includes('"tables":[]'),
    );
    await source(task, "INSERT INTO other VALUES (1, 1)");
    for (const table of tables) {
      await untilEqual(task, table);
    }
    await delay(3_000);
    assert.deepEqual(await codesOf(task), []);
    assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
  };

  const ways = {
    "is advanced": (slot: string) => `SELECT pg_replication_slot_advance('${slot}', pg_current_wal_lsn())`,
    "is read by another client": (slot: string) =>
      `SELECT count(*) FROM pg_logical_slot_get_binary_changes('${slot}', NULL, NULL, 'proto_version', '1', 'publication_names', '${slot}')`,
    "is dropped and created again": (slot: string) =>
      `SELECT pg_drop_replication_slot('${slot}'); SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`,
  };

  for (const [what, how] of Object.entries(ways)) {
    it(`loses rows when it ${what} while the task is paused, and the task is not resumed without them`, async () => {
      const task = await flowing();
      await task.pause();
      await task.reaches("PAUSING");
      await lose(task, how);
      const v3 = await task.retry();
      assert.equal(v3.status, "failed");
      assert.equal(v3.error_code, "DRS.M00304");
      assert.match(v3.error_msg ?? "", /cannot be resumed.* lost.*replication slot.*Copy Tables Again/);
      const v5 = await backend.client
        .callIn(operationsV5, "executeAction", { job_id: task.id, job: { action_name: "restart" } })
        .then(
          () => "accepted",
          (error: unknown) => String(error),
        );
      assert.match(v5, /cannot be resumed/);
      await isSaid(task);
      assert.equal((await task.listed()).job_action?.available_actions?.includes("RETRY"), false);
      assert.equal(await task.status(), "PAUSING");
      await heal(task);
    });
  }

  it("loses rows when it is advanced while the task has failed", async () => {
    const task = await flowing();
    await target(task, "INSERT INTO other VALUES (7, 7)");
    await source(task, "INSERT INTO other VALUES (7, 1)");
    await task.reaches("INCRE_TRANSFER_FAILED");
    await delay(1_000);
    await lose(task, ways["is advanced"]);
    assert.match((await task.retry()).error_msg ?? "", /cannot be resumed.*replication slot/);
    await isSaid(task);
    await heal(task);
  });

  it("loses rows when it is advanced while the target is away, and the task fails when that is back", async () => {
    const task = await flowing();
    await backend.fault({ kind: "killed_engine", server: "target", seconds: 6 });
    await isFree(task);
    await delay(1_500);
    await lose(task, ways["is advanced"]);
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS009 .*Copy Tables Again/);
    await heal(task);
  });

  it("is found moved by a backend that was off meanwhile", async () => {
    const task = await flowing();
    await task.pause();
    await task.reaches("PAUSING");
    await delay(1_500);
    await backend.kill();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    assert.deepEqual(await codesOf(task), []);
    await lose(task, ways["is advanced"]);
    await isSaid(task);
    await heal(task);
  });

  it("is never reported as moved, whatever the task and its servers do", async () => {
    const task = await flowing();
    await source(task, "CREATE TABLE busy (id bigserial PRIMARY KEY, v text)");
    await task.edited(["public.stock", "public.other", "public.busy"]);
    const child = await task.child();
    await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
    const busy = new BusyTables(task.plan.source, ["busy"], new Random());
    for (let round = 0; round < 4; round++) {
      await task.pause();
      await task.reaches("PAUSING");
      await delay(300 * round);
      assert.equal((await task.retry()).status, "success");
      await task.reaches("INCRE_TRANSFER_STARTED");
    }
    for (const fault of [
      { kind: "killed_engine", server: "target" },
      { kind: "killed_engine", server: "source" },
      { kind: "killed_engine", server: "target", seconds: 3 },
      { kind: "killed_engine", server: "source", seconds: 12 },
    ] as const) {
      await backend.fault(fault);
      await delay(1_000);
      // A server that is still away has not changed the status yet on a busy machine.
      await until(`the ${fault.server} is back`, () =>
        backend.sql(fault.server, "postgres", "SELECT 1").then(Boolean, () => false),
      );
      await task.reaches("INCRE_TRANSFER_STARTED");
    }
    await busy.stop();
    await untilEqual(task, "public.busy");
    assert.deepEqual(await codesOf(task), []);
  });
});
