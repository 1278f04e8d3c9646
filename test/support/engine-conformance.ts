/** What every engine must do, whatever moves its rows: run with `describeEngine` against the real thing. */
import assert from "node:assert/strict";
import type { DatabaseLogin, EndLogin } from "../../src/backend/engine/database-login";
import type { Engine } from "../../src/backend/engine/engine";
import { EngineError } from "../../src/backend/engine/engine-error";
import type { EngineState, IndexProgress } from "../../src/backend/engine/engine-state";
import type { EngineTask, UnindexedTable } from "../../src/backend/engine/engine-task";
import type { TableName } from "../../src/backend/engine/table-name";
import { until } from "./backend-process";

/** An engine and two servers for it. */
export interface EngineWorld {
  readonly engine: Engine;
  /** The ways into two fresh databases, one at the source and one at the target. */
  databases(): Promise<{ readonly source: EndLogin; readonly target: EndLogin }>;
  /** Runs statements of plain SQL; answers the rows of the last. */
  sql(connection: DatabaseLogin, text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  dispose(): Promise<void>;
}

type Present = Extract<EngineState, { kind: "present" }>;

const settleMs = 20_000;

/** Declares the suite. `make` is called once. */
export function describeEngine(name: string, make: () => Promise<EngineWorld>): void {
  describe(`the engine ${name}`, () => {
    let world: EngineWorld;
    let count = 0;
    const made: EngineTask[] = [];

    before(async () => {
      world = await make();
    });

    // A server of a user's own has room for few tasks.
    afterEach(async () => {
      for (const task of made.splice(0)) {
        await world.engine.release(task, "target");
        await world.engine.release(task, "source");
      }
    });

    after(async () => {
      await world.dispose();
    });

    /** A task of its own databases, with a table of 100 rows for every name. */
    async function newTask(tables: readonly string[], copiesRows = true): Promise<EngineTask> {
      const { source, target } = await world.databases();
      for (const table of tables) {
        await world.sql(source, `CREATE TABLE ${table} (id int PRIMARY KEY, v varchar(100))`);
        const rows = Array.from({ length: 100 }, (_, n) => `(${n}, 'row ${n}')`);
        await world.sql(source, `INSERT INTO ${table} VALUES ${rows.join(", ")}`);
      }
      const task = {
        id: `00000000-0000-0000-0000-${String(++count).padStart(6, "0")}jb101`,
        ...{ source, target, copiesRows, unindexed: [], memory: null },
        publisher: { host: source.host, port: source.port },
        tables: tables.map(named),
      };
      made.push(task);
      return task;
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
        async () => await observe(seen),
        (state) =>
          state?.kind === "present" &&
          state.streaming &&
          state.tables.every(({ phase }) => phase === "synced") &&
          state.tables.length === seen.tables.length,
      );
    const started = async (tables: readonly string[]) => {
      const task = await newTask(tables);
      await world.engine.prepare(task);
      await world.engine.enable(task);
      await flows(task);
      return task;
    };
    const rows = async (connection: DatabaseLogin, table: string) =>
      JSON.stringify(await world.sql(connection, `SELECT id, v FROM ${table} ORDER BY id`));
    const alike = async ({ source, target }: EngineTask, table: string) =>
      await until(
        `${table} is alike on both sides`,
        async () => [await rows(source, table), await rows(target, table)],
        ([one, other]) => one === other,
      );

    it("connects, and says in words of the user why it cannot", async () => {
      const { source } = await world.databases();
      await world.engine.test(source);
      const wrong = { ...source, password: "wrong" };
      await assert.rejects(world.engine.test(wrong), (error) => {
        assert.ok(error instanceof EngineError && error.code !== "" && error.side === "source");
        assert.ok(!JSON.stringify(world.engine.describe(error, wrong)).includes('"wrong"'));
        return true;
      });
    });

    it("lists the tables of a database, and finds it fit", async () => {
      const task = await newTask(["a", "b"]);
      assert.deepEqual(await world.engine.tablesOf(task.source), [named("a"), named("b")]);
      const items = await world.engine.check(task, []);
      assert.ok(items.length > 0);
      assert.deepEqual(
        items.filter(({ result }) => result === "FAILED"),
        [],
      );
      const missing = await world.engine.check({ ...task, tables: [named("missing")] }, []);
      assert.ok(missing.some(({ result, reasons }) => result === "FAILED" && reasons.length > 0));
    });

    it("makes everything without letting anything flow, and may be asked twice", async () => {
      const task = await newTask(["a"]);
      assert.deepEqual(await observe(task), { kind: "absent" });
      await world.engine.prepare(task);
      assert.deepEqual(await world.engine.prepare(task), { "public.a": 100 });
      const state = await present(task);
      assert.deepEqual([state.enabled, state.streaming, state.copyWorkers], [false, false, 0]);
      assert.deepEqual(state.tables, [{ name: "public.a", phase: "waiting", copiedRows: 0 }]);
      assert.equal(await rows(task.target, "a"), "[]");
    });

    it("gives copied tables what comes after their rows, and may be asked twice", async () => {
      const task = await newTask(["a"]);
      await world.sql(task.source, "ALTER TABLE a ADD CONSTRAINT once UNIQUE (v)");
      const unindexed: UnindexedTable[] = [];
      await world.engine.prepare(task, async (made) => {
        unindexed.push(...made);
      });
      await world.engine.enable(task);
      await flows(task);
      const copied = { ...task, unindexed };
      let told: readonly IndexProgress[] = [];
      for (let time = 0; time < 2; time++) {
        await world.engine.index(copied, AbortSignal.timeout(settleMs), (progress) => {
          told = progress;
        });
      }
      assert.deepEqual(
        told.map(({ made, all }) => made - all),
        told.map(() => 0),
      );
      await assert.rejects(world.sql(task.target, "INSERT INTO a VALUES (1000, 'row 1')"));
      const stopped = AbortSignal.abort();
      await assert.rejects(world.engine.index(copied, stopped, () => undefined));
    });

    it("copies, then follows inserts, updates and deletes, and knows how far behind it is", async () => {
      const task = await started(["a", "b"]);
      await alike(task, "a");
      await alike(task, "b");
      await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
      await world.sql(task.source, "UPDATE a SET v = 'changed' WHERE id = 1");
      await world.sql(task.source, "DELETE FROM b WHERE id = 2");
      await alike(task, "a");
      await alike(task, "b");
      const { delayMs } = await present(task);
      assert.ok(delayMs !== undefined && delayMs >= 0, String(delayMs));
    });

    it("keeps nothing of copies that are in step, once it is reported so", async () => {
      const task = await started(["a"]);
      await until(
        "nothing is left of the copies",
        async () => {
          await world.engine.cleanUp(task);
          return await present(task);
        },
        ({ needsCleanUp }) => !needsCleanUp,
      );
      await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
      await alike(task, "a");
    });

    it("only follows a task that copies no rows", async () => {
      const task = await newTask(["a"], false);
      await world.engine.prepare(task);
      await world.engine.enable(task);
      await flows(task);
      await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
      await until(
        "the one row arrives",
        async () => await rows(task.target, "a"),
        (text) => text === JSON.stringify([{ id: 1000, v: "new" }]),
      );
    });

    it("suspends, and takes up where it was, if it can pause", async () => {
      if (world.engine.capabilities.canPause) {
        const task = await started(["a"]);
        await world.engine.suspend(task);
        await world.engine.suspend(task);
        const before = await rows(task.target, "a");
        await world.sql(task.source, "DELETE FROM a WHERE id < 50");
        const state = await until(
          "nothing reads from the source",
          async () => await present(task),
          ({ streaming }) => !streaming,
        );
        assert.deepEqual([state.enabled, state.logKept], [false, true]);
        assert.equal(await rows(task.target, "a"), before);
        await world.engine.enable(task);
        await alike(task, "a");
      }
    });

    it("takes tables in and out while changes flow, if it can edit objects", async () => {
      if (world.engine.capabilities.canEditObjects) {
        const task = await started(["a", "b"]);
        await world.sql(task.source, "CREATE TABLE c (id int PRIMARY KEY, v varchar(100))");
        await world.sql(task.source, "INSERT INTO c VALUES (1, 'one')");
        const wider = { ...task, tables: ["a", "b", "c"].map(named) };
        assert.deepEqual(await world.engine.change(wider, [named("c")]), { "public.c": 1 });
        await flows(wider);
        await alike(wider, "c");
        const narrower = { ...task, tables: ["a", "c"].map(named) };
        await world.engine.change(narrower, []);
        await flows(narrower);
        await world.sql(task.source, "INSERT INTO b VALUES (1000, 'new'); INSERT INTO c VALUES (2, 'two')");
        await alike(narrower, "c");
        const late = await world.sql(task.target, "SELECT id FROM b WHERE id = 1000");
        assert.deepEqual(late, []);
        await assert.rejects(
          world.engine.change({ ...narrower, tables: [...narrower.tables, named("missing")] }, [
            named("missing"),
          ]),
          EngineError,
        );
        await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
        await alike(narrower, "a");
      }
    });

    it("copies a table again while the others continue, if it can", async () => {
      if (world.engine.capabilities.canCopyAgain) {
        const task = await started(["a", "b"]);
        const again = [{ ...named("a"), keepRows: false }];
        await until(
          "the table may be dropped: PostgreSQL refuses it until a table that is in step is noted as such",
          async () =>
            await world.sql(task.target, "DROP TABLE a").then(
              () => "",
              (error: Error) => error.message,
            ),
          (refusal) => !refusal.includes("could not drop relation mapping"),
        );
        await world.sql(task.source, "INSERT INTO a VALUES (1000, 'missed')");
        assert.equal(await world.engine.copyObjection(task, again), undefined);
        assert.deepEqual(await world.engine.copyAgain(task, again), { "public.a": 101 });
        await world.engine.copyAgain(task, again);
        await world.sql(task.source, "INSERT INTO b VALUES (1000, 'new')");
        await flows(task);
        await alike(task, "a");
        await alike(task, "b");
        await world.sql(task.source, "UPDATE a SET v = 'changed' WHERE id < 50");
        await alike(task, "a");
        const missing = [{ ...named("missing"), keepRows: false }];
        await assert.rejects(world.engine.copyObjection(task, missing), EngineError);
        await assert.rejects(world.engine.copyAgain(task, missing), EngineError);
        await world.sql(task.source, "INSERT INTO a VALUES (1001, 'not harmed')");
        await alike(task, "a");
      }
    });

    it("stops by itself at a change that it cannot apply, and continues when the way is free", async () => {
      const task = await started(["a"]);
      await world.sql(task.target, "INSERT INTO a VALUES (1000, 'in the way')");
      await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
      await until(
        "it has stopped",
        async () => await present(task),
        ({ enabled }) => !enabled,
      );
      assert.notEqual((await world.engine.explainStop(task)).kind, "connection");
      await world.sql(task.target, "DELETE FROM a WHERE id = 1000");
      await world.engine.enable(task);
      await alike(task, "a");
    });

    it("counts what it has written", async () => {
      const made = await started(["a"]);
      await world.sql(made.source, "UPDATE a SET v = 'changed' WHERE id < 50");
      let changed = 0;
      await until(
        "100 copied and 50 changed rows are counted, at the latest with the next change",
        async () => {
          changed++;
          await world.sql(made.source, "UPDATE a SET v = 'again' WHERE id = 99");
          return (await world.engine.measure([made])).get(made.id)?.written ?? 0;
        },
        (written) => written >= 150 && written <= 150 + changed,
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
        const objects = await world.engine.compareObjects(made, new AbortController().signal);
        assert.deepEqual(
          objects
            .filter(({ kind }) => kind === "TABLE")
            .map(({ source, target }) => source === target && source),
          ["public.a", "public.b"],
        );
        const stopped = new AbortController();
        stopped.abort();
        await assert.rejects(world.engine.compareObjects(made, stopped.signal));
        await assert.rejects(async () => {
          for await (const _ of world.engine.compare(made, true, stopped.signal)) {
            assert.fail("it goes on");
          }
        });
      }
    });

    it("distinguishes an end that cannot be reached from a task that does not exist", async () => {
      const task = await started(["a"]);
      const away = { ...task, target: { ...task.target, port: 1 } };
      const state = await observe(away);
      assert.deepEqual([state?.kind, state?.kind === "unreachable" && state.side], ["unreachable", "target"]);
      const other = { ...task, id: "00000000-0000-0000-0000-other00jb101" };
      const states = await world.engine.observe([task, other]);
      assert.deepEqual([states.get(task.id)?.kind, states.get(other.id)?.kind], ["present", "absent"]);
    });

    it("lets go of both ends, and may be asked twice", async () => {
      const task = await started(["a"]);
      for (const side of ["target", "source", "target", "source"] as const) {
        await world.engine.release(task, side);
      }
      assert.deepEqual(await observe(task), { kind: "absent" });
      await world.sql(task.source, "INSERT INTO a VALUES (1000, 'new')");
      assert.deepEqual(await world.sql(task.target, "SELECT id FROM a WHERE id = 1000"), []);
      // The tables and their rows are the user's.
      assert.equal((await world.sql(task.target, "SELECT id FROM a")).length, 100);
    });
  });
}
