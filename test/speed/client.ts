import { spawn } from "node:child_process";
import { Agent, request } from "node:http";
import fetch from "node-fetch";
import { DrsClient } from "../../src/drs/client";
import { pagesOf } from "./listing-server";
import { type Figure, medianCpu } from "./measure";

const count = 10_000;
const atOnce = 4;

/** The list of 10,000 tasks through the client, over loopback. */
export async function client(long: boolean): Promise<readonly Figure[]> {
  const rounds = long ? 15 : 5;
  const pages = pagesOf(count);
  const server = spawn(process.execPath, [__filename, "serve", String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await new Promise<string>((resolve) => {
      server.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
    });
    const endpoint = `http://127.0.0.1:${port}`;
    const drs = () =>
      new DrsClient({ endpoint, projectId: "0123456789abcdef", accessKey: "AK", secretKey: "SK" });
    const readAll = async (one: DrsClient) => {
      for (let page = 1; page <= pages.length; page += atOnce) {
        await Promise.all(
          Array.from({ length: Math.min(atOnce, pages.length - page + 1) }, (_, index) =>
            one.call("listJobs", { cur_page: page + index, per_page: 100, db_use_type: "sync" }),
          ),
        );
      }
    };
    const parse = await medianCpu(rounds, () => {
      for (const page of pages) {
        JSON.parse(page.toString("utf8"));
      }
    });
    const warm = drs();
    await readAll(warm);
    await readAll(warm);
    warm.dispose();
    const first = await medianCpu(7, async () => {
      const one = drs();
      await readAll(one);
      one.dispose();
    });
    const kept = drs();
    await readAll(kept);
    const unchanged = await medianCpu(rounds, () => readAll(kept));
    kept.dispose();
    const bare = await medianCpu(rounds, () => readBare(endpoint, pages.length));
    const fetched = await medianCpu(rounds, () => readByFetch(endpoint, pages.length));
    return [
      {
        id: "unchangedReading",
        what: "an unchanged reading of 10,000 tasks (100 pages) through the client, as multiples of `JSON.parse` of the bytes",
        ...{ kind: "ratio", value: unchanged / parse, bound: 2.5, reached: 4 },
      },
      {
        id: "firstReading",
        what: "the first reading of them",
        ...{ kind: "ratio", value: first / parse, bound: 4, reached: 8 },
      },
      {
        id: "nodeFetch",
        what: "for comparison: the same bytes by node-fetch alone, without a signature",
        ...{ kind: "ratio", value: fetched / parse, bound: Number.POSITIVE_INFINITY },
      },
      {
        id: "nodeHttp",
        what: "for comparison: the same bytes by node:http alone",
        ...{ kind: "ratio", value: bare / parse, bound: Number.POSITIVE_INFINITY },
      },
    ];
  } finally {
    server.kill();
  }
}

/** The same bytes by node:http alone, without a signature. */
async function readBare(endpoint: string, pages: number): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const read = (page: number) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify({ cur_page: page, per_page: 100, db_use_type: "sync" });
      const sent = request(`${endpoint}/v3/p/jobs`, { method: "POST", agent }, (response) => {
        response.on("data", () => undefined);
        response.on("end", resolve);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  for (let page = 1; page <= pages; page += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => read(page + index)));
  }
  agent.destroy();
}

/** The same by node-fetch alone. */
async function readByFetch(endpoint: string, pages: number): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const read = async (page: number) => {
    const body = JSON.stringify({ cur_page: page, per_page: 100, db_use_type: "sync" });
    const { body: answer } = await fetch(`${endpoint}/v3/p/jobs`, { method: "POST", agent, body });
    await new Promise((resolve) => answer?.on("data", () => undefined).on("end", resolve));
  };
  for (let page = 1; page <= pages; page += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, index) => read(page + index)));
  }
  agent.destroy();
}
