import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { message, render } from "../../../src/backend/messages";

describe("the backend's texts", () => {
  it("are in both languages, also one that is not known", () => {
    const text = message("unreachable", { side: "source", address: "h:1", reason: "gone" });
    assert.equal(render(text, "en"), "The source database at h:1 cannot be reached: gone");
    assert.equal(render(text, "zh"), "无法连接位于 h:1 的源数据库：gone");
    assert.equal(render({ id: "newer", values: { a: "b" } }, "en"), "newer b");
  });

  it("of a task's log have words, not the API's codes", () => {
    const asked = (action: string) => render(message("asked", { action }), "en");
    const reached = (status: string) => render(message("statusReached", { status }), "zh");
    assert.deepEqual(["RETRY", "CHOOSE_OBJECT", "NEW_ONE"].map(asked), [
      "Requested: Resume.",
      "Requested: Objects selected.",
      "Requested: NEW_ONE.",
    ]);
    assert.deepEqual(["INCRE_TRANSFER_STARTED", "NEW_ONE"].map(reached), [
      "任务状态：增量同步。",
      "任务状态：NEW_ONE。",
    ]);
  });

  it("have one id each, over all files: one text never takes the place of another", () => {
    const folder = "src/backend";
    const ids = readdirSync(folder)
      .filter((file) => /^messages.*\.ts$/.test(file))
      .flatMap((file) =>
        [...readFileSync(join(folder, file), "utf8").matchAll(/^ {2}(\w+): \{/gm)].map(([, id]) => id),
      );
    assert.ok(ids.length > 100);
    assert.deepEqual(
      ids.filter((id, place) => ids.indexOf(id) !== place),
      [],
    );
  });
});
