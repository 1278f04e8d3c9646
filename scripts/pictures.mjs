// npm run pictures: takes the pictures of README from the running product, in both themes: a failure found, understood and
// resolved, as test/browser/remedies.test.ts goes through it. They are in docs/, which no package has.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { animation } from "./animation.mjs";
import { Failure, main } from "./main.mjs";
import { runProgram } from "./programs.mjs";
import { node } from "./setup.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "docs", "pictures");
/** In the order of the story; the first also stands alone. */
const scenes = ["failed", "rows", "sql", "resolved"];
const secondsEach = 3;

await main(async (signal) => {
  await mkdir(folder, { recursive: true });
  for (const theme of ["dark", "light"]) {
    const { code } = await runProgram(node(root), [join(root, "scripts/test.mjs"), "browser/remedies"], {
      ...{ signal, cwd: root, stdio: "inherit", limit: 20 * 60_000 },
      env: { ...process.env, DRS_TEST_THEME: theme },
    });
    if (code !== 0) {
      throw new Failure("The pictures show what the test goes through, and it failed.");
    }
    const taken = scenes.map((scene) => join(root, "out", "screenshots", `story-${scene}.png`));
    await copyFile(taken[0] ?? "", join(folder, `failed-${theme}.png`));
    const frames = await Promise.all(taken.map((file) => readFile(file)));
    await writeFile(join(folder, `story-${theme}.png`), animation(frames, secondsEach));
  }
  return 0;
});
