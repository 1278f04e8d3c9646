/** A target that is restored from a backup lacks what it had applied since, and its source does not send that again. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { copyData } from "../../scripts/demo-copy.mjs";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";

describe("a target that is set back", () => {
  const dataDir = makeDataDir();
  const backup = join(dataDir, "backup");
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });
  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Does something with a server's files while it is down, and waits until it is back. */
  const whileDown = async (
    server: "source" | "target",
    deed: (server: "source" | "target") => Promise<void>,
  ) => {
    await backend.fault({ kind: "killed_engine", server, seconds: 600 });
    await until(
      "it is down",
      async () => await answers(server),
      (answer) => !answer,
    );
    await deed(server);
    await backend.clearFaults();
    await until(
      "it is back",
      async () => await answers(server),
      (answer) => answer,
    );
  };
  const answers = async (server: "source" | "target") =>
    await backend.sql(server, "postgres", "SELECT 1").then(
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
  /** Writes so much of a server's log that its end is noted at the next look, which comes at once when a task is resumed. */
  const advance = async (task: TestTask, server: "source" | "target") => {
    await backend.sql(
      server,
      task.plan.name,
      `SELECT count(pg_logical_emit_message(true, 'filler', repeat('x', 1024 * 1024))) FROM generate_series(1, 20)`,
    );
    await task.pause();
    await task.reaches("PAUSING");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
  };
  const clusterOf = (server: "source" | "target") => join(dataDir, "clusters", server);
  const save = async (server: "source" | "target") => {
    rmSync(backup, { recursive: true, force: true });
    await copyData(clusterOf(server), backup);
  };
  const restore = async (server: "source" | "target") => {
    rmSync(clusterOf(server), { recursive: true });
    await copyData(backup, clusterOf(server));
  };

  it("fails its task, also when it is set back while the backend is off, until all tables are copied again", async () => {
    const task = await flowing("set_back");
    await write(task, "1, 100");
    await whileDown("target", save);
    // A crash alone takes nothing away.
    await task.reaches("INCRE_TRANSFER_STARTED");
    await write(task, "101, 200");
    await advance(task, "target");
    await whileDown("target", restore);
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS011 .*\(\w+\/\w+ … \w+\/\w+\)/);
    assert.match((await task.retry()).error_msg ?? "", /cannot be resumed.*set back/);

    const tables = ["public.stock"];
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "stock");
    await advance(task, "target");
    await backend.stop();
    await restore("target");
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS011 /);
  });

  it("is no better when it is the source: its task fails, also when rows were written since", async () => {
    const task = await flowing("source_set_back");
    await write(task, "1, 100");
    await whileDown("source", save);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await write(task, "101, 200");
    await advance(task, "source");
    await whileDown("source", restore);
    await backend.sql(
      "source",
      "source_set_back",
      "INSERT INTO stock SELECT g, 'new' FROM generate_series(301, 310) g",
    );
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS012 .*\(\w+\/\w+ … \w+\/\w+\)/);
    assert.match((await task.retry()).error_msg ?? "", /cannot be resumed.*set back/);

    const tables = ["public.stock"];
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "stock");
    await write(task, "401, 410");
    assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
    await backend.stop();
    await restore("source");
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    await task.reaches("INCRE_TRANSFER_FAILED");
    // The copy has renewed the table's place in the publication, and the backup has the one before.
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS0(05|12) /);
  });
});
