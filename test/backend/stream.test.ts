/** What a look at a task's stream finds although its worker runs: each example of what happens to users' tables. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";
import {
  type Case,
  type Concern,
  calm,
  concerns,
  type Deed,
  events,
  type Loss,
  losses,
  source,
  stock,
} from "../support/stream-cases";

const answer = v.object({
  tasks: v.record(
    v.string(),
    v.object({
      warnings: v.array(
        v.object({
          id: v.string(),
          level: v.string(),
          table: v.nullable(v.string()),
          code: v.string(),
          message: v.string(),
        }),
      ),
      log: v.nullable(v.object({ bytes: v.number(), limit: v.nullable(v.number()) })),
    }),
  ),
});

const database = "stream";
/** Among tables that are lost, one that is not. */
const healthy = "public.stock";

describe("the stream of a task", () => {
  const dataDir = makeDataDir();
  const placed = new Map<Case, { readonly task: TestTask; readonly schema: string }>();
  let backend: BackendProcess;

  const all = [...losses, ...concerns, ...calm];
  const whole = losses.filter((loss) => loss.whole === true);
  const schemaOf = (one: Case) => `s${all.indexOf(one)}`;
  const tableOf = (one: Case) => `${schemaOf(one)}.${one.table ?? "stock"}`;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", `CREATE DATABASE ${database}`);
    }
    const end = (server: "source" | "target") => ({ ...backend.login(server), database });
    for (const one of all) {
      const made = `CREATE SCHEMA ${schemaOf(one)}; SET search_path = ${schemaOf(one)}`;
      await backend.sql("source", database, `${made}; ${one.table === "ev" ? events : stock}`);
    }
    await backend.sql("source", database, stock);
    const groups: readonly (readonly Case[])[] = [
      ...whole.map((one) => [one]),
      losses.filter((loss) => loss.whole !== true),
      concerns,
      calm,
    ];
    for (const [index, group] of groups.entries()) {
      const plan = { name: `stream-${index}`, source: end("source"), target: end("target") };
      const tables = [...group.map(tableOf), ...(index === whole.length ? [healthy] : [])];
      const task = await TestTask.create(backend, { ...plan, tables });
      for (const one of group) {
        placed.set(one, { task, schema: schemaOf(one) });
        await carryOut(one, one.given ?? []);
      }
      await task.test("so");
      await task.test("ta");
      await task.select(tables);
      const check = await task.precheck();
      assert.equal(check.result, true, JSON.stringify(check));
      await task.start();
    }
    for (const one of all) {
      await of(one).task.reaches("INCRE_TRANSFER_STARTED");
    }
    for (const one of all) {
      await carryOut(one, one.deeds);
    }
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const of = (one: Case) => {
    const known = placed.get(one);
    assert.ok(known !== undefined);
    return known;
  };
  const carryOut = async (one: Case, deeds: readonly Deed[]) => {
    const { task, schema } = of(one);
    const name = `drs_${task.id.toLowerCase().replaceAll("-", "_")}`;
    for (const { at, sql } of deeds) {
      const text = sql.replaceAll(/\{(publication|subscription)\}/g, name).replaceAll("{schema}", schema);
      const path = /^(VACUUM|ALTER SUBSCRIPTION|ALTER TYPE \S+ ADD VALUE)/.test(text)
        ? ""
        : `SET search_path = ${schema}; `;
      await backend.sql(at, database, path + text);
    }
  };
  const allOf = async ({ id }: TestTask) =>
    v.parse(answer, await backend.local("GET", "/_local/warnings")).tasks[id]?.warnings ?? [];
  /** What is said of the case's table, or of no table. */
  const saidOf = async (one: Case, code: RegExp, says = /./) => {
    const found = await allOf(of(one).task);
    return found.filter(
      ({ table, code: its, message }) =>
        table === tableOf(one) || (table === null && code.test(its) && says.test(message)),
    );
  };
  const untilSaid = async (one: Loss | Concern, level: string) => {
    const { code, says } = one;
    const wanted = new RegExp(`^${code}$`);
    const found = await until(
      `${code} is found`,
      async () => {
        await carryOut(one, "meanwhile" in one ? (one.meanwhile ?? []) : []);
        return await saidOf(one, wanted, says);
      },
      (some) => some.some(({ code: its }) => wanted.test(its)),
    );
    const also = "also" in one ? one.also : undefined;
    const [first, ...others] = found.toSorted((a, b) => Number(a.code === also) - Number(b.code === also));
    assert.deepEqual(
      [others.length, first?.level],
      [also === undefined ? 0 : 1, level],
      JSON.stringify(found),
    );
    assert.match(first?.message ?? "", says);
  };

  const isNotResumed = async (task: TestTask, why = /lost|no longer|replaced|removed/) => {
    const { status, error_code, error_msg } = await task.retry();
    assert.deepEqual([status, error_code], ["failed", "DRS.M00304"]);
    assert.match(
      error_msg ?? "",
      /^The task cannot be resumed, because it would continue without the lost rows\. ./,
    );
    assert.match(error_msg ?? "", why);
    assert.match(error_msg ?? "", /[Cc]opy .*again|[Rr]eset the task|copied again/);
    assert.equal((await task.listed()).job_action?.available_actions?.includes("RETRY"), false);
  };

  for (const loss of losses) {
    it(`fails when ${loss.what}`, async () => {
      const { task } = of(loss);
      await task.reaches("INCRE_TRANSFER_FAILED");
      await untilSaid(loss, "failure");
      if (loss.whole === true) {
        const line = await task.detailLine();
        assert.match(line, new RegExp(`^INCRE_TRANSFER_FAILED ${loss.code} `));
        assert.match(line, loss.says);
      }
    });
  }

  for (const concern of concerns) {
    it(`warns when ${concern.what}`, async () => {
      await untilSaid(concern, "warning");
      assert.equal(await of(concern).task.status(), "INCRE_TRANSFER_STARTED");
    });
  }

  it("lists the DDL of the source that was not replicated where v5 has a place for it", async () => {
    const concern = concerns.find(({ code }) => code === "LW009");
    assert.ok(concern !== undefined);
    const { id } = of(concern).task;
    const wanted = { job_id: id, offset: 0, limit: 100 };
    const { count, ddl_list } = await backend.client.callIn(operationsV5, "listDdls", wanted);
    assert.equal(count, ddl_list.length);
    const numbers = ddl_list.map(({ seqno }) => seqno ?? 0);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((one, other) => one - other),
    );
    const added = ddl_list.find(({ ddl_text }) => ddl_text?.includes(`${tableOf(concern)} `));
    assert.match(added?.ddl_text ?? "", /^LW009 .* has the column w \(integer\)/);
    assert.deepEqual([added?.status, added?.exe_result], [1, false]);
    // What was done at the target is not the source's DDL.
    assert.doesNotMatch(JSON.stringify(ddl_list), /LW003|LW014|LW019/);
    const cleared = async () =>
      (await backend.client.callIn(operationsV5, "listDdls", { ...wanted, status: 0 })).ddl_list;
    assert.deepEqual(await cleared(), []);
    const clean = async (alarm_id: string) =>
      await backend.client.callIn(operationsV5, "cleanAlarm", { job_id: id, alarm_id });
    await clean(String(added?.seqno));
    const [one, ...others] = await cleared();
    assert.deepEqual([one?.seqno, others], [added?.seqno, []]);
    assert.ok(Number(one?.clean_time) > Number(one?.record_time));
    await clean(String(added?.seqno));
    assert.equal((await cleared())[0]?.clean_time, one?.clean_time);
    await assert.rejects(clean("100"), /DRS\.M00007/);
    // The alarm is cleared, not its cause.
    await untilSaid(concern, "warning");
  });

  it("withdraws a warning when its cause is fixed", async () => {
    const healed = concerns.filter(({ heals }) => heals !== undefined);
    for (const concern of healed) {
      await carryOut(concern, concern.heals ?? []);
    }
    for (const concern of healed) {
      await until(
        `${concern.what}: the warning is over`,
        async () => await saidOf(concern, /^never/),
        ({ length }) => length === 0,
      );
    }
    const [concern] = concerns;
    assert.ok(concern !== undefined);
    assert.equal(await of(concern).task.status(), "INCRE_TRANSFER_STARTED");
  });

  it("warns of a transaction that the subscription skips until its tables are copied again", async () => {
    const plan = await planOf(backend, "skipping", stock);
    const task = await TestTask.started(backend, plan);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("target", "skipping", "INSERT INTO stock VALUES (500, 0)");
    await backend.sql("source", "skipping", "INSERT INTO stock VALUES (500, 1)");
    await task.reaches("INCRE_TRANSFER_FAILED");
    const name = `drs_${task.id.toLowerCase().replaceAll("-", "_")}`;
    await backend.sql("target", "skipping", `ALTER SUBSCRIPTION ${name} SKIP (lsn = 'F/0')`);
    const [warning] = await until(
      "it is warned of",
      async () => await allOf(task),
      ({ length }) => length > 0,
    );
    assert.deepEqual([warning?.code, warning?.table], ["LW024", null]);
    assert.match(warning?.message ?? "", /skips a transaction \(.*, F\/0\)/);
    await backend.sql("target", "skipping", "DELETE FROM stock WHERE id = 500");
    assert.equal((await task.retry()).status, "success");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "stock");
    assert.equal((await allOf(task)).length, 1);
    const tables = ["public.stock"];
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, { tables });
    await until(
      "the warning is over",
      async () => await allOf(task),
      ({ length }) => length === 0,
    );
    await untilEqual(task, "stock");
  });

  it("ignores what users do every day", async () => {
    for (const one of calm) {
      assert.deepEqual([one.what, await saidOf(one, /./)], [one.what, []]);
      assert.equal(await of(one).task.status(), "INCRE_TRANSFER_STARTED");
    }
  });

  it("does not continue after a loss, whatever is repaired, until its tables are copied again", async () => {
    const failed = [...new Set(losses.map((loss) => of(loss).task))];
    for (const task of failed) {
      await isNotResumed(task);
    }
    for (const task of failed) {
      assert.match(await task.detailLine(), /^INCRE_TRANSFER_FAILED LS/);
    }
    const one = whole.find(({ what }) => what === "the publication is dropped and made again");
    assert.ok(one !== undefined);
    const { task } = of(one);
    await backend.sql("target", database, `TRUNCATE ${tableOf(one)}`);
    assert.equal((await task.precheck()).result, true);
    const job = { action_name: "reset" };
    await backend.client.callIn(operationsV5, "executeAction", { job_id: task.id, job });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, tableOf(one));
    assert.deepEqual(await allOf(task), []);
  });

  it("continues without the tables that are lost when they are taken out of the task", async () => {
    const one = losses.find((loss) => loss.whole !== true);
    assert.ok(one !== undefined);
    const { task } = of(one);
    const dropped = losses.find(({ what }) => what === "a table is dropped at the target");
    assert.ok(dropped !== undefined);
    // The log still has changes for it, which PostgreSQL skips only for a table that is there.
    await carryOut(dropped, [{ at: "target", sql: "CREATE TABLE stock (id int PRIMARY KEY, n int)" }]);
    await task.edited([healthy]);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", database, `INSERT INTO ${healthy} VALUES (1000, 1)`);
    await untilEqual(task, healthy);
    await until(
      "nothing is said of them any more",
      async () => await allOf(task),
      ({ length }) => length === 0,
    );
  });

  it("does not continue after a table was lost while it was paused and the backend was away", async () => {
    const [one] = calm;
    assert.ok(one !== undefined);
    const { task } = of(one);
    await task.pause();
    await task.reaches("PAUSING");
    await backend.kill();
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    task.backend = backend;
    await carryOut(one, [source("DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int)")]);
    await until(
      "the loss is known",
      async () => await saidOf(one, /LS004/),
      (found) => found.some(({ code }) => code === "LS004"),
    );
    assert.equal(await task.status(), "PAUSING");
    await isNotResumed(task, /stock of the source database was replaced/);
    assert.equal(await task.status(), "PAUSING");
  });

  it("reports the log that the source keeps for a stopped task, before it is lost", async () => {
    const [one] = concerns;
    assert.ok(one !== undefined);
    const { task } = of(one);
    task.backend = backend;
    await task.pause();
    await task.reaches("PAUSING");
    const write = async (megabytes: number) =>
      await backend.sql(
        "source",
        database,
        `SELECT count(pg_logical_emit_message(false, 'filler', repeat('x', 1024 * 1024)))
         FROM generate_series(1, ${megabytes})`,
      );
    const said = async () => {
      const answered = v.parse(answer, await backend.local("GET", "/_local/warnings"));
      return {
        codes: (await allOf(task)).map(({ code }) => code),
        log: answered.tasks[task.id]?.log ?? null,
      };
    };
    await backend.sql("source", "postgres", "ALTER SYSTEM SET max_slot_wal_keep_size = '200MB'");
    await backend.sql("source", "postgres", "SELECT pg_reload_conf()");
    await write(170);
    // The first warning may come while the rows are still being written.
    const near = await until(
      "it is warned of",
      said,
      ({ codes, log }) => codes.includes("LW015") && (log?.bytes ?? 0) > 150 * 1024 * 1024,
    );
    assert.equal(near.log?.limit, 200 * 1024 * 1024);
    await write(100);
    await backend.sql("source", "postgres", "CHECKPOINT");
    await until("it is lost", said, ({ codes }) => codes.includes("LS008"));
    assert.equal(await task.status(), "PAUSING");
  });
});
