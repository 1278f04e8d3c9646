// The set-up that every command begins with. It needs nothing but Node and npm.
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { Failure, step } from "./main.mjs";
import { runProgram } from "./programs.mjs";

const oldestNode = 20;
const registryLimit = 30_000;
const installLimit = 600_000;
const buildLimit = 600_000;

/**
 * Installs the packages that package-lock.json names, where they are not installed yet, and builds.
 *
 * @param {{ root: string, tests: boolean, signal: AbortSignal }} options `root` is the repository's folder
 */
export async function setUp({ root, tests, signal }) {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new Failure(
      `Node ${oldestNode} or newer is needed, this is Node ${process.versions.node}: https://nodejs.org`,
    );
  }
  if (!packagesInstalled(root)) {
    await step("Installing the packages", () => npm(["ci"], { root, cwd: root, signal }));
  }
  await step("Building", async () => {
    const args = ["esbuild.mjs", ...(tests ? ["--tests"] : [])];
    const { code, how, output } = await runProgram(node(root), args, {
      cwd: root,
      signal,
      limit: buildLimit,
    });
    if (code !== 0) {
      throw new Failure(`The build ${how}.\n${output}`);
    }
  });
}

/**
 * The newest Node at hand: the one that the packages bring along, otherwise the one that runs this script.
 *
 * @param {string} root
 */
export function node(root) {
  const own = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(own) ? own : process.execPath;
}

/**
 * Installs packages with npm; what npm says is shown only when it fails. It asks the registry for something small
 * first, because without a network `npm ci` tries for minutes and then complains about the lock file.
 *
 * @param {readonly string[]} args
 * @param {{ root: string, cwd: string, signal: AbortSignal }} options
 */
export async function npm(args, { root, cwd, signal }) {
  const options = {
    cwd,
    signal,
    env: { ...process.env, PATH: pathWithoutPackages(root) },
    shell: process.platform === "win32",
  };
  const probe = await runProgram("npm", ["view", "node", "version", "--fetch-retries=0"], {
    ...options,
    limit: registryLimit,
  });
  if (probe.how.includes("ENOENT")) {
    throw new Failure("npm is not on PATH. It comes with Node: https://nodejs.org");
  }
  if (probe.code !== 0) {
    throw new Failure(
      `${probe.output}\nThe npm registry cannot be reached. Check the network, then run this again.`,
    );
  }
  const flags = ["--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier", "--prefix", cwd];
  const { code, how, output } = await runProgram("npm", [...args, ...flags], {
    ...options,
    limit: installLimit,
  });
  if (code !== 0) {
    throw new Failure(`${output}\nnpm ${args[0]} ${how}.`);
  }
}

/**
 * npm puts node_modules/.bin first on PATH. `npm ci` deletes that folder, so it must not run on the Node in it.
 *
 * @param {string} root
 */
function pathWithoutPackages(root) {
  const packages = join(root, "node_modules") + sep;
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.startsWith(packages))
    .join(delimiter);
}

/**
 * Compares package-lock.json with the record that npm leaves in node_modules at the end of an installation.
 * Optional packages of other platforms are not installed.
 *
 * @param {string} root
 */
function packagesInstalled(root) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) {
    return false;
  }
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const installed = lockedPackages(record);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const there = installed[path];
    return path === "" || (there === undefined ? optional === true : there.version === version);
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function lockedPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
