import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { DrsClient } from "../../../src/drs/client";
import { DrsError, type FailureKind } from "../../../src/drs/errors";
import { signatureOf } from "../../../src/drs/signer";
import { bound } from "../../support/bounds";

const list = { cur_page: 1, per_page: 10, db_use_type: "sync" } as const;
const job = { id: "a".repeat(36), name: "orders", status: "CREATING" };
const secretKey = "never-to-be-seen";

describe("the client", () => {
  let server: Server;
  let client: DrsClient;
  let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  let mismatches: string[];
  let connections: number;

  const json = (status: number, body: unknown) => (_request: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(status, { "content-type": "application/json", "x-request-id": "r-1" })
      .end(JSON.stringify(body));

  beforeEach(async () => {
    connections = 0;
    mismatches = [];
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      answer(request, response, Buffer.concat(chunks).toString());
    });
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    client = new DrsClient({
      endpoint: `http://127.0.0.1:${port}`,
      projectId: "p1",
      accessKey: "AK",
      secretKey,
      onMismatch: (message) => mismatches.push(message),
    });
  });
  afterEach(() => {
    client.dispose();
    server.closeAllConnections();
    server.close();
  });

  const failureOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => assert.fail("the call succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof DrsError, String(error));
    assert.ok(!error.message.includes(secretKey));
    return error.failure;
  };

  it("signs what it sends, also the body of a DELETE", async () => {
    let valid = false;
    answer = (request, response, body) => {
      const { host = "", authorization = "" } = request.headers;
      const url = new URL(request.url ?? "", `http://${host}`);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
      );
      const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
      const signature = signatureOf(
        { method: request.method ?? "", url, headers, body },
        signedHeaders,
        secretKey,
      );
      valid =
        authorization.endsWith(`Signature=${signature}`) &&
        request.method === "DELETE" &&
        body.includes("terminate");
      json(202, { results: [] })(request, response);
    };
    await client.call("batchDelete", { jobs: [{ job_id: job.id, delete_type: "terminate" }] });
    assert.ok(valid);
  });

  it("keeps its connection and does not parse equal bytes again", async () => {
    answer = json(200, { total_record: 1, jobs: [job] });
    const first = await client.call("listJobs", list);
    const second = await client.call("listJobs", list);
    assert.equal(second, first);
    answer = json(200, { total_record: 1, jobs: [{ ...job, status: "CONFIGURATION" }] });
    assert.equal((await client.call("listJobs", list)).jobs[0]?.status, "CONFIGURATION");
    assert.equal(connections, 1);
  });

  it("sends nothing once it is closed, whoever still has it, and what is cut off by that not once more", async () => {
    let sent = 0;
    let waits = () => {};
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    answer = () => {
      sent++;
      waits();
    };
    const cutOff = failureOf(client.call("listJobs", list));
    await waiting;
    client.dispose();
    const pause = client.call("batchPause", { jobs: [{ job_id: job.id, pause_mode: "all" }] });
    for (const failure of [await cutOff, await failureOf(pause)]) {
      assert.deepEqual([failure.kind, failure.fault?.id], ["illegalState", "closed"]);
    }
    assert.equal(sent, 1);
  });

  it("remembers the answers of 64 requests, those that were used last", async () => {
    answer = json(200, { total_record: 1, jobs: [job] });
    const page = async (cur_page: number) => await client.call("listJobs", { ...list, cur_page });
    const first = await page(1);
    const second = await page(2);
    assert.equal(await page(1), first);
    for (let other = 3; other <= 65; other++) {
      await page(other);
    }
    assert.equal(await page(1), first);
    assert.notEqual(await page(2), second);
  });

  it("lets unknown fields and values pass", async () => {
    answer = json(200, { total_record: 1, jobs: [{ ...job, status: "CLONING", colour: "blue" }], more: 1 });
    const { jobs } = await client.call("listJobs", list);
    assert.deepEqual(jobs, [{ ...job, status: "CLONING", colour: "blue" }]);
    assert.deepEqual(mismatches, []);
  });

  it("reports a wrong type and keeps the rest of the item and of the list", async () => {
    answer = json(200, { total_record: 3, jobs: [job, { ...job, description: [] }, { name: "no id" }] });
    const { jobs } = await client.call("listJobs", list);
    assert.deepEqual(jobs, [job, job]);
    assert.equal(mismatches.length, 2);
    assert.match(
      mismatches[0] ?? "",
      /listJobs \/v3\/\{project_id\}\/jobs: jobs\[\]\.description: .*\(request r-1\)/,
    );
  });

  it("says each kind of misfit once, then how often it came", async () => {
    for (let call = 0; call < 12; call++) {
      const odd = Array.from({ length: 10 }, (_, index) => ({ ...job, description: call * 10 + index }));
      answer = json(200, { total_record: 10, jobs: odd });
      await client.call("listJobs", list);
    }
    const line = /^listJobs .*: jobs\[\]\.description: expected string, received number, taken as string/;
    assert.ok(mismatches.every((mismatch) => line.test(mismatch)));
    assert.deepEqual(
      mismatches.map((mismatch) => /, (\d+) times by now/.exec(mismatch)?.[1]),
      [undefined, "10", "100"],
    );
  });

  it("takes a list that is null for an empty one, and a count that is a text for a number", async () => {
    answer = json(200, { total_record: 0, jobs: null });
    assert.deepEqual((await client.call("listJobs", list)).jobs, []);
    answer = json(200, { results: null });
    assert.deepEqual((await client.call("batchDetail", { jobs: [job.id] })).results, []);
    answer = json(200, { total_record: 0 });
    assert.deepEqual((await client.call("listJobs", list)).jobs, []);
    answer = json(200, { total_record: "2", jobs: [job] });
    assert.equal((await client.call("listJobs", list)).total_record, 2);
  });

  it("accepts nothing else as an empty list", async () => {
    for (const body of [{}, { total_record: 3 }, { total_record: 0, jobs: 7 }, { jobs: {} }]) {
      answer = json(200, body);
      assert.equal((await failureOf(client.call("listJobs", list))).kind, "protocol", JSON.stringify(body));
    }
  });

  it("reads the items of a 400 that lists them", async () => {
    answer = json(400, { results: [{ id: job.id, error_code: "DRS.M00289", error_msg: "gone" }] });
    const { results } = await client.call("batchDetail", { jobs: [job.id] });
    assert.equal(results[0]?.error_code, "DRS.M00289");
  });

  it("does not accept any other refusal as an answer, whatever it lists", async () => {
    answer = json(503, { jobs: [job], total_record: 1, error_code: "DRS.1", error_msg: "down" });
    assert.equal((await failureOf(client.call("listJobs", list))).kind, "service");
  });

  it("gives every answer the id of its request", async () => {
    answer = json(202, { results: [] });
    const { request_id } = await client.call("batchPause", { jobs: [] });
    assert.equal(request_id, "r-1");
  });

  const refusals: readonly [status: number, body: unknown, FailureKind, code: string | undefined][] = [
    [401, { error_code: "APIGW.0301", error_msg: "bad signature" }, "authentication", "APIGW.0301"],
    [403, { error_code: "DRS.M00102", error_msg: "no" }, "permission", "DRS.M00102"],
    [404, { error_code: "APIGW.0101", error_msg: "no such API" }, "notFound", "APIGW.0101"],
    [429, { error_code: "APIGW.0308", error_msg: "slow down" }, "throttled", "APIGW.0308"],
    [400, { error_code: "DRS.M00304", error_msg: "not now" }, "illegalState", "DRS.M00304"],
    [401, { error: { code: "IAM.0001", message: "token" } }, "authentication", "IAM.0001"],
    [500, "<html>", "service", undefined],
  ];
  for (const [status, body, kind, code] of refusals) {
    it(`reports ${status} ${code ?? ""} as ${kind}, with the request id`, async () => {
      answer = json(status, body);
      const failure = await failureOf(client.call("listJobs", list));
      assert.equal(failure.kind, kind);
      assert.equal(failure.code, code);
      assert.equal(failure.requestId, "r-1");
      assert.equal(failure.operation, "listJobs");
    });
  }

  it("does not take a sign-in page or a redirect for an answer", async () => {
    answer = (_request, response) => response.end("<html>Welcome to the hotel</html>");
    assert.equal((await failureOf(client.call("listJobs", list))).kind, "protocol");
    answer = (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    const redirect = await failureOf(client.call("listJobs", list));
    assert.equal(redirect.kind, "protocol");
    assert.equal(redirect.status, 302);
  });

  it("gives up after its time limit", async () => {
    answer = () => {};
    assert.equal((await failureOf(client.call("listJobs", list, { timeoutMs: 50 }))).kind, "timeout");
  });

  it("gives the caller's own abort back as it is", async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    await assert.rejects(client.call("listJobs", list, { signal: controller.signal }), {
      name: "AbortError",
    });
  });

  it("says what is wrong with the network", async () => {
    answer = (request) => request.socket.destroy();
    const cut = await failureOf(client.call("listJobs", list));
    assert.equal(cut.kind, "network");
    assert.match(cut.reason, /was cut/);
    assert.equal(cut.uncertain, false, "a reading call changes nothing");
    assert.equal((await failureOf(client.call("batchPause", { jobs: [] }))).uncertain, true);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const refused = await failureOf(client.call("batchPause", { jobs: [] }));
    assert.match(refused.reason, /nothing listens at 127\.0\.0\.1/);
    assert.equal(refused.uncertain, false, "nothing was sent");
  });

  describe("on connections that died without a word", () => {
    /** Connections that came before: nobody answers on them any more. */
    let dead: Set<Socket>;
    let open: Set<Socket>;
    const die = () => {
      dead = new Set(open);
    };

    beforeEach(() => {
      dead = new Set();
      open = new Set();
      server.on("connection", (socket: Socket) => open.add(socket));
      answer = (request, response) => {
        if (!dead.has(request.socket)) {
          json(200, { total_record: 0, jobs: [] })(request, response);
        }
      };
    });
    const call = (timeoutMs = 5_000) => client.call("listJobs", list, { timeoutMs });

    it("answers at once after a sleep, also what was under way", async () => {
      await call();
      die();
      const begin = performance.now();
      const under = call();
      await new Promise((resolve) => server.once("request", resolve));
      client.renewConnections();
      await under;
      await call();
      assert.ok(performance.now() - begin < bound(2_000));
      assert.equal(connections, 2);
    });

    it("does not end what changes something, which may have arrived", async () => {
      await call();
      die();
      const job = { job_id: "a".repeat(36), pause_mode: "target" } as const;
      const change = failureOf(client.call("batchPause", { jobs: [job] }, { timeoutMs: 300 }));
      await new Promise((resolve) => server.once("request", resolve));
      client.renewConnections();
      const { kind, uncertain } = await change;
      assert.deepEqual([kind, uncertain], ["timeout", true]);
    });

    it("loses one call only, without anybody noticing a sleep", async () => {
      await Promise.all([call(), call(), call()]);
      die();
      assert.equal((await failureOf(call(200))).kind, "timeout");
      await call();
      await Promise.all([call(), call()]);
    });
  });
});
