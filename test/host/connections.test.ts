import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { iamSignIn } from "../../src/connections/access";
import type { CloudConnection, Secret } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { findTask, SessionManager } from "../../src/connections/session-manager";
import { DrsError } from "../../src/drs/errors";
import { projectsNamed } from "../../src/drs/projects";
import { localizerFor } from "../../src/l10n/localizer";
import { BackendProcess, makeDataDir, type Ready, removeDataDir } from "../support/backend-process";
import { FaultyProxy } from "../support/faulty-proxy";
import { StorageContext } from "../support/storage";
import { waitFor } from "../support/wait";

describe("connections side by side, to two local backends", () => {
  const otherDir = makeDataDir();
  const log = vscode.window.createOutputChannel("test", { log: true });
  const context = new StorageContext();
  const storage = makeDataDir();
  let shop: Ready;
  let other: BackendProcess;
  /** In front of the other backend, where requests are counted. */
  let proxy: FaultyProxy;
  let connections: Connections;
  let sessions: SessionManager;

  const connectionTo = (id: string, ready: Ready, facts: Partial<CloudConnection> = {}): CloudConnection => ({
    id,
    kind: "cloud",
    name: id,
    site: "private",
    region: "local",
    endpoint: ready.endpoint,
    iamEndpoint: ready.endpoint,
    projectId: ready.project_id,
    signIn: { kind: "permanentKey" },
    ...facts,
  });
  const keyOf = ({ access_key: accessKey, secret_key: secretKey }: Ready): Secret => ({
    accessKey,
    secretKey,
  });
  const snapshotOf = (id: string) => sessions.find(id)?.session?.store.snapshot;
  const isRead = async (id: string) => {
    await waitFor(
      () => Promise.resolve(snapshotOf(id)),
      (snapshot) => snapshot?.asOf !== undefined && snapshot.problem === undefined,
    );
  };

  before(async () => {
    const dataDir = vscode.workspace.getConfiguration("drs").get<string>("localBackend.dataDirectory") ?? "";
    shop = JSON.parse(readFileSync(join(dataDir, "backend.json"), "utf8"));
    // In desktop VS Code this process is Electron, which runs as plain Node with this variable.
    other = await BackendProcess.start(otherDir, [], { ELECTRON_RUN_AS_NODE: "1" });
    proxy = await FaultyProxy.open(other.ready);
    connections = new Connections(context, log);
    sessions = new SessionManager(
      connections,
      localizerFor("en", vscode.l10n.t),
      log,
      vscode.Uri.file(storage),
    );
    sessions.setDemand("test", "visible");
  });
  after(async () => {
    sessions?.dispose();
    await proxy?.close();
    await other?.stop();
    removeDataDir(otherDir);
    removeDataDir(storage);
    log.dispose();
    for (const subscription of context.subscriptions) {
      subscription.dispose();
    }
  });

  it("have sessions of their own; the same task id may be in both", async () => {
    await connections.save(connectionTo("shop", shop), keyOf(shop));
    await connections.save(connectionTo("again", shop), keyOf(shop));
    await connections.save(
      connectionTo("other", other.ready, { endpoint: `http://127.0.0.1:${proxy.port}` }),
      keyOf(other.ready),
    );
    await Promise.all(["shop", "again", "other"].map(isRead));
    const [id = ""] = snapshotOf("shop")?.tasks.keys() ?? [];
    assert.ok(findTask(sessions, { connection: "shop", id }));
    assert.ok(findTask(sessions, { connection: "again", id }));
    assert.equal(findTask(sessions, { connection: "other", id }), undefined);
    assert.equal(snapshotOf("other")?.tasks.size, 0);
  });

  it("keep facts and secrets apart", () => {
    const facts = [...context.state.values()].join("\n");
    assert.match(facts, /"name":"other"/);
    for (const { secret_key, access_key } of [shop, other.ready]) {
      assert.ok(!facts.includes(secret_key) && !facts.includes(access_key));
    }
    assert.equal(context.kept.size, 3, "one entry for each connection");
  });

  it("fail one by one, and come back", async () => {
    const session = sessions.find("shop")?.session;
    proxy.fault = { path: "/jobs", breaks: (response) => void response.destroy() };
    await sessions.refresh("other");
    await sessions.refresh("shop");
    assert.notEqual(snapshotOf("other")?.problem, undefined);
    assert.equal(snapshotOf("shop")?.problem, undefined);
    proxy.fault = undefined;
    await sessions.refresh("other");
    assert.equal(snapshotOf("other")?.problem, undefined);
    assert.equal(sessions.find("shop")?.session, session);
  });

  it("are renamed without another poll, and edited without touching another connection", async () => {
    const [renamed, edited] = [sessions.find("again")?.session, sessions.find("other")?.session];
    await connections.rename({ id: "again", name: "again" }, "a second look");
    assert.equal(sessions.find("again")?.connection.name, "a second look");
    assert.equal(sessions.find("again")?.session, renamed);
    await connections.save(
      connectionTo("other", other.ready, { endpoint: `http://127.0.0.1:${proxy.port}`, region: "moved" }),
      keyOf(other.ready),
    );
    await isRead("other");
    assert.notEqual(sessions.find("other")?.session, edited);
    assert.equal(sessions.find("again")?.session, renamed);
  });

  it("may be read-only one by one, until they are refreshed", async () => {
    const refusal = new DrsError({
      operation: "batchPause",
      kind: "permission",
      reason: "You may only look.",
    });
    sessions.find("again")?.session?.control.end("a task", refusal);
    assert.match(
      sessions.find("again")?.readOnly ?? "",
      /^You may only look\. Ask the account's administrator/,
    );
    assert.equal(sessions.find("shop")?.readOnly, undefined);
    await sessions.refresh("again");
    assert.equal(sessions.find("again")?.readOnly, undefined);
  });

  it("are not asked any more once they are not shown, and the others continue", async () => {
    const session = sessions.find("shop")?.session;
    await connections.show(["shop"]);
    assert.deepEqual(
      sessions.shown.map(({ connection }) => connection.id),
      ["shop"],
    );
    assert.equal(sessions.find("shop")?.session, session);
    const requests = proxy.requests.length;
    await sessions.refresh();
    await sessions.refresh("other");
    assert.equal(proxy.requests.length, requests);
    await connections.show(["shop", "other"]);
    await isRead("other");
    assert.ok(proxy.requests.length > requests);
  });

  it("sign in as an IAM user, whose project is looked up", async () => {
    const signIn = { kind: "user", domain: "acme", user: shop.access_key } as const;
    const secret = { password: shop.secret_key };
    const unfinished = connectionTo("user", shop, { signIn, projectId: "" });
    const iam = iamSignIn(unfinished, secret, {});
    assert.ok(typeof iam === "object");
    const projects = await projectsNamed("local", shop.endpoint, iam);
    iam.dispose();
    assert.deepEqual(projects, [{ id: shop.project_id, name: "local" }]);
    await connections.save({ ...unfinished, projectId: shop.project_id }, secret);
    await isRead("user");
    assert.deepEqual(
      [...(snapshotOf("user")?.tasks.keys() ?? [])],
      [...(snapshotOf("shop")?.tasks.keys() ?? [])],
    );
  });

  it("look their project up with an access key, too", async () => {
    const iam = iamSignIn(connectionTo("key", shop), keyOf(shop), {});
    assert.ok(typeof iam === "object");
    const found = await projectsNamed("local", shop.endpoint, iam);
    assert.deepEqual(
      found.map(({ id }) => id),
      [shop.project_id],
    );
    assert.deepEqual(await projectsNamed("elsewhere", shop.endpoint, iam), []);
  });

  it("say what they lack when the secret is gone, and lose it when they are removed", async () => {
    await connections.show(["other"]);
    context.kept.delete("drs.secret.shop");
    await connections.show(["shop", "other"]);
    const { phase, missing, trouble } = await waitFor(
      () => Promise.resolve(sessions.find("shop") ?? assert.fail()),
      (state) => state.phase !== "opening",
    );
    assert.deepEqual([phase, missing], ["closed", "secret"]);
    assert.match(trouble ?? "", /without a keyring/);
    for (const { id } of connections.all) {
      await connections.remove(id);
    }
    assert.deepEqual([...context.kept.keys()], []);
    assert.deepEqual(sessions.shown, []);
    assert.equal(new Connections(context, log).firstRun, false);
  });
});
