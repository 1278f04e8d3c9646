// npm run pictures: takes the pictures of README and docs from the running product, in both themes: a failure found,
// understood and resolved, as test/browser/remedies.test.ts goes through it.
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, main } from "./main.mjs";
import { runProgram } from "./programs.mjs";
import { node } from "./setup.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Each picture, and where it goes: `media` is shipped with the extension, `docs` is not. */
const pictures = { failed: "media", rows: "docs", resolved: "docs" };

await main(async (signal) => {
  for (const theme of ["dark", "light"]) {
    const { code } = await runProgram(node(root), [join(root, "scripts/test.mjs"), "browser/remedies"], {
      ...{ signal, cwd: root, stdio: "inherit", limit: 20 * 60_000 },
      env: { ...process.env, DRS_TEST_THEME: theme },
    });
    if (code !== 0) {
      throw new Failure("The pictures show what the test goes through, and it failed.");
    }
    for (const [name, folder] of Object.entries(pictures)) {
      const taken = join(root, "out", "screenshots", `story-${name}.png`);
      await copyFile(taken, join(root, folder, `${name}-${theme}.png`));
    }
  }
  return 0;
});
