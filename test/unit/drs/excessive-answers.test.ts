import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { DrsClient } from "../../../src/drs/client";
import { isDrsError } from "../../../src/drs/errors";

describe("an answer that is larger than any of the API's", () => {
  let service: Server;
  let client: DrsClient;
  let body = Buffer.from("");
  const warnings: string[] = [];

  before(async () => {
    service = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(body);
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    client = new DrsClient({
      endpoint: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      ...{ projectId: "p", accessKey: "AK", secretKey: "SK" },
      onMismatch: (message) => warnings.push(message),
    });
  });
  after(() => {
    client.dispose();
    service.close();
  });

  const list = async (text: string) => {
    body = gzipSync(text);
    warnings.length = 0;
    return await client.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" });
  };
  const jobs = (items: string) => `{"total_record":1,"jobs":[${items}]}`;

  for (const [name, text] of [
    ["millions of items", jobs(`${"1,".repeat(3_000_000)}1`)],
    ["millions of values in one item", jobs(`{"id":"a","children":[${"1,".repeat(3_000_000)}1]}`)],
    ["lists in lists in lists", jobs(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`)],
    ["one text of 30 MB", jobs(`{"id":"a","name":"${"x".repeat(30_000_000)}"}`)],
  ] as const) {
    it(`is refused before it is read: ${name}`, async () => {
      await assert.rejects(list(text), (error) => {
        assert.ok(isDrsError(error));
        assert.deepEqual([error.failure.kind, error.failure.fault?.id], ["protocol", "tooLarge"]);
        return true;
      });
      assert.deepEqual(warnings, []);
    });
  }

  it("is refused also where each of its thousands of items is just as the API has it", async () => {
    const text = jobs(Array.from({ length: 3_000 }, (_, index) => `{"id":"t${index}"}`).join());
    await assert.rejects(list(text), (error) => {
      assert.deepEqual(isDrsError(error) && error.failure.fault?.id, "tooLarge");
      return true;
    });
  });

  it("is not one of 100 tasks with long errors, whatever is in them", async () => {
    const noise = JSON.stringify('[[[[{{{{,,,,"\\'.repeat(2_000));
    const tasks = Array.from(
      { length: 100 },
      (_, index) => `{"id":"t${index}","name":"t","description":${noise}}`,
    );
    const { jobs: read } = await list(jobs(tasks.join(",")));
    assert.equal(read.length, 100);
  });

  it("is ended when it does not end by itself, and not only refused", async () => {
    const block = Buffer.alloc(64 * 1024, " ");
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless = createServer((request, response) => {
      request.resume();
      const more = () => {
        while (!response.destroyed && response.write(block)) {}
      };
      response.on("drain", more).on("close", closed);
      more();
    });
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    const one = new DrsClient({
      endpoint: `http://127.0.0.1:${(endless.address() as AddressInfo).port}`,
      ...{ projectId: "p", accessKey: "AK", secretKey: "SK" },
    });
    try {
      await assert.rejects(
        one.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" }),
        (error) => isDrsError(error) && error.failure.fault?.id === "tooLarge",
      );
      await isClosed;
    } finally {
      one.dispose();
      endless.closeAllConnections();
      endless.close();
    }
  });

  it("costs little when it is just not refused", async () => {
    const { jobs: read } = await list(jobs(`{"id":"a","children":[${"1,".repeat(90_000)}1]}`));
    assert.equal(read.length, 1);
    assert.ok(warnings.length < 10, `${warnings.length} warnings`);
  });
});
