/** The commands in the documents, as they stand there. test/package/npm does the same with docs/pipeline.md. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { limits } from "../../scripts/limits.mjs";
import { BackendProcess, copyDemoInto, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { blocksOf } from "../support/documents";
import { OwnServer } from "../support/own-server";

describe("the commands in the documents", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
  });
  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Runs a block with all of its optional arguments, and without. Answers what it has printed. */
  const runs = async (block: string, directory = dataDir): Promise<string> => {
    const texts = [block.replaceAll(/ \[--[^\]]*\]/g, ""), block.replaceAll(/\[(--[^\]]*)\]/g, "$1")];
    const outputs = [...new Set(texts)].map(async (text) => {
      const named = text.replaceAll(/\bDIR\b/g, directory).replaceAll(/\bN\b/g, "0");
      const script = `set -e\ndrs-local() { node dist/local-backend.js "$@"; }\n${named.replaceAll("SECONDS", "1").replaceAll("LANGUAGE", "zh")}`;
      const key = { HUAWEICLOUD_SDK_AK: "a", HUAWEICLOUD_SDK_SK: "b", HUAWEICLOUD_SDK_PROJECT_ID: "c" };
      const env = { ...process.env, ...key };
      const running = promisify(execFile)("bash", ["-c", script], { env, timeout: limits.test });
      running.child.stdin?.end();
      return (await running.catch((error) => assert.fail(`${error.stdout}${error.stderr} of ${script}`)))
        .stdout;
    });
    return (await Promise.all(outputs)).join("");
  };

  it("start the backend, which ends when nobody uses it", async () => {
    const [start = ""] = blocksOf("docs/local-backend.md", "sh").filter((block) => block.includes("--port"));
    const own = makeDataDir();
    await copyDemoInto(own);
    try {
      const [, command = ""] = /^(.+ \[--data-dir DIR\].*)$/m.exec(start) ?? [];
      assert.match(
        await runs(command.replaceAll(/[[\]]/g, ""), own),
        /^\{"endpoint":"http:\/\/127\.0\.0\.1:/,
      );
    } finally {
      removeDataDir(own);
    }
  });

  it("serve agents, until their client has gone", async () => {
    const [servers = ""] = blocksOf("docs/agents.md", "sh");
    for (const line of servers.trim().split("\n")) {
      assert.equal(await runs(line), "");
    }
  });

  it("sign calls, and inject each fault; the last one starts over", async () => {
    const calls = blocksOf("docs/local-backend.md", "sh").filter((block) => / call /.test(block));
    assert.equal(calls.length, 2);
    for (const block of calls) {
      assert.match(await runs(block), /^\{"(accounts|balance|account|id)":/);
    }
    const { jobs } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 100,
      db_use_type: "sync",
    });
    assert.ok(jobs.length > 10);
  });

  it("remove what a task has left in databases of a user's own, after its backend was deleted", async () => {
    const ownDir = makeDataDir();
    const packages = join(process.cwd(), "package.json");
    const [source, target] = await Promise.all([OwnServer.start(packages), OwnServer.start(packages)]);
    try {
      const own = await BackendProcess.startOn(ownDir);
      for (const server of [source, target]) {
        await server.sql("postgres", "CREATE DATABASE own");
      }
      await source.sql("own", "CREATE TABLE t (id int PRIMARY KEY)");
      const end = (server: OwnServer) => ({ ...server.login, database: "own" });
      const task = await TestTask.started(own, { name: "left", source: end(source), target: end(target) });
      await task.reaches("INCRE_TRANSFER_STARTED");
      await own.kill();

      const [{ subname, oid } = assert.fail("no subscription")] = await target.sql(
        "own",
        "SELECT subname, oid FROM pg_subscription",
      );
      // As while the rows of a table are copied.
      await source.sql(
        "own",
        `SELECT pg_create_logical_replication_slot('pg_${oid}_sync_16384_7', 'pgoutput')`,
      );
      const [remedy = ""] = blocksOf("docs/questions.md", "sql");
      const [, atTarget = "", atSource = ""] = remedy
        .replaceAll("drs_ID", String(subname))
        .replaceAll("OID", String(oid))
        .split(/^-- at the \w+\n/m);
      for (const statement of atTarget.trim().split("\n")) {
        await target.sql("own", statement);
      }
      // The worker that read from it is ending.
      const inUse = "SELECT 1 FROM pg_replication_slots WHERE active";
      await until("the slots are free", async () => (await source.sql("own", inUse)).length === 0);
      for (const statement of atSource.trim().split("\n")) {
        await source.sql("own", statement);
      }
      const left = `SELECT (SELECT count(*) FROM pg_subscription) + (SELECT count(*) FROM pg_publication)
        + (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_replication_origin) AS count`;
      for (const server of [source, target]) {
        assert.deepEqual(await server.sql("own", left), [{ count: "0" }]);
      }
    } finally {
      await Promise.all([source.stop(), target.stop()]);
      removeDataDir(ownDir);
    }
  });
});
