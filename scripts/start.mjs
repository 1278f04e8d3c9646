// npm start [-- --browser]: sets up, starts the local backend with its demo, and opens VS Code with the extension.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { desktopCommand, openDesktop } from "./desktop.mjs";
import { startDemo } from "./local-backend.mjs";
import { main, step } from "./main.mjs";
import { makeProfile } from "./profile.mjs";
import { setUp } from "./setup.mjs";
import { installation, installVSCodeServer, startVSCodeServer } from "./vscode-server.mjs";

/** @typedef {import("./programs.mjs").Program} Program */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, ".cache");
const demoDirectory = join(cache, "demo");

await main(async (signal) => {
  const desktop = process.argv.includes("--browser") ? undefined : desktopCommand();
  /** What to stop at the end, in this order. @type {Program[]} */
  const programs = [];
  try {
    await setUp({ root, tests: false, signal });
    if (desktop === undefined) {
      await installVSCodeServer({ root, release: "current", signal });
    }
    const backend = await step("Starting the local backend with its demo", () =>
      startDemo({ root, dataDirectory: demoDirectory, signal }),
    );
    programs.unshift(backend);
    const profile = await makeProfile({
      folder: join(cache, "vscode-profile"),
      settings: { "drs.localBackend.dataDirectory": demoDirectory },
      extensionFolders: [root, join(root, "scripts", "show-view")],
      language: "en",
    });
    const vscode =
      desktop === undefined ? await openInBrowser(profile, signal) : openDesktop(desktop, profile);
    programs.unshift(vscode);
    signal.throwIfAborted();
    console.log("Press Ctrl+C to stop everything.");
    const end = await Promise.race([
      once(signal, "abort").then(() => ({ code: 0, message: "" })),
      backend.ended.then(({ how }) => ({
        code: 1,
        message: `${backend.output()}\nThe local backend ${how}.`,
      })),
      vscode.ended.then(({ code, how }) =>
        desktop !== undefined && code === 0
          ? { code, message: "VS Code was closed." }
          : { code: 1, message: `${vscode.output()}\nVS Code ${how}.` },
      ),
    ]);
    console.log(`${end.message}\nStopping ...`);
    return end.code;
  } finally {
    for (const program of programs) {
      await program.stop();
    }
  }
});

/**
 * @param {import("./profile.mjs").Profile} profile
 * @param {AbortSignal} signal
 */
async function openInBrowser(profile, signal) {
  const token = randomBytes(24).toString("hex");
  const tokenFile = join(profile.folder, "token");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const { program, address } = await step("Starting VS Code's server", () =>
    startVSCodeServer({ installation: installation(root, "current"), profile, tokenFile, signal }),
  );
  console.log(`\nVS Code with DRS Sync Tasks is ready. Open this address in a browser on this machine:\n`);
  console.log(`  ${address}?tkn=${token}\n`);
  return program;
}
