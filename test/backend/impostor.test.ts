import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import * as v from "valibot";
import { callControlApi } from "../../src/backend-client/control-api";
import { addressOf, isHealthy, runningBackend, verifyBackend } from "../../src/backend-client/discovery";
import { accessOf } from "../../src/connections/access";
import { type LocalConnection, localId } from "../../src/connections/connection";
import { openSession } from "../../src/connections/session";
import { isDrsError } from "../../src/drs/errors";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { english } from "../support/texts";

describe("a program that listens at the port of a backend that has crashed", () => {
  const dataDir = makeDataDir();
  const received: string[] = [];
  let backend: BackendProcess;
  let impostor: Server;
  let health: Record<string, unknown>;

  before(async () => {
    backend = await BackendProcess.start(dataDir);
    health = v.parse(
      v.record(v.string(), v.unknown()),
      await (await fetch(`${backend.ready.endpoint}/_local/health?challenge=${"0".repeat(32)}`)).json(),
    );
  });
  after(async () => {
    impostor?.close();
    await backend.stop();
    removeDataDir(dataDir);
  });

  const address = () => addressOf(readFileSync(join(dataDir, "backend.json"), "utf8")) ?? assert.fail();
  const connection = (): LocalConnection => ({
    ...{ kind: "local", id: localId, name: "local", endpoint: backend.ready.endpoint },
    projectId: backend.ready.project_id,
  });

  it("is not taken for the backend, which proves that it has the key", async () => {
    assert.equal((await runningBackend(dataDir))?.pid, backend.ready.pid);
    const { pid, endpoint, secretKey } = address();
    assert.ok(await isHealthy({ ...address(), pid }));
    await verifyBackend(endpoint, secretKey, "test");
    await backend.kill();
    impostor = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => received.push(text));
      request.on("end", () => {
        response.setHeader("content-type", "application/json");
        // All that it may have heard from the backend before, also an answer to another challenge.
        response.end(JSON.stringify({ ...health, status: "ok", pid: backend.ready.pid }));
      });
    });
    const port = Number(new URL(endpoint).port);
    await new Promise<void>((resolve) => impostor.listen(port, "127.0.0.1", resolve));
    assert.equal(await isHealthy(address()), false);
    assert.equal(await runningBackend(dataDir), undefined);
  });

  it("gets no password from a window that was connected before", async () => {
    const { accessKey, secretKey } = address();
    const access = accessOf(connection(), { accessKey, secretKey }, {});
    assert.ok(typeof access !== "string");
    const session = openSession(connection(), access, {
      ...{ l10n: english, limits: { requests: () => 100, timeoutMs: () => 5_000 } },
      warn: () => undefined,
    });
    const password = "password-of-the-real-database";
    try {
      await assert.rejects(
        session.client.call("batchModifyPwd", {
          jobs: [{ job_id: "j", db_password: password, end_point_type: "so" }],
        }),
        (error) =>
          isDrsError(error) &&
          error.failure.fault?.id === "foreignProgram" &&
          error.failure.uncertain !== true,
      );
      await assert.rejects(
        session.client.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" }),
        (error) => isDrsError(error) && error.failure.fault?.id === "foreignProgram",
        "what it says of tasks is not believed either",
      );
      await assert.rejects(
        callControlApi(
          { endpoint: connection().endpoint, key: { accessKey, secretKey } },
          { path: "/_local/sql", body: { sql: password }, schema: v.unknown() },
          english,
        ),
        /another program/,
      );
    } finally {
      session.dispose();
    }
    assert.ok(!received.join().includes(password), received.join());
  });
});
