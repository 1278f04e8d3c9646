import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

describe("the backend's texts", () => {
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
