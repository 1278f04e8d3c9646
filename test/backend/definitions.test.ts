/** What the engine makes at the target is what the source has, and refuses nothing that the source permits. */

import assert from "node:assert/strict";
import { limits } from "../../scripts/limits.mjs";
import type { EngineTask } from "../../src/backend/engine/engine-task";
import { until } from "../support/backend-process";
import { EnginePair } from "../support/engine-pair";

describe("tables created at the target", () => {
  let pair: EnginePair;

  before(async () => {
    pair = await EnginePair.start();
  });

  afterEach(async () => await pair.release());

  after(async () => await pair.dispose());

  /** The definition of everything in `public`, in PostgreSQL's own words, sorted. */
  const definitions = async (task: EngineTask, side: "source" | "target") =>
    (
      await pair.sql(
        task,
        side,
        `SELECT line FROM (
           SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
           WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'c', 'x')
             AND conrelid IN (SELECT oid FROM pg_class WHERE NOT relispartition)
           UNION ALL
           SELECT format('domain check %s of %s: %s', conname, contypid::regtype, pg_get_constraintdef(oid)) FROM pg_constraint
           WHERE connamespace = 'public'::regnamespace AND contypid <> 0 AND contype = 'c'
           UNION ALL
           SELECT format('index %s replica identity %s', replace(pg_get_indexdef(i.indexrelid), ' ON ONLY public', ' ON public'), i.indisreplident)
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
           WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
           UNION ALL
           SELECT format('replica identity of %s: %s', oid::regclass, relreplident) FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
           UNION ALL
           SELECT format('column %s.%s %s null %s default %s collation %s', attrelid::regclass, attname,
                         format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(d.adbin, d.adrelid), attcollation::regcollation)
           FROM pg_attribute LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
           JOIN pg_class c ON c.oid = attrelid
           WHERE c.relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'c') AND NOT relispartition AND attnum > 0
           UNION ALL
           SELECT format('domain %s of %s null %s default %s collation %s', oid::regtype, format_type(typbasetype, typtypmod),
                         NOT typnotnull, pg_get_expr(typdefaultbin, 0), typcollation::regcollation)
           FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
           UNION ALL
           SELECT format('range %s of %s collation %s opclass %s multirange %s', rngtypid::regtype, rngsubtype::regtype,
                         rngcollation::regcollation, opcname, rngmultitypid::regtype)
           FROM pg_range JOIN pg_type t ON t.oid = rngtypid JOIN pg_opclass o ON o.oid = rngsubopc
           WHERE typnamespace = 'public'::regnamespace
         ) all_of_them (line) ORDER BY 1`,
      )
    ).map(({ line }) => String(line));

  const rows = async (task: EngineTask, side: "source" | "target", table: string) =>
    (await pair.sql(task, side, `SELECT t::text AS line FROM ONLY ${table} t ORDER BY 1`)).map(
      ({ line }) => line,
    );

  const kinds = [
    {
      kind: "defaults and collations of domains and composite types",
      sql: `CREATE TYPE e2 AS ENUM ('glad', 'sad'); CREATE TYPE nothing AS ENUM (); CREATE TYPE empty AS ();
            CREATE DOMAIN de AS e2 DEFAULT 'glad'; CREATE DOMAIN dt AS text COLLATE "C" DEFAULT lower('X') CHECK (VALUE <> '');
            CREATE TYPE pair AS (a text COLLATE "POSIX", b char(3), "c d" bit varying(4));
            CREATE TABLE doms (id int PRIMARY KEY, a de, b dt, c pair, d nothing, e empty, f text COLLATE "C");
            INSERT INTO doms (id) VALUES (1)`,
      tables: ["doms"],
    },
    {
      kind: "ranges of the user's own",
      sql: `CREATE TYPE textspan AS RANGE (SUBTYPE = text, COLLATION = "C", MULTIRANGE_TYPE_NAME = textspans);
            CREATE TYPE float_span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
            CREATE TABLE spans (id int PRIMARY KEY, a textspan, b textspans, c float_span);
            INSERT INTO spans VALUES (1, '[a,b)', '{[a,b)}', '[1,2]')`,
      tables: ["spans"],
    },
    {
      kind: "index definitions that hold the words of another",
      sql: `CREATE TABLE idx (id int PRIMARY KEY, note text, n int);
            CREATE UNIQUE INDEX "odd ON ONLY public name" ON idx (n) WHERE note <> 'a ON ONLY b';
            CREATE INDEX "Q""q" ON idx (lower(note) DESC NULLS LAST) INCLUDE (n);
            INSERT INTO idx VALUES (1, 'a ON ONLY b', 1), (2, 'a ON ONLY b', 1), (3, 'a ON b', 1);
            CREATE TABLE part (id int, at date, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE part1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
            CREATE INDEX "x ON ONLY y" ON part (note) WHERE note <> ' ON ONLY ';
            INSERT INTO part VALUES (1, '2024-01-01', ' ON ONLY ')`,
      tables: ["idx", "part"],
    },
    {
      kind: "a unique index that a foreign key leans on",
      sql: `CREATE TABLE leaned (id int PRIMARY KEY, code text NOT NULL, up text); CREATE UNIQUE INDEX leaned_code ON leaned (code);
            ALTER TABLE leaned ADD FOREIGN KEY (up) REFERENCES leaned (code); INSERT INTO leaned VALUES (1, 'a', 'a')`,
      tables: ["leaned"],
    },
    {
      kind: "exclusion constraints, and unique ones with all their options",
      sql: `CREATE TABLE excl (id int PRIMARY KEY, span int4range, at point,
              EXCLUDE USING gist (span WITH &&) WHERE (id > 1), EXCLUDE USING gist (at WITH ~=) DEFERRABLE INITIALLY DEFERRED,
              UNIQUE NULLS NOT DISTINCT (id, span) INCLUDE (at), CHECK (id > 0) NO INHERIT);
            INSERT INTO excl VALUES (1, '[1,5)', '(1,1)'), (2, '[1,3)', '(2,1)')`,
      tables: ["excl"],
    },
    {
      kind: "checks that are not enforced",
      sql: `CREATE TABLE loose (id int PRIMARY KEY, v int CONSTRAINT small CHECK (v < 10) NOT ENFORCED,
              CONSTRAINT " NOT VALID" CHECK (id > 0)); INSERT INTO loose VALUES (1, 100)`,
      tables: ["loose"],
    },
    {
      kind: "a replica identity by index, and of the whole row",
      sql: `CREATE TABLE by_index (code text NOT NULL, v int); CREATE UNIQUE INDEX "by code" ON by_index (code);
            ALTER TABLE by_index REPLICA IDENTITY USING INDEX "by code"; INSERT INTO by_index VALUES ('a', 1), ('b', 2);
            CREATE TABLE by_other (id int PRIMARY KEY, code text NOT NULL UNIQUE, v int);
            ALTER TABLE by_other REPLICA IDENTITY USING INDEX by_other_code_key; INSERT INTO by_other VALUES (1, 'a', 1), (2, 'b', 2);
            CREATE TABLE by_all (v int); ALTER TABLE by_all REPLICA IDENTITY FULL; INSERT INTO by_all VALUES (1), (1), (2)`,
      tables: ["by_index", "by_other", "by_all"],
      changes: `UPDATE by_index SET v = 3 WHERE code = 'a'; DELETE FROM by_index WHERE code = 'b';
             UPDATE by_other SET v = 3 WHERE id = 1; DELETE FROM by_other WHERE id = 2; UPDATE by_all SET v = 3 WHERE v = 2`,
    },
  ];

  for (const { kind, sql, tables, changes = "" } of kinds) {
    it(`have ${kind}`, async () => {
      const task = await pair.started({ source: sql });
      await pair.sql(task, "source", changes);
      await pair.caughtUp(task);
      for (const table of tables) {
        const name = table === "part" ? ["part", "part1"] : [table, table];
        assert.deepEqual(
          await rows(task, "target", name[0] ?? ""),
          await rows(task, "source", name[1] ?? ""),
          table,
        );
      }
      assert.deepEqual(await definitions(task, "target"), await definitions(task, "source"));
    });
  }

  it("let old rows in that constraints NOT VALID would refuse, and have the constraints when the task is over", async () => {
    const task = await pair.started({
      source: `CREATE DOMAIN positive AS int; CREATE DOMAIN short AS text;
               CREATE TABLE old (id int PRIMARY KEY, v int, w text, p positive, s short[], note text);
               INSERT INTO old VALUES (1, -1, NULL, -1, '{too long}', 'a'), (2, 1, 'w', 1, '{ok}', 'b');
               ALTER TABLE old ADD CONSTRAINT above CHECK (v > 0) NOT VALID;
               ALTER TABLE old ADD CONSTRAINT given NOT NULL w NOT VALID;
               ALTER DOMAIN positive ADD CONSTRAINT "it's positive" CHECK (VALUE > 0) NOT VALID;
               ALTER DOMAIN short ADD CONSTRAINT short CHECK (length(VALUE) < 5) NOT VALID`,
    });
    assert.deepEqual(await rows(task, "target", "old"), await rows(task, "source", "old"));
    // An old row may be changed where it is not about the domain.
    await pair.sql(task, "source", "UPDATE old SET v = 1, w = 'x', note = 'changed' WHERE id = 1");
    await pair.caughtUp(task);
    assert.deepEqual(await rows(task, "target", "old"), await rows(task, "source", "old"));
    assert.deepEqual(await pair.ended(task), []);
    assert.deepEqual(await definitions(task, "target"), await definitions(task, "source"));
    for (const side of ["source", "target"] as const) {
      for (const values of ["3, -1, 'w', 1", "3, 1, NULL, 1", "3, 1, 'w', -1"]) {
        await assert.rejects(pair.sql(task, side, `INSERT INTO old VALUES (${values})`), /violates/);
      }
    }
  });

  it("leave a table that the user made at the target as it is", async () => {
    const task = await pair.started({
      source: `CREATE TABLE t (id int PRIMARY KEY, v int); ALTER TABLE t ADD CONSTRAINT above CHECK (v > 0) NOT VALID`,
      target: "CREATE TABLE t (id int PRIMARY KEY, v int, extra int)",
    });
    const before = await definitions(task, "target");
    assert.deepEqual(await pair.ended(task), []);
    assert.deepEqual(await definitions(task, "target"), before);
  });

  it("hold their own rows only where others inherit from them", async () => {
    const task = await pair.started({
      source: `CREATE TABLE m (id int PRIMARY KEY, v text); CREATE TABLE m25 (CHECK (id > 100)) INHERITS (m);
               ALTER TABLE m25 ADD PRIMARY KEY (id); INSERT INTO m VALUES (1, 'parent'); INSERT INTO m25 VALUES (101, 'child'), (102, 'child')`,
    });
    assert.deepEqual(await rows(task, "target", "m"), ["(1,parent)"]);
    assert.deepEqual(await rows(task, "target", "m25"), ["(101,child)", "(102,child)"]);
    await pair.sql(task, "source", "UPDATE m SET v = 'changed'; DELETE FROM m WHERE id = 102");
    await pair.caughtUp(task);
    assert.deepEqual(await rows(task, "target", "m"), ["(1,changed)"]);
    assert.deepEqual(await rows(task, "target", "m25"), ["(101,changed)"]);
  });

  it("follow a parent alone, whose children are not part of the task", async () => {
    const task = await pair.started({
      source: `CREATE TABLE m (id int PRIMARY KEY, v text); CREATE TABLE m25 () INHERITS (m);
               INSERT INTO m VALUES (1, 'parent'); INSERT INTO m25 VALUES (101, 'child')`,
      tables: ["m"],
    });
    await pair.sql(
      task,
      "source",
      "INSERT INTO m VALUES (2, 'parent'); INSERT INTO m25 VALUES (102, 'child')",
    );
    await pair.caughtUp(task);
    assert.deepEqual(await rows(task, "target", "m"), ["(1,parent)", "(2,parent)"]);
  });

  it("do not count as copied where a column got another type meanwhile, whose values may have been misread", async () => {
    const task = await pair.task({
      source: "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)",
    });
    await pair.engine.prepare(task);
    await pair.sql(task, "source", "ALTER TABLE t ALTER v TYPE real");
    await pair.engine.enable(task);
    await until(
      "all rows are there",
      async () => await pair.sql(task, "target", "SELECT srsubstate::text AS state FROM pg_subscription_rel"),
      (tables) => tables.every(({ state }) => state === "r"),
    );
    await assert.rejects(
      pair.engine.index(task, AbortSignal.timeout(limits.wait), () => undefined),
      /types of columns were changed while rows were copied/,
    );
  });

  it("are refused with words where a partition is selected beside its table, at any depth", async () => {
    const source = `CREATE TABLE root (id int, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE branch PARTITION OF root FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
      CREATE TABLE leaf PARTITION OF branch FOR VALUES FROM (0) TO (10)`;
    for (const tables of [
      ["root", "leaf"],
      ["branch", "root"],
    ]) {
      const task = await pair.task({ source, tables });
      await assert.rejects(
        pair.engine.prepare(task),
        /is a partition of "public\.root", which is selected as well/,
      );
    }
    const task = await pair.started({ source, tables: ["leaf"] });
    await pair.sql(task, "source", "INSERT INTO root VALUES (1, 1)");
    await pair.caughtUp(task);
    assert.deepEqual(await rows(task, "target", "leaf"), ["(1,1)"]);
  });

  it("are refused with words where nothing of them is published", async () => {
    const task = await pair.task({
      source: `CREATE TABLE computed (a int GENERATED ALWAYS AS (1) STORED); ALTER TABLE computed REPLICA IDENTITY FULL`,
    });
    await assert.rejects(pair.engine.prepare(task), /"public\.computed" has no columns that are published/);
  });
});
