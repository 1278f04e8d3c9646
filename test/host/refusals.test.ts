import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { CloudConnection } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { SessionManager } from "../../src/connections/session-manager";
import { localizerFor } from "../../src/l10n/localizer";
import { extensionId, linkQuery } from "../../src/links/link";
import { StorageContext } from "../support/storage";
import { waitFor } from "../support/wait";

const [right, wrong] = [
  { accessKey: "AK", secretKey: "right" },
  { accessKey: "AK", secretKey: "wrong" },
];

describe("a key that the service refuses, in several windows", () => {
  const log = vscode.window.createOutputChannel("refusals", { log: true });
  const storage = vscode.Uri.file(mkdtempSync(join(tmpdir(), "drs-windows-")));
  const context = new StorageContext();
  /** Answers as the gateway does: 401 until the key is right. */
  let service: Server;
  let refused = 0;
  let accepting = false;
  let windows: SessionManager[] = [];

  const connectionTo = (id: string, region: string): CloudConnection => ({
    ...{ id, kind: "cloud", name: id, site: "private", region, projectId: id },
    endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
    signIn: { kind: "permanentKey" },
  });
  const openWindow = (connections = new Connections(context, log)) => {
    const sessions = new SessionManager(connections, localizerFor("en", vscode.l10n.t), log, storage);
    sessions.setDemand("test", "visible");
    windows.push(sessions);
    return { sessions, connections };
  };
  const closeWindows = () => {
    for (const sessions of windows) {
      sessions.dispose();
    }
    windows = [];
  };
  const settles = async (sessions: SessionManager, id: string) =>
    await waitFor(
      () => Promise.resolve(sessions.find(id)),
      (state) =>
        state?.phase === "closed" ||
        state?.session?.store.snapshot.problem !== undefined ||
        state?.session?.store.snapshot.asOf !== undefined,
    );
  const isRead = async (sessions: SessionManager, id: string) =>
    await waitFor(
      () => Promise.resolve(sessions.find(id)?.session?.store.snapshot),
      (snapshot) => snapshot?.asOf !== undefined && snapshot.problem === undefined,
    );

  /** A window that ends in the very moment of the refusal may not have told it yet. */
  const isNoted = async () =>
    await waitFor(
      () =>
        Promise.resolve(
          readdirSync(storage.fsPath).flatMap((name) => readdirSync(join(storage.fsPath, name))),
        ),
      (names) => names.length === 1,
    );

  before(async () => {
    service = createServer((request, response) => {
      request.resume();
      refused += accepting ? 0 : 1;
      const body = accepting
        ? { total_record: 0, jobs: [] }
        : { error_code: "APIGW.0301", error_msg: "Incorrect IAM authentication information" };
      response.writeHead(accepting ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const first = new Connections(context, log);
    await first.save(connectionTo("north", "north"), wrong);
    await first.save(connectionTo("east", "east"), wrong);
  });
  after(() => {
    closeWindows();
    service.closeAllConnections();
    service.close();
    log.dispose();
    rmSync(storage.fsPath, { recursive: true, force: true });
    for (const subscription of context.subscriptions) {
      subscription.dispose();
    }
  });

  it("costs one refusal a window at most when they open together, and none after restarts", async () => {
    const opened = [openWindow(), openWindow()];
    for (const { sessions } of opened) {
      await settles(sessions, "north");
      await settles(sessions, "east");
    }
    assert.ok(refused >= 1 && refused <= 2, `${refused} refusals`);
    await isNoted();
    for (let restart = 0; restart < 3; restart++) {
      const before = refused;
      closeWindows();
      const { sessions } = openWindow();
      for (const id of ["north", "east"]) {
        const state = await settles(sessions, id);
        assert.equal(state?.phase, "closed");
        assert.match(state?.trouble ?? "", /rejected .* refresh to retry once/);
      }
      sessions.setFocused(false);
      sessions.setFocused(true);
      assert.equal(refused, before);
    }
  });

  it("is not tried again by links, however many a page opens", async () => {
    const [sessions] = windows;
    assert.ok(sessions);
    const connections = new Connections(context, log);
    const { openLink } = await import("../../src/links/open");
    const before = refused;
    const opened: string[] = [];
    const parts = {
      ...{ connections, sessions, log, l10n: localizerFor("en", vscode.l10n.t) },
      openDetails: async ({ id }: { readonly id: string }) => void opened.push(id),
      run: async () => assert.fail("a link did something"),
      alone: async (work: () => Promise<void>) => {
        await work();
        return true;
      },
    };
    const query = linkQuery("task-1", connectionTo("north", "north"), {});
    const uri = vscode.Uri.from({
      scheme: vscode.env.uriScheme,
      authority: extensionId,
      path: "/task",
      query,
    });
    await Promise.all(Array.from({ length: 20 }, () => openLink(uri, parts)));
    assert.deepEqual([refused - before, opened], [0, []]);
  });

  it("is tried once more when the user asks, once for all connections that use it", async () => {
    const [sessions] = windows;
    assert.ok(sessions);
    const before = refused;
    await sessions.refresh();
    await settles(sessions, "north");
    await settles(sessions, "east");
    await sessions.refresh("north");
    assert.ok(refused - before <= 3, `${refused - before} refusals`);
    await isNoted();
  });

  it("is forgotten everywhere as soon as another one is entered in one of the windows", async () => {
    closeWindows();
    const [one, other] = [openWindow(), openWindow()];
    await settles(other.sessions, "north");
    const before = refused;
    accepting = true;
    await one.connections.save(connectionTo("north", "north"), right);
    await isRead(one.sessions, "north");
    await isRead(other.sessions, "north");
    assert.equal((await settles(other.sessions, "east"))?.phase, "closed", "it still has the old key");
    assert.equal(refused, before);
  });

  it("is forgotten when it is taken after all", async () => {
    const [sessions] = windows;
    assert.ok(sessions);
    await sessions.refresh("east");
    await isRead(sessions, "east");
    closeWindows();
    await isRead(openWindow().sessions, "east");
  });
});
