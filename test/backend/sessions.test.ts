import assert from "node:assert/strict";
import { Databases } from "../../src/backend/engine/postgres/databases";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";

describe("the backend's sessions on databases of tasks", () => {
  const dataDir = makeDataDir();
  const databases = new Databases();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
  });
  after(async () => {
    await databases.dispose();
    await backend.stop();
    removeDataDir(dataDir);
  });

  it("have no query compiled, which takes the servers of Linux distributions seconds", async () => {
    const login = { side: "source" as const, ...backend.login("source"), database: "postgres", ssl: false };
    const sql =
      "SELECT current_setting('jit') AS here, boot_val AS usual FROM pg_settings WHERE name = 'jit'";
    assert.deepEqual(await databases.query(login, sql), [{ here: "off", usual: "on" }]);
  });
});
