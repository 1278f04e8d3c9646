import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Figure } from "./measure";

const run = promisify(execFile);
/** A busy machine, and a short measurement, may double a ratio; what grows with the square does not pass. */
const margin = 3;

// Short forms of `npm run bench`: counts and sizes keep their bounds, ratios a multiple of them; times are not judged.
describe("the cost of many tasks", () => {
  for (const part of ["reading", "client", "tree", "details", "product"]) {
    it(`keeps its bounds: ${part}`, async () => {
      const { stdout } = await run(process.execPath, ["--expose-gc", join(__dirname, "main.js"), part]);
      const figures: readonly Figure[] = JSON.parse(stdout);
      assert.ok(figures.length > 0);
      for (const { what, kind, value, bound, reached = bound } of figures) {
        const limit =
          kind === "ratio" ? reached * margin : kind === "ms" ? Number.POSITIVE_INFINITY : reached;
        assert.ok(bound === null || value <= limit, `${what}: ${value}, bound ${limit}`);
      }
    });
  }
});
