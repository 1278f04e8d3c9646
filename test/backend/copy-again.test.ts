/** Tables that have lost their place in the stream, or their rows, are copied again while the task's others go on. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, type TaskPlan, TestTask, untilEqual } from "../support/backend-task";
import { BusyTables } from "../support/busy-tables";
import { Random } from "../support/random";

const stateSchema = v.object({
  tables: v.array(v.object({ id: v.string(), keep_rows: v.boolean(), percent: v.number() })),
});

describe("copying tables again", () => {
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

  const stockSql = `CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock SELECT g, g FROM generate_series(1, 100) g;
    CREATE TABLE other (id bigserial PRIMARY KEY, v text); INSERT INTO other (v) SELECT 'v' || g FROM generate_series(1, 1000) g`;

  async function flowing(sql = stockSql, plan: Partial<TaskPlan> = {}): Promise<TestTask> {
    const task = await TestTask.started(backend, {
      ...(await planOf(backend, `again_${++count}`, sql)),
      ...plan,
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    return task;
  }
  const source = async ({ plan }: TestTask, sql: string) =>
    await backend.sql("source", plan.source.database, sql);
  const target = async ({ plan }: TestTask, sql: string) =>
    await backend.sql("target", plan.target.database, sql);
  const path = ({ id }: TestTask) => `/_local/tasks/${id}/copy-again`;
  const state = async (task: TestTask) => v.parse(stateSchema, await backend.local("GET", path(task)));
  async function copyAgain(task: TestTask, tables: readonly string[], keep_rows = false): Promise<void> {
    const answer = await backend.local("POST", path(task), { tables, keep_rows });
    assert.deepEqual(
      v.parse(stateSchema, answer).tables.map(({ id }) => id),
      tables,
    );
  }
  async function refused(task: TestTask, body: unknown): Promise<string> {
    const response = await backend.send("POST", path(task), body);
    const { error_code, error_msg } = v.parse(
      v.object({ error_code: v.string(), error_msg: v.string() }),
      await response.json(),
    );
    assert.equal(response.status, 400);
    return `${error_code} ${error_msg}`;
  }
  async function isCopied(task: TestTask): Promise<void> {
    await until(
      "the copy is over and the task flows",
      async () => ({ ...(await state(task)), status: await task.detailLine() }),
      ({ tables, status }) => tables.length === 0 && status.startsWith("INCRE_TRANSFER_STARTED"),
    );
  }
  /** Both ends have the same rows, and go on having them. */
  async function areEqual(task: TestTask, tables: readonly string[]): Promise<void> {
    for (const table of tables) {
      await untilEqual(task, table);
    }
    assert.match(await task.detailLine(), /^INCRE_TRANSFER_STARTED /);
  }

  async function history({ id }: TestTask): Promise<readonly (string | null | undefined)[]> {
    const page = { offset: 0, limit: 100 };
    const { timelines } = await backend.client.callIn(operationsV5, "showTimeline", { job_id: id, ...page });
    return timelines.map(({ name }) => name).toReversed();
  }

  describe("heals a table", () => {
    interface Loss {
      readonly what: string;
      readonly harm: (task: TestTask) => Promise<unknown>;
      /** What cannot be copied alone. */
      readonly all?: true;
    }
    const losses: readonly Loss[] = [
      {
        what: "that was dropped and made again at the source",
        harm: async (task) =>
          await source(
            task,
            "DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1000, 1)",
          ),
      },
      {
        what: "that was exchanged for another at the source",
        harm: async (task) => {
          await source(
            task,
            `BEGIN; CREATE TABLE n (LIKE stock INCLUDING ALL); INSERT INTO n SELECT * FROM stock;
             ALTER TABLE stock RENAME TO o; ALTER TABLE n RENAME TO stock; COMMIT`,
          );
          await source(task, "UPDATE stock SET n = n + 1");
        },
      },
      {
        what: "whose publication was dropped",
        all: true,
        harm: async (task) => {
          await source(task, `DROP PUBLICATION drs_${task.id.replaceAll("-", "_")}`);
          await source(task, "UPDATE stock SET n = n + 1");
        },
      },
      {
        what: "that was taken out of the publication",
        harm: async (task) => {
          await source(task, `ALTER PUBLICATION drs_${task.id.replaceAll("-", "_")} DROP TABLE stock`);
          await source(task, "UPDATE stock SET n = n + 1");
        },
      },
      {
        what: "that was dropped and made again at the target",
        harm: async (task) => {
          await target(task, "DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int)");
          await source(task, "INSERT INTO stock VALUES (500, 1)");
        },
      },
      {
        what: "that was dropped at the target, and made there after the stream had stopped for it",
        harm: async (task) => {
          await target(task, "DROP TABLE stock");
          await source(task, "INSERT INTO stock VALUES (500, 1)");
          await task.reaches("INCRE_TRANSFER_FAILED");
          await target(task, "CREATE TABLE stock (id int PRIMARY KEY, n int)");
        },
      },
      {
        what: "that was dropped at the target and is not there",
        harm: async (task) => await target(task, "DROP TABLE stock"),
      },
      {
        what: "that was renamed at the target",
        harm: async (task) =>
          await target(
            task,
            "ALTER TABLE stock RENAME TO stock_old; ALTER INDEX stock_pkey RENAME TO stock_old_pkey",
          ),
      },
      {
        what: "that was removed from the subscription",
        harm: async (task) => {
          const name = `drs_${task.id.replaceAll("-", "_")}`;
          await source(task, `ALTER PUBLICATION ${name} DROP TABLE stock`);
          await target(task, `ALTER SUBSCRIPTION ${name} REFRESH PUBLICATION`);
          await source(task, `ALTER PUBLICATION ${name} ADD TABLE stock`);
          await source(task, "UPDATE stock SET n = n + 1");
        },
      },
      {
        what: "rows of which somebody has deleted at the target",
        harm: async (task) => {
          await target(task, "DELETE FROM stock WHERE id <= 50");
          await source(task, "UPDATE stock SET n = n + 1");
        },
      },
      {
        what: "with a row in the way, for which the task has failed",
        harm: async (task) => {
          await target(task, "INSERT INTO stock VALUES (1000, 0)");
          await source(task, "INSERT INTO stock VALUES (1000, 1)");
          await task.reaches("INCRE_TRANSFER_FAILED");
        },
      },
    ];
    for (const { what, harm, all } of losses) {
      it(what, async () => {
        const task = await flowing();
        await harm(task);
        if (all === true) {
          assert.match(
            await refused(task, { tables: ["public.stock"] }),
            /^DRS\.M00304 .* Copy all tables again\.$/,
          );
        }
        const tables = all === true ? ["public.stock", "public.other"] : ["public.stock"];
        await copyAgain(task, tables);
        await isCopied(task);
        await areEqual(task, ["stock", "other"]);
        await source(
          task,
          "UPDATE stock SET n = n * 2 WHERE id < 2000; INSERT INTO other (v) VALUES ('late')",
        );
        await areEqual(task, ["stock", "other"]);
        const [own] = await source(
          task,
          `SELECT array_agg(tablename::text ORDER BY tablename)::text AS tables FROM pg_publication_tables
           WHERE pubname = 'drs_${task.id.replaceAll("-", "_")}'`,
        );
        assert.deepEqual(own, { tables: "{other,stock}" });
      });
    }
  });

  it("loses no row while both ends are written, and keeps the task's status", async () => {
    const task = await flowing(
      `CREATE TABLE a (id bigserial PRIMARY KEY, v text); CREATE TABLE b (id bigserial PRIMARY KEY, v text);
       INSERT INTO a (v) SELECT md5(g::text) FROM generate_series(1, 20000) g; INSERT INTO b (v) SELECT v FROM a`,
    );
    const busy = new BusyTables(task.plan.source, ["a", "b"], new Random());
    try {
      for (let round = 0; round < 3; round++) {
        await copyAgain(task, ["public.a"]);
        await isCopied(task);
      }
    } finally {
      await busy.stop();
    }
    await areEqual(task, ["a", "b"]);
    const events = await history(task);
    const since = events.slice(events.indexOf("INCRE_TRANSFER_STARTED") + 1);
    assert.deepEqual(since, ["COPY_AGAIN", "COPY_AGAIN", "COPY_AGAIN"]);
  });

  it("keeps the rows that the target has, where that is asked", async () => {
    const task = await flowing();
    await target(task, "DELETE FROM stock; INSERT INTO stock VALUES (1000, 0)");
    await copyAgain(task, ["public.stock"], true);
    await isCopied(task);
    assert.deepEqual(await target(task, "SELECT count(*)::int AS rows, max(id) AS last FROM stock"), [
      { rows: 101, last: 1000 },
    ]);
  });

  it("fails the task when the copy meets a row that is kept, and continues when it is copied without", async () => {
    const task = await flowing();
    await copyAgain(task, ["public.stock"], true);
    await task.reaches("INCRE_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /23505/);
    await copyAgain(task, ["public.stock"]);
    await isCopied(task);
    await areEqual(task, ["stock", "other"]);
  });

  it("copies a table of a task without a full synchronization", async () => {
    const task = await flowing(stockSql, { taskType: "INCR_TRANS" });
    assert.deepEqual(await target(task, "SELECT id FROM stock"), []);
    await copyAgain(task, ["public.stock"]);
    await isCopied(task);
    await areEqual(task, ["stock"]);
    assert.deepEqual(await target(task, "SELECT id FROM other"), []);
  });

  it("copies partitioned tables as a whole", async () => {
    const task = await flowing(
      `CREATE TABLE ev (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
       CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (100);
       CREATE TABLE ev2 PARTITION OF ev FOR VALUES FROM (100) TO (200);
       INSERT INTO ev SELECT g, 'v' || g FROM generate_series(1, 150) g`,
      { tables: ["public.ev"] },
    );
    await source(
      task,
      `CREATE TABLE ev3 (id int PRIMARY KEY, v text); INSERT INTO ev3 VALUES (201, 'before it was attached');
       ALTER TABLE ev ATTACH PARTITION ev3 FOR VALUES FROM (200) TO (300)`,
    );
    await copyAgain(task, ["public.ev"]);
    await isCopied(task);
    await areEqual(task, ["ev"]);
    await source(task, "UPDATE ev SET v = 'late'");
    await areEqual(task, ["ev"]);
  });

  it("copies a table whose full synchronization has failed, and completes it", async () => {
    const plan = await planOf(backend, `again_${++count}`, stockSql);
    await backend.sql(
      "target",
      plan.target.database,
      "CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0)",
    );
    const task = await TestTask.started(backend, { ...plan, taskType: "FULL_TRANS" });
    await task.reaches("FULL_TRANSFER_FAILED");
    await copyAgain(task, ["public.stock"]);
    await task.reaches("FULL_TRANSFER_COMPLETE");
    await untilEqual(task, "stock");
    await untilEqual(task, "other");
    assert.match(await refused(task, { tables: ["public.stock"] }), /^DRS\.M00304 .*FULL_TRANSFER_COMPLETE/);
  });

  it("waits with a paused task until it is resumed", async () => {
    const task = await flowing();
    await task.pause();
    await task.reaches("PAUSING");
    await target(task, "DELETE FROM stock");
    await copyAgain(task, ["public.stock"]);
    assert.deepEqual((await state(task)).tables, [{ id: "public.stock", keep_rows: false, percent: 0 }]);
    // Another choice comes on top.
    await backend.local("POST", path(task), { tables: ["public.other"] });
    assert.match(await task.detailLine(), /^PAUSING /);
    assert.deepEqual(await target(task, "SELECT id FROM stock"), []);
    await task.retry();
    await isCopied(task);
    await areEqual(task, ["stock", "other"]);
  });

  it("continues after a crash of the backend at any moment", async () => {
    const task = await flowing(
      `CREATE TABLE a (id bigserial PRIMARY KEY, v text); CREATE TABLE b (id bigserial PRIMARY KEY, v text);
       INSERT INTO a (v) SELECT md5(g::text) FROM generate_series(1, 20000) g; INSERT INTO b (v) SELECT v FROM a`,
    );
    const busy = new BusyTables(task.plan.source, ["a", "b"], new Random());
    try {
      for (const ms of [0, 60, 150, 400]) {
        await target(task, "DELETE FROM a WHERE id % 3 = 0");
        await copyAgain(task, ["public.a"]);
        await new Promise((resolve) => setTimeout(resolve, ms));
        await backend.kill();
        backend = await BackendProcess.startOn(dataDir, ["--demo"]);
        task.backend = backend;
        await isCopied(task);
      }
    } finally {
      await busy.stop();
    }
    await areEqual(task, ["a", "b"]);
  });

  describe("with foreign keys at the target", () => {
    const parents = `CREATE TABLE par (id int PRIMARY KEY, v text); CREATE TABLE chi (id int PRIMARY KEY, par int);
      INSERT INTO par SELECT g, 'p' FROM generate_series(1, 20) g; INSERT INTO chi SELECT g, g FROM generate_series(1, 20) g`;

    it("copies tables that refer to each other together, and names the one that stands in the way", async () => {
      const task = await flowing(parents);
      await target(
        task,
        "ALTER TABLE chi ADD CONSTRAINT chi_par FOREIGN KEY (par) REFERENCES par ON DELETE CASCADE",
      );
      assert.match(
        await refused(task, { tables: ["public.par"] }),
        /^DRS\.M00304 Table public\.par cannot be emptied .*public\.chi refer to it by the foreign key chi_par/,
      );
      assert.equal((await target(task, "SELECT id FROM chi")).length, 20);
      await target(task, "DELETE FROM chi WHERE id = 3");
      await copyAgain(task, ["public.par", "public.chi"]);
      await isCopied(task);
      await areEqual(task, ["par", "chi"]);
      await copyAgain(task, ["public.chi"]);
      await isCopied(task);
      await areEqual(task, ["par", "chi"]);
    });

    it("deletes the rows in order where a table outside the task refers to them and is empty", async () => {
      const task = await flowing(parents);
      await target(
        task,
        `ALTER TABLE chi ADD CONSTRAINT chi_par FOREIGN KEY (par) REFERENCES par;
         CREATE TABLE mine (id int PRIMARY KEY, par int CONSTRAINT mine_par REFERENCES par)`,
      );
      await copyAgain(task, ["public.par", "public.chi"]);
      await isCopied(task);
      await areEqual(task, ["par", "chi"]);
      await target(task, "INSERT INTO mine VALUES (1, 1)");
      assert.match(await refused(task, { tables: ["public.par", "public.chi"] }), /public\.mine .* mine_par/);
      // Without emptying nothing refers to what is gone.
      await target(task, "ALTER TABLE chi DROP CONSTRAINT chi_par");
      await copyAgain(task, ["public.chi"]);
      await isCopied(task);
    });
  });

  it("explains what it refuses", async () => {
    const task = await flowing(stockSql, { account: "again" });
    const body = { tables: ["public.stock"] };
    assert.match(await refused(task, { tables: [] }), /^DRS\.M00007 .*tables/);
    assert.match(
      await refused(task, { tables: ["public.nothing"] }),
      /^DRS\.M00007 The task does not synchronize public\.nothing\. Its tables are: public\.other, public\.stock\./,
    );
    assert.equal((await backend.send("POST", "/_local/tasks/nobody/copy-again", body)).status, 400);
    await backend.setBalance("again", 0);
    assert.match(await refused(task, body), /^DRS\.M00304 The task is frozen/);
    await backend.setBalance("again", 10);
    await source(task, "CREATE TABLE added (id int PRIMARY KEY)");
    // A copy waits for transactions that write.
    const release = await backend.held("source", task.plan.source.database, "CREATE TEMP TABLE held ()");
    const child = await task.edited(["public.stock", "public.other", "public.added"]);
    assert.match(await refused(task, body), /^DRS\.M00304 The objects of this task are being modified/);
    await release();
    await child.reaches("RELEASE_CHILD_TRANSFER_COMPLETE");
    await source(task, "ALTER TABLE stock RENAME TO away");
    assert.match(await refused(task, body), /^DRS\.M00299 .*42P01.*"public\.stock" does not exist/);
  });
});
