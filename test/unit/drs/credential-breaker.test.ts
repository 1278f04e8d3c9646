import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DrsClient } from "../../../src/drs/client";
import { CredentialBreaker } from "../../../src/drs/credential-breaker";
import { DrsError } from "../../../src/drs/errors";
import { waitFor } from "../../support/wait";

describe("a guarded client", () => {
  let server: Server;
  let client: DrsClient;
  let breaker: CredentialBreaker;
  /** Requests that wait for their answer, in the order in which they came. */
  let open: ServerResponse[];
  let sent: number;

  beforeEach(async () => {
    open = [];
    sent = 0;
    server = createServer((request, response) => {
      request.resume();
      sent++;
      open.push(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    breaker = new CredentialBreaker();
    client = new DrsClient({
      endpoint: `http://127.0.0.1:${port}`,
      ...{ projectId: "p", accessKey: "a", secretKey: "s", breaker },
    });
  });
  afterEach(() => {
    client.dispose();
    server.closeAllConnections();
    server.close();
  });

  const list = (signal?: AbortSignal) =>
    client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" }, { signal });
  const change = () =>
    client.call("batchPause", { jobs: [{ job_id: "a".repeat(36), pause_mode: "target" }] });
  const outcomeOf = (call: Promise<unknown>) =>
    call.then(
      () => "answered",
      (error: unknown) => (error instanceof DrsError ? error.failure.kind : String(error)),
    );
  /** Answers the request that has waited longest, as soon as it is there. */
  const answer = async (status: number, body: object) => {
    await waitFor(
      () => Promise.resolve(open.length),
      (count) => count > 0,
    );
    open.shift()?.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const accept = () => answer(200, { total_record: 0, jobs: [], results: [] });
  const refuse = () => answer(401, { error_code: "APIGW.0301", error_msg: "Incorrect signature" });

  it("sends one call until the key has proved right, and nothing after a refusal", async () => {
    const outcomes = Promise.all(Array.from({ length: 10 }, () => outcomeOf(list())));
    await refuse();
    assert.deepEqual(new Set(await outcomes), new Set(["authentication"]));
    assert.equal(await outcomeOf(list()), "authentication");
    assert.equal(await outcomeOf(change()), "authentication");
    assert.equal(sent, 1);
    breaker.reset();
    const again = outcomeOf(list());
    await accept();
    assert.equal(await again, "answered");
  });

  it("has two refused at most when a key that was right is withdrawn", async () => {
    const first = list();
    await accept();
    await first;
    const outcomes = Promise.all(Array.from({ length: 10 }, () => outcomeOf(list())));
    await refuse();
    await refuse();
    await outcomes;
    assert.equal(sent, 3);
  });

  it("lets what changes something pass at once, and forgets who gave up waiting", async () => {
    const slow = outcomeOf(list());
    await waitFor(
      () => Promise.resolve(sent),
      (count) => count === 1,
    );
    const controller = new AbortController();
    const waiting = outcomeOf(list(controller.signal));
    const control = outcomeOf(change());
    await waitFor(
      () => Promise.resolve(sent),
      (count) => count === 2,
    );
    controller.abort();
    assert.match(await waiting, /Abort/);
    const last = outcomeOf(list());
    for (let index = 0; index < 3; index++) {
      await accept();
    }
    assert.deepEqual(await Promise.all([slow, control, last]), ["answered", "answered", "answered"]);
    assert.equal(sent, 3);
  });
});
