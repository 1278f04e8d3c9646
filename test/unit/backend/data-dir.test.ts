import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataDir } from "../../../src/backend/data-dir";

describe("a data directory", () => {
  let path: string;
  const mode = () => statSync(path).mode & 0o777;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "drs-data-dir-"));
  });
  afterEach(() => {
    rmSync(path, { recursive: true });
  });

  it("is free when its owner has ended, although nobody has asked for its exit code", async () => {
    // A child that has ended stays in the system's table until its parent asks for it, which `sleep` does not.
    const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [text] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(text.toString());
      const fields = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      writeFileSync(join(path, "owner.json"), JSON.stringify({ pid, started: fields()[19] }));
      await assert.rejects(DataDir.take(path), new RegExp(`another running backend \\(process ${pid}\\)`));
      while (fields()[0] !== "Z") {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await (await DataDir.take(path)).release();
    } finally {
      parent.kill();
    }
  });

  it("is closed to other users, even if it existed before", async () => {
    chmodSync(path, 0o755);
    await (await DataDir.take(path)).release();
    assert.equal(mode(), 0o700);
  });

  it("is refused where another user could have written what is in it", async () => {
    await (await DataDir.take(path)).release();
    chmodSync(path, 0o770);
    await assert.rejects(DataDir.take(path), /other users can write in the data directory/);
    chmodSync(path, 0o700);
    await (await DataDir.take(path)).release();
  });

  it("is refused with keys that are not understood, which stay as they are", async () => {
    const keys = join(path, "identity.json");
    for (const text of ["", '{"format":2,"keys":[]}']) {
      writeFileSync(keys, text, { mode: 0o600 });
      await assert.rejects(DataDir.take(path), /identity\.json is damaged, or a newer version .+: update it/);
      assert.equal(readFileSync(keys, "utf8"), text);
    }
  });

  it("keeps its mode where it holds other things", async () => {
    writeFileSync(join(path, "letter.txt"), "");
    chmodSync(path, 0o755);
    await (await DataDir.take(path)).release();
    assert.equal(mode(), 0o755);
  });
});
