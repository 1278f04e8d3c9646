// VS Code's server build, which the npm package code-server ships whole: a real VS Code without a desktop.
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { step } from "./main.mjs";
import { startProgram, waitForOutput } from "./programs.mjs";
import { npm } from "./setup.mjs";

/** `shrinkwrap`: whether its list of pinned packages can be installed from the npm registry alone. */
export const releases = {
  current: { vscode: "1.139.1", codeServer: "4.139.1", node: "24", shrinkwrap: true },
  /** The oldest that `engines.vscode` of package.json allows. */
  oldest: { vscode: "1.100.3", codeServer: "4.100.3", node: "20", shrinkwrap: false },
};
const startLimit = 120_000;

/** @typedef {{ node: string, vscode: string }} Installation the Node to run it with, and VS Code's folder */

/**
 * Where a release is or will be installed.
 *
 * @param {string} root the repository's folder
 * @param {keyof typeof releases} name
 * @returns {Installation & { folder: string, done: string, nodePackage: string }}
 */
export function installation(root, name) {
  const folder = join(root, ".cache", "vscode-server", releases[name].codeServer);
  const windows = process.platform === "win32";
  const nodePackage = `node-${windows ? "win" : process.platform}-${process.arch}`;
  return {
    folder,
    nodePackage,
    node: join(folder, "node_modules", nodePackage, "bin", windows ? "node.exe" : "node"),
    vscode: join(folder, "node_modules", "code-server", "lib", "vscode"),
    done: join(folder, "installed"),
  };
}

/**
 * Installs a release unless it is there. No install script runs: they would compile native modules that only cost
 * log lines when they are missing.
 *
 * @param {{ root: string, release: keyof typeof releases, signal: AbortSignal }} options
 */
export async function installVSCodeServer({ root, release, signal }) {
  const { vscode, codeServer, node, shrinkwrap } = releases[release];
  const place = installation(root, release);
  if (existsSync(place.done)) {
    return;
  }
  await step(`Installing VS Code's server ${vscode}`, async () => {
    await rm(place.folder, { recursive: true, force: true });
    await mkdir(place.folder, { recursive: true });
    const dependencies = { "code-server": codeServer, [place.nodePackage]: node };
    await writeFile(join(place.folder, "package.json"), JSON.stringify({ private: true, dependencies }));
    await npm(["install", "--ignore-scripts"], { root, cwd: place.folder, signal });
    if (!shrinkwrap) {
      await rm(join(place.vscode, "npm-shrinkwrap.json"));
    }
    await npm(["install", "--ignore-scripts", "--omit=dev"], { root, cwd: place.vscode, signal });
    await writeFile(place.done, "");
  });
}

/**
 * Starts a server on a free port of 127.0.0.1.
 *
 * @param {object} options
 * @param {Installation} options.installation
 * @param {import("./profile.mjs").Profile} options.profile
 * @param {string} [options.tokenFile] a file with the secret that the address must carry; without it, anyone who reaches the port may connect
 * @param {boolean} [options.workspaceTrust] whether folders are to be trusted before they are fully used, as the settings say
 * @param {boolean} [options.testDriver] lets the page run an extension's test suite (VS Code 1.133 and newer need and know it)
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {AbortSignal} options.signal
 */
export async function startVSCodeServer(options) {
  const { installation, profile, tokenFile, workspaceTrust, testDriver, env, signal } = options;
  const args = [
    join(installation.vscode, "out", "server-main.js"),
    ...["--host", "127.0.0.1", "--port", "0", "--accept-server-license-terms"],
    ...["--server-data-dir", profile.folder, "--extensions-dir", profile.extensions],
    ...["--telemetry-level", "off"],
    ...(workspaceTrust === true ? [] : ["--disable-workspace-trust"]),
    ...(tokenFile === undefined ? ["--without-connection-token"] : ["--connection-token-file", tokenFile]),
    ...(profile.language === "en" ? [] : ["--locale", profile.language]),
    ...(testDriver === true ? ["--enable-smoke-test-driver"] : []),
  ];
  const program = startProgram(installation.node, args, { env: { ...process.env, ...env } });
  const name = "VS Code's server";
  const [, port] = await waitForOutput(program, {
    name,
    pattern: /^Web UI available at http:\/\/[^\n]*?:(\d+)\b.*\n/m,
    limit: startLimit,
    signal,
  });
  return { program, address: `http://127.0.0.1:${port}/` };
}
