/** The law of the item about replica identities: it fails exactly where PostgreSQL refuses the application's writes. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import pg from "pg";
import { itemIn, PrecheckWorld, reasonsOf } from "../support/precheck-world";

interface IdentityCase {
  readonly title: string;
  readonly sql: string;
  /** The selected table. */
  readonly table?: string;
  /** An update of the application, once the table is published. */
  readonly update: string;
  /** What the item says where PostgreSQL refuses the update. */
  readonly refused?: RegExp;
  /** Since which version it is refused. */
  readonly since?: number;
  /** Whether the remedies let the update through. */
  readonly healed?: boolean;
}

const ev = "CREATE TABLE ev (id int, at int, v int) PARTITION BY RANGE (at)";
const ev1 = "CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10)";
const row = "INSERT INTO ev VALUES (1, 1, 1)";
const keyedEv = "CREATE TABLE ev (id int, at int, v int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)";

const cases: readonly IdentityCase[] = [
  {
    title: "a primary key",
    sql: "CREATE TABLE t (id int PRIMARY KEY, v int)",
    update: "UPDATE t SET v = 1",
  },
  {
    title: "no key",
    sql: "CREATE TABLE t (id int, v int)",
    update: "UPDATE t SET v = 1",
    refused:
      /\.t has neither a primary key nor a replica identity: .*UPDATE and DELETE of it fail at the source/,
  },
  {
    title: "a unique index that nobody chose as the identity",
    sql: "CREATE TABLE t (id int NOT NULL UNIQUE, v int)",
    update: "UPDATE t SET v = 1",
    refused: /\.t has neither/,
  },
  {
    title: "a deferrable primary key",
    sql: "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, v int)",
    update: "UPDATE t SET v = 1",
    refused: /primary key of table \w+\.t is deferrable/,
  },
  {
    title: "a deferrable primary key that is initially deferred",
    sql: "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v int)",
    update: "DELETE FROM t",
    refused: /deferrable/,
  },
  {
    title: "a unique index as the identity",
    sql: "CREATE TABLE t (id int NOT NULL, v int); CREATE UNIQUE INDEX i ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX i",
    update: "UPDATE t SET v = 1",
  },
  {
    title: "an index as the identity that was dropped",
    sql: `CREATE TABLE t (code text NOT NULL, v int); CREATE UNIQUE INDEX i ON t (code);
          ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i`,
    update: "UPDATE t SET v = 1",
    refused: /index that was dropped/,
  },
  {
    title: "an index as the identity that was dropped beside a primary key",
    sql: `CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL, v int); CREATE UNIQUE INDEX i ON t (code);
          ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i`,
    update: "DELETE FROM t",
    refused: /index that was dropped/,
  },
  {
    title: "REPLICA IDENTITY NOTHING beside a primary key",
    sql: "CREATE TABLE t (id int PRIMARY KEY, v int); ALTER TABLE t REPLICA IDENTITY NOTHING",
    update: "UPDATE t SET v = 1",
    refused: /\.t has REPLICA IDENTITY NOTHING/,
  },
  {
    title: "REPLICA IDENTITY FULL",
    sql: "CREATE TABLE t (id int, v int); ALTER TABLE t REPLICA IDENTITY FULL",
    update: "UPDATE t SET v = 1",
  },
  {
    title: "REPLICA IDENTITY FULL beside a deferrable primary key",
    sql: "CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, v int); ALTER TABLE t REPLICA IDENTITY FULL",
    update: "UPDATE t SET v = 1",
  },
  {
    title: "REPLICA IDENTITY FULL with a generated column",
    sql: "CREATE TABLE t (a int, v int, b int GENERATED ALWAYS AS (a * 2) STORED); ALTER TABLE t REPLICA IDENTITY FULL",
    update: "UPDATE t SET v = 1",
    refused: /generated column, which is not published/,
    since: 18,
    // There is no key that could be used instead.
    healed: false,
  },
  {
    title: "REPLICA IDENTITY FULL with a generated column beside a primary key",
    sql: `CREATE TABLE t (id int PRIMARY KEY, v int, b int GENERATED ALWAYS AS (v * 2) STORED);
          ALTER TABLE t REPLICA IDENTITY FULL`,
    update: "UPDATE t SET v = 1",
    refused: /generated column, which is not published/,
    since: 18,
  },
  {
    title: "a primary key beside a generated column",
    sql: "CREATE TABLE t (id int PRIMARY KEY, v int, b int GENERATED ALWAYS AS (id * 2) STORED)",
    update: "UPDATE t SET v = 1",
  },
  {
    title: "a partitioned table whose primary key the partitions have",
    sql: `${keyedEv}; ${ev1}; ${row}`,
    table: "ev",
    update: "UPDATE ev SET v = 2",
  },
  {
    title: "REPLICA IDENTITY FULL of a partitioned table, which its partitions do not inherit",
    sql: `${ev}; ${ev1}; ALTER TABLE ev REPLICA IDENTITY FULL; ${row}`,
    table: "ev",
    update: "UPDATE ev SET v = 2",
    refused: /\.ev1 has neither/,
  },
  {
    title: "REPLICA IDENTITY FULL of a partitioned table and of its partition",
    sql: `${ev}; ${ev1}; ALTER TABLE ev REPLICA IDENTITY FULL; ALTER TABLE ev1 REPLICA IDENTITY FULL; ${row}`,
    table: "ev",
    update: "UPDATE ev SET v = 2",
  },
  {
    title: "REPLICA IDENTITY NOTHING of a partition whose table has a key",
    sql: `${keyedEv}; ${ev1}; ALTER TABLE ev1 REPLICA IDENTITY NOTHING; ${row}`,
    table: "ev",
    update: "UPDATE ev SET v = 2",
    refused: /\.ev1 has REPLICA IDENTITY NOTHING/,
  },
  {
    title: "REPLICA IDENTITY NOTHING of a partition of a partition",
    sql: `${keyedEv}; CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (at);
          CREATE TABLE ev2 PARTITION OF ev1 FOR VALUES FROM (0) TO (5); ALTER TABLE ev2 REPLICA IDENTITY NOTHING; ${row}`,
    table: "ev",
    update: "UPDATE ev SET v = 2",
    refused: /\.ev2 has REPLICA IDENTITY NOTHING/,
  },
  {
    title: "REPLICA IDENTITY NOTHING of a partitioned table, which PostgreSQL does not ask for",
    sql: `${keyedEv}; ${ev1}; ALTER TABLE ev REPLICA IDENTITY NOTHING; ${row}`,
    table: "ev",
    update: "UPDATE ev1 SET v = 2",
  },
  {
    title: "odd names",
    sql: `CREATE TABLE "o""dd Té" ("i;d" int, v int)`,
    table: `o"dd Té`,
    update: `UPDATE "o""dd Té" SET v = 1`,
    refused: /\.o"dd Té has neither/,
  },
];

