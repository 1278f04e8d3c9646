import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DrsClient } from "../../../src/drs/client";

describe("a service that has to prove itself", () => {
  let service: Server;
  let client: DrsClient;
  /** What happened, in order. */
  let events: string[] = [];
  /** Whether the next request is cut off. */
  let cutOff = false;

  before(async () => {
    service = createServer((request, response) => {
      request.resume();
      events.push("request");
      if (cutOff) {
        cutOff = false;
        request.socket.destroy();
        return;
      }
      response.end('{"total_record":0,"jobs":[]}');
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    client = new DrsClient({
      endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      ...{ projectId: "p", accessKey: "AK", secretKey: "SK" },
      verify: async () => void events.push("proof"),
    });
  });
  after(() => {
    client.dispose();
    service.closeAllConnections();
    service.close();
  });
  beforeEach(() => {
    events = [];
  });

  const list = async () => await client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" });

  it("does so before the first read, and not again while the connection is open", async () => {
    await list();
    await list();
    assert.deepEqual(events, ["proof", "request", "request"]);
  });

  it("does so again before a read that was cut off is repeated: another program may listen there now", async () => {
    cutOff = true;
    await list();
    assert.deepEqual(events, ["request", "proof", "request"]);
  });

  it("does so again once no connection is open", async () => {
    client.renewConnections();
    await list();
    assert.deepEqual(events, ["proof", "request"]);
  });
});
