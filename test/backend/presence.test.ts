import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { accessOf, openSession, type Session } from "../../src/connections/session";
import { BackendProcess, makeDataDir, processesOf, removeDataDir } from "../support/backend-process";
import { english } from "../support/texts";

/** The shortest time that a backend can be told to wait for a user. */
const unusedMs = 1_000;
const flag = ["--exit-when-unused", String(unusedMs / 1_000)];

describe("a backend that ends when it is not used", () => {
  const dataDir = makeDataDir();
  const sessions: Session[] = [];

  after(() => {
    for (const session of sessions) {
      session.dispose();
    }
    removeDataDir(dataDir);
  });

  /** A window with a session, from which nothing is asked. */
  function arrive({ ready }: BackendProcess): Session {
    const { endpoint, project_id: projectId, access_key: accessKey, secret_key: secretKey } = ready;
    const connection = { id: "local", kind: "local", name: "here", endpoint, projectId } as const;
    const access = accessOf(connection, { accessKey, secretKey }, {});
    assert.ok(typeof access === "object");
    const session = openSession(connection, access, {
      l10n: english,
      limits: { requests: () => 120, timeoutMs: () => 30_000 },
      warn: () => undefined,
    });
    sessions.push(session);
    return session;
  }
  const endsByItself = async (backend: BackendProcess) => {
    assert.equal(await backend.ended(), 0, backend.log);
    assert.match(backend.log, /stopping \(nobody uses it any more\)$/m);
    assert.deepEqual(processesOf(dataDir), []);
  };

  it("ends when nobody comes", async () => {
    await endsByItself(await BackendProcess.start(dataDir, flag));
  });

  it("stays for the last of its users, who may come back in time, and is found again after a crash", async () => {
    const backend = await BackendProcess.start(dataDir, flag);
    const [one, other] = [arrive(backend), arrive(backend)];
    await delay(1.5 * unusedMs);
    one.dispose();
    await delay(1.5 * unusedMs);
    assert.ok(backend.isRunning);
    other.dispose();
    await delay(unusedMs / 2);
    const again = arrive(backend);
    await delay(1.5 * unusedMs);
    assert.ok(backend.isRunning);

    await backend.kill();
    const port = new URL(backend.ready.endpoint).port;
    const next = await BackendProcess.start(dataDir, ["--port", port, "--exit-when-unused", "2"]);
    await delay(2.5 * unusedMs);
    assert.ok(next.isRunning);
    again.dispose();
    await endsByItself(next);
  });
});