for (const [name, packages] of [
  ["PostgreSQL 18", resolve("package.json")],
  ["PostgreSQL 14", process.env.DRS_TEST_OLD_POSTGRES ?? ""],
] as const) {
  const version = Number(name.split(" ")[1]);
  describe(`the pre-check's item about replica identities, ${name}`, () => {
    let world: PrecheckWorld;

    before(async () => {
      world = await PrecheckWorld.start(packages);
    });
    after(async () => {
      await world.stop();
    });

    for (const { title, sql, table = "t", update, refused, since = 0, healed = true } of cases) {
      const fails = refused !== undefined && version >= since;
      it(`${fails ? "fails" : "does not speak of the source"} for ${title}, as PostgreSQL does`, async () => {
        const plan = await world.plan({ source: sql, tables: [table] });
        const run = async (text: string) => await world.sql(plan, "source", text);
        const item = itemIn(await world.check(plan.task), "source_primary_keys");
        const said = reasonsOf(item);
        assert.equal(/fail at the source/.test(said), fails, said);
        if (fails) {
          assert.equal(item.result, "FAILED");
          assert.match(said, refused);
        }
        // What the task would publish.
        const options = "WITH (publish_via_partition_root = true)";
        await run(`CREATE PUBLICATION ${plan.schema} FOR TABLE ${pg.escapeIdentifier(table)} ${options}`);
        const refusal = await run(`BEGIN; ${update}; ROLLBACK`).then(
          () => undefined,
          (error: unknown) => error,
        );
        assert.equal(refusal !== undefined, fails, String(refusal));
        if (fails && healed) {
          await world.remedy(plan, [item]);
          await run(update);
          const again = itemIn(await world.check(plan.task), "source_primary_keys");
          assert.doesNotMatch(reasonsOf(again), /fail at the source/);
        }
      });
    }
  });
}
