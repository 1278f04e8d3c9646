/** What servers, users and other programs may do to the backend, with what it answers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { join } from "node:path";
import * as v from "valibot";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { one, planOf, type TaskPlan, TestTask, untilEqual } from "../support/backend-task";
import { bound } from "../support/bounds";
import { int32, LyingServer, message, welcome } from "../support/lying-server";

const refusal = v.object({ error_code: v.string(), error_msg: v.string() });

describe("hostile input", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let plan: TaskPlan;
  let task: TestTask;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    plan = await planOf(
      backend,
      "hostile",
      `CREATE TABLE constructor (id int PRIMARY KEY); CREATE TABLE "__proto__" (id int PRIMARY KEY);
       CREATE TABLE "toString" (id int PRIMARY KEY); CREATE TABLE plain (id int PRIMARY KEY);
       CREATE SCHEMA prototype; CREATE TABLE prototype."hasOwnProperty" (id int PRIMARY KEY);
       CREATE SCHEMA app; CREATE TABLE app.items (id int PRIMARY KEY); CREATE TABLE app.both (id int PRIMARY KEY);
       CREATE TABLE "app.both" (id int PRIMARY KEY);
       INSERT INTO constructor VALUES (1); INSERT INTO prototype."hasOwnProperty" VALUES (1)`,
    );
    task = await TestTask.create(backend, plan);
  });

  afterEach(async () => {
    const begin = performance.now();
    assert.equal((await fetch(`${backend.ready.endpoint}/_local/health`)).status, 200);
    assert.ok(performance.now() - begin < bound(1_000));
    assert.ok(!/a call failed/.test(backend.log), backend.log);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** A call that is refused as a whole. */
  async function refused(method: string, path: string, input: unknown) {
    const answer = await backend.send(method, path.replace("{p}", backend.ready.project_id), input);
    return { status: answer.status, ...v.parse(refusal, await answer.json()) };
  }

  describe("a database server", () => {
    let server: LyingServer;

    before(async () => {
      server = await LyingServer.open();
    });
    after(async () => {
      await server.close();
    });

    const lies: readonly (readonly [string, Buffer, string, RegExp])[] = [
      ["asks for GSSAPI", message("R", 7), "DRS.M00299", /GSSAPI/],
      ["never ends an error's text", Buffer.from("45000000084d616263", "hex"), "DRS.M00299", /does not end/],
      ["announces 4 GB", Buffer.from("45ffffffff", "hex"), "DRS.M00299", /4294967296 bytes/],
      ["wants the password in clear text", message("R", 3), "DRS.M00299", /clear text/],
      ["answers as a web server", Buffer.from("HTTP/1.1 400\r\n\r\n"), "DRS.M00299", /not how a PostgreSQL/],
      [
        "speaks to nobody in particular",
        Buffer.concat([welcome, message("t", 0)]),
        "DRS.M00299",
        /PostgreSQL|connection/,
      ],
    ];
    for (const [what, bytes, code, reason] of lies) {
      it(`that ${what} fails its connection test, and nothing else`, async () => {
        server.lie = () => bytes;
        const result = await task.test("so", { port: server.port });
        assert.deepEqual([result.status, result.error_code], ["false", code], String(result.error_msg));
        assert.match(String(result.error_msg), reason);
      });
    }

    it("whose error is 20,000 characters long has it cut, and its control characters shown", async () => {
      server.lie = () =>
        message("E", "SFATAL", "CXX000", `M\u001b[31mred\u0007${"x".repeat(20_000)}`, Buffer.from([0]));
      const { error_msg } = await task.test("so", { port: server.port });
      assert.match(String(error_msg), /\\x1b\[31mred\\x07xxx.*… \(20009 characters\)$/);
      assert.ok(String(error_msg).length < 4_200, String(error_msg?.length));
      const { job } = await backend.client.callIn(operationsV5, "showJobDetail", {
        ...{ job_id: task.id, type: "log", offset: 0, limit: 1 },
      });
      assert.ok(JSON.stringify(job).length < 5_000);
    });

    it("that asks for a password which was not given says so", async () => {
      const { error_code, error_msg } = await task.test("so", { password: "" });
      assert.equal(error_code, "DRS.KE0002");
      assert.match(String(error_msg), /asks for a password, and none is given/);
    });

    /** Listens on the control server's port while it is away, and asks for the password in each way there is. */
    async function takenByImpostor(): Promise<readonly Buffer[]> {
      const port = Number(readFileSync(join(dataDir, "control.port"), "utf8"));
      const { id } = await backend.fault({ kind: "killed_engine", server: "control", seconds: 30 });
      const received: Buffer[] = [];
      let asked = 0;
      const asks = [message("R", 3), message("R", 5, int32(7)), welcome];
      const impostor = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => {
          socket.write(asks[asked++ % asks.length] ?? welcome);
          socket.on("data", (bytes) => received.push(bytes));
        });
      });
      await until(
        "the port is free",
        async () =>
          await new Promise<boolean>((resolve) => {
            impostor.once("error", () => resolve(false));
            impostor.listen(port, "127.0.0.1", () => resolve(true));
          }),
      );
      try {
        await until("the backend asks the impostor", () => asked >= 5);
      } finally {
        await new Promise((resolve) => impostor.close(resolve));
        await backend.local("DELETE", `/_local/faults/${id}`);
      }
      return received;
    }

    it("of another program on the control database's port does not get its password", async () => {
      const received = takenByImpostor();
      const renamed = backend.client.call("batchModification", {
        jobs: [{ job_id: task.id, name: "renamed" }],
      });
      // At most a goodbye.
      assert.ok((await received).every((bytes) => bytes.equals(Buffer.from("5800000004", "hex"))));
      assert.equal(one((await renamed).results).status, "success");
    });
  });

  describe("SQL in the demo's databases", () => {
    const sqls: readonly (readonly [string, string, RegExp])[] = [
      [
        "a value of 600 MB",
        "set statement_timeout=0; select repeat('x', 600000000)",
        /54000.*larger than 16 MB|57014/,
      ],
      [
        "200 MB in rows",
        "select repeat('x', 100000) from generate_series(1, 2000)",
        /54000.*larger than 32 MB/,
      ],
      ["millions of empty rows", "select from generate_series(1, 5000000)", /54000.*larger than 32 MB/],
      ["COPY to the client", "copy (select 1) to stdout", /COPY is not supported/],
      ["COPY from the client", "copy customers from stdin", /COPY is not supported/],
      ["the end of its own session", "select pg_terminate_backend(pg_backend_pid())", /57P01/],
      [
        "more columns than PostgreSQL has",
        `select ${Array.from({ length: 1_700 }, () => "1").join(",")}`,
        /54011/,
      ],
    ];
    for (const [what, sql, reason] of sqls) {
      it(`may ask for ${what}, and is refused`, async () => {
        const answer = await refused("POST", "/_local/sql", { server: "source", database: "shop", sql });
        assert.deepEqual([answer.status, answer.error_code], [400, "DRS.M00007"], answer.error_msg);
        assert.match(answer.error_msg, reason);
      });
    }

    it("ends after 10 seconds, whatever it sets, at the server too", async () => {
      const sql = "set statement_timeout = 0; select pg_sleep(25)";
      const begin = performance.now();
      const answer = await refused("POST", "/_local/sql", { server: "target", database: "trial", sql });
      const took = performance.now() - begin;
      assert.ok(took > 9_900 && took < bound(12_000), `${took} ms`);
      assert.match(answer.error_msg, /57014.*after 10 seconds/);
      const sleeping =
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(25)%' AND pid <> pg_backend_pid()";
      assert.deepEqual(await backend.sql("target", "trial", sleeping), []);
    });

    it("answers the last of its statements, and of many rows the first 100", async () => {
      const sql = "select generate_series(1, 50000); select n, n::text as t from generate_series(1, 50000) n";
      const answer = v.parse(
        v.object({ row_count: v.number(), fields: v.array(v.string()), rows: v.array(v.array(v.string())) }),
        await backend.local("POST", "/_local/sql", { server: "source", database: "shop", sql }),
      );
      assert.deepEqual([answer.row_count, answer.fields, answer.rows.length], [50_000, ["n", "t"], 100]);
      assert.deepEqual(answer.rows[99], ["100", "100"]);
    });
  });

  describe("names", () => {
    const select = async (info: { readonly [part: string]: unknown }) =>
      await backend.client.callIn(operationsV5, "updateJob", {
        job_id: task.id,
        job: {
          type: "db_object",
          params: { db_object: { object_scope: "table", object_info: { [plan.source.database]: info } } },
        },
      });
    const table = (name: string) => [name, { name, type: "table", all: true }] as const;
    const selected = async () => {
      const { object_info } = await backend.client.callIn(operationsV5, "listDbObjects", {
        ...{ job_id: task.id, type: "modified" },
      });
      const schemas = Object.entries(object_info?.[plan.source.database]?.schemas ?? {});
      return schemas
        .flatMap(([schema, { tables }]) => Object.keys(tables ?? {}).map((name) => `${schema}.${name}`))
        .sort();
    };

    it("that every object of JavaScript has are tables like others in a v5 selection", async () => {
      await select({
        schemas: Object.fromEntries([
          [
            "public",
            {
              name: "public",
              tables: Object.fromEntries(["constructor", "__proto__", "toString", "plain"].map(table)),
            },
          ],
          ["prototype", { name: "prototype", tables: Object.fromEntries([table("hasOwnProperty")]) }],
        ]),
      });
      assert.deepEqual(await selected(), [
        ...[
          "prototype.hasOwnProperty",
          "public.__proto__",
          "public.constructor",
          "public.plain",
          "public.toString",
        ],
      ]);
      const source = await backend.client.callIn(operationsV5, "listDbObjects", {
        job_id: task.id,
        type: "source",
      });
      const inSource = source.object_info?.[plan.source.database]?.schemas;
      assert.deepEqual(Object.keys(inSource ?? {}).sort(), ["app", "prototype", "public"]);
      assert.ok(Object.hasOwn(inSource?.public?.tables ?? {}, "__proto__"));
    });

    it("that every object of JavaScript has are synchronized", async () => {
      await task.test("so");
      await task.test("ta");
      await task.precheck();
      await task.start();
      await task.reaches("INCRE_TRANSFER_STARTED");
      assert.match(await untilEqual(task, "constructor"), /^1:/);
      assert.match(await untilEqual(task, 'prototype."hasOwnProperty"'), /^1:/);
    });

    it("with a schema are read as such where public has no such table", async () => {
      const other = await TestTask.create(backend, { ...plan, name: "dotted" });
      task = other;
      await select({ tables: Object.fromEntries(["app.items", "app.both", "plain", "no.such"].map(table)) });
      assert.deepEqual(await selected(), ["app.items", "public.app.both", "public.no.such", "public.plain"]);
    });
  });

  describe("a batch", () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, index) => String(index).padStart(36, "0"));
    const batches: readonly (readonly [string, string, (jobs: readonly string[]) => object])[] = [
      ["POST", "/v3/{p}/jobs/batch-detail", (jobs) => ({ jobs })],
      ["POST", "/v3/{p}/jobs/batch-status", (jobs) => ({ jobs })],
      ["DELETE", "/v5/{p}/jobs", (jobs) => ({ jobs })],
      [
        "POST",
        "/v3/{p}/jobs/batch-pause-task",
        (jobs) => ({ jobs: jobs.map((job_id) => ({ job_id, pause_mode: "all" })) }),
      ],
      [
        "PUT",
        "/v3/{p}/jobs/batch-modification",
        (jobs) => ({ jobs: jobs.map((job_id) => ({ job_id, name: "name" })) }),
      ],
      [
        "PUT",
        "/v3/{p}/jobs/batch-limit-speed",
        (jobs) => ({ speed_limits: jobs.map((job_id) => ({ job_id, speed_limit: [] })) }),
      ],
    ];
    for (const [method, path, input] of batches) {
      it(`of more than 100 tasks is refused: ${path}`, async () => {
        for (const count of [101, 15_000]) {
          const begin = performance.now();
          const answer = await refused(method, path, input(ids(count)));
          assert.deepEqual([answer.status, answer.error_code], [400, "DRS.M00007"]);
          assert.match(answer.error_msg, new RegExp(`at most 100 tasks, but this one has ${count}`));
          assert.ok(performance.now() - begin < bound(2_000));
        }
      });

      it(`with a task that is in it twice is refused: ${path}`, async () => {
        const answer = await refused(method, path, input([...ids(3), ...ids(1)]));
        assert.deepEqual([answer.status, answer.error_code], [400, "DRS.M00007"]);
        assert.match(answer.error_msg, /lists the task 0{36} twice/);
      });
    }

    it("may name both ends of a task", async () => {
      const job = {
        id: task.id,
        net_type: "eip" as const,
        db_type: "postgresql",
        ip: "127.0.0.1",
        db_port: 1,
      };
      const login = { db_user: "u", db_password: "p", db_name: "d" };
      const { results } = await backend.client.call("batchConnection", {
        jobs: (["so", "ta"] as const).map((end_point_type) => ({ ...job, ...login, end_point_type })),
      });
      assert.deepEqual(
        results.map(({ error_code }) => error_code),
        ["DRS.M00299", "DRS.M00299"],
      );
    });
  });

  it("calls that are broken off leave no line in the log", async () => {
    const { hostname, port } = new URL(backend.ready.endpoint);
    const before = backend.log.length;
    for (let count = 0; count < 20; count++) {
      const socket = new Socket();
      socket.on("error", () => undefined);
      socket.connect(Number(port), hostname);
      await once(socket, "connect");
      socket.write(
        `POST /v3/x/jobs HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000\r\n\r\nhalf`,
      );
      await new Promise((resolve) => setTimeout(resolve, 5));
      socket.resetAndDestroy();
    }
    assert.equal(await task.status(), "CONFIGURATION");
    assert.ok(!/aborted|Error| {4}at /.test(backend.log.slice(before)), backend.log.slice(before));
  });
});
