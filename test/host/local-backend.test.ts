import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as vscode from "vscode";
import { BackendController } from "../../src/backend-client/controller";
import { localId } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { SessionManager } from "../../src/connections/session-manager";
import { localizerFor } from "../../src/l10n/localizer";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { bound } from "../support/bounds";
import { Profile, StorageContext } from "../support/storage";
import { waitFor } from "../support/wait";

const l10n = localizerFor("en", vscode.l10n.t);
/** How soon a window follows, in milliseconds. */
const soonMs = 2_000;

/** The parts of a window that know the local backend, connected as in the extension. */
class Window {
  readonly context: StorageContext;
  readonly connections: Connections;
  readonly local: BackendController;
  readonly sessions: SessionManager;

  constructor(profile: Profile, log: vscode.LogOutputChannel) {
    this.context = new StorageContext(profile);
    this.connections = new Connections(this.context, log);
    const { globalStorageUri } = this.context;
    const context = { globalStorageUri, asAbsolutePath: (path: string) => resolve(__dirname, "../..", path) };
    this.local = new BackendController(context, this.connections, l10n, log);
    this.sessions = new SessionManager(this.connections, l10n, log, globalStorageUri);
    const follow = () => void this.local.follow().catch((error) => log.error(error));
    this.connections.onDidChange(({ elsewhere }) => elsewhere === true && follow());
    this.sessions.onDidUpdate(({ state }) => state.session?.store.snapshot.problem !== undefined && follow());
    this.sessions.setDemand("test", "background");
  }

  /** Where it reads tasks without trouble; undefined while it does not. */
  get reads(): string | undefined {
    const { session } = this.sessions.find(localId) ?? {};
    const { asOf, problem } = session?.store.snapshot ?? {};
    return asOf !== undefined && problem === undefined ? session?.connection.endpoint : undefined;
  }

  close(): void {
    this.sessions.dispose();
    this.local.dispose();
    this.context.close();
  }
}

describe("windows of one local backend", () => {
  const dataDir = makeDataDir();
  const profile = new Profile();
  const settings = () => vscode.workspace.getConfiguration("drs.localBackend");
  const configured = settings().get<string>("dataDirectory");
  const set = async (directory: unknown) =>
    await settings().update("dataDirectory", directory, vscode.ConfigurationTarget.Global);
  const log = vscode.window.createOutputChannel("local backend test", { log: true });
  const start = async () => await BackendProcess.start(dataDir, [], { ELECTRON_RUN_AS_NODE: "1" });
  let backend: BackendProcess;
  let windows: readonly [Window, Window];

  const followWithin = async (endpoint: string) => {
    const begin = Date.now();
    await waitFor(
      () => windows.map(({ reads }) => reads),
      (found) => found.every((one) => one === endpoint),
    );
    return Date.now() - begin;
  };

  before(async () => {
    await set(dataDir);
    await settings().update("demo", false, vscode.ConfigurationTarget.Global);
    backend = await start();
    windows = [new Window(profile, log), new Window(profile, log)];
    for (const { local } of windows) {
      assert.equal(await local.attach(), "found");
    }
    await followWithin(backend.ready.endpoint);
  });
  after(async () => {
    for (const window of windows ?? []) {
      window.close();
    }
    await backend?.stop();
    await set(configured);
    await settings().update("demo", undefined, vscode.ConfigurationTarget.Global);
    removeDataDir(dataDir);
    profile.remove();
    log.dispose();
  });

  it("follow it to another port within two seconds, also when it was killed and nobody looks", async () => {
    for (const end of ["kill", "stop"] as const) {
      const sessions = windows.map(({ sessions }) => sessions.find(localId)?.session);
      await backend[end]();
      backend = await start();
      const ms = await followWithin(backend.ready.endpoint);
      assert.ok(ms < bound(soonMs), `${ms} ms`);
      assert.ok(windows.every((window, index) => window.sessions.find(localId)?.session !== sessions[index]));
    }
  });

  it("start it again where an earlier version has started it for its windows, and no other one", async () => {
    const [one] = windows;
    const file = join(dataDir, "backend.json");
    const says = (facts: object) => writeFileSync(file, JSON.stringify({ ...backend.ready, ...facts }));
    says({ version: "0.1.9", exits_when_unused: false });
    assert.equal(await one.local.attach(), "known");
    says({ version: "99.0.0", exits_when_unused: true });
    assert.equal(await one.local.attach(), "known");
    says({ version: "0.1.9", exits_when_unused: true });
    const { endpoint } = backend.ready;
    await one.local.follow();
    assert.equal(await backend.ended(), 0);
    // Its tasks do not stand still until somebody looks.
    await waitFor(
      () => windows.map(({ reads }) => reads),
      (found) => found.every((one) => one !== undefined && one !== endpoint),
    );
    assert.equal(await one.local.stop(), true);
    backend = await start();
    await followWithin(backend.ready.endpoint);
  });

  it("get a message when it is started although it runs, and keep their session", async () => {
    const [one, other] = windows;
    const session = one.sessions.find(localId)?.session;
    assert.equal(await one.local.start(), true);
    assert.equal(one.sessions.find(localId)?.session, session);
    await other.connections.show([]);
    assert.equal(await other.local.start(), false);
    await followWithin(backend.ready.endpoint);
  });

  it("start none in a folder that depends on where VS Code was started, and say what to enter", async () => {
    await set("drs-data");
    await assert.rejects(
      windows[0].local.start(),
      /dataDirectory is not an absolute path: "drs-data"\. Enter one/,
    );
    await set(dataDir);
    assert.equal(await windows[0].local.attach(), "known");
  });

  it("show it no more once one of them has ended it, and show it again when the other starts it", async () => {
    const [one, other] = windows;
    assert.equal(await one.local.stop(), true);
    await one.connections.remove(localId);
    await waitFor(
      () => other.sessions.shown.length,
      (count) => count === 0,
    );
    assert.equal(await other.local.start(), false);
    const { endpoint } = other.connections.local ?? assert.fail();
    assert.ok((await followWithin(endpoint)) < bound(soonMs));
  });

  it("share the one that both start at the same moment", async () => {
    const [one, other] = windows;
    assert.equal(await one.local.stop(), true);
    assert.deepEqual(await Promise.all(windows.map(async ({ local }) => await local.start())), [
      false,
      false,
    ]);
    const { endpoint } = one.connections.local ?? assert.fail();
    assert.equal(other.connections.local?.endpoint, endpoint);
    await followWithin(endpoint);
  });

  it("start another one where the data directory was deleted, and the first has ended", async () => {
    const [one, other] = windows;
    const { endpoint } = one.connections.local ?? assert.fail();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    assert.equal(await other.local.start(), false);
    const after = other.connections.local?.endpoint ?? assert.fail();
    assert.notEqual(after, endpoint);
    await followWithin(after);
    await waitFor(
      async () =>
        await fetch(`${endpoint}/_local/health`).then(
          () => true,
          () => false,
        ),
      (answers) => !answers,
    );
    assert.equal(await one.local.stop(), true);
  });
});
