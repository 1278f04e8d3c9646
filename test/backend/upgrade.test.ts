import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { migrations } from "../../src/backend/jobs/store";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, runToEnd, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { linkPackages, unpackRelease } from "../support/earlier-release";

const page = { cur_page: 1, per_page: 100, db_use_type: "sync" } as const;

describe("the data directory of 0.1.0", () => {
  const dataDir = makeDataDir();
  const release = makeDataDir();
  let backend: BackendProcess;

  /** What a user knows of the tasks. Rows of a copy that continues change, and so do charts. */
  const known = async () => {
    const { jobs } = await backend.client.call("listJobs", page);
    const tasks = jobs.map(async ({ id, name, status, description, create_time }) => {
      const request = { job_id: id, limit: 1000 };
      const { timelines } = await backend.client.callIn(operationsV5, "showTimeline", request);
      const history = timelines.map((entry) => `${entry.name} ${entry.start_time}`).sort();
      return { id, name, status, description, create_time, history };
    });
    return await Promise.all(tasks);
  };
  const find = async (name: string): Promise<TestTask> => {
    const { jobs } = await backend.client.call("listJobs", { ...page, name });
    const nowhere = { host: "", port: 0, user: "", password: "", database: "" };
    return TestTask.known(backend, jobs[0]?.id ?? "", { name, source: nowhere, target: nowhere });
  };
  const identity = () => readFileSync(join(dataDir, "identity.json"), "utf8");

  before(async () => {
    await unpackRelease("0.1.0", release);
    await linkPackages(release);
    const program = join(release, "dist", "local-backend.js");
    backend = await BackendProcess.startOn(dataDir, ["--demo"], {}, program);
  });
  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
    removeDataDir(release);
  });

  it("is read by this version: tasks, their history, passwords and keys", async () => {
    const paused = await find("orders-to-warehouse");
    await paused.pause();
    await paused.reaches("PAUSING");
    const [before, keys] = [await known(), identity()];
    assert.ok(before.length > 10 && before.every(({ history }) => history.length > 0));
    await backend.stop();

    backend = await BackendProcess.startOn(dataDir, ["--demo"]);
    assert.equal(identity(), keys);
    const after = await known();
    for (const [index, task] of before.entries()) {
      const { history, ...facts } = after[index] ?? assert.fail(`${task.name} is missing`);
      const { history: kept, ...expected } = task;
      assert.deepEqual(facts, expected);
      assert.deepEqual(
        kept.filter((entry) => !history.includes(entry)),
        [],
        task.id,
      );
    }
    assert.equal(after.length, before.length);
  });

  it("has tasks that continue where they stopped", async () => {
    const task = await find("payments-to-finance");
    await task.reaches("INCRE_TRANSFER_STARTED");
    const insert = "INSERT INTO payments (order_id, amount, method) VALUES (1, 4711, 'cash') RETURNING id";
    const [row] = await backend.sql<{ id: string }>("source", "shop", insert);
    await until(
      "the row is at the target",
      async () => await backend.sql("target", "shop_copy", "SELECT 1 FROM payments WHERE id = $1", [row?.id]),
      ({ length }) => length === 1,
    );
    const paused = await find("orders-to-warehouse");
    await paused.retry();
    await paused.reaches("INCRE_TRANSFER_STARTED");
  });

  it("is refused when a newer version has kept tasks in it, and stays as it is", async () => {
    const { databasePassword: password } = JSON.parse(identity());
    const control = { host: "127.0.0.1", user: "postgres", password, database: "postgres" };
    const client = new pg.Client({
      ...control,
      port: Number(readFileSync(join(dataDir, "control.port"), "utf8")),
    });
    await client.connect();
    await client.query("INSERT INTO migrations VALUES ($1)", [migrations.length + 1]);
    await client.end();
    await backend.stop();
    const { code, stderr } = await runToEnd(["--data-dir", dataDir, "--demo"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /were kept by a newer version of the local backend .+: update it, or choose another/,
    );
  });
});
