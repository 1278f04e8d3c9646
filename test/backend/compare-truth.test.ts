/** A comparison says "equal" only of what it has shown to be equal. */
import assert from "node:assert/strict";
import type { TableComparison } from "../../src/backend/engine/comparison";
import type { EngineTask } from "../../src/backend/engine/engine-task";
import { EnginePair, inWords } from "../support/engine-pair";

describe("the verdict of a comparison", () => {
  let pair: EnginePair;

  before(async () => {
    pair = await EnginePair.start();
    for (const side of ["source", "target"] as const) {
      await pair.backend.sql(side, "postgres", "CREATE ROLE filtered LOGIN PASSWORD 'filtered'");
    }
  });

  afterEach(async () => await pair.release());

  after(async () => await pair.dispose());

  const short = (one: TableComparison | undefined) =>
    one &&
    `${one.verdict} ${one.sourceRows}/${one.targetRows} +${one.onlyTarget} -${one.onlySource} ~${one.changed}`;
  const reasonOf = (one: TableComparison | undefined) =>
    one?.reason === undefined ? "" : inWords(one.reason);
  const verdicts = async (task: EngineTask, contents = true) =>
    Object.fromEntries(
      Object.entries(await pair.compared(task, contents)).map(([table, one]) => [table, short(one)]),
    );

  /** Keys whose types have a length that their bare name would cut off, or a name that needs quotes. */
  const keyTypes = [
    { type: "char(3)", values: ["'USA'", "'DEU'", "'FRA'", "'CHN'", "'XYZ'"] },
    { type: "char(3)[]", values: ["'{USA}'", "'{DEU}'", "'{FRA,A}'", "'{CHN}'", "'{XYZ}'"] },
    { type: "bit(4)", values: ["'1000'", "'1001'", "'1010'", "'1011'", "'1111'"] },
    { type: "bit(4)[]", values: ["'{1000}'", "'{1001}'", "'{1010}'", "'{1011}'", "'{1111}'"] },
    { type: "bit varying(4)", values: ["'1'", "'10'", "'101'", "'1011'", "''"] },
    { type: '"char"', values: ["'a'", "'b'", "'c'", "'d'", "'e'"] },
    { type: "name", values: ["'a'", "'b b'", "'c''c'", "'d'", "'e'"] },
    { type: "numeric(5, 2)", values: ["1", "1.10", "-1", "'NaN'", "0"] },
    { type: "interval(0)", values: ["'1 day'", "'-1 mon 2 s'", "'25:00:00'", "'0'", "'1 year'"] },
    {
      type: "timestamptz(3)",
      values: ["'2024-01-01 10:00:00.123Z'", "'infinity'", "'0044-03-15 BC'", "'2024-01-01'", "'2020-02-29'"],
    },
    { type: "float4", values: ["'NaN'", "'-0'", "0.1", "'Infinity'", "1e-30"] },
    { type: "money", values: ["'1.5'", "'-2'", "'1000000'", "'0'", "'7'"] },
    { type: '"Odd Schema"."a ""type"""', values: ["'A'", "'B'", "'C'", "'D'", "'E'"] },
    { type: '"Odd Schema".mood', values: ["'glad'", "'it''s sad'", "'x y'", "'z'", "'other'"] },
    {
      type: '"Odd Schema".pair',
      values: ["'(USA,1001)'", "'(DEU,1001)'", "'(USA,1000)'", "'(\"a b\",0000)'", "'(,)'"],
    },
    { type: "int4range", values: ["'[1,3)'", "'empty'", "'(,5)'", "'[7,8]'", "'[9,)'"] },
    { type: "text COLLATE public.loose", values: ["'a'", "'b'", "'c'", "'d'", "'E'"] },
    {
      type: "uuid",
      values: ["1", "2", "3", "4", "5"].map((n) => `'00000000-0000-0000-0000-00000000000${n}'`),
    },
  ];

  it("is right for keys of all kinds of types", async () => {
    const types = `CREATE SCHEMA "Odd Schema"; CREATE DOMAIN "Odd Schema"."a ""type""" AS char(4);
      CREATE TYPE "Odd Schema".mood AS ENUM ('glad', 'it''s sad', 'x y', 'z', 'other');
      CREATE TYPE "Odd Schema".pair AS (a char(3), b bit(4));
      `;
    const collation =
      "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";
    const table = (type: string, n: number) => `CREATE TABLE t${n} (k ${type} PRIMARY KEY, v text)`;
    const task = await pair.task({
      target: collation,
      source: `${collation}; ${types} ${keyTypes
        .map(
          ({ type, values }, n) =>
            `${table(type, n)}; INSERT INTO t${n} VALUES ${values
              .slice(0, 4)
              .map((one) => `(${one}, 'v')`)
              .join(", ")}`,
        )
        .join(";\n")}`,
    });
    await pair.flow(task);
    for (const [name, verdict] of Object.entries(await verdicts(task))) {
      assert.equal(verdict, "equal 4/4 +0 -0 ~0", keyTypes[Number(name.slice(1))]?.type);
    }
    const [n, ...changes] = [
      keyTypes.length,
      ...keyTypes.map(
        ({ type, values }, at) =>
          `UPDATE t${at} SET v = 'x' WHERE k = ${values[0]}::${type}; DELETE FROM t${at} WHERE k = ${values[2]}::${type}; INSERT INTO t${at} VALUES (${values[4]}, 'e')`,
      ),
    ];
    await pair.sql(task, "target", changes.join(";\n"));
    const compared = await pair.compared(task);
    assert.equal(Object.keys(compared).length, n);
    for (const [name, one] of Object.entries(compared)) {
      const type = keyTypes[Number(name.slice(1))]?.type;
      assert.equal(short(one), "different 4/4 +1 -1 ~1", type);
      for (const { kind, query } of one.listed) {
        const counts = [await pair.sql(task, "source", query), await pair.sql(task, "target", query)];
        assert.deepEqual(
          counts.map(({ length }) => length),
          { onlySource: [1, 0], onlyTarget: [0, 1], changed: [1, 1] }[kind],
          `${type}: ${query}`,
        );
      }
    }
  });

  it("counts rows that the target has twice, and finds none alike that only one end has", async () => {
    const task = await pair.started({
      source: `CREATE TABLE twice (id int PRIMARY KEY, v text); INSERT INTO twice VALUES (1, 'a'), (2, 'b');
               CREATE TABLE keyless (v text); ALTER TABLE keyless REPLICA IDENTITY FULL; INSERT INTO keyless VALUES ('a'), ('a'), (NULL), ('');
               CREATE TABLE by_index (code char(2) NOT NULL, v int); CREATE UNIQUE INDEX i ON by_index (code) INCLUDE (v);
               ALTER TABLE by_index REPLICA IDENTITY USING INDEX i; INSERT INTO by_index VALUES ('ab', 1), ('cd', 2)`,
      target: "CREATE TABLE twice (id int, v text); CREATE TABLE keyless (v text)",
    });
    assert.deepEqual(await verdicts(task), {
      by_index: "equal 2/2 +0 -0 ~0",
      keyless: "equal 4/4 +0 -0 ~0",
      twice: "equal 2/2 +0 -0 ~0",
    });
    await pair.sql(
      task,
      "target",
      `INSERT INTO twice VALUES (1, 'a'); UPDATE keyless SET v = '' WHERE v IS NULL; UPDATE by_index SET v = 3 WHERE code = 'cd'`,
    );
    assert.deepEqual(await verdicts(task), {
      by_index: "different 2/2 +0 -0 ~1",
      keyless: "different 4/4 +0 -0 ~1",
      twice: "different 2/3 +0 -0 ~1",
    });
    assert.deepEqual(await verdicts(task, false), {
      by_index: "equal 2/2 +0 -0 ~0",
      keyless: "equal 4/4 +0 -0 ~0",
      twice: "different 2/3 +1 -0 ~0",
    });
  });

  it("is withheld where row security filters for the login at either end, while the other tables are compared", async () => {
    const login = { user: "filtered", password: "filtered" };
    const schema = `CREATE TABLE tenant (id int PRIMARY KEY, org int); CREATE TABLE free (id int PRIMARY KEY);
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO filtered;
      INSERT INTO tenant SELECT n, n % 10 FROM generate_series(1, 1000) n; INSERT INTO free VALUES (1)`;
    const security =
      "; ALTER TABLE tenant ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON tenant USING (org = 1)";
    for (const [source, target] of [
      [schema + security, `${schema}; DELETE FROM tenant WHERE org <> 1`],
      [schema, schema + security],
    ] as const) {
      const task = await pair.task({ source, target, logins: { source: login, target: login } });
      for (const contents of [true, false]) {
        const { tenant, free } = await pair.compared(task, contents);
        assert.deepEqual(
          [short(tenant), short(free)],
          ["impossible null/null +0 -0 ~0", "equal 1/1 +0 -0 ~0"],
        );
        assert.match(reasonOf(tenant), /affected by row-level security policy for table "tenant"/);
      }
    }
  });

  it("is withheld for a table that the login may not read", async () => {
    const task = await pair.task({
      source: "CREATE TABLE closed (id int PRIMARY KEY)",
      target: "CREATE TABLE closed (id int PRIMARY KEY)",
      logins: { target: { user: "filtered", password: "filtered" } },
    });
    const { closed } = await pair.compared(task);
    assert.equal(closed?.verdict, "impossible");
    assert.match(reasonOf(closed), /permission denied for table closed/);
  });

  it("takes the encodings of both ends into account", async () => {
    const utf8 = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'";
    const latin1 = "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'";
    const ascii = "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'";
    const schema = `CREATE TABLE "é" (id text PRIMARY KEY, v text[]); INSERT INTO "é" VALUES ('é', '{ü,a}'), ('a', NULL), ('ß', '{}')`;
    for (const [source, target] of [
      [latin1, utf8],
      [utf8, latin1],
      [ascii, utf8],
      [latin1, latin1],
    ] as const) {
      const task = await pair.task({ source: schema, target: schema, options: { source, target } });
      assert.deepEqual(await verdicts(task), { é: "equal 3/3 +0 -0 ~0" }, `${source} ${target}`);
      await pair.sql(
        task,
        "target",
        `UPDATE "é" SET v = '{u,a}' WHERE id = 'é'; DELETE FROM "é" WHERE id = 'ß'`,
      );
      assert.deepEqual(await verdicts(task), { é: "different 3/2 +0 -1 ~1" }, `${source} ${target}`);
    }
    const odd = await pair.task({
      source: `CREATE TABLE odd (id int PRIMARY KEY, v text); INSERT INTO odd VALUES (1, E'\\xff')`,
      target: "CREATE TABLE odd (id int PRIMARY KEY, v text); INSERT INTO odd VALUES (1, 'ÿ')",
      options: { source: ascii, target: utf8 },
    });
    const { odd: one } = await pair.compared(odd);
    assert.equal(one?.verdict, "impossible");
    assert.match(reasonOf(one), /invalid byte sequence/);
  });

  it("finds types at the target that have other attributes, elements or labels", async () => {
    const task = await pair.task({
      source: `CREATE TYPE place AS (lat int, lon int); CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TYPE more AS ENUM ('a', 'b');
               CREATE TABLE swapped (id int PRIMARY KEY, at place); INSERT INTO swapped VALUES (1, '(1,2)');
               CREATE DOMAIN places AS place[]; CREATE TABLE nested (id int PRIMARY KEY, at places); INSERT INTO nested VALUES (1, '{"(1,2)"}');
               CREATE TABLE labels (id int PRIMARY KEY, m mood[]); INSERT INTO labels VALUES (1, '{glad}');
               CREATE TABLE longer (id int PRIMARY KEY, m more); INSERT INTO longer VALUES (1, 'a');
               CREATE TABLE changed (id int PRIMARY KEY, m mood); INSERT INTO changed VALUES (1, 'glad');
               CREATE TABLE wider (id int PRIMARY KEY, n int); INSERT INTO wider VALUES (1, 1)`,
      target: `CREATE TYPE place AS (lon int, lat int); CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE more AS ENUM ('a', 'new', 'b');
               CREATE TABLE swapped (id int PRIMARY KEY, at place); INSERT INTO swapped VALUES (1, '(1,2)');
               CREATE DOMAIN places AS place[]; CREATE TABLE nested (id int PRIMARY KEY, at places); INSERT INTO nested VALUES (1, '{"(1,2)"}');
               CREATE TABLE labels (id int PRIMARY KEY, m mood[]); INSERT INTO labels VALUES (1, '{glad}');
               CREATE TABLE longer (id int PRIMARY KEY, m more); INSERT INTO longer VALUES (1, 'a');
               CREATE TABLE changed (id int PRIMARY KEY, m mood); INSERT INTO changed VALUES (1, 'sad');
               CREATE TABLE wider (id bigint PRIMARY KEY, n bigint); INSERT INTO wider VALUES (1, 1)`,
    });
    const compared = await pair.compared(task);
    for (const table of ["swapped", "nested", "labels"]) {
      assert.equal(short(compared[table]), "impossible 1/1 +0 -0 ~0", table);
      assert.match(reasonOf(compared[table]), /type public\.\w+ of column (at|m) differs between the ends/);
    }
    assert.deepEqual(
      [short(compared.longer), short(compared.wider), short(compared.changed)],
      ["equal 1/1 +0 -0 ~0", "equal 1/1 +0 -0 ~0", "different 1/1 +0 -0 ~1"],
    );
  });

  it("is withheld for references to large objects", async () => {
    const task = await pair.started({
      source: `CREATE DOMAIN lo AS oid; CREATE TABLE t (id int PRIMARY KEY, doc oid); INSERT INTO t VALUES (1, lo_from_bytea(0, 'hello'));
               CREATE TABLE d (id int PRIMARY KEY, doc lo); INSERT INTO d VALUES (1, lo_from_bytea(0, 'hello'));
               CREATE TABLE numbers (id int PRIMARY KEY, n oid); INSERT INTO numbers VALUES (1, 3)`,
    });
    const { t, d, numbers } = await pair.compared(task);
    assert.deepEqual(
      [short(t), short(d), short(numbers)],
      ["impossible 1/1 +0 -0 ~0", "impossible 1/1 +0 -0 ~0", "equal 1/1 +0 -0 ~0"],
    );
    assert.match(reasonOf(t), /doc of public\.t refers to large objects/);
  });

  it("includes generated columns that both ends have, and names columns that one end has", async () => {
    const task = await pair.task({
      source: `CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO g VALUES (1);
               CREATE TABLE plain (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO plain VALUES (1);
               CREATE TABLE less (a int PRIMARY KEY, "b c" int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO less VALUES (1);
               CREATE TABLE more (a int PRIMARY KEY); INSERT INTO more VALUES (1);
               CREATE TABLE lost (a int PRIMARY KEY, b int); INSERT INTO lost VALUES (1, 1); CREATE TABLE gone (a int PRIMARY KEY);
               CREATE TABLE bare (); ALTER TABLE bare REPLICA IDENTITY FULL; INSERT INTO bare SELECT FROM generate_series(1, 3)`,
      target: `CREATE TABLE g (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a * 3) STORED); INSERT INTO g VALUES (1);
               CREATE TABLE plain (a int PRIMARY KEY, b int); INSERT INTO plain VALUES (1);
               CREATE TABLE less (a int PRIMARY KEY); INSERT INTO less VALUES (1);
               CREATE TABLE more (own text, a int PRIMARY KEY); INSERT INTO more VALUES ('x', 1);
               CREATE TABLE lost (a int PRIMARY KEY); INSERT INTO lost VALUES (1); CREATE VIEW gone AS SELECT 1 AS a;
               CREATE TABLE bare (); INSERT INTO bare SELECT FROM generate_series(1, 3)`,
    });
    const compared = await pair.compared(task);
    assert.deepEqual(Object.fromEntries(Object.entries(compared).map(([name, one]) => [name, short(one)])), {
      bare: "equal 3/3 +0 -0 ~0",
      g: "different 1/1 +0 -0 ~1",
      gone: "impossible null/null +0 -0 ~0",
      less: "equal 1/1 +0 -0 ~0",
      lost: "impossible null/null +0 -0 ~0",
      more: "equal 1/1 +0 -0 ~0",
      plain: "different 1/1 +0 -0 ~1",
    });
    assert.match(reasonOf(compared.less), /exist at one end only were not compared: b c/);
    assert.match(reasonOf(compared.more), /exist at one end only were not compared: own/);
    assert.match(reasonOf(compared.lost), /lacks the column b/);
    assert.match(reasonOf(compared.gone), /does not exist in the target/);
  });

  it("is about a table's own rows where others inherit from it, and about all rows of a partitioned one", async () => {
    const task = await pair.started({
      source: `CREATE TABLE m (id int PRIMARY KEY, v text); CREATE TABLE m25 () INHERITS (m); ALTER TABLE m25 ADD PRIMARY KEY (id);
               INSERT INTO m VALUES (1, 'parent'); INSERT INTO m25 VALUES (2, 'child'), (3, 'child');
               CREATE TABLE p (id int PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
               CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO p SELECT generate_series(1, 100)`,
    });
    for (const contents of [true, false]) {
      assert.deepEqual(await verdicts(task, contents), {
        m: "equal 1/1 +0 -0 ~0",
        m25: "equal 2/2 +0 -0 ~0",
        p: "equal 100/100 +0 -0 ~0",
      });
    }
  });

  it("is withheld for rows that are seen but cannot be found by their keys", async () => {
    const task = await pair.started({
      source:
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT n, 'v' FROM generate_series(1, 20000) n; ANALYZE t",
    });
    // A row that its index does not know, as after a fault of the disk.
    const index = (ready: boolean) =>
      `SET allow_system_table_mods = on; UPDATE pg_index SET indisready = ${ready} WHERE indexrelid = 't_pkey'::regclass`;
    await pair.sql(task, "source", index(false));
    await pair.sql(task, "source", "INSERT INTO t VALUES (30000, 'unindexed')");
    await pair.sql(task, "source", index(true));
    await pair.caughtUp(task);
    await pair.sql(task, "target", "DELETE FROM t WHERE id = 30000");
    const { t } = await pair.compared(task);
    assert.equal(short(t), "impossible 20001/20000 +0 -0 ~0");
    assert.match(
      reasonOf(t),
      /1 rows of public\.t were seen but cannot be found by their keys, such as 30000/,
    );
  });

  it("waits for what the source has committed without waiting for the disk", async () => {
    const task = await pair.started({ source: "CREATE TABLE stock (id int PRIMARY KEY, n int)" });
    const setting = async (delay: string) => {
      await pair.sql(task, "source", `ALTER SYSTEM SET wal_writer_delay = '${delay}'`);
      await pair.sql(task, "source", "SELECT pg_reload_conf()");
    };
    await pair.sql(task, "source", `ALTER DATABASE ${task.source.database} SET synchronous_commit = off`);
    // Nothing else brings commits to the disk for some seconds.
    await setting("5s");
    try {
      for (const [n, contents] of [true, false].entries()) {
        await pair.sql(task, "source", `INSERT INTO stock VALUES (${n}, 0)`);
        assert.equal((await verdicts(task, contents)).stock, `equal ${n + 1}/${n + 1} +0 -0 ~0`);
      }
      await pair.sql(task, "source", "INSERT INTO stock VALUES (2, 0)");
      const { logBytes = 0 } = (await pair.engine.unapplied(task)) ?? {};
      const missing = await pair.sql(task, "target", "SELECT 3 - count(*)::int AS rows FROM stock");
      // The task must not end as if it had all.
      assert.ok(logBytes > 0 || missing[0]?.rows === 0, JSON.stringify({ logBytes, missing }));
    } finally {
      await setting("200ms");
    }
  });

  it("never calls a row different that only changes all the time", async () => {
    const task = await pair.started({
      source: `CREATE TABLE hot (id int PRIMARY KEY, n int); INSERT INTO hot VALUES (1, 0), (2, 0);
               CREATE TABLE queue (v text); ALTER TABLE queue REPLICA IDENTITY FULL;
               CREATE TABLE growing (id int PRIMARY KEY)`,
    });
    const writing = new AbortController();
    const writer = (async () => {
      for (let n = 1; !writing.signal.aborted; n++) {
        await pair.sql(
          task,
          "source",
          `UPDATE hot SET n = n + 1 WHERE id = 1; INSERT INTO queue VALUES ('${n}'); DELETE FROM queue WHERE v = '${n - 3}'; INSERT INTO growing VALUES (${n})`,
        );
      }
    })();
    try {
      for (const contents of [true, false]) {
        const compared = await pair.compared(task, contents);
        for (const [table, one] of Object.entries(compared)) {
          assert.notEqual(one.verdict, "different", `${table} ${contents} ${JSON.stringify(one)}`);
          assert.equal(one.verdict === "impossible", one.reason !== undefined, table);
          assert.ok(one.verdict !== "equal" || one.sourceRows === one.targetRows, table);
        }
        assert.equal(
          compared.growing?.verdict === "equal" || !contents,
          true,
          JSON.stringify(compared.growing),
        );
      }
    } finally {
      writing.abort();
      await writer;
    }
    await pair.caughtUp(task);
    assert.match((await verdicts(task)).hot ?? "", /^equal 2\/2/);
  });
});
