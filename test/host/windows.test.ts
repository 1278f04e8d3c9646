import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import * as vscode from "vscode";
import { limits } from "../../scripts/limits.mjs";
import type { CloudConnection, Secret } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { SessionManager } from "../../src/connections/session-manager";
import { localizerFor } from "../../src/l10n/localizer";
import { Profile, StorageContext } from "../support/storage";

/** The parts of a window that know connections. */
class Window {
  readonly context: StorageContext;
  readonly connections: Connections;
  readonly sessions: SessionManager;

  constructor(profile: Profile, log: vscode.LogOutputChannel) {
    this.context = new StorageContext(profile);
    this.connections = new Connections(this.context, log);
    this.sessions = new SessionManager(
      this.connections,
      localizerFor("en", vscode.l10n.t),
      log,
      this.context.globalStorageUri,
    );
    this.sessions.setDemand("test", "visible");
  }

  /** What the view shows: each connection's name, and whether it is in use. */
  get shown(): readonly string[] {
    return this.sessions.shown.map(({ connection, phase }) => `${connection.name} ${phase}`);
  }

  /** @throws when the window does not show it within two seconds. */
  async shows(...expected: readonly string[]): Promise<void> {
    await soon(
      () => JSON.stringify(this.shown) === JSON.stringify(expected),
      () => `it shows ${this.shown.join(", ")}, not ${expected.join(", ")}`,
    );
  }

  close(): void {
    this.sessions.dispose();
    this.context.close();
  }
}

