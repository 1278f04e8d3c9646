/** What every engine must do, whatever moves its rows: run with `describeEngine` against the real thing. */
import assert from "node:assert/strict";
import {
  type Connection,
  type Engine,
  EngineError,
  type EngineState,
  type EngineTask,
  type TableName,
} from "../../src/local/engine/engine";
import { until } from "./backend-process";

/** An engine and two servers for it. */
export interface EngineWorld {
  readonly engine: Engine;
  /** The ways into two fresh databases, one at the source and one at the target. */
  databases(): Promise<{ readonly source: Connection; readonly target: Connection }>;
  /** Runs statements of plain SQL; answers the rows of the last. */
  sql(connection: Connection, text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  dispose(): Promise<void>;
}

type Present = Extract<EngineState, { kind: "present" }>;

const settleMs = 20_000;

/** Declares the suite. `make` is called once. */
export function describeEngine(name: string, make: () => Promise<EngineWorld>): void {
  describe(`the engine ${name}`, () => {
    let world: EngineWorld;
    let count = 0;

    before(async function () {
      this.timeout(60_000);
      world = await make();
    });

    after(async () => {
      await world.dispose();
    });

    /** A task of its own databases, with a table of 100 rows for every name. */
    async function task(tables: readonly string[], copiesRows = true): Promise<EngineTask> {
      const { source, target } = await world.databases();
      for (const table of tables) {
        await world.sql(source, `CREATE TABLE ${table} (id int PRIMARY KEY, v varchar(100))`);
        const rows = Array.from({ length: 100 }, (_, n) => `(${n}, 'row ${n}')`);
        await world.sql(source, `INSERT INTO ${table} VALUES ${rows.join(", ")}`);
      }
      return {
        id: `00000000-0000-0000-0000-${String(++count).padStart(6, "0")}jb101`,
        ...{ source, target, copiesRows },
        publisher: { host: source.host, port: source.port },
        tables: tables.map(named),
      };
    }
    const named = (table: string): TableName => ({ schema: "public", table });
    const observe = async (seen: EngineTask): Promise<EngineState | undefined> =>
      (await world.engine.observe([seen])).get(seen.id);
    const present = async (seen: EngineTask): Promise<Present> => {
      const state = await observe(seen);
      assert.equal(state?.kind, "present", JSON.stringify(state));
      return state;
    };
    const flows = async (seen: EngineTask) =>
      await until(
        "all tables are in step and changes flow",
        settleMs,
        async () => await observe(seen),
        (state) =>
          state?.kind === "present" &&
          state.streaming &&
          state.tables.every(({ phase }) => phase === "synced") &&
          state.tables.length === seen.tables.length,
      );
    const started = async (tables: readonly string[]) => {
      const made = await task(tables);
      await world.engine.prepare(made);
      await world.engine.enable(made);
      await flows(made);
      return made;
    };
    const rows = async (connection: Connection, table: string) =>
      JSON.stringify(await world.sql(connection, `SELECT id, v FROM ${table} ORDER BY id`));
    const alike = async ({ source, target }: EngineTask, table: string) =>
      await until(
        `${table} is alike on both sides`,
        settleMs,
        async () => [await rows(source, table), await rows(target, table)],
        ([one, other]) => one === other,
      );

    it("connects, and says in words of the user why it cannot", async () => {
      const { source } = await world.databases();
      await world.engine.test(source, "source");
      const wrong = { ...source, password: "wrong" };
      await assert.rejects(world.engine.test(wrong, "source"), (error) => {
        assert.ok(error instanceof EngineError && error.code !== "" && error.side === "source");
        assert.ok(!JSON.stringify(world.engine.describe(error, wrong)).includes('"wrong"'));
        return true;
      });
    });

    it("lists the tables of a database, and finds it fit", async () => {
      const made = await task(["a", "b"]);
      assert.deepEqual(await world.engine.tablesOf(made.source), [named("a"), named("b")]);
      const items = await world.engine.check(made);
      assert.ok(items.length > 0);
      assert.deepEqual(
        items.filter(({ result }) => result !== "PASSED"),
        [],
      );
      const missing = await world.engine.check({ ...made, tables: [named("missing")] });
      assert.ok(missing.some(({ result, reason }) => result === "FAILED" && reason !== undefined));
    });

    it("makes everything without letting anything flow, and may be asked twice", async () => {
      const made = await task(["a"]);
      assert.deepEqual(await observe(made), { kind: "absent" });
      await world.engine.prepare(made);
      assert.deepEqual(await world.engine.prepare(made), { "public.a": 100 });
      const state = await present(made);
      assert.deepEqual([state.enabled, state.streaming, state.copyWorkers], [false, false, 0]);
      assert.deepEqual(state.tables, [{ name: "public.a", phase: "waiting", copiedRows: 0 }]);
      assert.equal(await rows(made.target, "a"), "[]");
    });

    it("copies, then follows inserts, updates and deletes, and knows how far behind it is", async () => {
      const made = await started(["a", "b"]);
      await alike(made, "a");
      await alike(made, "b");
      await world.sql(made.source, "INSERT INTO a VALUES (1000, 'new')");
      await world.sql(made.source, "UPDATE a SET v = 'changed' WHERE id = 1");
      await world.sql(made.source, "DELETE FROM b WHERE id = 2");
      await alike(made, "a");
      await alike(made, "b");
      const { delayMs } = await present(made);
      assert.ok(delayMs !== undefined && delayMs >= 0, String(delayMs));
    });

    it("only follows a task that copies no rows", async () => {
      const made = await task(["a"], false);
      await world.engine.prepare(made);
      await world.engine.enable(made);
      await flows(made);
      await world.sql(made.source, "INSERT INTO a VALUES (1000, 'new')");
      await until(
        "the one row arrives",
        settleMs,
        async () => await rows(made.target, "a"),
        (text) => text === JSON.stringify([{ id: 1000, v: "new" }]),
      );
    });

    it("suspends, and takes up where it was, if it can pause", async () => {
      if (world.engine.capabilities.canPause) {
        const made = await started(["a"]);
        await world.engine.suspend(made);
        await world.engine.suspend(made);
        const before = await rows(made.target, "a");
        await world.sql(made.source, "DELETE FROM a WHERE id < 50");
        const state = await until(
          "nothing reads from the source",
          settleMs,
          async () => await present(made),
          ({ streaming }) => !streaming,
        );
        assert.deepEqual([state.enabled, state.logKept], [false, true]);
        assert.equal(await rows(made.target, "a"), before);
        await world.engine.enable(made);
        await alike(made, "a");
      }
    });

    it("takes tables in and out while changes flow, if it can edit objects", async () => {
      if (world.engine.capabilities.canEditObjects) {
        const made = await started(["a", "b"]);
        await world.sql(made.source, "CREATE TABLE c (id int PRIMARY KEY, v varchar(100))");
        await world.sql(made.source, "INSERT INTO c VALUES (1, 'one')");
        const wider = { ...made, tables: ["a", "b", "c"].map(named) };
        assert.deepEqual(await world.engine.change(wider, [named("c")]), { "public.c": 1 });
        await flows(wider);
        await alike(wider, "c");
        const narrower = { ...made, tables: ["a", "c"].map(named) };
        await world.engine.change(narrower, []);
        await flows(narrower);
        await world.sql(made.source, "INSERT INTO b VALUES (1000, 'new'); INSERT INTO c VALUES (2, 'two')");
        await alike(narrower, "c");
        const late = await world.sql(made.target, "SELECT id FROM b WHERE id = 1000");
        assert.deepEqual(late, []);
        await assert.rejects(
          world.engine.change({ ...narrower, tables: [...narrower.tables, named("missing")] }, [
            named("missing"),
          ]),
          EngineError,
        );
        await world.sql(made.source, "INSERT INTO a VALUES (1000, 'new')");
        await alike(narrower, "a");
      }
    });

    it("stops by itself at a change that it cannot apply, and goes on when the way is free", async () => {
      const made = await started(["a"]);
      await world.sql(made.target, "INSERT INTO a VALUES (1000, 'in the way')");
      await world.sql(made.source, "INSERT INTO a VALUES (1000, 'new')");
      await until(
        "it has stopped",
        settleMs,
        async () => await present(made),
        ({ enabled }) => !enabled,
      );
      assert.notEqual((await world.engine.explainStop(made)).kind, "connection");
      await world.sql(made.target, "DELETE FROM a WHERE id = 1000");
      await world.engine.enable(made);
      await alike(made, "a");
    });

    it("counts what it has written", async () => {
      const made = await started(["a"]);
      await world.sql(made.source, "UPDATE a SET v = 'changed' WHERE id < 50");
      await until(
        "100 copied and 50 changed rows are counted",
        settleMs,
        async () => (await world.engine.measure([made])).get(made.id)?.written,
        (written) => written === 150,
      );
      const away = { ...made, id: "away", target: { ...made.target, port: 1 } };
      assert.deepEqual([...(await world.engine.measure([made, away])).keys()], [made.id]);
    });

    it("compares both ends, if it can", async () => {
      if (world.engine.capabilities.canCompare) {
        const made = await started(["a", "b"]);
        await alike(made, "b");
        const compare = async (contents: boolean) => {
          const found = new Map<string, string>();
          const { signal } = new AbortController();
          for await (const { table, verdict, ...counts } of world.engine.compare(made, contents, signal)) {
            const { onlySource, onlyTarget, changed, listed } = counts;
            const keys = listed.map(({ kind, key }) => `${kind} ${key.join()}`).toSorted();
            found.set(table.table, [verdict, onlySource, onlyTarget, changed, ...keys].join(" "));
          }
          return Object.fromEntries(found);
        };
        assert.deepEqual(await compare(true), { a: "equal 0 0 0", b: "equal 0 0 0" });
        await world.sql(made.target, "DELETE FROM a WHERE id = 1");
        await world.sql(made.target, "UPDATE b SET v = 'other' WHERE id = 2");
        await world.sql(made.target, "INSERT INTO b VALUES (1000, 'stray')");
        assert.deepEqual(await compare(false), { a: "different 1 0 0", b: "different 0 1 0" });
        assert.deepEqual(await compare(true), {
          a: "different 1 0 0 onlySource 1",
          b: "different 0 1 1 changed 2 onlyTarget 1000",
        });
        const stopped = new AbortController();
        stopped.abort();
        await assert.rejects(async () => {
          for await (const _ of world.engine.compare(made, true, stopped.signal)) {
            assert.fail("it goes on");
          }
        });
      }
    });

    it("tells an end that cannot be reached from a task that is not there", async () => {
      const made = await started(["a"]);
      const away = { ...made, target: { ...made.target, port: 1 } };
      const state = await observe(away);
      assert.deepEqual([state?.kind, state?.kind === "unreachable" && state.side], ["unreachable", "target"]);
      const other = { ...made, id: "00000000-0000-0000-0000-other00jb101" };
      const states = await world.engine.observe([made, other]);
      assert.deepEqual([states.get(made.id)?.kind, states.get(other.id)?.kind], ["present", "absent"]);
    });

    it("lets go of both ends, and may be asked twice", async () => {
      const made = await started(["a"]);
      for (const side of ["target", "source", "target", "source"] as const) {
        await world.engine.release(made, side);
      }
      assert.deepEqual(await observe(made), { kind: "absent" });
      await world.sql(made.source, "INSERT INTO a VALUES (1000, 'new')");
      assert.deepEqual(await world.sql(made.target, "SELECT id FROM a WHERE id = 1000"), []);
      // The tables and their rows are the user's.
      assert.equal((await world.sql(made.target, "SELECT id FROM a")).length, 100);
    });
  });
}
