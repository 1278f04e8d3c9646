import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { bound } from "../../support/bounds";
import { type FuzzOutcome, runFuzzedClient } from "../../support/fuzzed-client";
import { answerWrongly } from "../../support/hostile-answers";
import { Random } from "../../support/random";

const calls = process.env.DRS_SOAK === "1" ? 10_000 : 300;
const child = process.env.DRS_FUZZED_ENDPOINT;

if (child !== undefined) {
  // This file as a process of its own: nothing of the tests is in its memory.
  void runFuzzedClient(child, calls).then((outcome) => process.stdout.write(JSON.stringify(outcome)));
} else {
  describe("a hostile endpoint", () => {
    it(`costs neither memory nor a standstill: ${calls} answers`, async () => {
      const { seed } = new Random();
      let longest = Number.POSITIVE_INFINITY;
      // A machine that stops for a moment does so once; what the answers of a seed cost, they cost each time.
      for (let attempt = 1; attempt <= 3 && longest > bound(250); attempt++) {
        const { start, peak, end, resident, longestBlock, ...rest } = await outcomeOf(seed);
        longest = Math.min(longest, longestBlock);
        const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);
        const figures = `seed ${seed}: ${mb(start)} MB before, ${mb(peak)} MB at most, ${mb(end)} MB after (resident: ${mb(resident)} MB more); the longest block ${Math.round(longest)} ms; ${JSON.stringify(rest)}`;
        if (process.env.DRS_SOAK === "1") {
          console.log(figures);
        }
        assert.deepEqual(rest.foreign, [], figures);
        assert.ok(rest.refused > calls / 4, figures);
        assert.ok(rest.longestText < 10_000, figures);
        assert.ok(mb(peak - start) <= 150 && mb(resident) <= 150, figures);
        assert.ok(attempt < 3 || longest <= bound(250), figures);
      }
    });
  });
}

/** Calls an endpoint that answers wrongly, in ways that the seed determines. */
async function outcomeOf(seed: number): Promise<FuzzOutcome> {
  const random = new Random(seed);
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    socket.on("data", (bytes) => {
      // The first calls are answered well, so that all code is loaded before anything is measured.
      for (const _ of bytes.toString("latin1").matchAll(/^(GET|POST|PUT|DELETE) /gm)) {
        if (requests++ < 60) {
          const body = '{"total_record":0,"total_count":0,"count":0,"jobs":[],"results":[],"job":{}}';
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        } else {
          void answerWrongly(socket, random);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", __filename], {
      env: { ...process.env, DRS_FUZZED_ENDPOINT: endpoint },
    });
    return JSON.parse(stdout);
  } finally {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
  }
}