async function soon(condition: () => boolean, why: () => string): Promise<void> {
  for (const end = Date.now() + limits.wait; !condition(); ) {
    assert.ok(Date.now() < end, why());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("two windows of one user", () => {
  const log = vscode.window.createOutputChannel("windows test", { log: true });
  const secret: Secret = { accessKey: "AK", secretKey: "SK" };
  let service: Server;
  /** The access keys of the requests that came. */
  let asked: string[] = [];
  let profile: Profile;
  let windows: Window[] = [];

  const connection = (id: string, facts: Partial<CloudConnection> = {}): CloudConnection => ({
    ...{ id, kind: "cloud", name: id, site: "private", region: "local", projectId: "p" },
    endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    signIn: { kind: "permanentKey" },
    ...facts,
  });
  const open = () => {
    const window = new Window(profile, log);
    windows.push(window);
    return window;
  };
  const openTwo = async () => {
    const [one, other] = [open(), open()];
    // The second one follows from now on.
    await one.connections.save(connection("first"), secret);
    await other.shows("first open");
    return [one, other] as const;
  };

  before(async () => {
    service = createServer((request, response) => {
      request.resume();
      asked.push(/Access=(\w+)/.exec(request.headers.authorization ?? "")?.[1] ?? "");
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ total_record: 0, jobs: [] }));
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    service.closeAllConnections();
    service.close();
    log.dispose();
  });
  beforeEach(() => {
    profile = new Profile();
    // Each knows the state only as it was when it opened, or as it has written it.
    profile.isApart = true;
  });
  afterEach(() => {
    for (const window of windows) {
      window.close();
    }
    windows = [];
    profile.remove();
  });

  it("show a connection that one of them adds, renames, edits and removes", async () => {
    const [one, other] = await openTwo();
    await other.connections.save(connection("second"), secret);
    await one.shows("first open", "second open");
    const session = other.sessions.find("first")?.session;
    await one.connections.rename(connection("first"), "shop");
    await other.shows("shop open", "second open");
    assert.equal(other.sessions.find("first")?.session, session, "a name costs no new session");
    await other.connections.save(connection("first", { name: "shop", region: "moved" }), secret);
    await soon(
      () => one.sessions.find("first")?.session?.connection.kind === "cloud" && regionOf(one) === "moved",
      () => `the session is still in ${regionOf(one)}`,
    );
    await one.connections.remove("second");
    await other.shows("shop open");
    assert.deepEqual([...profile.secrets.keys()], ["drs.secret.first"]);
  });

  const regionOf = ({ sessions }: Window) => {
    const session = sessions.find("first")?.session;
    return session?.connection.kind === "cloud" ? session.connection.region : undefined;
  };

  it("ask nothing any more for a connection that the other one has removed", async () => {
    const [one, other] = await openTwo();
    await one.connections.remove("first");
    await other.shows();
    await new Promise((resolve) => setTimeout(resolve, 200));
    asked = [];
    await other.sessions.refresh();
    await other.sessions.refresh("first");
    assert.deepEqual(asked, []);
  });

  it("sign in with a secret that the other one has entered, and not with one that is deleted", async () => {
    const [one, other] = await openTwo();
    await one.connections.save(connection("first"), { accessKey: "NEW", secretKey: "SK" });
    asked = [];
    await soon(
      () => asked.filter((key) => key === "NEW").length >= 2,
      () => `asked with ${asked}`,
    );
    asked = [];
    await other.sessions.refresh();
    assert.deepEqual([...new Set(asked)], ["NEW"]);
    await profile.secrets.delete("drs.secret.first");
    for (const tell of profile.listeners) {
      tell({ key: "drs.secret.first" });
    }
    await one.shows("first closed");
    await other.shows("first closed");
  });

  it("lose nothing when both write in the same moment, not even after a restart", async () => {
    const [one, other] = await openTwo();
    await Promise.all([
      one.connections.save(connection("a"), secret),
      other.connections.save(connection("b"), secret),
      one.connections.rename(connection("first"), "shop"),
      other.connections.save(connection("first", { region: "moved" }), secret, connection("first")),
      one.connections.save(connection("c"), secret),
      other.connections.save(connection("d", { name: "c" }), secret),
    ]);
    const isWhole = ({ connections }: Window) =>
      connections.all
        .map(({ name }) => name)
        .sort()
        .join() === "a,b,c,c (2),shop";
    await soon(
      () => isWhole(one) && isWhole(other),
      () => `${one.shown} and ${other.shown}`,
    );
    for (const window of windows.splice(0)) {
      window.close();
    }
    const third = open();
    await soon(
      () => isWhole(third),
      () => String(third.shown),
    );
    const first = third.connections.find("first");
    assert.equal(first?.kind === "cloud" && first.region, "moved");
    assert.equal(third.connections.firstRun, false);
  });

  it("each show what they want to, and a new window what was shown last", async () => {
    const [one, other] = await openTwo();
    await one.connections.save(connection("second"), secret);
    await other.shows("first open", "second open");
    await one.connections.show(["second"]);
    await one.shows("second open");
    await other.connections.rename(connection("second"), "third");
    await one.shows("third open");
    await other.shows("first open", "third open");
    await open().shows("third open");
  });

  it("say so when one renames what the other one has removed", async () => {
    const [one, other] = await openTwo();
    await one.connections.remove("first");
    // The question for the name was open meanwhile.
    await other.shows();
    await assert.rejects(
      other.connections.rename(connection("first"), "shop"),
      /The connection first was removed in another window/,
    );
  });

  it("continue with what an earlier version has kept, and with damaged files", async () => {
    const before = new StorageContext(profile);
    await before.globalState.update("drs.connections", [connection("old"), connection("hidden")]);
    await before.globalState.update("drs.shown", ["old"]);
    profile.secrets.set("drs.secret.old", JSON.stringify(secret));
    const [one, other] = [open(), open()];
    assert.equal(one.connections.firstRun, false);
    await one.shows("old open");
    await one.connections.save(connection("new"), secret);
    await other.shows("old open", "new open");
    assert.deepEqual(one.context.state.has("drs.connections"), false);
    const folder = join(profile.folder, "connections");
    for (const name of readdirSync(folder)) {
      writeFileSync(join(folder, name), "{");
    }
    await other.connections.rename(connection("old"), "older");
    await one.shows("older open", "new open");
    await open().shows("older open", "new open");
  });

  it("know that nobody has used a connection yet, however often they look", async () => {
    const one = open();
    await one.connections.follow();
    assert.equal(open().connections.firstRun, true);
    await one.connections.save(connection("first", { iamEndpoint: undefined }), secret);
    await one.shows("first open");
    const session = one.sessions.find("first")?.session;
    await one.connections.follow();
    assert.equal(one.sessions.find("first")?.session, session);
    assert.equal(open().connections.firstRun, false);
  });

  it("work alone where nothing can be written, and follow each other by the state", async () => {
    writeFileSync(join(profile.folder, "connections"), "no folder");
    profile.isApart = false;
    const [one, other] = [open(), open()];
    await one.connections.save(connection("first"), secret);
    await one.shows("first open");
    await other.connections.follow();
    await other.shows("first open");
  });
});
