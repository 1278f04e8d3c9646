/** Names full of SQL, secrets, rights of the databases' users, and who can reach what. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import pg, { escapeIdentifier, escapeLiteral } from "pg";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { one, type TaskPlan, TestTask, untilEqual } from "../support/backend-task";

/** What breaks out of whatever quotes it badly, made different for each use. */
const hostile = (what: string) => `${what}'"\\;--$1%s{}/*.名 `;
const secret = "Secret-of-the-users-own-4711";

describe("the backend's security", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const database = hostile("database");
  const [user, password] = [hostile("user"), `${secret}${hostile("")}`];
  const [schema, table, column] = [hostile("schema"), hostile("table"), hostile("column")];
  const qualified = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  let task: TestTask;

  /** A database with a table whose names are all hostile, and a user of the least rights, who owns it. */
  async function makeDatabases(): Promise<void> {
    const [db, role] = [escapeIdentifier(database), escapeIdentifier(user)];
    const login = `LOGIN PASSWORD ${escapeLiteral(password)}`;
    await backend.sql("source", "postgres", `CREATE ROLE ${role} REPLICATION ${login}`);
    await backend.sql("target", "postgres", `CREATE ROLE ${role} ${login} IN ROLE pg_create_subscription`);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", `CREATE DATABASE ${db}`);
      await backend.sql(server, "postgres", `GRANT CREATE ON DATABASE ${db} TO ${role}`);
    }
    const id = escapeIdentifier(column);
    await backend.sql(
      "source",
      database,
      `SET ROLE ${role};
       CREATE SCHEMA ${escapeIdentifier(schema)};
       CREATE TYPE ${escapeIdentifier(schema)}.${escapeIdentifier(hostile("type"))} AS ENUM (${escapeLiteral(hostile("label"))});
       CREATE TABLE ${qualified} (${id} bigserial PRIMARY KEY, v text DEFAULT ${escapeLiteral(hostile("default"))},
         kind ${escapeIdentifier(schema)}.${escapeIdentifier(hostile("type"))});
       CREATE INDEX ${escapeIdentifier(hostile("index"))} ON ${qualified} (v);
       INSERT INTO ${qualified} (kind) SELECT ${escapeLiteral(hostile("label"))} FROM generate_series(1, 500)`,
    );
  }
  const plan = (): TaskPlan => {
    const end = (server: "source" | "target") => ({ ...backend.login(server), user, password, database });
    const tables = [`${schema}-*-*-${table}`];
    return { name: "hostile-names", source: end("source"), target: end("target"), tables };
  };

  it("takes SQL in names for names, from the pre-check to the end", async () => {
    await makeDatabases();
    task = await TestTask.started(backend, plan());
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql(
      "source",
      database,
      `INSERT INTO ${qualified} (v) VALUES (${escapeLiteral(hostile("row"))})`,
    );
    assert.match(await untilEqual(task, qualified), /^501:/);
    const { object_infos } = await task.detail();
    assert.ok(JSON.stringify(object_infos).includes(JSON.stringify(table).slice(1, -1)));
    await task.pause();
    await task.reaches("PAUSING");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  it("takes SQL in filters and control calls for text", async () => {
    const inject = "' OR 1=1; DROP TABLE jobs; --";
    const { jobs } = await backend.client.call("listJobs", {
      ...{ cur_page: 1, per_page: 10, db_use_type: "sync", name: inject, instance_ip: inject },
    });
    assert.deepEqual(jobs, []);
    await backend.setBalance(inject, 5);
    const { accounts } = (await backend.local("GET", "/_local/account")) as {
      accounts: { account: string }[];
    };
    assert.ok(accounts.some(({ account }) => account === inject));
    const answer = await backend.send("POST", `/v3/${backend.ready.project_id}/jobs/batch-status`, {
      jobs: [`${inject}${"x".repeat(36 - inject.length)}`],
    });
    assert.equal(answer.status, 400);
  });

  it("leaks no password: not in answers, not in the log, not in the stored state", async () => {
    // Errors are where secrets leak: a user who may not log in, a database that is not there.
    for (const wrong of [
      { user: hostile("nobody") },
      { password: `${secret}-wrong` },
      { database: "none" },
    ]) {
      const other = await TestTask.create(backend, {
        ...plan(),
        name: `leaks-${Object.keys(wrong).join("-")}`,
      });
      const { status, error_code, error_msg } = await other.test("so", wrong);
      assert.equal(status, "false");
      assert.match(String(error_code), /^DRS\.(KE0002|M00299)$/);
      assert.ok(!String(error_msg).includes(secret));
      await other.end("force_terminate");
    }
    await backend.sql("source", "postgres", `ALTER ROLE ${escapeIdentifier(user)} PASSWORD 'changed'`);
    await task.pause();
    await task.reaches("PAUSING");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_FAILED");
    const id = { jobs: [task.id] };
    const answers = [
      await backend.client.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" }),
      await backend.client.call("batchStatus", id),
      await backend.client.call("batchDetail", id),
      await backend.client.call("batchProgress", id),
      await backend.client.call("batchPrecheckResult", id),
      await backend.local("GET", "/_local/databases"),
      await backend.local("GET", "/_local/faults"),
    ];
    for (const [where, text] of [
      ["the answers", JSON.stringify(answers)],
      ["the log", backend.log],
      ["the control database", await controlContent()],
      ["the data directory", secretFiles().join()],
    ] as const) {
      const leak = text.indexOf(secret);
      assert.ok(leak < 0, `${where}: ${text.slice(Math.max(0, leak - 80), leak)}`);
    }
    const { secret_key } = backend.ready;
    assert.ok(!backend.log.includes(secret_key) && !JSON.stringify(answers).includes(secret_key));
    assert.ok(!backend.log.includes(backend.login("source").password));
    await backend.sql(
      "source",
      "postgres",
      `ALTER ROLE ${escapeIdentifier(user)} PASSWORD ${escapeLiteral(password)}`,
    );
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    await until(
      "nothing of the task is left",
      async () => [
        ...(await backend.sql(
          "source",
          database,
          "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()",
        )),
        ...(await backend.sql("source", database, "SELECT pubname FROM pg_publication")),
        ...(await backend.sql(
          "target",
          database,
          "SELECT subname FROM pg_subscription WHERE subowner = current_user::regrole",
        )),
      ],
      (left) => left.length === 0,
    );
  });

  /** Everything in the control database's tables, as text. */
  async function controlContent(): Promise<string> {
    const port = Number(readFileSync(join(dataDir, "control.port"), "utf8"));
    const client = new pg.Client({ ...backend.login("source"), port, database: "postgres" });
    await client.connect();
    try {
      const tables = await client.query<{ name: string }>(
        "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
      );
      assert.ok(tables.rows.length > 3);
      const content: string[] = [];
      for (const { name } of tables.rows) {
        content.push(
          one(
            (
              await client.query<{ all: string }>(
                `SELECT coalesce(json_agg(t), '[]')::text AS all FROM ${name} t`,
              )
            ).rows,
          ).all,
        );
      }
      assert.ok(content.join().includes("hostile-names"));
      return content.join("\n");
    } finally {
      await client.end();
    }
  }

  /**
   * The content of the backend's own files. Those of the demo's servers are left out: PostgreSQL itself keeps a
   * subscription's way to its source, for superusers to read.
   */
  function secretFiles(): readonly string[] {
    return readdirSync(dataDir, { recursive: true, encoding: "utf8" })
      .filter((file) => !/^clusters.(source|target)\b/.test(file))
      .map((file) => join(dataDir, file))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "latin1"));
  }

  it("keeps its files to their owner", () => {
    for (const file of readdirSync(dataDir)) {
      const facts = statSync(join(dataDir, file));
      assert.ok(facts.isDirectory() || (facts.mode & 0o077) === 0, `${file} ${facts.mode.toString(8)}`);
    }
    assert.equal(statSync(dataDir).mode & 0o077, 0);
    for (const server of ["control", "source", "target"]) {
      assert.equal(statSync(join(dataDir, "clusters", server)).mode & 0o077, 0, server);
    }
  });

  it("lets tasks log in with the least rights", async () => {
    const roles = `SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS mighty, rolreplication AS replication,
                          array(SELECT roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid) AS member_of
                   FROM pg_roles r WHERE rolcanlogin AND rolname NOT IN ('postgres', ${escapeLiteral(user)}) ORDER BY 1`;
    assert.deepEqual(await backend.sql("source", "postgres", roles), [
      { rolname: "drs_billing", mighty: false, replication: true, member_of: ["shop_owner"] },
      { rolname: "drs_source", mighty: false, replication: true, member_of: ["shop_owner"] },
      { rolname: "shop_app", mighty: false, replication: false, member_of: ["shop_owner"] },
    ]);
    assert.deepEqual(await backend.sql("target", "postgres", roles), [
      { rolname: "analyst", mighty: false, replication: false, member_of: ["drs_target"] },
      { rolname: "drs_target", mighty: false, replication: false, member_of: ["pg_create_subscription"] },
    ]);
  });

  it("asks every login for its password, by SCRAM, and keeps none in the clear", async () => {
    for (const server of ["source", "target"] as const) {
      const rules = await backend.sql(
        server,
        "postgres",
        "SELECT DISTINCT auth_method FROM pg_hba_file_rules",
      );
      assert.deepEqual(rules, [{ auth_method: "scram-sha-256" }]);
      const weak =
        "SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'";
      assert.deepEqual(await backend.sql(server, "postgres", weak), []);
      const client = new pg.Client({ ...backend.login(server), password: "guessed", database: "postgres" });
      await assert.rejects(client.connect(), /password authentication failed/);
    }
  });

  it("can be reached from this machine only", async () => {
    const other = await TestTask.create(backend, { ...plan(), name: "with-a-link" });
    const files = ["control.port", "source.port", "target.port"];
    const ports = [
      Number(new URL(backend.ready.endpoint).port),
      ...files.map((file) => Number(readFileSync(join(dataDir, file), "utf8"))),
    ];
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.internal === false && address.family === "IPv4")
      .map((address) => address?.address ?? "");
    for (const port of ports) {
      assert.equal(await isOpen("127.0.0.1", port), true, `${port}`);
      // The whole 127.0.0.0/8 is this machine's: a server that listens everywhere answers there, too.
      for (const host of ["127.0.0.2", "::1", ...outside]) {
        assert.equal(await isOpen(host, port), false, `${host} ${port}`);
      }
    }
    await other.end("force_terminate");
  });

  function isOpen(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 1_000 });
      const end = (open: boolean) => {
        socket.destroy();
        resolve(open);
      };
      socket.once("connect", () => end(true));
      socket.once("error", () => end(false));
      socket.once("timeout", () => end(false));
    });
  }
});
