/** A program that listens where a task's source was, and asks whoever comes for the password in clear text. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { LyingServer, message } from "../support/lying-server";
import { OwnServer } from "../support/own-server";

/** The request of a client that would like to encrypt its session. */
const sslRequest = 80877103;
const cleartextPassword = 3;

describe("an impostor in the place of a source", function () {
  this.timeout(120_000);
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let source: OwnServer;
  let impostor: LyingServer | undefined;

  before(async () => {
    [backend, source] = await Promise.all([
      BackendProcess.start(dataDir, ["--demo"]),
      OwnServer.start(join(process.cwd(), "package.json")),
    ]);
  });

  after(async () => {
    await backend.stop();
    await impostor?.close();
    if (impostor === undefined) {
      await source.stop();
    }
    removeDataDir(dataDir);
  });

  it("gets no password in clear text, from the backend or from the target's own workers", async () => {
    await source.sql("postgres", "CREATE DATABASE shop");
    await backend.sql("target", "postgres", "CREATE DATABASE shop");
    await source.sql("shop", "CREATE TABLE t (id int PRIMARY KEY)");
    const task = await TestTask.started(backend, {
      name: "shop",
      source: { ...source.login, database: "shop" },
      target: { ...backend.login("target"), database: "shop" },
    });
    await task.reaches("INCRE_TRANSFER_STARTED", 30_000);
    await source.stop();
    impostor = await LyingServer.open(
      (_, received) =>
        received.length === 8 && received.readInt32BE(4) === sslRequest
          ? Buffer.from("N")
          : message("R", cleartextPassword),
      source.login.port,
    );
    const { received } = impostor;
    const startups = () => received.filter((bytes) => bytes.includes("user\0postgres"));
    await until(
      "a worker has come",
      60_000,
      async () => {
        // The backend lets no worker go where it cannot log in itself; somebody else may.
        const enable = `ALTER SUBSCRIPTION drs_${task.id.replaceAll("-", "_")} ENABLE`;
        await backend.sql("target", "shop", enable);
        return startups();
      },
      (found) => found.some((bytes) => bytes.includes("replication\0database")),
    );
    assert.equal(
      received.some((bytes) => bytes.includes(source.login.password)),
      false,
    );
    assert.doesNotMatch(await task.detailLine(), /^INCRE_TRANSFER_STARTED/);
  });
});
