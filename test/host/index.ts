import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import { limits } from "../../scripts/limits.mjs";

/**
 * Runs the suites of this folder inside VS Code's extension host: the entry point that
 * `--extensionTestsPath` names. The counts and the report go to the file that DRS_TEST_RESULT names, because
 * the console of an extension host is full of other things.
 *
 * @throws when a test failed
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({
    timeout: limits.test,
    forbidOnly: process.env.CI !== undefined,
    forbidPending: true,
  });
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith(".test.js"))) {
    mocha.addFile(join(__dirname, file));
  }
  await mocha.loadFilesAsync();
  const report: string[] = [];
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => void report.push(format(...line));
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const resultFile = process.env.DRS_TEST_RESULT;
      if (resultFile !== undefined) {
        writeFileSync(resultFile, JSON.stringify({ ...runner.stats, report: report.join("\n") }));
      }
      failures === 0 ? resolve() : reject(new Error(`${failures} tests failed.`));
    });
  });
}
