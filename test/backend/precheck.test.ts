/** What the pre-check finds, with the right value of each case, and that its remedies heal. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import {
  type CheckedPlan,
  findingsIn,
  itemIn,
  type PlanOptions,
  PrecheckWorld,
  reasonsOf,
} from "../support/precheck-world";

interface Case extends PlanOptions {
  readonly title: string;
  /** Items that do not pass: `item FAILED` or `item ALARM`. */
  readonly finds: readonly string[];
  readonly says?: RegExp;
  /** Whether the remedies, run as they are, make the item pass. */
  readonly heals?: boolean;
  /** The schemas that are selected whole; null: all. */
  readonly whole?: boolean;
}

const item = "CREATE TABLE t (id int PRIMARY KEY, v int)";
const both = (source: string, target: string, ...finds: readonly string[]) => ({
  ...{ source, target, finds },
  tables: ["t"],
});
const column = (type: string, other: string, ...finds: readonly string[]) =>
  both(
    `CREATE TABLE t (id int PRIMARY KEY, v ${type})`,
    `CREATE TABLE t (id int PRIMARY KEY, v ${other})`,
    ...finds,
  );
const misfit = (type: string, other: string): Case => ({
  title: `a column ${type} that is ${other} at the target`,
  ...column(type, other, "target_columns FAILED"),
  says: /Column \w+\.t\.v \(.* → .*\) has another type/,
  heals: true,
});
const wider = (type: string, other: string): Case => ({
  title: `nothing of a column ${type} that is ${other} at the target`,
  ...column(type, other),
});

