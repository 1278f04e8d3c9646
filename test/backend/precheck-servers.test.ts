/** What the pre-check finds of servers, logins and ways between them, and that its remedies heal. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import pg from "pg";
import { until } from "../support/backend-process";
import { bound } from "../support/bounds";
import { FakePooler } from "../support/fake-pooler";
import { type LoginCase, logins, rights } from "../support/precheck-logins";
import {
  type CheckedPlan,
  findingsIn,
  itemIn,
  type PlanOptions,
  PrecheckWorld,
  reasonsOf,
} from "../support/precheck-world";

const table = "CREATE TABLE t (id int PRIMARY KEY, v int)";
const packages = resolve("package.json");

describe("the pre-check of servers and logins", () => {
  let world: PrecheckWorld;
  let count = 0;

  before(async () => {
    world = await PrecheckWorld.start(packages, ["max_prepared_transactions=10"]);
  });
  after(async () => {
    await world.stop();
  });

  /** A task whose logins are no superusers; `me` and `here` in the SQL are their names and that of the database. */
  async function weak({ source = "", target = "", tables = ["t"] }: Partial<LoginCase>) {
    const me = `me_${++count}`;
    const login = { user: me, password: "weak" };
    const plan = await world.plan({ tables, fresh: true, sourceLogin: login, targetLogin: login });
    const named = (sql: string) =>
      sql.replaceAll(/\bme\b/g, me).replaceAll(/\bhere\b/g, plan.task.source.database);
    for (const [side, first, sql] of [
      ["source", `${table}; ${rights.source}`, source],
      ["target", rights.target, target],
    ] as const) {
      await world.sql(plan, side, named(`CREATE ROLE me LOGIN PASSWORD 'weak'; ${first}`));
      await world.sql(plan, side, named(sql));
    }
    const plain = (text: string) => text.replaceAll(me, "me").replaceAll(plan.task.source.database, "here");
    return { plan, plain };
  }

  for (const { title, finds, says, heals = false, ...sql } of logins) {
    it(`finds ${title}`, async () => {
      const { plan, plain } = await weak(sql);
      const found = await world.check(plan.task);
      const bad = found.filter(({ result }) => result !== "PASSED");
      assert.deepEqual(findingsIn(found), finds, JSON.stringify(bad));
      if (says !== undefined) {
        assert.match(plain(bad.map(reasonsOf).join(" ")), says);
      }
      if (heals) {
        await world.remedy(plan, bad);
        assert.deepEqual(findingsIn(await world.check(plan.task)), []);
      }
    });
  }

  describe("the way from the target to the source", () => {
    const reach = async (plan: CheckedPlan, publisher: { readonly host: string; readonly port: number }) =>
      itemIn(await world.check({ ...plan.task, publisher }), "target_reaches_source");

    it("fails for an address at which the target finds nobody, and names it", async () => {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const found = await reach(plan, { host: "127.0.0.1", port: 1 });
      assert.equal(found.result, "FAILED");
      assert.match(
        reasonsOf(found),
        /cannot connect to the source at 127\.0\.0\.1:1: connection to server .* failed: .*enter a source address/,
      );
    });

    it("fails for an address at which the target finds another server that takes the login", async () => {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const { port } = world.target.login;
      const found = await reach(plan, { host: "127.0.0.1", port });
      assert.deepEqual(
        [found.result, reasonsOf(found).includes(`At 127.0.0.1:${port} the target server reaches another`)],
        ["FAILED", true],
        reasonsOf(found),
      );
    });

    for (const [parameter, item] of [
      ["replication", "target_reaches_source"],
      ["options", "source_connection"],
    ] as const) {
      it(`recognizes a pooler that refuses ${parameter}`, async () => {
        const pooler = await FakePooler.open(world.source.login, parameter);
        try {
          const plan = await world.plan({ source: table, tables: ["t"] });
          const source = { ...plan.task.source, ...pooler.address };
          const found = itemIn(await world.check({ ...plan.task, source, publisher: pooler.address }), item);
          assert.equal(found.result, "FAILED");
          assert.match(
            reasonsOf(found),
            new RegExp(`source address 127.0.0.1:${pooler.address.port} belongs to a connection pooler`),
          );
        } finally {
          await pooler.close();
        }
      });
    }

    it("fails where the source asks for no password and the target's login is not a superuser", async () => {
      const { plan, plain } = await weak({});
      const hba = async (lines: string) =>
        await world.source.sql(
          "postgres",
          `DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(%L::text[])) TO %L', '{${lines}}', current_setting('hba_file')); END $$;
           SELECT pg_reload_conf()`,
        );
      const rest = "host all all 127.0.0.1/32 scram-sha-256,host replication all 127.0.0.1/32 scram-sha-256";
      await hba(`host all ${plan.task.source.user} 127.0.0.1/32 trust,${rest}`);
      try {
        const found = await until(
          "the source trusts the login",
          async () => await reach(plan, plan.task.publisher),
          ({ result }) => result === "FAILED",
        );
        assert.match(
          plain(reasonsOf(found)),
          /does not ask user me for a password, and the target's user me is not a superuser/,
        );
      } finally {
        await hba(rest);
      }
    });

    it("leaves nothing behind", async () => {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const left = async () => ({
        target: await world.sql(
          plan,
          "target",
          `SELECT (SELECT count(*) FROM pg_subscription) AS subscriptions, (SELECT count(*) FROM pg_replication_origin) AS origins,
                  (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM pg_namespace) AS schemas`,
        ),
        source: await world.sql(
          plan,
          "source",
          "SELECT (SELECT count(*) FROM pg_replication_slots) AS slots, (SELECT count(*) FROM pg_publication) AS publications",
        ),
      });
      const before = await left();
      assert.deepEqual(findingsIn(await world.check(plan.task)), []);
      assert.deepEqual(await left(), before);
    });
  });

  describe("connections that are refused", () => {
    it("names the role's limit", async () => {
      const { plan, plain } = await weak({ source: "ALTER ROLE me CONNECTION LIMIT 0" });
      const found = await world.check(plan.task);
      const connection = itemIn(found, "source_connection");
      assert.match(
        plain(reasonsOf(connection)),
        /no connection left for user me: too many connections for role "me"/,
      );
      await world.remedy(plan, [connection]);
      assert.deepEqual(findingsIn(await world.check(plan.task)), []);
    });

    it("still looks at the other end", async () => {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const away = { ...plan.task.source, port: 1 };
      const found = await world.check({ ...plan.task, source: away });
      assert.deepEqual(findingsIn(found), ["source_connection FAILED"]);
      assert.equal(itemIn(found, "target_workers").result, "PASSED");
    });
  });

  describe("encodings", () => {
    const encoded = (encoding: string) =>
      `ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`;
    for (const [source, target, ...finds] of [
      ["UTF8", "UTF8"],
      ["LATIN1", "UTF8"],
      ["LATIN1", "SQL_ASCII"],
      ["SQL_ASCII", "SQL_ASCII"],
      ["SQL_ASCII", "UTF8", "encodings ALARM"],
      ["UTF8", "LATIN1", "encodings ALARM"],
      ["EUC_JP", "LATIN1", "target_reaches_source FAILED", "encodings FAILED"],
    ] as const) {
      it(`${finds.length === 0 ? "pass" : "do not pass"} from ${source} to ${target}`, async () => {
        const options: PlanOptions = { sourceDatabase: encoded(source), targetDatabase: encoded(target) };
        const plan = await world.plan({ ...options, source: table, tables: ["t"] });
        assert.deepEqual(findingsIn(await world.check(plan.task)), finds);
      });
    }
  });

  it("finds settings with which the target's workers write other values, or never end", async () => {
    const arrays = "CREATE TABLE t (id int PRIMARY KEY, v text[])";
    const plan = await world.plan({ source: arrays, tables: ["t"], fresh: true });
    const { database } = plan.task.target;
    await world.target.sql(
      "postgres",
      `ALTER DATABASE ${database} SET array_nulls = off; ALTER DATABASE ${database} SET transaction_timeout = '90s'`,
    );
    const found = await world.check(plan.task);
    assert.deepEqual(findingsIn(found), ["target_settings FAILED"]);
    const said = reasonsOf(itemIn(found, "target_settings"));
    assert.match(said, /NULL in arrays of public\.t would be written as the word NULL/);
    assert.match(said, /are ended after 90 seconds \(transaction_timeout\)/);
    await world.remedy(plan, found);
    assert.deepEqual(findingsIn(await world.check(plan.task)), []);
    const scalars = await world.plan({ source: table, tables: ["t"], fresh: true });
    await world.target.sql(
      "postgres",
      `ALTER DATABASE ${scalars.task.target.database} SET array_nulls = off`,
    );
    assert.deepEqual(findingsIn(await world.check(scalars.task)), []);
  });

  it("warns of a source that gives up slots that nobody reads from", async () => {
    const plan = await world.plan({ source: table, tables: ["t"] });
    await world.source.sql("postgres", "ALTER SYSTEM SET idle_replication_slot_timeout = '1h'");
    await world.source.sql("postgres", "SELECT pg_reload_conf()");
    const found = await until(
      "the setting is in force",
      async () => itemIn(await world.check(plan.task), "source_replication_slots"),
      ({ result }) => result === "ALARM",
    );
    assert.match(reasonsOf(found), /nobody has read from for 3600 seconds \(idle_replication_slot_timeout\)/);
    await world.remedy(plan, [found]);
    await until(
      "it is over",
      async () => itemIn(await world.check(plan.task), "source_replication_slots").result,
      (result) => result === "PASSED",
    );
  });

  it("names transactions that the start would wait for, and how to end them", async () => {
    const plan = await world.plan({ source: table, tables: ["t"], fresh: true });
    const open = new pg.Client({ ...world.source.login, database: "postgres", application_name: "the app" });
    open.on("error", () => undefined);
    await open.connect();
    await open.query("BEGIN; CREATE TEMP TABLE x ()");
    await world.sql(plan, "source", "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'lo''st'");
    const found = await until(
      "both are old",
      async () => itemIn(await world.check(plan.task), "source_transactions"),
      ({ reasons }) => reasons.length === 2,
    );
    assert.equal(found.result, "ALARM");
    assert.match(reasonsOf(found), /pid \d+ \(the app, \d+ s\).*lo'st \(check_\d+, \d+ s\)/);
    await world.remedy(plan, [found]);
    await until(
      "they are over",
      async () => itemIn(await world.check(plan.task), "source_transactions").result,
      (result) => result === "PASSED",
    );
    await open.end().catch(() => undefined);
  });

  describe("other subscriptions", () => {
    const login = (
      { port, user, password }: { port: number; user: string; password: string },
      database: string,
    ) =>
      pg.escapeLiteral(`host=127.0.0.1 port=${port} user=${user} password='${password}' dbname=${database}`);

    it("of the target with the same table are an alarm, of the source from the target a failure", async () => {
      const plan = await world.plan({ source: table, target: table, tables: ["t"], fresh: true });
      const name = plan.task.source.database;
      await world.sql(plan, "source", `CREATE PUBLICATION p FOR TABLE t`);
      await world.sql(
        plan,
        "source",
        `SELECT pg_create_logical_replication_slot('there_${name}', 'pgoutput')`,
      );
      await world.sql(
        plan,
        "target",
        `CREATE SUBSCRIPTION there_${name} CONNECTION ${login(world.source.login, name)} PUBLICATION p WITH (create_slot = false, copy_data = false)`,
      );
      const same = await world.check(plan.task);
      assert.deepEqual(findingsIn(same), ["other_tasks ALARM"]);
      assert.match(same.map(reasonsOf).join(""), new RegExp(`same tables: there_${name} \\(public\\.t\\)`));

      await world.sql(plan, "target", "CREATE PUBLICATION p FOR TABLE t");
      await world.sql(
        plan,
        "target",
        `SELECT pg_create_logical_replication_slot('back_${name}', 'pgoutput')`,
      );
      await world.sql(
        plan,
        "source",
        `CREATE SUBSCRIPTION back_${name} CONNECTION ${login(world.target.login, name)} PUBLICATION p
         WITH (enabled = false, create_slot = false, copy_data = false)`,
      );
      const opposite = await world.check(plan.task);
      assert.deepEqual(findingsIn(opposite), ["other_tasks FAILED"]);
      assert.match(opposite.map(reasonsOf).join(""), new RegExp(`back: back_${name} \\(public\\.t\\)`));
      for (const [side, own] of [
        ["source", `back_${name}`],
        ["target", `there_${name}`],
      ] as const) {
        await world.sql(plan, side, `ALTER SUBSCRIPTION ${own} DISABLE`);
        await world.sql(plan, side, `ALTER SUBSCRIPTION ${own} SET (slot_name = NONE)`);
        await world.sql(plan, side, `DROP SUBSCRIPTION ${own}`);
      }
    });
  });

  it("knows which types have an equality, as PostgreSQL does", async () => {
    const names = await world.source.sql(
      "postgres",
      `SELECT typname::text AS name FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm', 'e')
       AND typname NOT IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', '_cstring') AND typname NOT LIKE '\\_pg\\_%' AND typisdefined ORDER BY 1`,
    );
    const types = names.map(({ name }) => String(name));
    assert.ok(types.length > 100);
    const columns = types.map(
      (type) => `${pg.escapeIdentifier(`c_${type}`)} pg_catalog.${pg.escapeIdentifier(type)}`,
    );
    const plan = await world.plan({
      source: `CREATE TABLE t (${columns.join(", ")}); ALTER TABLE t REPLICA IDENTITY FULL`,
      tables: ["t"],
    });
    const without: string[] = [];
    for (const type of types) {
      const grouped = `SELECT FROM t GROUP BY ${pg.escapeIdentifier(`c_${type}`)}`;
      await world.sql(plan, "source", grouped).catch(() => without.push(`c_${type}`));
    }
    const said = reasonsOf(itemIn(await world.check(plan.task), "source_primary_keys"));
    const [, named = ""] = /\.t \((.*)\) are identified/.exec(said) ?? [];
    assert.deepEqual(named.split(", ").sort(), without.sort());
  });

  it("is followed by a start that counts no longer than 5 s, and then estimates", async () => {
    const slow = `INSERT INTO t SELECT n, n FROM generate_series(1, 8000) n;
      CREATE FUNCTION slow() RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.005); RETURN true; END';
      ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY one ON t USING (slow())`;
    const { plan } = await weak({ source: slow });
    const begin = performance.now();
    const rows = await world.engine.prepare(plan.task);
    const ms = performance.now() - begin;
    assert.ok(ms < bound(10_000), `${Math.round(ms)} ms`);
    assert.ok((rows["public.t"] ?? 0) > 0, JSON.stringify(rows));
    await world.engine.release(plan.task, "target");
    await world.engine.release(plan.task, "source");
  });

  it("is followed by a start that counts small tables at once, and estimates one whose count fails", async () => {
    const several = `INSERT INTO t SELECT n, n FROM generate_series(1, 3) n;
      CREATE TABLE empty (id int PRIMARY KEY);
      CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
      INSERT INTO parted VALUES (1), (2);
      CREATE TABLE broken (id int PRIMARY KEY);
      INSERT INTO broken SELECT n FROM generate_series(1, 700) n;
      ANALYZE broken;
      CREATE FUNCTION refuses() RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $x$no$x$; END';
      ALTER TABLE broken ENABLE ROW LEVEL SECURITY; ALTER TABLE broken FORCE ROW LEVEL SECURITY; CREATE POLICY one ON broken USING (refuses());
      ALTER TABLE empty OWNER TO me; ALTER TABLE parted OWNER TO me; ALTER TABLE broken OWNER TO me`;
    const { plan } = await weak({ source: several, tables: ["t", "empty", "parted", "broken"] });
    const { "public.broken": broken = 0, ...counted } = await world.engine.prepare(plan.task);
    assert.deepEqual(counted, { "public.t": 3, "public.empty": 0, "public.parted": 2 });
    assert.ok(broken > 0 && broken <= 700, String(broken));
    await world.engine.release(plan.task, "target");
    await world.engine.release(plan.task, "source");
  });

  describe("1,000 tables", () => {
    const many = `DO $$ BEGIN FOR n IN 1..1000 LOOP
      EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text, at timestamptz DEFAULT now())', n); END LOOP; END $$`;
    for (const [where, target] of [
      ["that are missing at the target", undefined],
      ["that are there already", many],
    ] as const) {
      it(`${where} take less than 10 s`, async () => {
        const tables = Array.from({ length: 1000 }, (_, n) => `t${n + 1}`);
        const there = target === undefined ? {} : { target };
        const plan = await world.plan({ source: many, ...there, tables, fresh: true });
        const begin = performance.now();
        assert.deepEqual(findingsIn(await world.check(plan.task)), []);
        const ms = performance.now() - begin;
        assert.ok(ms < bound(10_000), `${Math.round(ms)} ms`);
      });
    }
  });
});
