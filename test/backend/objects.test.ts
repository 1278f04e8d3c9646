import assert from "node:assert/strict";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { one, planOf, type TaskPlan, TestTask, untilEqual } from "../support/backend-task";

describe("the objects created at the target, and their pre-check", () => {
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

  const databases = async (sql: string) => await planOf(backend, `objects_${++count}`, sql);
  async function tested(plan: TaskPlan): Promise<TestTask> {
    const task = await TestTask.create(backend, plan);
    await task.test("so");
    await task.test("ta");
    return task;
  }
  const failed = ({ precheck_result }: Awaited<ReturnType<TestTask["precheck"]>>) =>
    (precheck_result ?? []).filter(({ result }) => result !== "PASSED");

  it("takes a whole schema, with its types, sequences, keys and indexes", async () => {
    const plan = await databases(
      `CREATE SCHEMA kinds; CREATE SCHEMA sales;
       CREATE TYPE kinds.mood AS ENUM ('glad', 'it''s sad');
       CREATE DOMAIN kinds.positive AS numeric(10, 2) DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
       CREATE TYPE kinds.money AS (amount kinds.positive, "curr ency" char(3));
       CREATE SEQUENCE sales.numbers START 100;
       CREATE TABLE sales.item (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number int NOT NULL DEFAULT nextval('sales.numbers'),
         part serial, mood kinds.mood DEFAULT 'glad', moods kinds.mood[], price kinds.money, least kinds.positive,
         twice int GENERATED ALWAYS AS (number * 2) STORED, CHECK (number > 0), UNIQUE (number));
       CREATE INDEX item_mood ON sales.item (mood) WHERE mood = 'glad';
       INSERT INTO sales.item (moods, price, least)
         SELECT '{glad,"it''s sad"}', (n, 'EUR')::kinds.money, n FROM generate_series(1, 50) n;
       CREATE TABLE sales.note (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), v text); INSERT INTO sales.note VALUES (default);
       CREATE TABLE other (id int PRIMARY KEY)`,
    );
    const task = await tested({ ...plan, taskType: "FULL_TRANS" });
    const { results } = await backend.client.call("batchSelectObjects", {
      jobs: [
        {
          job_id: task.id,
          selected: true,
          job: [{ id: "sales", object_type: "schema", parent_id: plan.source.database, select: "true" }],
        },
      ],
    });
    assert.equal(one(results).status, true, JSON.stringify(results));
    assert.deepEqual(failed(await task.precheck()), []);
    await task.start();
    await task.reaches("FULL_TRANSFER_COMPLETE");
    await untilEqual(task, "sales.item");
    await untilEqual(task, "sales.note");
    assert.deepEqual(
      (await task.detail()).object_infos?.map(({ id }) => id),
      ["sales.item", "sales.note"],
    );
    const shape = async (server: "source" | "target") =>
      await backend.sql(
        server,
        plan.source.database,
        `SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
                pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = 'sales.item'::regclass AND attnum > 0
         UNION ALL SELECT indexdef, NULL, NULL, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'sales' ORDER BY 1`,
      );
    assert.deepEqual(await shape("target"), await shape("source"));
    const [next] = await backend.sql(
      "target",
      plan.target.database,
      `INSERT INTO sales.item (moods) VALUES (NULL) RETURNING id::int, number, part`,
    );
    assert.deepEqual(next, { id: 51, number: 150, part: 51 });
  });

  it("says beforehand what the target would refuse, and leaves nothing of the trial", async () => {
    const plan = await databases(
      `CREATE FUNCTION secret() RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE TABLE t (id int PRIMARY KEY DEFAULT secret()); CREATE TABLE v (id int PRIMARY KEY)`,
    );
    await backend.sql("target", plan.target.database, "CREATE VIEW v AS SELECT 1 AS id");
    const task = await tested(plan);
    const [finding, ...more] = failed(await task.precheck());
    assert.deepEqual(more, []);
    assert.equal(finding?.item, "target_objects");
    assert.match(
      finding?.failed_reason ?? "",
      /^Table public\.t, public\.v cannot be created .*secret\(\).*Add the missing object/,
    );
    await backend.sql(
      "target",
      plan.target.database,
      "DROP VIEW v; CREATE FUNCTION secret() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    assert.deepEqual(failed(await task.precheck()), []);
    const made = "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert.deepEqual(await backend.sql("target", plan.target.database, made), []);
  });

  it("refuses one database for both ends, and tables of another owner", async () => {
    const plan = await databases("CREATE TABLE t (id int PRIMARY KEY)");
    const same = await tested({ ...plan, target: plan.source, name: "one-database" });
    assert.deepEqual(
      failed(await same.precheck()).map(({ item }) => item),
      ["different_databases"],
    );
    await backend.sql("target", plan.target.database, "CREATE TABLE t (id int PRIMARY KEY)");
    await backend.sql(
      "target",
      plan.target.database,
      `CREATE ROLE guest LOGIN PASSWORD 'guest'; GRANT pg_create_subscription TO guest;
       GRANT CREATE ON DATABASE ${plan.target.database} TO guest`,
    );
    const guest = { ...plan.target, user: "guest", password: "guest" };
    const foreign = await tested({ ...plan, target: guest });
    const [finding, ...more] = failed(await foreign.precheck());
    assert.deepEqual(more, []);
    assert.equal(finding?.item, "target_object_privileges");
    assert.match(
      finding?.failed_reason ?? "",
      /guest lacks: SET ROLE postgres \(OWNER OF public\.t\)\. Grant these privileges/,
    );
  });
});
