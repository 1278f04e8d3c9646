/** A source that speaks TLS: who is verified by whom, from the task file to the target's stream. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { limits } from "../../scripts/limits.mjs";
import { PostgresEngine } from "../../src/backend/engine/postgres/engine";
import type { TaskFile } from "../../src/files/model";
import { planOf } from "../../src/files/plan";
import { configureTask, createTask, type StepError, startTask } from "../../src/tasks/use-cases/create-task";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { TestAuthority } from "../support/certificates";
import { OwnServer } from "../support/own-server";
import { itemIn, reasonsOf } from "../support/precheck-world";
import { TlsManInTheMiddle } from "../support/tls-man-in-the-middle";

describe("a source with TLS", () => {
  const dataDir = makeDataDir();
  const files = makeDataDir();
  const [own, foreign] = ["own", "foreign"].map((name) => {
    const folder = join(files, name);
    mkdirSync(folder);
    return new TestAuthority(folder);
  }) as [TestAuthority, TestAuthority];
  const ca = readFileSync(own.file, "utf8");
  let backend: BackendProcess;
  let source: OwnServer;

  before(async () => {
    // The link's address, 127.0.0.1, is not in the certificate.
    const { key, cert } = own.issue("DNS:localhost");
    const [keyFile, certFile] = [join(files, "tls.key"), join(files, "tls.pem")];
    writeFileSync(keyFile, key, { mode: 0o600 });
    writeFileSync(certFile, cert);
    [backend, source] = await Promise.all([
      BackendProcess.startServers(dataDir),
      OwnServer.start(resolve("package.json"), [
        ...["ssl=on", `ssl_key_file=${keyFile}`, `ssl_cert_file=${certFile}`],
        ...["fsync=off", "max_wal_senders=20", "max_replication_slots=20"],
      ]),
    ]);
  });
  after(async () => {
    await Promise.all([backend.stop(), source.stop()]);
    removeDataDir(dataDir);
    removeDataDir(files);
  });

  /** Databases of a task's own, with a table that has a row at the source. */
  async function databases(name: string): Promise<void> {
    await source.sql("postgres", `CREATE DATABASE ${name}`);
    await backend.sql("target", "postgres", `CREATE DATABASE ${name}`);
    await source.sql(name, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  }
  const rowsAt = async (name: string) => (await backend.sql("target", name, "SELECT 1 FROM t")).length;

  it("is verified by a task file's CA, and proves itself to the target's server by channel binding", async () => {
    await databases("verified");
    const { password: targetPassword, ...target } = backend.login("target");
    const { port, user, password } = source.login;
    const file: TaskFile = {
      ...{ name: "verified", type: "full+incremental", objects: { tables: ["public.t"] } },
      source: { host: "localhost", port, user, database: "verified", ssl: true, ca: "ca.pem" },
      target: { ...target, database: "verified" },
    };
    const passwords = { source: password, target: targetPassword };
    const options = { signal: AbortSignal.timeout(limits.wait), onStep: () => undefined };
    const id = await createTask(backend.client, planOf(file, passwords), options);
    const wrong = planOf(file, passwords, { source: readFileSync(foreign.file, "utf8") });
    await assert.rejects(
      configureTask(backend.client, id, wrong, options),
      ({ step, cause }: StepError) => step === "connectSource" && /certificate/.test(String(cause)),
    );
    await configureTask(backend.client, id, planOf(file, passwords, { source: ca }), options);
    await startTask(backend.client, id, options);
    const task = TestTask.known(backend, id, {
      name: "verified",
      source: { ...source.login, database: "verified" },
      target: { ...backend.login("target"), database: "verified" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    const [way] = await backend.sql<{ way: string }>(
      "target",
      "verified",
      "SELECT subconninfo AS way FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    assert.match(way?.way ?? "", / sslmode='require' channel_binding='require' /);
    const streams = await source.sql(
      "postgres",
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)",
    );
    assert.deepEqual(streams, [{ ssl: true }]);

    // The backend takes the target's way, through the link, to find out why a stream has ended.
    await source.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
    await source.sql("verified", "INSERT INTO t VALUES (2)");
    await until("the stream is back", async () => (await rowsAt("verified")) === 2);
    await task.reaches("INCRE_TRANSFER_STARTED");
  });

  describe("with somebody else between it and the target", () => {
    let between: TlsManInTheMiddle;
    const engine = new PostgresEngine(() => undefined);

    before(async () => {
      await databases("between");
      between = await TlsManInTheMiddle.open(source.login.port, foreign.issue("DNS:localhost"));
    });
    after(async () => {
      await engine.dispose();
      await between.close();
    });

    /** What the pre-check says about the way from the target to the source, which leads over the other one. */
    async function reach(authorities: string | undefined) {
      const items = await engine.check(
        {
          id: "00000000-0000-0000-0000-000000jb101",
          source: {
            side: "source",
            ...source.login,
            host: "localhost",
            database: "between",
            ssl: true,
            ca: authorities,
          },
          target: { side: "target", ...backend.login("target"), database: "between", ssl: false },
          publisher: { host: "localhost", port: between.port },
          tables: [{ schema: "public", table: "t" }],
          copiesRows: true,
          unindexed: [],
          memory: null,
        },
        [],
      );
      return itemIn(items, "target_reaches_source");
    }

    for (const asksForHash of [false, true]) {
      it(`fails the pre-check where a CA is given, and sends nothing ${asksForHash ? "that was asked for" : "more"}`, async () => {
        between.asksForHash = asksForHash;
        between.read = "";
        const found = await reach(ca);
        assert.equal(found.result, "FAILED");
        assert.match(reasonsOf(found), /did not prove to the target server by SCRAM that it is the source/);
        assert.doesNotMatch(between.read, /md5|SELECT/);
      });
    }

    it("gets the password's hash without a CA, where the connection is only encrypted", async () => {
      [between.asksForHash, between.read] = [true, ""];
      await reach(undefined);
      assert.match(between.read, /md5[0-9a-f]{32}/);
    });
  });
});
