import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { findBinaries, type Search } from "../../src/backend/clusters/binaries";
import { installedServers, platformPackage } from "../../src/backend/clusters/installations";
import { exitCodes, StartError } from "../../src/backend/start-error";
import { makeDataDir, removeDataDir } from "../support/backend-process";

describe("the PostgreSQL that the backend runs", () => {
  /** The oldest version, as one that somebody has installed. */
  const own = dirname(
    dirname(createRequire(process.env.DRS_TEST_OLD_POSTGRES ?? __filename).resolve(platformPackage)),
  );
  const path = process.env.PATH ?? "";
  let dataDir: string;
  beforeEach(() => {
    dataDir = makeDataDir();
  });
  afterEach(() => {
    process.env.PATH = path;
    removeDataDir(dataDir);
  });

  /** Databases that a major version has made. */
  const madeBy = async (major: string) => {
    await mkdir(join(dataDir, "clusters", "control"), { recursive: true });
    await writeFile(join(dataDir, "clusters", "control", "PG_VERSION"), `${major}\n`);
  };
  const refusal = async (search: Search = {}) =>
    await findBinaries(dataDir, search).then(
      () => assert.fail("one was found"),
      (error: unknown) => (error instanceof StartError ? error : assert.fail(String(error))),
    );

  it("is that of the npm package, then one on PATH", async () => {
    process.env.PATH = [join(own, "native", "bin"), path].join(delimiter);
    assert.equal((await findBinaries(dataDir)).major, 18);
    const found = await findBinaries(dataDir, { from: join(dataDir, "elsewhere.js") });
    assert.deepEqual([found.major, found.postgres.startsWith(own)], [14, true]);
  });

  it("is found where the installer for Windows puts it", async () => {
    const before = process.env.SYSTEMDRIVE;
    const parent = join(dataDir, "Program Files", "PostgreSQL");
    await mkdir(parent, { recursive: true });
    await symlink(join(own, "native"), join(parent, "14"), "junction");
    process.env.SYSTEMDRIVE = dataDir;
    try {
      assert.deepEqual(
        (await installedServers()).map(({ home }) => home).filter((home) => home.startsWith(parent)),
        [join(parent, "14")],
      );
    } finally {
      if (before === undefined) {
        delete process.env.SYSTEMDRIVE;
      } else {
        process.env.SYSTEMDRIVE = before;
      }
    }
  });

  it("is of the version that made the databases, wherever that is", async () => {
    await madeBy("14");
    process.env.PATH = [join(own, "native", "bin"), path].join(delimiter);
    assert.equal((await findBinaries(dataDir)).major, 14);
    assert.equal((await findBinaries(dataDir, { postgres: own })).major, 14);
  });

  it("is the one that the user named, and no other", async () => {
    assert.equal((await findBinaries(dataDir, { postgres: own })).major, 14);
    assert.equal((await findBinaries(dataDir, { postgres: join(own, "native", "bin") })).major, 14);
    const none = await refusal({ postgres: dataDir });
    assert.match(
      none.message,
      /^there is no PostgreSQL server in .+: initdb, postgres and pg_ctl are looked for/,
    );
    assert.equal(none.exitCode, exitCodes.failed);
    await madeBy("18");
    const other = await refusal({ postgres: own });
    assert.match(
      other.message,
      /^the databases in .+ were made by PostgreSQL 18 and need that version; .+ has PostgreSQL 14$/,
    );
  });

  it("is none where databases need a version that is not here, and the refusal says which", async () => {
    await madeBy("99");
    const { message, exitCode } = await refusal();
    assert.match(
      message,
      /were made by PostgreSQL 99 and need that version; install it, or choose another data directory; PostgreSQL 18 was found in /,
    );
    assert.equal(exitCode, exitCodes.noPostgres);
  });

  // Elsewhere a script is no program.
  const onUnix = process.platform === "win32" ? () => undefined : it;
  onUnix("is none that is too old or does not run", async () => {
    for (const [name, script, reason] of [
      [
        "old",
        'echo "postgres (PostgreSQL) 13.22"',
        /^PostgreSQL 14 or newer is needed; .+ has PostgreSQL 13$/,
      ],
      [
        "broken",
        'echo "Exec format error"; exit 126',
        /PostgreSQL (cannot be run: Exec format error|does not run as root)/,
      ],
    ] as const) {
      const bin = join(dataDir, name, "bin");
      await mkdir(bin, { recursive: true });
      for (const program of ["initdb", "postgres", "pg_ctl"]) {
        await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
      const postgres = join(dataDir, name);
      assert.match((await refusal({ postgres })).message, reason);
      // What does not fit on PATH is passed over.
      process.env.PATH = [bin, join(own, "native", "bin"), path].join(delimiter);
      assert.equal((await findBinaries(dataDir, { from: join(dataDir, "elsewhere.js") })).major, 14);
    }
  });
});
