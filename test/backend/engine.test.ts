import assert from "node:assert/strict";
import pg from "pg";
import { type Connection, type EngineState, LogLostError } from "../../src/local/engine/engine";
import { PostgresEngine } from "../../src/local/engine/postgres/engine";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { describeEngine } from "../support/engine-conformance";

describeEngine("PostgreSQL", async () => {
  const dataDir = makeDataDir();
  // The demo's servers are two real ones to be used.
  const backend = await BackendProcess.start(dataDir, ["--demo"]);
  const engine = new PostgresEngine(() => undefined);
  let count = 0;
  const connection = (server: "source" | "target", database: string): Connection => ({
    ...backend.login(server),
    ...{ database, ssl: false },
  });
  return {
    engine,
    databases: async () => {
      const database = `engine_${++count}`;
      await backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
      await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
      return { source: connection("source", database), target: connection("target", database) };
    },
    sql: async ({ host, port, user, password, database }, text) => {
      const client = new pg.Client({ host, port, user, password, database });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
    dispose: async () => {
      await engine.dispose();
      await backend.stop();
      removeDataDir(dataDir);
    },
  };
});

// PostgreSQL drops the slot of a table's copy before the target commits that the table is in step. A target that crashes
// in between comes back with a table that is copied, and has nothing to go on from.
describe("a copy whose slot is gone when the target comes back", () => {
  const dataDir = makeDataDir();
  const engine = new PostgresEngine(() => undefined);
  let backend: BackendProcess;
  let count = 0;

  before(async function () {
    this.timeout(60_000);
    backend = await BackendProcess.start(dataDir, ["--demo"]);
  });

  after(async () => {
    await engine.dispose();
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** A task with a table that flows, and an added one that is copied and no further, while neither worker runs. */
  async function interrupted() {
    const database = `copies_${++count}`;
    const sql = async (server: "source" | "target", text: string) =>
      await backend.sql(server, database, text);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", `CREATE DATABASE ${database}`);
      await sql(server, "CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE c (LIKE a INCLUDING ALL)");
    }
    await sql("source", "INSERT INTO a VALUES (1, 'one'); INSERT INTO c VALUES (1, 'one'), (2, 'two')");
    const [a, c] = [
      { schema: "public", table: "a" },
      { schema: "public", table: "c" },
    ];
    const end = (server: "source" | "target") => ({ ...backend.login(server), database, ssl: false });
    const source = end("source");
    const task = {
      ...{
        id: `00000000-0000-0000-0000-${String(count).padStart(6, "0")}jb101`,
        source,
        target: end("target"),
      },
      ...{ publisher: { host: source.host, port: source.port }, tables: [a], copiesRows: true },
    };
    const phases = async (holds: (state: EngineState | undefined) => boolean) =>
      await until(
        "the tables are so",
        15_000,
        async () => (await engine.observe([task])).get(task.id),
        holds,
      );
    const isAt = (state: EngineState | undefined, name: string, phase: string) =>
      state?.kind === "present" && state.tables.some((one) => one.name === name && one.phase === phase);
    await engine.prepare(task);
    await engine.enable(task);
    await phases((state) => isAt(state, "public.a", "synced"));
    // The copy waits for one lock until the worker that applies changes waits for the other: without it the added table
    // cannot come in step.
    const begin = await backend.held("target", database, "LOCK TABLE c IN SHARE MODE");
    const wider = { ...task, tables: [a, c] };
    await engine.change(wider, [c]);
    await phases((state) => isAt(state, "public.c", "copying"));
    const goOn = await backend.held("target", database, "LOCK TABLE a IN SHARE MODE");
    await sql("source", "UPDATE a SET v = 'changed'");
    const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass";
    await until("the worker waits", 15_000, async () => (await sql("target", waiting)).length > 0);
    await begin();
    await phases((state) => isAt(state, "public.c", "copied"));
    await engine.suspend(wider);
    await goOn();
    await phases((state) => state?.kind === "present" && !state.streaming && state.copyWorkers === 0);
    const slots = `SELECT slot_name FROM pg_replication_slots WHERE database = '${database}'`;
    const drop = async (pattern: string) =>
      await sql(
        "source",
        `SELECT pg_drop_replication_slot(slot_name) FROM (${slots} AND slot_name ~ '${pattern}') s`,
      );
    assert.equal((await drop("_sync_")).length, 1);
    await sql("source", "UPDATE c SET v = 'changed' WHERE id = 1; INSERT INTO c VALUES (3, 'three')");
    return { task: wider, sql, drop, slots: async () => await sql("source", slots) };
  }

  it("goes on with every change, and the source keeps nothing for it afterwards", async () => {
    const { task, sql, slots } = await interrupted();
    await engine.enable(task);
    await sql("source", "DELETE FROM c WHERE id = 2; UPDATE a SET v = 'again'");
    for (const table of ["a", "c"]) {
      const rows = async (server: "source" | "target") =>
        JSON.stringify(await sql(server, `SELECT * FROM ${table} ORDER BY id`));
      await until(
        `${table} is alike on both sides`,
        15_000,
        async () => [await rows("source"), await rows("target")],
        ([one, other]) => one === other,
      );
    }
    await until(
      "only the task's own slot is left",
      15_000,
      async () => {
        await engine.tidy(task);
        return await slots();
      },
      (left) => left.length === 1,
    );
    await engine.release(task, "target");
    await engine.release(task, "source");
    assert.deepEqual(await slots(), []);
  });

  it("is not made to look well when the source has given up the spare slot, too", async () => {
    const { task, drop } = await interrupted();
    assert.equal((await drop("_spare$")).length, 1);
    await assert.rejects(engine.enable(task), LogLostError);
    const state = (await engine.observe([task])).get(task.id);
    assert.ok(state?.kind === "present" && !state.enabled);
  });
});
