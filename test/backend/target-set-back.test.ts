/** A target that is restored from a backup lacks what it had applied since, and its source does not send that again. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { copyData } from "../../scripts/demo-copy.mjs";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";

describe("a target that is set back", () => {
  const dataDir = makeDataDir();
  const [cluster, backup] = [join(dataDir, "clusters", "target"), join(dataDir, "backup")];
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });
  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Does something while the target is down, and waits until it is back. */
  const whileDown = async (deed: () => Promise<void>) => {
    await backend.fault({ kind: "killed_engine", server: "target", seconds: 600 });
    await until(
      "it is down",
      20_000,
      async () => await answers(),
      (answer) => !answer,
    );
    await deed();
    await backend.clearFaults();
    await until(
      "it is back",
      20_000,
      async () => await answers(),
      (answer) => answer,
    );
  };
  const answers = async () =>
    await backend.sql("target", "postgres", "SELECT 1").then(
      () => true,
      () => false,
    );
  const flowing = async (name: string) => {
    const plan = await planOf(backend, name, "CREATE TABLE stock (id int PRIMARY KEY, v text)");
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  };
  const write = async (task: TestTask, rows: string) => {
    await backend.sql(
      "source",
      task.plan.name,
      `INSERT INTO stock SELECT g, 'v' FROM generate_series(${rows}) g`,
    );
    await untilEqual(task, "stock");
  };
  /** Writes so much of the target's log that its end is noted at the next look, which comes at once when a task is resumed. */
  const advance = async (task: TestTask) => {
    await backend.sql(
      "target",
      task.plan.name,
      `SELECT count(pg_logical_emit_message(true, 'filler', repeat('x', 1024 * 1024))) FROM generate_series(1, 20)`,
    );
    await task.pause();
    await task.reaches("PAUSING");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
  };
  const restore = async () => {
    rmSync(cluster, { recursive: true });
    await copyData(backup, cluster);
  };

  it("fails its task, also when it is set back while the backend is off, until all tables are copied again", async () => {
    const task = await flowing("set_back");
    await write(task, "1, 100");
    await whileDown(async () => await copyData(cluster, backup));
    // A crash alone takes nothing away.
    await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    await write(task, "101, 200");
    await advance(task);
    await whileDown(restore);
    await task.reaches("INCRE_TRANSFER_FAILED", 30_000);
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS011 .*\(\w+\/\w+ … \w+\/\w+\)/);
    assert.match((await task.retry()).error_msg ?? "", /cannot be resumed.*set back/);

    const tables = ["public.stock"];
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables });
    await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    await untilEqual(task, "stock");
    await advance(task);
    await backend.stop();
    await restore();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    await task.reaches("INCRE_TRANSFER_FAILED", 30_000);
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS011 /);
  });
});
