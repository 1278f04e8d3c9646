import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { DrsClient } from "../../src/drs/client";
import { explain } from "../../src/drs/error-text";
import type { DrsError } from "../../src/drs/errors";
import { localizerFor } from "../../src/l10n/localizer";
import { TaskStore } from "../../src/tasks/store";
import { perform } from "../../src/tasks/use-cases/perform";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { TestAuthority } from "../support/certificates";
import { FaultyProxy } from "../support/faulty-proxy";
import { fill } from "../support/texts";

const [english, chinese] = [localizerFor("en", fill), localizerFor("zh-cn", fill)];
const pace = {
  soon: 50,
  fast: 50,
  steady: 100,
  background: 100,
  longest: 100,
  detailMaxAge: 0,
  perRequest: 0,
};

describe("the network's paths to a backend", () => {
  const dataDir = makeDataDir();
  const folder = mkdtempSync(join(tmpdir(), "drs-certificates-"));
  const opened: FaultyProxy[] = [];
  let authority: TestAuthority;
  let backend: BackendProcess;

  before(async () => {
    authority = new TestAuthority(folder);
    backend = await BackendProcess.start(dataDir, ["--demo"]);
  });
  after(async () => {
    await Promise.all(opened.map((proxy) => proxy.close()));
    await backend.stop();
    removeDataDir(dataDir);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (options: Parameters<typeof FaultyProxy.open>[1]) => {
    const proxy = await FaultyProxy.open(backend.ready, options);
    opened.push(proxy);
    return proxy;
  };
  const clientOf = (endpoint: string) =>
    new DrsClient({
      ...{ endpoint, projectId: backend.ready.project_id },
      ...{ accessKey: backend.ready.access_key, secretKey: backend.ready.secret_key },
    });
  const refusalAt = async (endpoint: string) => {
    const client = clientOf(endpoint);
    const error = await client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" }).then(
      () => assert.fail("the certificate was taken"),
      (reason: DrsError) => reason,
    );
    const change = await perform(client, "pause", [{ id: "a".repeat(36), status: "incremental" }]).catch(
      (reason: DrsError) => reason,
    );
    client.dispose();
    assert.ok(change instanceof Error && change.failure.uncertain === false, "nothing was sent");
    return error;
  };

  it("a certificate of a CA that nobody knows is refused, with what to do about it, in both languages", async () => {
    const proxy = await open({ certificate: authority.issue("DNS:localhost,IP:127.0.0.1") });
    const error = await refusalAt(`https://127.0.0.1:${proxy.port}`);
    assert.equal(error.failure.fault?.id, "certificateUntrusted");
    assert.match(
      explain(error, english),
      /certificate of 127\.0\.0\.1:\d+ is not trusted.*http\.systemCertificates.*NODE_EXTRA_CA_CERTS/,
    );
    assert.match(
      explain(error, chinese),
      /本机不信任 .* 的证书。.*http\.systemCertificates.*NODE_EXTRA_CA_CERTS/,
    );
    assert.deepEqual(proxy.requests, []);
  });

  /** What a process that knows the CA says of the tasks: the MCP server, whose client is the same. */
  const tasksAt = async (endpoint: string) => {
    const client = new Client({ name: "test", version: "1" });
    const { project_id, access_key, secret_key } = backend.ready;
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [resolve("dist/mcp-server.js"), "--endpoint", endpoint],
        env: {
          ...{ PATH: process.env.PATH ?? "", NODE_EXTRA_CA_CERTS: authority.file },
          ...{ HUAWEICLOUD_SDK_AK: access_key, HUAWEICLOUD_SDK_SK: secret_key },
          HUAWEICLOUD_SDK_PROJECT_ID: project_id,
        },
        stderr: "inherit",
      }),
    );
    try {
      return JSON.stringify((await client.callTool({ name: "drs_list_tasks", arguments: {} })).content);
    } finally {
      await client.close();
    }
  };

  it("the same certificate is accepted by a process that knows the CA", async () => {
    const proxy = await open({ certificate: authority.issue("DNS:localhost") });
    assert.match(await tasksAt(`https://localhost:${proxy.port}`), /orders-to-warehouse/);
    assert.ok(proxy.requests.includes("/jobs"));
  });

  it("a certificate for another name, or an expired one, is reported as such where the CA is known", async () => {
    const other = await open({ certificate: authority.issue("DNS:drs.example.com") });
    assert.match(
      await tasksAt(`https://localhost:${other.port}`),
      /not valid for localhost:\d+: ERR_TLS_CERT_ALTNAME_INVALID/,
    );
    const expired = await open({ certificate: authority.issue("DNS:localhost", 0) });
    assert.match(
      await tasksAt(`https://localhost:${expired.port}`),
      /not valid for localhost:\d+: CERT_HAS_EXPIRED/,
    );
    assert.deepEqual([...other.requests, ...expired.requests], []);
  });

  it("an address of IPv6 is read and steered like any other", async () => {
    const proxy = await open({ address: "::1" });
    const client = clientOf(`http://[::1]:${proxy.port}`);
    const store = new TaskStore(client, pace);
    try {
      await store.refresh();
      assert.equal(store.snapshot.problem, undefined);
      const task = [...store.snapshot.tasks.values()].find(({ name }) => name === "orders-to-warehouse");
      assert.ok(task);
      assert.deepEqual(await perform(client, "pause", [task]), [{ id: task.id }]);
      assert.ok(proxy.requests.includes("/jobs/batch-pause-task"));
    } finally {
      store.dispose();
      client.dispose();
    }
  });

  it("an address of IPv6 with a certificate of an unknown CA is refused, not misread", async () => {
    const proxy = await open({ address: "::1", certificate: authority.issue("IP:::1") });
    const error = await refusalAt(`https://[::1]:${proxy.port}`);
    assert.equal(error.failure.fault?.id, "certificateUntrusted");
    assert.equal(error.failure.fault?.subject, `[::1]:${proxy.port}`);
  });
});
