// npm run test:desktop: runs test/host in desktop VS Code, which @vscode/test-electron downloads.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDemo } from "./local-backend.mjs";
import { Failure, main, step } from "./main.mjs";
import { makeProfile } from "./profile.mjs";
import { setUp } from "./setup.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await main(async (signal) => {
  await setUp({ root, tests: true, signal });
  const { downloadAndUnzipVSCode, runTests } = await import("@vscode/test-electron");
  const vscodeExecutablePath = await step("Downloading desktop VS Code", () =>
    downloadAndUnzipVSCode({ version: "stable" }),
  ).catch((error) => {
    throw new Failure(
      `Desktop VS Code could not be downloaded (${error.message}). It comes from update.code.visualstudio.com; ` +
        "without that, `npm test host` runs the same suite in VS Code's server build.",
    );
  });
  const folder = await mkdtemp(join(tmpdir(), "drs-test-"));
  const dataDirectory = join(folder, "backend");
  const backend = await startDemo({ root, dataDirectory, signal });
  try {
    const resultFile = join(folder, "result.json");
    const profile = await makeProfile({
      folder: join(folder, "profile"),
      settings: { "drs.localBackend.dataDirectory": dataDirectory },
      extensionFolders: [],
      language: "en",
    });
    const code = await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, "out", "host", "index.js"),
      extensionTestsEnv: { DRS_TEST_RESULT: resultFile },
      launchArgs: ["--user-data-dir", profile.userData, "--extensions-dir", profile.extensions],
    }).catch((error) => {
      console.error(error.message);
      return 1;
    });
    const { passes, failures, report } = JSON.parse(await readFile(resultFile, "utf8"));
    console.log(report);
    console.log(`${passes} passed, ${failures} failed`);
    return code;
  } finally {
    await backend.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
