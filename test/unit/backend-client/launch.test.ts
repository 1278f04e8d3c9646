import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../../src/backend/start-error";
import { directoryInUse } from "../../../src/backend-client/discovery";
import { launchBackend } from "../../../src/backend-client/launch";
import { english } from "../details/facts";

describe("starting the local backend", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "drs-launch-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts a program in the backend's place, which says why it cannot run. */
  const failure = async (words: string, code: number) => {
    const script = join(folder, "backend.js");
    writeFileSync(script, `console.error(${JSON.stringify(words)}); process.exitCode = ${code};`);
    const options = {
      script,
      dataDirectory: "/data/drs",
      demo: false,
      keepRunning: false,
      language: "en",
    } as const;
    const started = launchBackend({ ...options, log: () => {}, t: english.t }, new AbortController().signal);
    return await started.then(
      () => assert.fail("it has started"),
      (error: Error) => error,
    );
  };

  it("says first that no space is left, and where, and what to do", async () => {
    const { message } = await failure("drs-local: ENOSPC: no space left on device", exitCodes.diskFull);
    assert.match(
      message,
      /^No space is left for the local backend's data directory \/data\/drs\. Free space there, or choose another folder in the setting drs\.localBackend\.dataDirectory\. ENOSPC/,
    );
  });

  it("distinguishes a data directory in use from other failures, and quotes the backend", async () => {
    const inUse = await failure("drs-local: the data directory is taken", exitCodes.directoryInUse);
    assert.deepEqual([inUse.name, inUse.message], [directoryInUse, "the data directory is taken"]);
    const other = await failure("drs-local: the port is taken\nanother line", exitCodes.failed);
    assert.deepEqual([other.name, other.message], ["Error", "the port is taken"]);
    assert.equal((await failure("no reason", 1)).message, "The local backend exited before it was ready.");
  });
});
