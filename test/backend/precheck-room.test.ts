/** What the pre-check finds of a standby, and of servers with just the room that a task needs. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { until } from "../support/backend-process";
import { OwnServer } from "../support/own-server";
import { findingsIn, itemIn, PrecheckWorld, reasonsOf } from "../support/precheck-world";

const table = "CREATE TABLE t (id int PRIMARY KEY, v int)";
const packages = resolve("package.json");

describe("the pre-check of a standby", () => {
  it("fails at either end, and tries nothing there", async () => {
    const [standby, world] = await Promise.all([
      OwnServer.start(packages, [], true),
      PrecheckWorld.start(packages),
    ]);
    try {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const end = { side: "target" as const, ...standby.login, database: "postgres", ssl: false };
      const target = await world.check({ ...plan.task, target: end });
      assert.deepEqual(findingsIn(target), [
        "target_reaches_source ALARM",
        "target_read_write FAILED",
        "target_objects ALARM",
      ]);
      const publisher = { host: end.host, port: end.port };
      const source = await world.check({
        ...plan.task,
        source: { ...end, side: "source" },
        publisher,
        tables: [],
      });
      assert.deepEqual(findingsIn(source), ["source_read_write FAILED", "source_objects FAILED"]);
      assert.match(reasonsOf(itemIn(source, "source_read_write")), /is a standby .*Use the primary/);
    } finally {
      await world.stop();
      await standby.stop();
    }
  });
});

describe("the pre-check of servers with little room", () => {
  let world: PrecheckWorld;

  before(async () => {
    world = await PrecheckWorld.start(packages, [
      ...["max_replication_slots=2", "max_wal_senders=2", "max_logical_replication_workers=2"],
      ...["max_worker_processes=3", "max_active_replication_origins=2"],
    ]);
  });
  after(async () => {
    await world.stop();
  });

  it("passes a task that has just the room it needs, which then copies and follows", async () => {
    const plan = await world.plan({ source: `${table}; INSERT INTO t VALUES (1)`, tables: ["t"] });
    assert.deepEqual(findingsIn(await world.check(plan.task)), []);
    await world.engine.prepare(plan.task);
    await world.engine.enable(plan.task);
    await until(
      "the row arrives",
      async () => await world.sql(plan, "target", "SELECT FROM t"),
      ({ length }) => length === 1,
    );
    // Its own do not count against it.
    const running = findingsIn(await world.check(plan.task));
    assert.deepEqual(running, ["target_rows ALARM"]);

    const next = await world.plan({ source: table, tables: ["t"] });
    const full = await world.check(next.task);
    assert.deepEqual(findingsIn(full), [
      "source_replication_slots FAILED",
      "source_wal_senders FAILED",
      "target_workers FAILED",
      "target_replication_origins FAILED",
    ]);
    assert.match(
      reasonsOf(itemIn(full, "source_replication_slots")),
      /max_replication_slots is 2, [12] are in use, and the task needs 2/,
    );
    await until(
      "the copy's slots are gone",
      async () => {
        await world.engine.cleanUp(plan.task);
        return await world.source.sql("postgres", "SELECT FROM pg_replication_slots");
      },
      ({ length }) => length === 1,
    );
    assert.deepEqual(findingsIn(await world.check({ ...next.task, copiesRows: false })), []);
    await world.engine.release(plan.task, "target");
    await world.engine.release(plan.task, "source");
  });

  it("fails for a slot of somebody else, and for workers that may not copy", async () => {
    const plan = await world.plan({ source: table, tables: ["t"] });
    await world.source.sql("postgres", "SELECT pg_create_logical_replication_slot('foreign', 'pgoutput')");
    await world.target.sql("postgres", "ALTER SYSTEM SET max_sync_workers_per_subscription = 0");
    await world.target.sql("postgres", "SELECT pg_reload_conf()");
    const found = await until(
      "the setting holds",
      async () => await world.check(plan.task),
      (items) => itemIn(items, "target_workers").result === "FAILED",
    );
    assert.deepEqual(findingsIn(found), ["source_replication_slots FAILED", "target_workers FAILED"]);
    assert.match(found.map(reasonsOf).join(" "), /no table is ever copied/);
  });
});