const groups: Readonly<Record<string, readonly Case[]>> = {
  "objects of the source": [
    { title: "no selected object", finds: ["source_objects FAILED"], says: /No synchronization object/ },
    {
      title: "a table that does not exist",
      tables: ["missing"],
      finds: ["source_objects FAILED"],
      says: /\.missing does not exist/,
    },
    {
      title: "an unlogged table",
      source: "CREATE UNLOGGED TABLE t (id int PRIMARY KEY)",
      tables: ["t"],
      finds: ["source_objects FAILED"],
      says: /\.t is unlogged/,
      heals: true,
    },
    {
      title: "an unlogged partition",
      source: `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE UNLOGGED TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
      tables: ["t"],
      finds: ["source_objects FAILED", "source_partitions ALARM"],
      says: /\.t1 is unlogged/,
    },
    {
      title: "a view",
      source: "CREATE VIEW t AS SELECT 1 AS id",
      tables: ["t"],
      finds: ["source_objects FAILED"],
      says: /\.t is a view/,
    },
    {
      title: "a foreign table, and one as a partition",
      source: `CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER far FOREIGN DATA WRAPPER fdw;
        CREATE FOREIGN TABLE f (id int) SERVER far;
        CREATE TABLE t (id int NOT NULL) PARTITION BY RANGE (id); ALTER TABLE t REPLICA IDENTITY FULL;
        CREATE FOREIGN TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10) SERVER far`,
      tables: ["f", "t"],
      fresh: true,
      finds: ["source_objects FAILED", "source_partitions ALARM"],
      says: /public\.f, public\.t1 is a foreign table/,
    },
    {
      title: "a table of the system",
      tables: ["pg_catalog.pg_class"],
      finds: ["source_objects FAILED"],
      says: /or a system table/,
    },
    {
      title: "unlogged and foreign tables that a selection of the schema leaves out",
      source: `${item}; CREATE UNLOGGED TABLE u (id int PRIMARY KEY)`,
      tables: ["t"],
      whole: true,
      finds: ["source_objects ALARM"],
      says: /left out.*: \w+\.u\./,
      heals: true,
    },
    {
      title: "a table with only generated columns",
      source: "CREATE TABLE t (g int GENERATED ALWAYS AS (1) STORED)",
      tables: ["t"],
      finds: ["source_objects FAILED", "source_primary_keys FAILED"],
      says: /only generated ones/,
    },
    {
      title: "a table and its partition, both selected",
      source: `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
      tables: ["t", "t1"],
      finds: ["source_objects FAILED", "source_partitions ALARM"],
      says: /\.t1 is a partition of another selected table/,
    },
    {
      title: "nothing of a partition that is selected alone",
      source: `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
      tables: ["t1"],
      finds: [],
    },
    {
      title: "large objects that a column may refer to",
      source:
        "CREATE TABLE t (id int PRIMARY KEY, doc oid); INSERT INTO t VALUES (1, lo_from_bytea(0, 'hello'))",
      tables: ["t"],
      fresh: true,
      finds: ["source_large_objects ALARM"],
      says: /public\.t\.doc may refer to them/,
    },
    {
      title: "nothing of a column oid where there are no large objects",
      source: "CREATE TABLE t (id int PRIMARY KEY, doc oid)",
      tables: ["t"],
      fresh: true,
      finds: [],
    },
  ],
  "replica identities that the target cannot follow": [
    {
      title: "a partitioned table without an identity of its own",
      source: `CREATE TABLE t (id int, v int) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (10)`,
      tables: ["t"],
      finds: ["source_primary_keys FAILED", "source_partitions ALARM"],
      says: /partitioned table \w+\.t has no primary key and no replica identity of its own/,
    },
    {
      title: "a partition with a key below a table with REPLICA IDENTITY FULL",
      source: `CREATE TABLE t (id int, v int) PARTITION BY RANGE (id); ALTER TABLE t REPLICA IDENTITY FULL;
        CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (id)) FOR VALUES FROM (0) TO (10)`,
      tables: ["t"],
      finds: ["source_primary_keys FAILED", "source_partitions ALARM"],
      says: /\.t1 does not have the REPLICA IDENTITY FULL of/,
    },
    {
      title: "REPLICA IDENTITY FULL with types that are made of json",
      source: `CREATE DOMAIN d AS json; CREATE TYPE c AS (a int, j json); CREATE TYPE e AS ENUM ('a');
        CREATE TABLE t (id int, d d, c c, e e, r int4range, v varchar(3), n name, b jsonb);
        ALTER TABLE t REPLICA IDENTITY FULL`,
      tables: ["t"],
      finds: ["source_primary_keys ALARM"],
      says: /\.t \(c, d\) are identified/,
    },
    {
      title: "nothing of REPLICA IDENTITY FULL with json beside a key",
      source: "CREATE TABLE t (id int PRIMARY KEY, v json); ALTER TABLE t REPLICA IDENTITY FULL",
      tables: ["t"],
      finds: [],
    },
  ],
  "columns and keys of tables at the target": [
    misfit("numeric(10,4)", "numeric(10,2)"),
    misfit("timestamptz", "timestamp"),
    misfit("float8", "real"),
    misfit("varchar(10)", "varchar(3)"),
    misfit("text", "varchar(10)"),
    misfit("bigint", "int"),
    misfit("timestamptz(6)", "timestamptz(3)"),
    wider("int", "bigint"),
    wider("varchar(10)", "text"),
    wider("varchar(10)", "varchar(20)"),
    wider("numeric(10,2)", "numeric(12,4)"),
    wider("numeric(10,2)", "numeric"),
    wider("real", "float8"),
    wider("timestamp(3)", "timestamp"),
    {
      title: "a column that the target lacks",
      ...both(
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "CREATE TABLE t (id int PRIMARY KEY)",
        "target_columns FAILED",
      ),
      says: /lacks the column \w+\.t\.v/,
      heals: true,
    },
    {
      title: "one more column NOT NULL at the target",
      ...both(item, "CREATE TABLE t (id int PRIMARY KEY, v int, w int NOT NULL)", "target_columns FAILED"),
      says: /\.t\.w of the target is NOT NULL without a default/,
      heals: true,
    },
    {
      title: "nothing of one more column NOT NULL with a default",
      ...both(item, "CREATE TABLE t (id int PRIMARY KEY, v int, w int NOT NULL DEFAULT 1, s serial)"),
    },
    {
      title: "a column that is NOT NULL at the target only",
      ...both(item, "CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL)", "target_columns ALARM"),
      says: /\.t\.v is NOT NULL at the target but not at the source/,
      heals: true,
    },
    {
      title: "a unique index that the target alone has",
      ...both(
        `${item}; CREATE UNIQUE INDEX half ON t (v) WHERE v > 0`,
        `${item}; CREATE UNIQUE INDEX one ON t (v); CREATE UNIQUE INDEX more ON t (v, id)`,
        "target_columns ALARM",
      ),
      says: /rejects rows that the source permits: \w+\.t UNIQUE one \(v\)\. /,
    },
    {
      title: "a check that the target alone has",
      ...both(
        item,
        "CREATE TABLE t (id int PRIMARY KEY, v int CONSTRAINT c CHECK (v > 0))",
        "target_columns ALARM",
      ),
      says: /rejects rows that the source permits: \w+\.t CHECK c\. /,
    },
    {
      title: "an exclusion constraint of a partition at the target",
      ...both(
        item,
        `CREATE TABLE t (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
         CREATE TABLE t1 PARTITION OF t DEFAULT; ALTER TABLE t1 ADD CONSTRAINT x EXCLUDE USING btree (v WITH =)`,
        "target_columns ALARM",
      ),
      says: /\w+\.t EXCLUDE x \(v\) \(\w+\.t1\)/,
    },
    {
      title: "nothing of the same rules by other names, and of fewer",
      ...both(
        "CREATE TABLE t (id int PRIMARY KEY, v int CONSTRAINT a CHECK (v > 0) UNIQUE, w int CONSTRAINT d CHECK (w > 0))",
        "CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY, v int CONSTRAINT b CHECK (v > 0) CONSTRAINT u UNIQUE, w int)",
      ),
    },
    {
      title: "a column that is generated at the target only",
      ...both(
        item,
        "CREATE TABLE t (id int PRIMARY KEY, v int GENERATED ALWAYS AS (id) STORED)",
        "target_columns FAILED",
      ),
      says: /generated at the target/,
      heals: true,
    },
    {
      title: "a domain that is narrower at the target",
      ...both(
        "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, v d)",
        "CREATE DOMAIN d AS int CHECK (VALUE > 0) NOT NULL; CREATE TABLE t (id int PRIMARY KEY, v d)",
        "target_columns ALARM",
        "target_types FAILED",
      ),
      says: /stricter than the source's: CHECK \(\(VALUE > 0\)\)/,
    },
    {
      title: "a table without a key at the target",
      ...both(item, "CREATE TABLE t (id int NOT NULL, v int)", "target_columns FAILED"),
      says: /\.t of the target has neither a primary key nor a replica identity index/,
      heals: true,
    },
    {
      title: "nothing of a table without keys whose rows are identified by all columns",
      ...both("CREATE TABLE t (id int); ALTER TABLE t REPLICA IDENTITY FULL", "CREATE TABLE t (id int)"),
    },
    {
      title: "a unique index as the identity that is not the target's",
      ...both(
        `CREATE TABLE t (id int, c int NOT NULL); CREATE UNIQUE INDEX i ON t (c); ALTER TABLE t REPLICA IDENTITY USING INDEX i`,
        "CREATE TABLE t (id int, c int NOT NULL); CREATE UNIQUE INDEX i ON t (c)",
        "target_columns FAILED",
      ),
      says: /neither a primary key nor a replica identity index/,
      heals: true,
    },
    {
      title: "a key at the target by columns that the source does not send",
      ...both(
        "CREATE TABLE t (id int PRIMARY KEY, u int NOT NULL)",
        "CREATE TABLE t (id int, u int NOT NULL PRIMARY KEY)",
        "target_columns FAILED",
        "target_columns ALARM",
      ),
      finds: ["target_columns FAILED"],
      says: /\.t \(id → u\)/,
    },
    {
      title: "a key at the target with fewer columns",
      ...both(
        "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))",
        "CREATE TABLE t (a int PRIMARY KEY, b int)",
        "target_columns ALARM",
      ),
      finds: ["target_columns ALARM"],
      says: /fewer columns/,
    },
    {
      title: "odd names",
      source: `CREATE TABLE "o""d;d é" ("i'd" int PRIMARY KEY, "v v" numeric(10,4))`,
      target: `CREATE TABLE "o""d;d é" ("i'd" int PRIMARY KEY, "v v" numeric(10,2))`,
      tables: [`o"d;d é`],
      finds: ["target_columns FAILED"],
      heals: true,
    },
  ],
  "types at the target": [
    {
      title: "labels that the target's enumeration lacks",
      ...both(
        "CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd'); CREATE TABLE t (id int PRIMARY KEY, m mood[])",
        "CREATE TYPE mood AS ENUM ('b', 'd')",
        "target_types FAILED",
      ),
      says: /\.mood of the target differs from the source's: 'a', 'c'/,
      heals: true,
    },
    {
      title: "another order of labels",
      ...both(
        "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, m mood)",
        "CREATE TYPE mood AS ENUM ('b', 'a')",
        "target_types ALARM",
      ),
      says: /another order/,
    },
    {
      title: "other attributes",
      ...both(
        "CREATE TYPE pair AS (a int, b text); CREATE TABLE t (id int PRIMARY KEY, p pair)",
        "CREATE TYPE pair AS (a int, c text)",
        "target_types FAILED",
      ),
      says: /\(a integer, b text\) → \(a integer, c text\)/,
      heals: true,
    },
    {
      title: "attributes in another order",
      ...both(
        "CREATE TYPE pair AS (a int, b text); CREATE TABLE t (id int PRIMARY KEY, p pair)",
        "CREATE TYPE pair AS (b text, a int)",
        "target_types FAILED",
      ),
    },
    {
      title: "another base type",
      ...both(
        "CREATE DOMAIN d AS bigint; CREATE TABLE t (id int PRIMARY KEY, v d)",
        "CREATE DOMAIN d AS int",
        "target_types FAILED",
      ),
      says: /bigint → integer/,
    },
    {
      title: "another collation",
      ...both(
        `CREATE DOMAIN d AS text COLLATE "C"; CREATE TABLE t (id int PRIMARY KEY, v d)`,
        "CREATE DOMAIN d AS text",
        "target_types ALARM",
      ),
      says: /COLLATE "C" → "default"/,
    },
    {
      title: "nothing of types that are the same",
      ...both(
        `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN d AS int CHECK (VALUE > 0);
         CREATE TYPE pair AS (a d, m mood); CREATE TABLE t (id int PRIMARY KEY, p pair[])`,
        `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TYPE pair AS (a d, m mood)`,
      ),
    },
  ],
  "what else is at the target": [
    { title: "rows", ...both(item, `${item}; INSERT INTO t VALUES (1)`, "target_rows ALARM"), heals: true },
    {
      title: "nothing of rows where none are copied",
      ...both(item, `${item}; INSERT INTO t VALUES (1)`),
      copiesRows: false,
    },
    {
      title: "triggers that fire for replicated rows",
      ...both(
        item,
        `${item}; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER one;
         CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t ENABLE REPLICA TRIGGER two;
         CREATE TRIGGER three BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
        "target_triggers ALARM",
      ),
      says: /: one \(\w+\.t\), two \(\w+\.t\)\. /,
      heals: true,
    },
    {
      title: "a foreign key from outside the task",
      ...both(item, `${item}; CREATE TABLE child (id int REFERENCES t)`, "target_foreign_keys ALARM"),
      says: /child_id_fkey \(\w+\.child → \w+\.t\)/,
      heals: true,
    },
    {
      title: "nothing of a foreign key that the source has, too",
      ...both(
        `${item}; CREATE TABLE child (id int PRIMARY KEY REFERENCES t)`,
        `${item}; CREATE TABLE child (id int PRIMARY KEY REFERENCES t)`,
      ),
      tables: ["t", "child"],
    },
    {
      title: "a table that a crash of the target empties",
      ...both(item, item.replace("TABLE", "UNLOGGED TABLE"), "target_objects ALARM"),
      says: /\.t of the target is unlogged/,
      heals: true,
    },
    {
      title: "row security of a table that is made without it",
      source: `${item}; ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
      tables: ["t"],
      finds: ["target_objects ALARM"],
      says: /created at the target without row security/,
    },
    {
      title: "a table that cannot be made, by its reason and its own words",
      source: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (id int PRIMARY KEY DEFAULT f())`,
      tables: ["t"],
      finds: ["target_objects FAILED"],
      says: /\.t cannot be created in the target database: .*f\(\) does not exist/,
    },
  ],
};

describe("the pre-check", () => {
  let world: PrecheckWorld;

  before(async () => {
    world = await PrecheckWorld.start(resolve("package.json"), ["max_prepared_transactions=10"]);
  });
  after(async () => {
    await world.stop();
  });

  const items = async (plan: CheckedPlan, whole = false) =>
    await world.check(plan.task, whole ? [plan.schema] : []);

  for (const [group, cases] of Object.entries(groups)) {
    describe(`${group}: finds`, () => {
      for (const { title, finds, says, heals = false, whole = false, ...options } of cases) {
        it(title, async () => {
          const plan = await world.plan(options);
          const found = await items(plan, whole);
          assert.deepEqual(
            findingsIn(found),
            finds,
            JSON.stringify(found.filter(({ result }) => result !== "PASSED")),
          );
          const bad = found.filter(({ result }) => result !== "PASSED");
          if (says !== undefined) {
            assert.match(bad.map(reasonsOf).join(" "), says);
          }
          if (heals) {
            await world.remedy(plan, bad);
            assert.deepEqual(findingsIn(await items(plan, whole)), []);
          }
        });
      }
    });
  }

  it("says of one item that it could not be checked, and checks the others", async () => {
    const plan = await world.plan({ source: item, tables: ["t"], fresh: true });
    await world.sql(plan, "target", "REVOKE SELECT ON pg_replication_origin FROM PUBLIC");
    await world.target.sql(
      "postgres",
      "CREATE ROLE blind LOGIN PASSWORD 'blind'; GRANT pg_create_subscription TO blind",
    );
    await world.sql(
      plan,
      "target",
      `GRANT CREATE ON DATABASE ${plan.task.target.database} TO blind; GRANT CREATE ON SCHEMA public TO blind`,
    );
    const found = await items({
      ...plan,
      task: { ...plan.task, target: { ...plan.task.target, user: "blind", password: "blind" } },
    });
    assert.match(
      found.map(reasonsOf).join(" "),
      /could not be checked, because the target database reports: permission denied/,
    );
    assert.equal(itemIn(found, "source_primary_keys").result, "PASSED");
  });
});
