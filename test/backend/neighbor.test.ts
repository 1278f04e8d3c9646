/** Another user of this machine, and whatever that user can listen at, plant or read. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runningBackend } from "../../src/backend-client/discovery";
import { challengeAnswer } from "../../src/drs/challenge";
import { BackendProcess, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { int32, LyingServer, message } from "../support/lying-server";
import { OwnServer } from "../support/own-server";

/** Nobody, on every Linux. */
const otherUser = 65_534;
const isRoot = process.getuid?.() === 0;

/** Runs a program as another user, which only root can. */
function asOther(program: string, ...args: readonly string[]): string {
  const { stdout, error } = spawnSync(program, args, { uid: otherUser, gid: otherUser, encoding: "utf8" });
  assert.equal(error, undefined);
  return stdout;
}

describe("a hostile neighbor: another user of this machine", () => {
  // Below a folder that everybody may enter, unlike the tests' own.
  const open = mkdtempSync(join(isRoot ? "/tmp" : tmpdir(), "drs-neighbor-"));
  const dataDir = join(open, "data");
  let backend: BackendProcess;
  let target: OwnServer;

  before(async () => {
    chmodSync(open, 0o777);
    mkdirSync(dataDir);
    [backend, target] = await Promise.all([
      BackendProcess.startServers(dataDir),
      OwnServer.start(resolve("package.json"), ["wal_retrieve_retry_interval=500ms", "fsync=off"]),
    ]);
  });
  after(async () => {
    await Promise.all([backend.stop(), target.stop()]);
    removeDataDir(dataDir);
    rmSync(open, { recursive: true, force: true });
  });

  if (isRoot) {
    it("neither reads nor changes anything of the backend's data", () => {
      assert.equal(asOther("find", open, "-mindepth", "1", "(", "-readable", "-o", "-writable", ")"), "");
      assert.equal(
        asOther("sh", "-c", `cat ${dataDir}/*.json ${dataDir}/clusters/*/postgresql.conf 2>/dev/null`),
        "",
      );
    });

    it("sees no key or password of its processes", () => {
      const { pid, secret_key } = backend.ready;
      const commands = asOther(
        "sh",
        "-c",
        "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '",
      );
      assert.match(commands, /local-backend\.js/);
      for (const secret of [secret_key, backend.login("source").password]) {
        assert.ok(!commands.includes(secret));
      }
      assert.equal(asOther("cat", `/proc/${pid}/environ`), "");
    });
  } else {
    it("is tried only as root, who may become another user; `backend/security` looks at the files' modes", () => {
      assert.notEqual(process.getuid?.(), 0);
    });
  }

  it("cannot have a backend of their own taken for the user's, by a data directory that they have written", async () => {
    const planted = join(open, "planted");
    mkdirSync(planted, { mode: 0o700 });
    const [secretKey, pid] = ["known-to-the-neighbor", process.pid];
    const server = createServer(({ url = "" }, response) => {
      const { port } = server.address() as AddressInfo;
      const challenge = new URL(url, "http://h").searchParams.get("challenge") ?? "";
      response.setHeader("content-type", "application/json");
      const answer = challengeAnswer(secretKey, challenge, port, pid);
      response.end(JSON.stringify({ status: "ok", pid, answer }));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    try {
      const { port } = server.address() as AddressInfo;
      const line = {
        endpoint: `http://127.0.0.1:${port}`,
        project_id: "p",
        access_key: "a",
        secret_key: secretKey,
        pid,
      };
      const file = join(planted, "backend.json");
      writeFileSync(file, JSON.stringify(line), { mode: 0o600 });
      assert.equal((await runningBackend(planted))?.pid, pid, "a file of the user's own is believed");
      chmodSync(file, 0o644);
      assert.equal(await runningBackend(planted), undefined, "others can read the key");
      chmodSync(file, 0o600);
      if (isRoot) {
        chownSync(file, otherUser, otherUser);
        assert.equal(await runningBackend(planted), undefined, "it is another user's");
      }
    } finally {
      server.close();
    }
  });

  it("who takes the port of a task's link while the backend is off gets no login and sends no change", async () => {
    await backend.sql("source", "postgres", "CREATE DATABASE linked");
    await target.sql("postgres", "CREATE DATABASE linked");
    await backend.sql("source", "linked", "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    const task = await TestTask.started(backend, {
      name: "linked",
      source: { ...backend.login("source"), database: "linked" },
      target: { ...target.login, database: "linked" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED");
    const [way] = await target.sql("linked", "SELECT subconninfo AS info FROM pg_subscription");
    const port = Number(/port='(\d+)'/.exec(String(way?.info))?.[1]);
    const [subscription] = await target.sql(
      "linked",
      "SELECT quote_ident(subname) AS name FROM pg_subscription",
    );
    await backend.kill();

    // As after a restart of the machine, where the target begins by itself.
    // As a server that asks for nothing, and as one that asks for what can be guessed or read.
    const accepted = [message("R", 0), message("K", 1, 2), message("Z", Buffer.from("I"))];
    for (const begin of [accepted, [message("R", 5, int32(0))], [message("R", 3)]]) {
      let calls = 0;
      const impostor = await LyingServer.open((turn) => {
        calls += turn === 0 ? 1 : 0;
        return turn === 0 ? Buffer.concat(begin) : undefined;
      }, port);
      try {
        await target.sql("linked", `ALTER SUBSCRIPTION ${String(subscription?.name)} ENABLE`);
        // What the first call has sent after its start is there when the next one comes.
        await until("the target's worker has called twice", () => calls > 1);
        assert.equal(Buffer.concat(impostor.received).toString("latin1"), "");
      } finally {
        await impostor.close();
      }
    }

    backend = await BackendProcess.start(dataDir, ["--demo"]);
    await backend.sql("source", "linked", "INSERT INTO t VALUES (2)");
    await until(
      "the task goes on with its own source",
      async () => await target.sql("linked", "SELECT 1 FROM t"),
      ({ length }) => length === 2,
    );
  });
});
