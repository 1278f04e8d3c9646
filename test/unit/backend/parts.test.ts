import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { resolve } from "node:path";
import { selectionOf } from "../../../src/backend/api/selection";
import { LagMeter } from "../../../src/backend/engine/postgres/lag";
import { conninfo, objectName } from "../../../src/backend/engine/postgres/names";
import { ServerLog } from "../../../src/backend/engine/postgres/server-log";
import { parseFlags } from "../../../src/backend/flags";
import { type ActionConstraints, availableActions, jobAction } from "../../../src/backend/jobs/legal-actions";
import { isLimit, limitAt } from "../../../src/backend/jobs/limits";
import { TcpRelay } from "../../../src/backend/jobs/tcp-relay";
import { ApiError, message, render } from "../../../src/backend/messages";
import { SecretBox } from "../../../src/backend/secrets";
import { StartError } from "../../../src/backend/start-error";

describe("the small parts of the local backend", () => {
  it("reads flags, and refuses what is none", () => {
    const flags = parseFlags(["--data-dir", "/some/where", "--port", "8080", "--demo"]);
    assert.deepEqual(flags, {
      dataDir: "/some/where",
      port: 8080,
      demo: true,
      language: "en",
      postgres: undefined,
      exitWhenUnused: undefined,
      help: false,
    });
    assert.equal(parseFlags(["--exit-when-unused", "20"]).exitWhenUnused, 20);
    assert.equal(parseFlags(["--language", "zh"]).language, "zh");
    assert.equal(parseFlags([]).port, 0);
    assert.equal(parseFlags(["--postgres", "/opt/pg"]).postgres, resolve("/opt/pg"));
    for (const args of [
      ["--port", "-1"],
      ["--port", "65536"],
      ["--port", "1e3"],
      ["--exit-when-unused", "0"],
      ["--exit-when-unused", "soon"],
      ["--language", "fr"],
      ["--nope"],
      ["--data-dir="],
      ["--postgres="],
    ]) {
      assert.throws(() => parseFlags(args), StartError, args.join(" "));
    }
  });

  it("seals passwords so that each time looks different and only its key opens them", () => {
    const key = Buffer.alloc(32, 1).toString("base64");
    const box = new SecretBox(key);
    const [one, two] = [box.seal("密码 secret"), box.seal("密码 secret")];
    assert.notEqual(one, two);
    assert.equal(box.open(one), "密码 secret");
    const other = new SecretBox(Buffer.alloc(32, 2).toString("base64"));
    assert.throws(() => other.open(one));
  });

  it("writes messages in both languages, also one that it does not know", () => {
    const text = message("unreachable", { side: "source", address: "h:1", reason: "gone" });
    assert.equal(render(text, "en"), "The source database at h:1 cannot be reached: gone");
    assert.equal(render(text, "zh"), "无法连接位于 h:1 的源数据库：gone");
    assert.equal(render({ id: "newer", values: { a: "b" } }, "en"), "newer b");
  });

  it("names objects and quotes connection strings", () => {
    assert.equal(
      objectName("24834EB6-be30-464e-a299-f7aa730jb101"),
      "drs_24834eb6_be30_464e_a299_f7aa730jb101",
    );
    const source = { host: "h", port: 1, user: "o'neil", password: "a\\b'c", database: "d", ssl: true };
    const text = conninfo(source, { host: "127.0.0.1", port: 2 }, "task", 18);
    assert.match(text, /^host='127\.0\.0\.1' port='2' user='o\\'neil' password='a\\\\b\\'c' dbname='d' /);
    assert.match(text, /sslmode='require'/);
    assert.match(text, / require_auth='!password'$/);
    const open = (version: number) =>
      conninfo({ ...source, ssl: false }, { host: "127.0.0.1", port: 2 }, "task", version);
    assert.match(open(16), / sslmode='disable' .* require_auth='!password'$/);
    assert.ok(!open(15).includes("require_auth"));
  });

  it("reads errors of workers from a server's log", () => {
    const log = new ServerLog();
    const line = (pid: number, state: string, text: string, kind = "logical replication apply worker") =>
      log.read(`2026-01-01 00:00:00.000 UTC|${pid}|${kind}|${state}|${text}`);
    line(1, "00000", 'LOG:  logical replication apply worker for subscription "a" has started');
    line(
      2,
      "00000",
      'LOG:  logical replication table synchronization worker for subscription "b", table "t" has started',
    );
    line(1, "23505", 'ERROR:  conflict detected on relation "public.t1": conflict=insert_exists');
    line(1, "23505", "DETAIL:  Key already exists");
    log.read("\tremote row (1, two");
    log.read("\tlines).");
    line(2, "08006", "ERROR:  could not receive data");
    line(1, "42P01", "ERROR:  of somebody else", "client backend");
    assert.deepEqual(log.lastErrorOf("a"), {
      sqlState: "23505",
      message: 'conflict detected on relation "public.t1": conflict=insert_exists (Key already exists)',
      text: 'conflict detected on relation "public.t1": conflict=insert_exists',
      detail: "Key already exists\nremote row (1, two\nlines).",
      context: "",
      complete: false,
    });
    assert.equal(log.lastErrorOf("b")?.sqlState, "08006");
    log.forget("a");
    assert.equal(log.lastErrorOf("a"), undefined);
  });

  it("measures how far the target is behind", () => {
    const meter = new LagMeter();
    assert.equal(meter.read(1_000, 100n, 100n, undefined), 0);
    assert.equal(meter.read(2_000, 200n, 100n, undefined), 0);
    assert.equal(meter.read(5_000, 300n, 100n, undefined), 3_000);
    assert.equal(meter.read(6_000, 300n, 250n, 40), 1_000);
    assert.equal(meter.read(7_000, 300n, 300n, 40), 0);
  });

  it("knows which limit is in force", () => {
    const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour, 30));
    const day = { begin: "08:00", end: "17:59", speed: "5", is_utc: true };
    const night = { begin: "22:00", end: "03:59", speed: "2", is_utc: true };
    const megabytes = (hour: number) => (limitAt([day, night], at(hour)) ?? 0) / 1024 / 1024;
    assert.deepEqual([7, 8, 17, 18, 22, 3, 4].map(megabytes), [0, 5, 5, 0, 2, 2, 0]);
    assert.ok(isLimit(day));
    for (const wrong of [{ speed: "0" }, { speed: "10000" }, { begin: "24:00" }, { end: "soon" }]) {
      assert.ok(!isLimit({ ...day, ...wrong }), JSON.stringify(wrong));
    }
  });

  it("offers no action of a frozen task, and all others as unavailable", () => {
    const desired = { goal: "running", attempt: 1, startAt: null, force: false } as const;
    const job = {
      ...({ status: "INCRE_TRANSFER_STARTED", taskType: "FULL_INCR_TRANS" } as const),
      ...{ desired, edit: null, change: null, copyAgain: null },
    };
    const flowing = ["CHOOSE_OBJECT", "PAUSE", "FREE_RESOURCE"];
    const can = {
      taskTypes: [],
      canPause: true,
      canEditObjects: true,
      canCopyAgain: true,
      canCompare: true,
      knowsProgress: true,
    };
    const available = (gate: ActionConstraints) => jobAction(job, gate).available_actions;
    assert.deepEqual(available({ frozen: false, can }), flowing);
    assert.deepEqual(available({ frozen: true, can }), []);
    assert.ok(jobAction(job, { frozen: true, can }).unavailable_actions.includes("PAUSE"));
  });

  it("offers no action that the engine cannot do", () => {
    const desired = { goal: "running", attempt: 1, startAt: null, force: false } as const;
    const can = {
      taskTypes: [],
      canPause: false,
      canEditObjects: false,
      canCopyAgain: false,
      canCompare: false,
      knowsProgress: true,
    };
    const available = (status: string) =>
      availableActions(
        { status, taskType: "FULL_INCR_TRANS", desired, edit: null, change: null, copyAgain: null },
        { frozen: false, can },
      );
    assert.deepEqual(available("INCRE_TRANSFER_STARTED"), ["FREE_RESOURCE"]);
    assert.deepEqual(available("INCRE_TRANSFER_FAILED"), [
      "RESET_DB_PWD",
      "PRE_CHECK",
      "RETRY",
      "RESET",
      "FREE_RESOURCE",
    ]);
    // Before the start nothing flows yet.
    assert.ok(available("CONFIGURATION").includes("CHOOSE_OBJECT"));
  });

  it("reads the objects of a selection", () => {
    const select = (job: Parameters<typeof selectionOf>[0]["job"]) =>
      selectionOf({ job_id: "x", selected: true, job }, "shop");
    const t = { object_type: "table", select: "true" } as const;
    assert.equal(selectionOf({ job_id: "x", selected: false }, "shop"), null);
    assert.equal(selectionOf({ job_id: "x", selected: true, sync_database: true }, "shop"), null);
    assert.equal(select([{ object_type: "database", id: "shop", select: "true" }]), null);
    assert.deepEqual(
      select([
        { object_type: "database", id: "shop", select: "partial" },
        { object_type: "schema", id: "sales", select: "partial" },
        { ...t, id: "sales.a" },
        { ...t, id: "shop-*-*-sales-*-*-a", parent_id: "shop" },
        { ...t, id: "a.b-*-*-c.d" },
        { ...t, id: "sales-*-*-b" },
        { ...t, object_name: "c" },
        { object_type: "schema", id: "whole", select: "true" },
        { object_type: "schema", id: "shop-*-*-whole", select: "true" },
        { ...t, id: "public.not", select: "false" },
        { ...t, id: "public.nor", select: null },
      ]),
      [
        { schema: "sales", table: "a" },
        { schema: "a.b", table: "c.d" },
        { schema: "sales", table: "b" },
        { schema: "public", table: "c" },
        { schema: "whole", table: null },
      ],
    );
    assert.throws(() => select([{ ...t, id: "a.b.c" }]), ApiError);
    assert.throws(() => select([{ object_type: "view", id: "public.v", select: "true" }]), ApiError);
    assert.throws(() => select([{ ...t, id: "public.t", object_alias_name: "u" }]), /DRS\.M10018/);
    assert.throws(() => select([]), ApiError);
    assert.throws(
      () => select([{ ...t, id: "public.t", parent_id: "other" }]),
      /reads the database shop, not other/,
    );
    assert.throws(() => select([{ object_type: "database", id: "other", select: "true" }]), ApiError);
  });

  it("carries bytes over a link, counts them and holds them back", async () => {
    const source = createServer((socket) => socket.end(Buffer.alloc(600_000, 1)));
    source.listen(0, "127.0.0.1");
    await once(source, "listening");
    const address = source.address();
    const link = await TcpRelay.open(0);
    link.setUpstream({
      host: "127.0.0.1",
      port: typeof address === "object" && address !== null ? address.port : 0,
    });
    const fetchAll = async () => {
      const started = Date.now();
      let bytes = 0;
      const client = connect(link.port, "127.0.0.1");
      client.on("data", (chunk) => {
        bytes += chunk.length;
      });
      await once(client, "close");
      return { bytes, ms: Date.now() - started };
    };
    assert.equal((await fetchAll()).bytes, 600_000);
    link.limit = 1_000_000;
    const slow = await fetchAll();
    assert.equal(slow.bytes, 600_000);
    assert.ok(slow.ms > 400, `${slow.ms} ms`);
    assert.equal(link.bytes, 1_200_000);
    await link.close();
    source.close();
  });

  it("takes another port for a link when the wanted one is in use", async () => {
    const first = await TcpRelay.open(0);
    const second = await TcpRelay.open(first.port);
    assert.notEqual(second.port, first.port);
    await Promise.all([first.close(), second.close()]);
  });
});
