/** What is said of a task that ends before its target has everything. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { operationsV5 } from "../../src/drs/operations-v5";
import { TestTask } from "../support/backend-task";
import { EnginePair } from "../support/engine-pair";

const missing = v.object({ tables: v.nullable(v.array(v.string())), log_bytes: v.nullable(v.number()) });

describe("a task that ends", () => {
  let pair: EnginePair;

  before(async () => {
    pair = await EnginePair.start();
  });

  afterEach(async () => await pair.release());

  after(async () => await pair.dispose());

  const rows = "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 1000) n";

  it("lacks nothing while it follows, and after a suspension exactly what was written since", async () => {
    const task = await pair.started({ source: "CREATE TABLE t (id int PRIMARY KEY, v text)" });
    await pair.sql(task, "source", rows);
    assert.deepEqual(await pair.engine.unapplied(task), { tables: [], logBytes: 0 });
    await pair.engine.suspend(task);
    await pair.sql(task, "source", "UPDATE t SET v = 'changed'");
    const missing = await pair.engine.unapplied(task);
    assert.deepEqual(missing?.tables, []);
    assert.ok((missing?.logBytes ?? 0) > 50_000, JSON.stringify(missing));
  });

  it("lacks the tables that are not copied, and nothing before anything was created", async () => {
    const task = await pair.task({ source: `CREATE TABLE t (id int PRIMARY KEY, v text); ${rows}` });
    assert.equal(await pair.engine.unapplied(task), undefined);
    await pair.engine.prepare(task);
    assert.deepEqual((await pair.engine.unapplied(task))?.tables, ["public.t"]);
  });

  it("says in its log how much the target had not applied", async () => {
    const { backend } = pair;
    for (const side of ["source", "target"] as const) {
      await backend.sql(side, "postgres", "CREATE DATABASE ending");
    }
    await backend.sql("source", "ending", "CREATE TABLE t (id int PRIMARY KEY, v text)");
    const task = await TestTask.started(backend, {
      name: "ending",
      source: { ...backend.login("source"), database: "ending" },
      target: { ...backend.login("target"), database: "ending" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    const release = await backend.held("target", "ending", "LOCK TABLE t IN SHARE MODE");
    await backend.sql("source", "ending", rows);
    const known = v.parse(missing, await backend.local("GET", `/_local/tasks/${task.id}/unapplied`));
    assert.deepEqual(known.tables, []);
    // Of a transaction that is being applied, what was read before its end may count as confirmed.
    assert.ok((known.log_bytes ?? 0) > 0, JSON.stringify(known));
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    await release();
    const over = { tables: null, log_bytes: null };
    assert.deepEqual(await backend.local("GET", `/_local/tasks/${task.id}/unapplied`), over);
    assert.deepEqual(await backend.sql("target", "ending", "SELECT * FROM t"), []);
    const { job } = await backend.client.callIn(operationsV5, "showJobDetail", {
      job_id: task.id,
      type: "log",
    });
    const warnings = (job.logs ?? []).filter(({ level }) => level === "Warn");
    assert.equal(warnings.length, 1, JSON.stringify(job.logs));
    assert.match(JSON.stringify(warnings), /at least [1-9]\d* bytes of the source's log/);
  });
});
