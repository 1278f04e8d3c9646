/** Earlier releases, which tests run in order to upgrade from them. */
import { createReadStream } from "node:fs";
import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";

/** Unpacks what the VSIX of a release installed, without its PostgreSQL. @param folder an empty one, or none yet. */
export async function unpackRelease(version: "0.1.0", folder: string): Promise<void> {
  await pipeline(
    createReadStream(join("test", "releases", `${version}.tar.br`)),
    createBrotliDecompress(),
    unpackTar(folder, { strip: 1 }),
  );
}

/** Lets a release that is in a folder find PostgreSQL among the packages of this repository. */
export async function linkPackages(folder: string): Promise<void> {
  await symlink(resolve("node_modules"), join(folder, "node_modules"), "junction");
}
