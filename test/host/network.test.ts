import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { DrsClient } from "../../src/drs/client";
import { DrsError } from "../../src/drs/errors";
import { TestAuthority } from "../support/certificates";

describe("the client, in VS Code's network", () => {
  /** A proxy that answers by itself and keeps what it was asked for. */
  let proxy: Server;
  let asked: string[];
  const settings = vscode.workspace.getConfiguration("http");

  before(async () => {
    proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ total_record: 0, jobs: [] }));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  });
  after(() => proxy.close());
  beforeEach(() => {
    asked = [];
  });
  afterEach(async () => {
    await settings.update("proxy", undefined, vscode.ConfigurationTarget.Global);
    await settings.update("noProxy", undefined, vscode.ConfigurationTarget.Global);
  });

  const list = async (endpoint = "http://drs.cloud.invalid") => {
    const client = new DrsClient({
      endpoint,
      projectId: "p",
      accessKey: "a",
      secretKey: "s",
      timeoutMs: () => 5_000,
    });
    try {
      return await client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" });
    } finally {
      client.dispose();
    }
  };
  const useProxy = async () => {
    const { port } = proxy.address() as AddressInfo;
    await settings.update("proxy", `http://127.0.0.1:${port}`, vscode.ConfigurationTarget.Global);
  };

  it("goes through the proxy of the settings", async () => {
    await useProxy();
    assert.equal((await list()).total_record, 0);
    assert.deepEqual(asked, ["http://drs.cloud.invalid/v3/p/jobs"]);
  });

  it("goes past it where the settings say so", async () => {
    await useProxy();
    await settings.update("noProxy", ["cloud.invalid"], vscode.ConfigurationTarget.Global);
    await assert.rejects(
      list(),
      (error) => error instanceof DrsError && error.failure.fault?.id === "hostNotFound",
    );
    assert.deepEqual(asked, []);
  });

  it("takes no certificate of a CA that the system does not know", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drs-certificates-"));
    const certificate = new TestAuthority(folder).issue("IP:127.0.0.1");
    const server = createSecureServer(certificate, (_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(
        list(`https://127.0.0.1:${port}`),
        (error) => error instanceof DrsError && error.failure.fault?.id === "certificateUntrusted",
      );
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("reaches an address of IPv6", async () => {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ total_record: 0, jobs: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      assert.equal((await list(`http://[::1]:${port}`)).total_record, 0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
