import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { openMuteState } from "../../../src/alerts/mute-state";
import { VersionedFile } from "../../../src/storage/versioned-file";

describe("a file that windows share", () => {
  let folder: string;
  const open = () => new VersionedFile(folder, "count", v.object({ count: v.number() }), { count: 0 });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drs-shared-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("loses no change, although several windows write at the same moment", async () => {
    const windows = Array.from({ length: 5 }, open);
    await Promise.all(
      windows.map(async (window) => {
        for (let turn = 0; turn < 20; turn++) {
          await window.change(({ count }) => ({ count: count + 1 }));
        }
      }),
    );
    assert.deepEqual(await open().read(), { count: 100 });
    assert.ok(readdirSync(folder).length <= 8, readdirSync(folder).join());
  });

  it("is empty before it is written, and written only when it changes", async () => {
    folder = join(folder, "not", "there");
    assert.deepEqual(await open().read(), { count: 0 });
    await open().change((before) => before);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("is never overwritten where a newer version has written it, and says so", async () => {
    await open().change(() => ({ count: 7 }));
    write("count.2.json", JSON.stringify({ format: 2, value: { count: 8, unit: "tasks" } }));
    assert.deepEqual(await open().read(), { count: 0 });
    await assert.rejects(
      open().change(({ count }) => ({ count: count + 1 })),
      /count\.2\.json was written by a newer version of DRS Sync Tasks\. Update the extension, or delete the file\./,
    );
    assert.deepEqual(readdirSync(folder).sort(), ["count.1.json", "count.2.json"]);
  });

  it("has its last whole version when the newest is damaged, and continues after it", async () => {
    await open().change(() => ({ count: 7 }));
    write("count.2.json", "{");
    write("count.3.json", JSON.stringify({ count: "many" }));
    assert.deepEqual(await open().read(), { count: 7 });
    await open().change(({ count }) => ({ count: count + 1 }));
    assert.deepEqual(await open().read(), { count: 8 });
    for (const file of readdirSync(folder)) {
      write(file, "");
    }
    assert.deepEqual(await open().read(), { count: 0 });
  });

  it("does not take a version for the newest that a slow window wrote too late", async () => {
    await open().change(() => ({ count: 1 }));
    await open().change(() => {
      // Meanwhile other windows write so much that the next version has come and gone.
      if (!readdirSync(folder).includes("count.20.json")) {
        write("count.20.json", JSON.stringify({ count: 50 }));
      }
      return { count: 2 };
    });
    assert.deepEqual(await open().read(), { count: 2 });
    assert.ok(readdirSync(folder).includes("count.21.json"));
  });

  it("minds no other files, and removes drafts of windows that died", async () => {
    mkdirSync(join(folder, "count.4.json.d"));
    write("other.9.json", "{}");
    write("count.x.json", "{}");
    write("count.1.draft", "");
    write("count.2.draft", "");
    utimesSync(join(folder, "count.1.draft"), 0, 0);
    await open().change(() => ({ count: 1 }));
    assert.deepEqual(readdirSync(folder).sort(), [
      ...["count.1.json", "count.2.draft", "count.4.json.d", "count.x.json", "other.9.json"],
    ]);
  });

  it("keeps what is muted and snoozed, and nothing that is no time", async () => {
    const { file, pattern } = openMuteState(folder);
    await file.change(() => ({ muted: ["shop/a"], snoozedUntil: 5 }));
    assert.deepEqual([pattern, await file.read()], ["quiet.*.json", { muted: ["shop/a"], snoozedUntil: 5 }]);
    write("quiet.2.json", JSON.stringify({ muted: [], snoozedUntil: 1e300 }));
    assert.deepEqual(await file.read(), { muted: ["shop/a"], snoozedUntil: 5 });
  });
});
