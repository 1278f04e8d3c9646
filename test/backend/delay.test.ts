import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { TcpRelay } from "../../src/backend/jobs/tcp-relay";
import { delayFactsOf } from "../../src/backend-client/delay";
import { type DelayCause, type DelayDiagnosis, diagnoseDelay } from "../../src/tasks/delay/diagnose";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask } from "../support/backend-task";

/** Why tasks are behind, with causes that are brought about for real. */
describe("the cause of a delay", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let slow: TcpRelay;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    slow = await TcpRelay.open(0);
    slow.setUpstream(backend.login("source"));
  });

  after(async () => {
    await backend.stop();
    await slow.close();
    removeDataDir(dataDir);
  });

  const diagnosis = async (id: string): Promise<DelayDiagnosis> => {
    const facts = delayFactsOf(await backend.local("GET", `/_local/tasks/${id}/delay`));
    assert.ok(facts !== undefined);
    return diagnoseDelay(facts);
  };
  /** What is named first when the task is behind; what is said of a moment in which it is not is passed over. */
  const firstCause = async ({ id }: TestTask): Promise<DelayDiagnosis> =>
    await until(
      "the task is behind",
      async () => await diagnosis(id),
      ({ isBehind }) => isBehind,
    );
  const flowing = async (name: string, sql: string, port?: number) => {
    const plan = await planOf(backend, name, sql);
    const task = await TestTask.started(
      backend,
      port === undefined ? plan : { ...plan, source: { ...plan.source, port } },
    );
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  };
  const named = async (task: TestTask, id: DelayCause["id"]) => {
    const found = await firstCause(task);
    assert.equal(found.cause?.id, id, JSON.stringify(found));
    return found;
  };
  /** Holds what is foretold while the rest arrives against the time that it takes. One forecast may meet a moment's load. */
  const arrivesAsForetold = async (task: TestTask, table: string, rows: number) => {
    const forecasts: { readonly at: number; readonly ms: number }[] = [];
    const count = `SELECT count(*)::int AS n FROM ${table}`;
    for (let arrived = 0; arrived < rows; await delay(500)) {
      const at = performance.now();
      const { catchUp } = await diagnosis(task.id);
      if (catchUp?.kind === "in") {
        forecasts.push({ at, ms: catchUp.ms });
      }
      const [row] = await backend.sql<{ n: number }>("target", task.plan.target.database, count);
      arrived = row?.n ?? 0;
    }
    const end = performance.now();
    const ratios = forecasts.filter(({ at }) => end - at > 2_000).map(({ at, ms }) => ms / (end - at));
    const median = ratios.toSorted((one, other) => one - other)[Math.floor(ratios.length / 2)] ?? 0;
    assert.ok(ratios.length > 2 && Math.abs(median - 1) < 0.25, ratios.join(" "));
  };

  it("names none while tasks are healthy", async () => {
    const { jobs } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 100,
      db_use_type: "sync",
    });
    const healthy = jobs.filter(
      ({ status, job_action }) =>
        // One that is frozen has this status, too, and can do nothing.
        status === "INCRE_TRANSFER_STARTED" && job_action?.available_actions?.includes("PAUSE") === true,
    );
    assert.ok(healthy.length > 1);
    for (let look = 0; look < 3; look++) {
      await Promise.all(
        healthy.map(async ({ id, name }) => {
          const { isBehind, cause, stages } = await diagnosis(id);
          assert.deepEqual([isBehind, cause], [false, undefined], `${name} ${JSON.stringify(stages)}`);
          assert.ok(stages.arriving !== undefined && stages.applying !== undefined);
        }),
      );
    }
  });

  it("names a table without a key, and a busy processor with the time that it takes to catch up", async () => {
    const [keyless, busy] = await Promise.all([
      flowing(
        "keyless",
        `CREATE TABLE t (id int, v text); ALTER TABLE t REPLICA IDENTITY FULL;
         INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 100000) n`,
      ),
      flowing("busy", "CREATE TABLE t (id int PRIMARY KEY, v text)"),
    ]);
    await backend.sql(
      "target",
      "busy",
      // It computes for the same time whatever else uses the processors, so that its end can be foretold.
      `CREATE FUNCTION work() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE until timestamptz := clock_timestamp() + '12 ms'; BEGIN
         WHILE clock_timestamp() < until LOOP END LOOP; RETURN NULL; END $$;
       CREATE TRIGGER work AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION work();
       ALTER TABLE t ENABLE ALWAYS TRIGGER work`,
    );
    await backend.sql(
      "source",
      "busy",
      "DO $$ BEGIN FOR n IN 1..2500 LOOP INSERT INTO t VALUES (n, repeat('x', 500)); COMMIT; END LOOP; END $$",
    );
    await named(busy, "targetProcessor");
    await delay(6_000);
    await arrivesAsForetold(busy, "t", 2_500);
    await busy.end("force_terminate");

    await backend.sql("source", "keyless", "UPDATE t SET v = 'new' WHERE id % 20 = 0");
    const scans = await named(keyless, "unindexed");
    assert.deepEqual(scans.cause, { id: "unindexed", table: "public.t", rows: 100_000 });
    assert.equal(scans.catchUp?.kind, "unknown");
    await keyless.end("force_terminate");
  });

  it("names one large transaction, and a speed limit", async () => {
    const [large, limited] = await Promise.all([
      flowing("large", "CREATE TABLE t (id int PRIMARY KEY, v text)"),
      flowing(
        "limited",
        `CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE big (id int PRIMARY KEY, v text);
         INSERT INTO big SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 80000) n`,
      ),
    ]);
    await backend.sql(
      "target",
      "large",
      "CREATE INDEX ON t (v); CREATE INDEX ON t (md5(v)); CREATE INDEX ON t (reverse(v))",
    );
    await backend.sql(
      "source",
      "large",
      "INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 800000) n",
    );
    await named(large, "largeTransaction");
    await large.end("force_terminate");

    const speed_limit = [{ begin: "00:00", end: "23:59", speed: "1", is_utc: true }];
    await backend.client.call("batchLimitSpeed", { speed_limits: [{ job_id: limited.id, speed_limit }] });
    // Only copies are limited, and what shares the way with them.
    await backend.local("POST", `/_local/tasks/${limited.id}/copy-again`, { tables: ["public.big"] });
    await backend.sql(
      "source",
      "limited",
      `DO $$ BEGIN FOR n IN 1..200 LOOP
         INSERT INTO t SELECT n * 1000 + i, repeat(md5(i::text), 10) FROM generate_series(1, 200) i; COMMIT;
       END LOOP; END $$`,
    );
    await named(limited, "speedLimit");
    await limited.end("force_terminate");
  });

  it("names a lock that is held for longer than the source waits for the worker, which is no failure", async () => {
    const task = await flowing("locked_long", "CREATE TABLE t (id int PRIMARY KEY, v text)");
    const shown = async (sql: string) => await backend.sql<{ active: boolean }>("source", "locked_long", sql);
    const unlock = await backend.held("target", "locked_long", "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    const reload = "SELECT pg_reload_conf()";
    await shown("ALTER SYSTEM SET wal_sender_timeout = '1s'");
    await shown(reload);
    await shown("INSERT INTO t VALUES (1, 'waits')");
    const slot = `SELECT active FROM pg_replication_slots WHERE slot_name = 'drs_${task.id.replaceAll("-", "_")}'`;
    await until(
      "the source has given up the worker",
      async () => (await shown(slot))[0]?.active,
      (active) => active === false,
    );
    await named(task, "lock");
    await shown("ALTER SYSTEM RESET wal_sender_timeout");
    await shown(reload);
    await unlock();
    await until(
      "the row arrives",
      async () => await backend.sql("target", "locked_long", "SELECT 1 FROM t"),
      (rows) => rows.length === 1,
    );
    await task.reaches("INCRE_TRANSFER_STARTED");
    await task.end("force_terminate");
  });

  it("names a lock at the target with its holder, a cut link, a slow network, and an open transaction", async () => {
    const table = "CREATE TABLE t (id int PRIMARY KEY, v text)";
    const [open, locked, cut, far] = await Promise.all([
      flowing("open_transaction", table),
      flowing("locked", table),
      flowing("cut_off", table),
      flowing("far_away", table, slow.port),
    ]);
    // From here on no task can be started: a slot waits for all older transactions.
    const release = await backend.held("source", "open_transaction", "INSERT INTO t VALUES (1, 'not yet')");
    const begun = performance.now();
    const unlock = await backend.held("target", "locked", "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    await backend.sql("source", "locked", "INSERT INTO t VALUES (1, 'waits')");
    await backend.fault({ kind: "cut_link", job: cut.id });
    slow.limit = 400_000;
    await backend.sql(
      "source",
      "far_away",
      `DO $$ BEGIN FOR n IN 1..400 LOOP
         INSERT INTO t SELECT n * 1000 + i, repeat(md5(i::text), 10) FROM generate_series(1, 100) i; COMMIT;
       END LOOP; END $$`,
    );

    const [waits] = await Promise.all([named(locked, "lock"), named(cut, "notRead"), named(far, "network")]);
    assert.ok(waits.cause?.id === "lock");
    assert.equal(waits.cause.table, "public.t");
    assert.match(waits.cause.holders.join(), /^pid \d+, .*xact_start/);
    assert.ok(
      (waits.stages.applying ?? 0) > 2_000 && (waits.stages.reading ?? 0) < 2_000,
      JSON.stringify(waits.stages),
    );
    assert.equal(waits.catchUp?.kind, "blocked");
    await unlock();

    await arrivesAsForetold(far, "t", 40_000);
    slow.limit = undefined;
    await backend.clearFaults();

    await delay(Math.max(0, 21_000 - (performance.now() - begun)));
    const { isBehind, cause } = await diagnosis(open.id);
    assert.deepEqual([isBehind, cause?.id], [false, "openTransaction"]);
    await release();
    for (const task of [open, locked, cut, far]) {
      await task.end("force_terminate");
    }
  });
});
