/** Earlier releases, which tests run in order to upgrade from them. */
import { createReadStream } from "node:fs";
import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";

/**
 * Unpacks what the VSIX of a release installed. It finds PostgreSQL among the packages of this repository.
 *
 * @param folder an empty folder.
 */
export async function unpackRelease(version: "0.1.0", folder: string): Promise<void> {
  await pipeline(
    createReadStream(join("test", "releases", `${version}.tar.br`)),
    createBrotliDecompress(),
    unpackTar(folder, { strip: 1 }),
  );
  await symlink(resolve("node_modules"), join(folder, "node_modules"), "junction");
}
