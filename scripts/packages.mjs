// The files that are released, each made of one folder. Two builds of one commit are equal byte for byte.
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failure, step } from "./main.mjs";
import { postgresArchive } from "./postgres-archive.mjs";
import { runProgram } from "./programs.mjs";
import { billOfMaterials } from "./sbom.mjs";
import { node, npm } from "./setup.mjs";
import { repositoryOf, shippedPage, shippedParts } from "./shipped.mjs";

/** What VS Code calls the platforms that have a PostgreSQL, and what its npm packages call them. */
const platforms = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "windows-x64",
};
const limit = 300_000;

export const packageNames = ["universal", ...Object.keys(platforms), "npm", "sbom"];

/** The names of those that can be used on this machine. */
export function packagesHere() {
  const own = `${process.platform}-${process.arch}`;
  return packageNames.filter((name) => [own, "universal", "npm", "sbom"].includes(name));
}

/**
 * @param {object} options
 * @param {string} options.root the repository's folder, whose packages are installed
 * @param {readonly string[]} options.names of `packageNames`
 * @param {string} options.folder where the files go
 * @param {string} options.work an empty folder
 * @param {AbortSignal} options.signal
 * @returns {Promise<readonly { name: string, file: string, bytes: number }[]>}
 */
export async function buildPackages({ root, names, folder, work, signal }) {
  await step("Building", () => run(node(root), ["esbuild.mjs", "--production"], { cwd: root, signal }));
  await mkdir(folder, { recursive: true });
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const epoch = await commitTime(root, signal);
  const made = [];
  for (const name of names) {
    const stage = join(work, name);
    await mkdir(stage);
    const make = name === "npm" ? makeNpmPackage : name === "sbom" ? makeBill : makeVsix;
    const file = await step(`Packaging ${name}`, () =>
      make({ root, name, manifest, stage, folder, epoch, signal }),
    );
    made.push({ name, file, bytes: (await stat(file)).size });
  }
  return made;
}

/**
 * @typedef {object} Making
 * @property {string} root
 * @property {string} name
 * @property {Record<string, any>} manifest package.json
 * @property {string} stage an empty folder
 * @property {string} folder
 * @property {string} epoch the time that files in the package get, in seconds
 * @property {AbortSignal} signal
 */

/** @param {Making} making */
async function makeVsix({ root, name, manifest, stage, folder, epoch, signal }) {
  const {
    devDependencies,
    optionalDependencies,
    scripts,
    allowScripts,
    bin,
    private: _,
    ...shipped
  } = manifest;
  const repository = repositoryOf(process.env);
  for (const part of [...shippedParts(root), ".vscodeignore"]) {
    if (part.endsWith(".md")) {
      await writeFile(join(stage, part), shippedPage(await readFile(join(root, part), "utf8"), repository));
    } else {
      await cp(join(root, part), join(stage, part), { recursive: true });
    }
  }
  const address = repository && { repository: { type: "git", url: `${repository.url}.git` } };
  await writeFile(join(stage, "package.json"), JSON.stringify({ ...shipped, ...address }));
  const key = platforms[/** @type {keyof typeof platforms} */ (name)];
  if (key !== undefined) {
    await cp(await postgresArchive({ root, key, signal }), join(stage, "dist", "postgres.tar.br"));
  }
  const file = join(
    folder,
    `${manifest.name}-${manifest.version}${key === undefined ? "" : `-${name}`}.vsix`,
  );
  const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
  const flags = [
    "--no-dependencies",
    "--no-rewrite-relative-links",
    "--allow-missing-repository",
    "--out",
    file,
  ];
  const args = [vsce, "package", ...flags, ...(key === undefined ? [] : ["--target", name])];
  await run(node(root), args, { cwd: stage, signal, env: { ...process.env, SOURCE_DATE_EPOCH: epoch } });
  return file;
}

/** @param {Making} making */
async function makeNpmPackage({ root, manifest, stage, folder, signal }) {
  const texts = JSON.parse(await readFile(join(root, "package.nls.json"), "utf8"));
  const { name, version, license, keywords, engines, bin, optionalDependencies } = manifest;
  const shipped = {
    ...{ name, version, description: texts.description, license, keywords, bin },
    engines: { node: engines.node },
    optionalDependencies: await pinned(root, Object.keys(optionalDependencies)),
  };
  await mkdir(join(stage, "dist"));
  await writeFile(join(stage, "package.json"), JSON.stringify(shipped, undefined, 2));
  for (const file of ["LICENSE", "THIRD-PARTY-NOTICES.txt", "CHANGELOG.md"]) {
    await cp(join(root, file), join(stage, file));
  }
  await cp(join(root, "docs", "pipeline.md"), join(stage, "README.md"));
  for (const file of await loadedBy(
    root,
    Object.values(bin).map((path) => basename(path)),
  )) {
    await cp(join(root, "dist", file), join(stage, "dist", file));
  }
  await npm(["pack", "--pack-destination", stage, stage], { root, cwd: stage, signal });
  const [packed = ""] = (await readdir(stage)).filter((file) => file.endsWith(".tgz"));
  const file = join(folder, packed);
  await rm(file, { force: true });
  await rename(join(stage, packed), file).catch(() => cp(join(stage, packed), file));
  return file;
}

/** @param {Making} making */
async function makeBill({ root, manifest, folder, epoch, signal }) {
  const file = join(folder, `${manifest.name}-${manifest.version}.cdx.json`);
  await writeFile(file, await billOfMaterials({ root, epoch, signal }));
  return file;
}

/**
 * The versions that are tested, and no others.
 *
 * @param {string} root
 * @param {readonly string[]} names
 */
async function pinned(root, names) {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`].version]));
}

/**
 * Programs in dist/ and the files beside them that they load.
 *
 * @param {string} root
 * @param {readonly string[]} programs
 */
async function loadedBy(root, programs) {
  const found = new Set(programs);
  for (const file of found) {
    const text = await readFile(join(root, "dist", file), "utf8");
    for (const [, loaded = ""] of text.matchAll(/require\("\.\/([\w-]+\.js)"\)/g)) {
      found.add(loaded);
    }
  }
  return [...found];
}

/**
 * @param {string} root
 * @param {AbortSignal} signal
 * @returns {Promise<string>} when the commit was made, in seconds since 1970
 */
async function commitTime(root, signal) {
  const { code, output } = await runProgram("git", ["log", "-1", "--format=%ct"], {
    cwd: root,
    signal,
    limit,
  });
  return code === 0 ? output.trim() : "0";
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, signal: AbortSignal, env?: NodeJS.ProcessEnv }} options
 */
async function run(command, args, options) {
  const { code, how, output } = await runProgram(command, args, { ...options, limit });
  if (code !== 0) {
    throw new Failure(`${output}\n${basename(args[0] ?? command)} ${how}.`);
  }
}
