// Runs mocha over the given files: node scripts/mocha.mjs RESULT TIMEOUT FILE... The counts go to the file RESULT.
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

const [resultFile, timeout, ...files] = process.argv.slice(2);
/** How long timers, sockets and children of the tests may outlive the last test, in milliseconds. */
const leftoverLimit = 5_000;

// Ends through process.exit, so that the owners of children and browsers can still end them.
process.once("SIGTERM", () => process.exit(143));

const mocha = new Mocha({
  timeout: Number(timeout),
  forbidOnly: process.env.CI !== undefined,
  forbidPending: true,
});
for (const file of files) {
  mocha.addFile(file);
}
await mocha.loadFilesAsync();
const runner = mocha.run((failures) => {
  writeFileSync(resultFile ?? "", JSON.stringify(runner.stats));
  process.exitCode = failures === 0 ? 0 : 1;
  setTimeout(() => {
    console.error(`The tests have left something open: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, leftoverLimit).unref();
});
