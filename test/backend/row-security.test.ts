/** Row security that begins to apply to the login of a task at its source, after the pre-check. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask, untilEqual } from "../support/backend-task";

const warned = v.object({
  tasks: v.record(
    v.string(),
    v.object({
      warnings: v.array(
        v.object({ code: v.string(), level: v.string(), table: v.nullable(v.string()), message: v.string() }),
      ),
    }),
  ),
});
const table = "CREATE TABLE tenant (id int PRIMARY KEY, org int)";
const secured = `CREATE POLICY one ON tenant USING (org = 1);
  ALTER TABLE tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`;

describe("row security at the source", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let count = 0;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    await backend.sql("source", "postgres", "CREATE ROLE keeper LOGIN REPLICATION PASSWORD 'keeper'");
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** A task whose login owns its table, and is no superuser. */
  async function prepared(): Promise<TestTask> {
    const database = `tenants_${++count}`;
    await backend.sql("source", "postgres", `CREATE DATABASE ${database} OWNER keeper`);
    await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
    await backend.sql("source", database, `${table}; ALTER TABLE tenant OWNER TO keeper`);
    await backend.sql(
      "source",
      database,
      "INSERT INTO tenant SELECT g, g % 10 FROM generate_series(1, 1000) g",
    );
    await backend.sql("target", database, table);
    return await TestTask.prepared(backend, {
      name: database,
      source: { ...backend.login("source"), user: "keeper", password: "keeper", database },
      target: { ...backend.login("target"), database },
      tables: ["public.tenant"],
    });
  }
  const said = async ({ id }: TestTask, code: string) =>
    await until(
      `${code} is said`,
      async () => v.parse(warned, await backend.local("GET", "/_local/warnings")).tasks[id]?.warnings ?? [],
      (found) => found.some((one) => one.code === code),
    );

  it("causes a warning while changes flow, which ends with it", async () => {
    const task = await prepared();
    const { database } = task.plan.source;
    await task.start();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", database, secured);
    const [warning] = await said(task, "LW007");
    assert.deepEqual([warning?.level, warning?.table], ["warning", "public.tenant"]);
    assert.match(warning?.message ?? "", /Row security of table public\.tenant applies .*BYPASSRLS/);
    await backend.sql("source", database, "UPDATE tenant SET org = org + 1");
    await untilEqual(task, "tenant");
    assert.equal(await task.status(), "INCRE_TRANSFER_STARTED");
    await backend.sql("source", database, "ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY");
    await until(
      "the warning is over",
      async () => v.parse(warned, await backend.local("GET", "/_local/warnings")).tasks[task.id],
      (found) => found === undefined,
    );
  });

  it("fails a copy that it hides rows from, until the table is copied again without it", async () => {
    const task = await prepared();
    const { database } = task.plan.source;
    const release = await backend.held("target", database, "LOCK TABLE tenant IN SHARE MODE");
    await task.start();
    await until(
      "the table waits for its copy",
      async () => await backend.sql("target", database, "SELECT 1 FROM pg_subscription_rel"),
      ({ length }) => length === 1,
    );
    await backend.sql("source", database, secured);
    await task.reaches("FULL_TRANSFER_FAILED");
    assert.match(await task.detailLine(), /^FULL_TRANSFER_FAILED LS007 Row security of table public\.tenant/);
    await release();
    assert.match((await task.retry()).error_msg ?? "", /cannot be resumed.*Row security/);
    await backend.sql("source", database, "ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY");
    const again = { tables: ["public.tenant"], keep_rows: false };
    await backend.local("POST", `/_local/tasks/${task.id}/copy-again`, again);
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "tenant");
  });
});
