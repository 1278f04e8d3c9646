/** What the pre-check finds of servers, logins and ways between them, and that its remedies heal. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import pg from "pg";
import { until } from "../support/backend-process";
import { bound } from "../support/bounds";
import { FakePooler } from "../support/fake-pooler";
import { OwnServer } from "../support/own-server";
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

interface LoginCase {
  readonly title: string;
  /** Run as a superuser in databases of the task's own; `me` is the login of that end. */
  readonly source?: string;
  readonly target?: string;
  readonly finds: readonly string[];
  readonly says?: RegExp;
  /** Whether the remedies, run as they are, make all items pass. */
  readonly heals?: boolean;
  readonly tables?: readonly string[];
}

/** Rights that a login needs, in the words of SQL; `me` is the login, `here` the database. */
const full = {
  source: "ALTER ROLE me REPLICATION; GRANT CREATE ON DATABASE here TO me; ALTER TABLE t OWNER TO me",
  target:
    "GRANT pg_create_subscription TO me; GRANT CREATE ON DATABASE here TO me; GRANT CREATE ON SCHEMA public TO me",
};

const logins: readonly LoginCase[] = [
  { title: "nothing of logins that may do what they need", finds: [] },
  {
    title: "a source's login without rights",
    source:
      "ALTER ROLE me NOREPLICATION; REVOKE CREATE ON DATABASE here FROM me; ALTER TABLE t OWNER TO postgres",
    finds: ["target_reaches_source FAILED", "source_privileges FAILED", "source_object_privileges FAILED"],
    says: /me lacks: REPLICATION, CREATE ON DATABASE here\..*me lacks: OWNER OF public\.t, SELECT ON public\.t\./,
  },
  {
    title: "SELECT on some columns only",
    source: `CREATE ROLE tablesowner; GRANT tablesowner TO me; ALTER TABLE t OWNER TO tablesowner;
      REVOKE SELECT ON t FROM tablesowner; GRANT SELECT (id) ON t TO me`,
    finds: ["source_object_privileges FAILED"],
    says: /me lacks: SELECT ON public\.t/,
    heals: true,
  },
  {
    title: "nothing of SELECT on all columns one by one",
    source: `CREATE ROLE columnsowner; GRANT columnsowner TO me; ALTER TABLE t OWNER TO columnsowner;
      REVOKE SELECT ON t FROM columnsowner; GRANT SELECT (id, v) ON t TO me`,
    finds: [],
  },
  {
    title: "a schema that the login may not use, though it owns the table",
    source:
      "CREATE SCHEMA hidden; CREATE TABLE hidden.h (id int PRIMARY KEY); ALTER TABLE hidden.h OWNER TO me",
    tables: ["hidden.h"],
    finds: ["source_object_privileges FAILED"],
    says: /me lacks: USAGE ON SCHEMA hidden/,
    heals: true,
  },
  {
    title: "row security that applies to the owner",
    source:
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY one ON t USING (v = 1)",
    finds: ["source_object_privileges FAILED", "target_objects ALARM"],
    says: /Row security hides rows of public\.t from user me.*BYPASSRLS.*NO FORCE/,
  },
  {
    title: "row security of a partition",
    source: `CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); ALTER TABLE p OWNER TO me; ALTER TABLE p1 OWNER TO me;
      ALTER TABLE p1 ENABLE ROW LEVEL SECURITY; ALTER TABLE p1 FORCE ROW LEVEL SECURITY`,
    tables: ["p"],
    finds: ["source_object_privileges FAILED", "source_partitions ALARM"],
    says: /rows of public\.p1 from user me/,
  },
  {
    title: "nothing of row security that the owner is not subject to, but that it is not carried",
    source: "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    finds: ["target_objects ALARM"],
  },
  {
    title: "a target's login without rights",
    target:
      "REVOKE pg_create_subscription FROM me; REVOKE CREATE ON DATABASE here FROM me; REVOKE CREATE ON SCHEMA public FROM me",
    finds: [
      "target_reaches_source ALARM",
      "target_privileges FAILED",
      "target_objects ALARM",
      "target_object_privileges FAILED",
    ],
    says: /me lacks: pg_create_subscription, CREATE ON DATABASE here\..*me lacks: CREATE ON SCHEMA public\./,
    heals: true,
  },
  {
    title: "a schema of the target where the login may not create",
    target: "REVOKE CREATE ON SCHEMA public FROM me",
    finds: ["target_objects FAILED", "target_object_privileges FAILED"],
    says: /me lacks: CREATE ON SCHEMA public\. Grant these privileges/,
  },
  {
    title: "a member that may not become the owner",
    target: `${table}; CREATE ROLE own_t; ALTER TABLE t OWNER TO own_t; GRANT own_t TO me WITH SET FALSE, INHERIT TRUE`,
    finds: ["target_object_privileges FAILED"],
    says: /me lacks: SET ROLE own_t \(OWNER OF public\.t\)/,
    heals: true,
  },
  {
    title: "nothing of a member that may become the owner",
    target: `${table}; CREATE ROLE own_s; ALTER TABLE t OWNER TO own_s; GRANT own_s TO me WITH SET TRUE, INHERIT TRUE`,
    finds: [],
  },
  {
    title: "an owner whose own rights were revoked",
    target: `${table}; ALTER TABLE t OWNER TO me; REVOKE INSERT, TRUNCATE ON t FROM me`,
    finds: ["target_object_privileges FAILED"],
    says: /me lacks: INSERT, TRUNCATE ON public\.t/,
    heals: true,
  },
  {
    title: "row security of the target that applies to the role that writes",
    target: `${table}; ALTER TABLE t OWNER TO me; ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY`,
    finds: ["target_object_privileges FAILED"],
    says: /PostgreSQL does not replicate into public\.t/,
    heals: true,
  },
  {
    title: "read-only transactions of both logins",
    source: "ALTER ROLE me SET default_transaction_read_only = on",
    target: "ALTER ROLE me SET default_transaction_read_only = on",
    finds: [
      "target_reaches_source ALARM",
      "source_read_write FAILED",
      "target_read_write FAILED",
      "target_objects ALARM",
    ],
    says: /Transactions of user me at the source database are read-only/,
    heals: true,
  },
  {
    title: "few connections of the role",
    source: "ALTER ROLE me CONNECTION LIMIT 2",
    finds: ["source_connections FAILED"],
    says: /ROLE me of the source database allows 2 connections, 0 are in use, and the task needs 8/,
    heals: true,
  },
  {
    title: "few connections of the database",
    target: "ALTER DATABASE here CONNECTION LIMIT 2",
    finds: ["target_connections FAILED"],
    says: /DATABASE here of the target database allows 2 connections/,
    heals: true,
  },
];

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
      ["source", `${table}; ${full.source}`, source],
      ["target", full.target, target],
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
          10_000,
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

  it("names transactions that the start would wait for, and how to end them", async () => {
    const plan = await world.plan({ source: table, tables: ["t"], fresh: true });
    const open = new pg.Client({ ...world.source.login, database: "postgres", application_name: "the app" });
    open.on("error", () => undefined);
    await open.connect();
    await open.query("BEGIN; CREATE TEMP TABLE x ()");
    await world.sql(plan, "source", "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'lo''st'");
    const found = await until(
      "both are old",
      20_000,
      async () => itemIn(await world.check(plan.task), "source_transactions"),
      ({ reasons }) => reasons.length === 2,
    );
    assert.equal(found.result, "ALARM");
    assert.match(reasonsOf(found), /pid \d+ \(the app, \d+ s\).*lo'st \(check_\d+, \d+ s\)/);
    await world.remedy(plan, [found]);
    await until(
      "they are over",
      5_000,
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

describe("the pre-check of a standby", () => {
  it("fails at either end, and tries nothing there", async () => {
    const [standby, world] = await Promise.all([
      OwnServer.start(packages, [], true),
      PrecheckWorld.start(packages),
    ]);
    try {
      const plan = await world.plan({ source: table, tables: ["t"] });
      const end = { ...standby.login, database: "postgres", ssl: false };
      const target = await world.check({ ...plan.task, target: end });
      assert.deepEqual(findingsIn(target), [
        "target_reaches_source ALARM",
        "target_read_write FAILED",
        "target_objects ALARM",
      ]);
      const publisher = { host: end.host, port: end.port };
      const source = await world.check({ ...plan.task, source: end, publisher, tables: [] });
      assert.deepEqual(findingsIn(source), ["source_read_write FAILED", "source_objects FAILED"]);
      assert.match(reasonsOf(itemIn(source, "source_read_write")), /is a standby .*Use the primary/);
    } finally {
      await world.stop();
      await standby.stop();
    }
  });
});

describe("the pre-check of servers with little room", () => {
  let world: PrecheckWorld;

  before(async () => {
    world = await PrecheckWorld.start(packages, [
      ...["max_replication_slots=2", "max_wal_senders=2", "max_logical_replication_workers=2"],
      ...["max_worker_processes=3", "max_active_replication_origins=2"],
    ]);
  });
  after(async () => {
    await world.stop();
  });

  it("passes a task that has just the room it needs, which then copies and follows", async () => {
    const plan = await world.plan({ source: `${table}; INSERT INTO t VALUES (1)`, tables: ["t"] });
    assert.deepEqual(findingsIn(await world.check(plan.task)), []);
    await world.engine.prepare(plan.task);
    await world.engine.enable(plan.task);
    await until(
      "the row arrives",
      20_000,
      async () => await world.sql(plan, "target", "SELECT FROM t"),
      ({ length }) => length === 1,
    );
    // Its own do not count against it.
    const running = findingsIn(await world.check(plan.task));
    assert.deepEqual(running, ["target_rows ALARM"]);

    const next = await world.plan({ source: table, tables: ["t"] });
    const full = await world.check(next.task);
    assert.deepEqual(findingsIn(full), [
      "source_replication_slots FAILED",
      "source_wal_senders FAILED",
      "target_workers FAILED",
      "target_replication_origins FAILED",
    ]);
    assert.match(
      reasonsOf(itemIn(full, "source_replication_slots")),
      /max_replication_slots is 2, [12] are in use, and the task needs 2/,
    );
    await until(
      "the copy's slots are gone",
      20_000,
      async () => {
        await world.engine.cleanUp(plan.task);
        return await world.source.sql("postgres", "SELECT FROM pg_replication_slots");
      },
      ({ length }) => length === 1,
    );
    assert.deepEqual(findingsIn(await world.check({ ...next.task, copiesRows: false })), []);
    await world.engine.release(plan.task, "target");
    await world.engine.release(plan.task, "source");
  });

  it("fails for a slot of somebody else, and for workers that may not copy", async () => {
    const plan = await world.plan({ source: table, tables: ["t"] });
    await world.source.sql("postgres", "SELECT pg_create_logical_replication_slot('foreign', 'pgoutput')");
    await world.target.sql("postgres", "ALTER SYSTEM SET max_sync_workers_per_subscription = 0");
    await world.target.sql("postgres", "SELECT pg_reload_conf()");
    const found = await until(
      "the setting holds",
      5_000,
      async () => await world.check(plan.task),
      (items) => itemIn(items, "target_workers").result === "FAILED",
    );
    assert.deepEqual(findingsIn(found), ["source_replication_slots FAILED", "target_workers FAILED"]);
    assert.match(found.map(reasonsOf).join(" "), /no table is ever copied/);
  });
});
