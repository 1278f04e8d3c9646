import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientConfig, DrsClient } from "../../../src/drs/client";
import type { CredentialBreaker } from "../../../src/drs/credential-breaker";
import { DrsError } from "../../../src/drs/errors";
import { operationsV5 } from "../../../src/drs/operations-v5";
import type { SignIn } from "../../../src/drs/sign-in";
import { Transport } from "../../../src/drs/transport";

const list = { cur_page: 1, per_page: 10, db_use_type: "sync" } as const;
const pause = { jobs: [{ job_id: "a".repeat(36), pause_mode: "target" as const }] };

describe("the rules of the client", () => {
  let server: Server;
  let clients: DrsClient[];
  let asked: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  const json = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const open = (config: Partial<ClientConfig> & { readonly signIn?: SignIn } = {}) => {
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const client = new DrsClient({ endpoint, projectId: "p/1", accessKey: "AK", secretKey: "SK", ...config });
    clients.push(client);
    return client;
  };
  const kindOf = (call: Promise<unknown>) =>
    call.then(
      () => "answered",
      (error: unknown) => (error instanceof DrsError ? error.failure.kind : String(error)),
    );

  beforeEach(async () => {
    [clients, asked] = [[], []];
    answer = json(200, { total_record: 0, jobs: [], results: [] });
    server = createServer((request, response) => {
      request.resume();
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    for (const client of clients) {
      client.dispose();
    }
    server.closeAllConnections();
    server.close();
  });

  it("put the connection's project into the path, encoded, and the query behind it", async () => {
    const client = open();
    await client.call("listJobs", list);
    await client.callIn(operationsV5, "listJobsV5", { job_type: "sync", limit: 1 });
    assert.deepEqual(asked, ["POST /v3/p%2F1/jobs", "GET /v5/p%2F1/jobs?job_type=sync&limit=1"]);
  });

  it("count every request at the limiter, and say which ones the user has asked for", async () => {
    const acquired: unknown[] = [];
    const { signal } = new AbortController();
    const rateLimiter = {
      acquire: async (...args: [boolean, AbortSignal | undefined]) => void acquired.push(args),
    };
    const client = open({ rateLimiter });
    await client.call("listJobs", list, { signal });
    await client.call("batchPause", pause);
    assert.deepEqual(acquired, [
      [false, signal],
      [true, undefined],
    ]);
  });

  it("make sure of the right service before the first call and before a change, and send none to another", async () => {
    const verified: string[] = [];
    const verify = async (operation: string) => {
      verified.push(operation);
      throw new Error("another program");
    };
    const client = open({ verify });
    await assert.rejects(client.call("listJobs", list), /another program/);
    await assert.rejects(client.call("batchPause", pause), /another program/);
    assert.deepEqual([verified, asked.length], [["listJobs", "batchPause"], 0]);
  });

  it("trip the breaker for a refused proof alone", async () => {
    const tripped: unknown[] = [];
    const breaker = {
      run: (_reads: boolean, _signal: unknown, send: () => Promise<unknown>) => send(),
      trip: (error: DrsError) => tripped.push(error.failure.kind),
      // A class with private fields, of which the client calls these two.
    } as unknown as CredentialBreaker;
    const client = open({ breaker });
    for (const status of [500, 403, 401]) {
      answer = json(status, {});
      await kindOf(client.call("listJobs", list));
    }
    answer = (request) => request.socket.destroy();
    await kindOf(client.call("batchPause", pause));
    assert.deepEqual(tripped, ["authentication"]);
  });

  it("send a call once more with another proof, where there is one, after a 401 alone", async () => {
    const acquired: boolean[] = [];
    const rejected: unknown[] = [];
    let proofs = 0;
    const signIn: SignIn = {
      headers: async () => ({ "x-auth-token": `t${++proofs}` }),
      onRejected: (headers) => {
        rejected.push(headers["x-auth-token"]);
        return proofs < 2;
      },
      dispose: () => undefined,
    };
    const rateLimiter = { acquire: async (control: boolean) => void acquired.push(control) };
    const client = open({ signIn, rateLimiter });
    answer = json(403, {});
    assert.equal(await kindOf(client.call("listJobs", list)), "permission");
    assert.deepEqual([rejected, acquired], [[], [false]]);
    proofs = 0;
    answer = json(401, {});
    assert.equal(await kindOf(client.call("batchPause", pause)), "authentication");
    assert.deepEqual([rejected, acquired, asked.length], [["t1"], [false, true, true], 3]);
  });

  it("remember no answer of a change, and none that is a refusal", async () => {
    const client = open();
    const [one, two] = [await client.call("batchPause", pause), await client.call("batchPause", pause)];
    assert.notEqual(one, two);
    answer = json(400, { results: [] });
    const detail = () => client.call("batchDetail", { jobs: ["j"] });
    assert.notEqual(await detail(), await detail());
  });

  it("name the request of a misfit as unknown where the service gives it no id", async () => {
    const told: string[] = [];
    const client = open({ onMismatch: (what) => told.push(what) });
    const odd = (field: string) => ({
      total_record: 1,
      jobs: [{ id: "a", tags: [{ [field]: 1 }], description: 5 }],
    });
    answer = json(200, odd("x"));
    await client.call("listJobs", list);
    assert.deepEqual(
      told.map((line) => line.replace(/^.*jobs: /, "")),
      ["jobs[].description: expected string, received number, taken as string (request unknown)"],
    );
  });
});

describe("a request that does not reach the service", () => {
  const outgoing = (url: URL) => ({ method: "GET", url, headers: {}, body: "" });
  const failureOf = async (address: string, reads = false, signal?: AbortSignal) => {
    const url = new URL(address);
    const transport = new Transport(url);
    const exchange = { operation: "listJobs", reads, signal, timeoutMs: 5_000 };
    try {
      return await transport.exchange(outgoing(url), exchange).then(
        () => assert.fail("it was answered"),
        (error: unknown) => {
          if (!(error instanceof DrsError)) {
            throw error;
          }
          return error.failure;
        },
      );
    } finally {
      transport.dispose();
    }
  };

  it("to a host that nobody knows leaves nothing uncertain", async () => {
    const { kind, fault, uncertain } = await failureOf("http://no-such-host.invalid/");
    assert.deepEqual(
      [kind, fault, uncertain],
      [...["network", { id: "hostNotFound", subject: "no-such-host.invalid" }, false]],
    );
  });

  it("is not sent when its caller has ended it already, and leaves no error that nobody catches", async () => {
    const url = new URL("http://127.0.0.1:1/");
    const transport = new Transport(url);
    const request = { method: "POST", url, headers: {}, body: "{}" };
    const signal = AbortSignal.abort();
    const exchange = { operation: "listJobs", reads: true, signal, timeoutMs: 5_000 };
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", note);
    try {
      await assert.rejects(transport.exchange(request, exchange), { name: "AbortError" });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("uncaughtException", note);
      for (const listener of listeners) {
        process.on("uncaughtException", listener);
      }
      transport.dispose();
    }
    assert.deepEqual(uncaught, []);
  });

  it("to a program that does not speak TLS cannot be reached", async () => {
    const plain = createServer();
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const { port } = plain.address() as AddressInfo;
    const { kind, fault } = await failureOf(`https://127.0.0.1:${port}/`);
    assert.equal(kind, "network");
    assert.equal(fault?.id, "unreachable");
    assert.match(fault?.subject ?? "", /^127\.0\.0\.1:\d+: [A-Z_]+$/);
    plain.closeAllConnections();
    plain.close();
  });

  it("is not even sent where the caller has ended it before", async () => {
    let requests = 0;
    const service = createServer((_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const { port } = service.address() as AddressInfo;
    await assert.rejects(failureOf(`http://127.0.0.1:${port}/`, true, AbortSignal.abort()), {
      name: "AbortError",
    });
    assert.equal(requests, 0);
    service.close();
  });
});
