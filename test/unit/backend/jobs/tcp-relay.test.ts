import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { TcpRelay } from "../../../../src/backend/jobs/tcp-relay";

describe("the link of a task", () => {
  it("carries bytes, counts them and holds them back", async () => {
    const source = createServer((socket) => socket.end(Buffer.alloc(600_000, 1)));
    source.listen(0, "127.0.0.1");
    await once(source, "listening");
    const address = source.address();
    const link = await TcpRelay.open(0);
    link.setUpstream({
      host: "127.0.0.1",
      port: typeof address === "object" && address !== null ? address.port : 0,
    });
    const fetchAll = async () => {
      const started = Date.now();
      let bytes = 0;
      const client = connect(link.port, "127.0.0.1");
      client.on("data", (chunk) => {
        bytes += chunk.length;
      });
      await once(client, "close");
      return { bytes, ms: Date.now() - started };
    };
    assert.equal((await fetchAll()).bytes, 600_000);
    link.limit = 1_000_000;
    const slow = await fetchAll();
    assert.equal(slow.bytes, 600_000);
    assert.ok(slow.ms > 400, `${slow.ms} ms`);
    assert.equal(link.bytes, 1_200_000);
    await link.close();
    source.close();
  });

  it("takes another port when the wanted one is in use", async () => {
    const first = await TcpRelay.open(0);
    const second = await TcpRelay.open(first.port);
    assert.notEqual(second.port, first.port);
    await Promise.all([first.close(), second.close()]);
  });
});
