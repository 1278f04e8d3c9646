import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { exitCodes } from "../../src/backend/start-error";
import {
  BackendProcess,
  interruptedStart,
  killedStart,
  makeDataDir,
  processesOf,
  readyOf,
  removeDataDir,
  runToEnd,
  until,
} from "../support/backend-process";
import { bound } from "../support/bounds";

describe("the backend's process", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.start(dataDir);
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  it("prints one ready line and says the same in backend.json", () => {
    assert.equal(backend.stdout.length, 1);
    assert.match(backend.ready.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    const file = join(dataDir, "backend.json");
    assert.equal(readFileSync(file, "utf8"), backend.stdout[0]);
    for (const secret of ["backend.json", "identity.json"]) {
      assert.equal(statSync(join(dataDir, secret)).mode & 0o777, 0o600, secret);
    }
    assert.ok(!backend.log.includes(backend.ready.secret_key));
  });

  it("refuses a data directory that belongs to a running backend, and names it", async () => {
    const exit = await runToEnd(["--data-dir", dataDir]);
    assert.equal(exit.code, exitCodes.directoryInUse);
    assert.equal(exit.stdout, "");
    assert.match(
      exit.stderr,
      new RegExp(`^drs-local: .*another running backend \\(process ${backend.ready.pid}\\)\n$`),
    );
  });

  it("continues when nobody reads its log, and ignores settings of PostgreSQL clients", async () => {
    await backend.stop();
    const ours = { PGSSLMODE: "require", PGOPTIONS: "-c nonsense=1", PGDATESTYLE: "German" };
    backend = await BackendProcess.start(dataDir, [], ours);
    backend.closeOutput();
    // The restart is logged before the call, which waits for it, is answered.
    process.kill(backend.serverPid("control"), "SIGKILL");
    await backend.setBalance("a", 1);
    assert.equal((await backend.stop()).code, 0);
    backend = await BackendProcess.start(dataDir);
  });

  it("ends when its data directory is deleted, and removes nothing of the backend that comes after it", async () => {
    const dir = makeDataDir();
    const first = await BackendProcess.start(dir);
    removeDataDir(dir);
    const second = await BackendProcess.start(dir);
    const files = ["backend.json", "owner.json"].map((name) => readFileSync(join(dir, name), "utf8"));
    assert.notEqual(await first.ended(), null, first.log);
    assert.match(first.log, /stopping \(the data directory .* is gone or belongs to another backend\)/);
    assert.deepEqual(
      ["backend.json", "owner.json"].map((name) => readFileSync(join(dir, name), "utf8")),
      files,
    );
    await second.setBalance("a", 1);
    assert.equal((await second.stop()).code, 0);
    assert.deepEqual(processesOf(dir), []);
    assert.deepEqual(readdirSync(dir).includes("owner.json"), false);
    removeDataDir(dir);
  });

  it("is taken by one of several that find a dead owner's data directory", async () => {
    const dir = makeDataDir();
    writeFileSync(join(dir, "owner.json"), JSON.stringify({ pid: 2 ** 22, started: "1" }));
    assert.equal(await readyOf(4, dir), 1);
    assert.deepEqual(processesOf(dir), []);
    removeDataDir(dir);
  });

  it("refuses a port that is in use before it makes anything", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const dir = makeDataDir();
    const exit = await runToEnd(["--data-dir", dir, "--port", String(port)]);
    assert.equal(exit.code, 1);
    assert.match(exit.stderr, new RegExp(`drs-local: port ${port} is in use\n$`));
    assert.ok(!existsSync(join(dir, "clusters")));
    assert.ok(!existsSync(join(dir, "owner.json")));
    other.close();
    removeDataDir(dir);
  });

  for (const [what, args, expected] of [
    ["an unknown flag", ["--bogus"], /^drs-local: Unknown option '--bogus' \(see --help\)\n$/],
    [
      "a port that is none",
      ["--port", "http"],
      /^drs-local: --port must be a number from 0 to 65535, not "http"\n$/,
    ],
    ["a port that is too large", ["--port", "70000"], /^drs-local: --port must be a number/],
    ["an argument", ["start"], /^drs-local: Unexpected argument 'start'/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const exit = await runToEnd(args);
      assert.equal(exit.code, 1);
      assert.match(exit.stderr, expected);
    });
  }

  it("refuses a data directory that cannot be one", async () => {
    const dir = makeDataDir();
    const file = join(dir, "file");
    writeFileSync(file, "");
    for (const none of [file, join(file, "below"), "/proc/none/at/all"]) {
      const exit = await runToEnd(["--data-dir", none]);
      assert.equal(exit.code, 1);
      assert.match(exit.stderr, /^drs-local: the data directory .* cannot be used: /, none);
    }
    removeDataDir(dir);
  });

  it("refuses a data directory in which another user could have put keys", async () => {
    const known = {
      projectId: "p",
      accessKey: "LOCAL1",
      secretKey: "known",
      sealingKey: "k",
      databasePassword: "known",
    };
    const planted = (mode: number, keyMode: number) => {
      const dir = makeDataDir();
      writeFileSync(join(dir, "identity.json"), JSON.stringify(known), { mode: keyMode });
      chmodSync(join(dir, "identity.json"), keyMode);
      chmodSync(dir, mode);
      return dir;
    };
    const linked = makeDataDir();
    symlinkSync("/dev/null", join(linked, "identity.json"));
    for (const [dir, reason] of [
      [planted(0o777, 0o600), /other users can write in the data directory/],
      [planted(0o770, 0o600), /other users can write in the data directory/],
      [planted(0o700, 0o644), /identity\.json is not a file that only you can read/],
      [linked, /identity\.json is not a file that only you can read/],
    ] as const) {
      const exit = await runToEnd(["--data-dir", dir]);
      assert.deepEqual([exit.code, exit.stdout], [1, ""]);
      assert.match(exit.stderr, reason);
      removeDataDir(dir);
    }
  });

  // Only root can give a directory away.
  if (process.getuid?.() === 0) {
    it("refuses a data directory of another user", async () => {
      const dir = makeDataDir();
      chownSync(dir, 65534, 65534);
      const exit = await runToEnd(["--data-dir", dir]);
      assert.match(exit.stderr, /belongs to another user \(uid 65534\)/);
      removeDataDir(dir);
    });
  }

  it("takes an empty directory that was open to others, and writes through no link", async () => {
    const dir = makeDataDir();
    const victim = join(makeDataDir(), "victim");
    writeFileSync(victim, "the user's own");
    chmodSync(dir, 0o777);
    const own = await BackendProcess.startOn(dir);
    await own.stop();
    assert.equal(statSync(dir).mode & 0o777, 0o700);
    for (const file of ["identity.json.new", "backend.json.new", "control.port.new"]) {
      symlinkSync(victim, join(dir, file));
    }
    const again = await BackendProcess.startOn(dir);
    await again.stop();
    assert.equal(readFileSync(victim, "utf8"), "the user's own");
    removeDataDir(dir);
    removeDataDir(dirname(victim));
  });

  // No other system shows the environment of a process in a file.
  if (process.platform === "linux") {
    it("hands no key of the cloud on to its database servers", async () => {
      const dir = makeDataDir();
      const secret = "not-for-databases";
      const names = ["HUAWEICLOUD_SDK_SK", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"];
      const own = await BackendProcess.startOn(
        dir,
        [],
        Object.fromEntries(names.map((name) => [name, secret])),
      );
      try {
        for (const pid of [own.supervisor(), own.serverPid("control")]) {
          const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
          assert.ok(environment.includes("PATH=") && !environment.includes(secret), environment);
        }
      } finally {
        await own.stop();
        removeDataDir(dir);
      }
    });
  }

  it("prints its usage", async () => {
    const exit = await runToEnd(["--help"]);
    assert.equal(exit.code, 0);
    assert.match(exit.stdout, /--data-dir DIR[\s\S]*--port N[\s\S]*--demo/);
  });

  it("signs a call for use with curl", async () => {
    const args = ["call", "--data-dir", dataDir];
    const answer = await runToEnd([...args, "GET", "/_local/faults"]);
    assert.deepEqual([answer.code, JSON.parse(answer.stdout)], [0, { faults: [] }]);
    const body = JSON.stringify({ cur_page: 1, per_page: 10, db_use_type: "sync" });
    const listed = await runToEnd([...args, "POST", "/v3/{project_id}/jobs", body]);
    assert.deepEqual(JSON.parse(listed.stdout), { total_record: 0, jobs: [] });
    const refused = await runToEnd([...args, "POST", "/_local/account", "{}"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /DRS\.M00007/);
    assert.match((await runToEnd([...args, "GET"])).stderr, /^drs-local: Usage: /);
    const nobody = await runToEnd(["call", "--data-dir", "/nowhere", "GET", "/_local/account"]);
    assert.equal(nobody.stderr, "drs-local: no backend runs on /nowhere\n");
  });

  it("leaves no PostgreSQL behind when it is killed, and keeps its keys", async () => {
    const before = backend.ready;
    assert.ok(processesOf(dataDir).length > 1);
    await backend.kill();
    await until(
      "nothing of it runs",
      () => processesOf(dataDir),
      (list) => list.length === 0,
    );
    backend = await BackendProcess.start(dataDir);
    const { project_id, access_key, secret_key } = backend.ready;
    assert.deepEqual(
      { project_id, access_key, secret_key },
      { project_id: before.project_id, access_key: before.access_key, secret_key: before.secret_key },
    );
  });

  it("starts again at once after it was killed", async () => {
    await backend.kill();
    backend = await BackendProcess.start(dataDir);
    const { total_record } = await backend.client.call("listJobs", {
      cur_page: 1,
      per_page: 10,
      db_use_type: "sync",
    });
    assert.equal(total_record, 0);
  });

  it("starts a database server again that dies", async () => {
    const list = () => backend.client.call("listJobs", { cur_page: 1, per_page: 10, db_use_type: "sync" });
    const pid = backend.serverPid("control");
    process.kill(pid, "SIGKILL");
    await until(
      "another server runs",
      () => backend.serverPid("control"),
      (now) => now > 0 && now !== pid,
    );
    await list();
  });

  it("can be ended in the middle of its first start, and the next start succeeds", async () => {
    for (const file of ["owner.json", "control.password", "source.port"]) {
      const dir = makeDataDir();
      const started = Date.now();
      const exit = await interruptedStart(dir, file);
      assert.equal(exit.code, 0, exit.stderr);
      assert.ok(Date.now() - started < bound(15_000));
      assert.deepEqual(processesOf(dir), []);
      assert.ok(!existsSync(join(dir, "control.password")));
      const next = await BackendProcess.start(dir);
      await next.stop();
      removeDataDir(dir);
    }
  });

  it("starts at once after it was killed in the middle of its first start", async () => {
    const dir = makeDataDir();
    await killedStart(dir, "control.password");
    await until(
      "nothing of it runs",
      () => processesOf(dir),
      (list) => list.length === 0,
    );
    assert.deepEqual(readdirSync(join(dir, "clusters")), []);
    const next = await BackendProcess.start(dir);
    await next.stop();
    assert.deepEqual(readdirSync(join(dir, "clusters")), ["control"]);
    removeDataDir(dir);
  });

  it("ends within 5 s and leaves nothing behind", async () => {
    const { ms, code } = await backend.stop();
    assert.equal(code, 0);
    assert.ok(ms < bound(5_000), `${ms} ms`);
    assert.deepEqual(processesOf(dataDir), []);
    for (const file of ["backend.json", "owner.json"]) {
      assert.ok(!existsSync(join(dataDir, file)), file);
    }
  });
});
