import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FolderWatch } from "../../../src/storage/folder-watch";

describe("a watch over a shared folder", () => {
  let parent: string;
  let folder: string;
  let changes = 0;
  let watch: FolderWatch;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "drs-watch-"));
    folder = join(parent, "shared");
    changes = 0;
    watch = new FolderWatch(folder, () => changes++);
  });
  afterEach(() => {
    watch.dispose();
    rmSync(parent, { recursive: true, force: true });
  });

  const changed = async () => {
    for (let waited = 0; changes === 0 && waited < 2_000; waited += 10) {
      await delay(10);
    }
    const count = changes;
    changes = 0;
    return count;
  };

  it("makes the folder, and reports once what is written together as soon as it has begun", async () => {
    await watch.begin();
    writeFileSync(join(folder, "draft"), "");
    renameSync(join(folder, "draft"), join(folder, "value.1.json"));
    assert.equal(await changed(), 1);
    await watch.begin();
    writeFileSync(join(folder, "value.2.json"), "");
    assert.equal(await changed(), 1);
  });

  it("continues with a folder that was removed and made again", async () => {
    await watch.begin();
    rmSync(folder, { recursive: true });
    assert.equal(await changed(), 1);
    await watch.begin();
    writeFileSync(join(folder, "value.1.json"), "");
    assert.equal(await changed(), 1);
  });

  it("says why the folder cannot be watched, and reports nothing after its end", async () => {
    writeFileSync(folder, "no folder");
    await assert.rejects(watch.begin(), /EEXIST/);
    rmSync(folder);
    await watch.begin();
    watch.dispose();
    writeFileSync(join(folder, "value.1.json"), "");
    await delay(100);
    assert.equal(changes, 0);
  });
});
