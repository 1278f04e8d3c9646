/** The local backend's list of many tasks beside a server that sends the same bytes from memory. */
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { authorization, sdkDate } from "../../src/drs/signer";
import { creation } from "../support/backend-task";
import { type Figure, median } from "./measure";
import { Servers, timed } from "./servers";

const pageSize = 100;
const createdAtOnce = 10;
const times = 200;

export async function listing(long: boolean): Promise<readonly Figure[]> {
  const count = long ? 10_000 : 300;
  const servers = await Servers.start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const bare = createServer((asked, answer) => {
    asked.resume();
    asked.once("end", () => {
      answer.writeHead(200, { "content-type": "application/json", "content-length": page.length });
      answer.end(page);
    });
  });
  let page: Buffer = Buffer.alloc(0);
  try {
    const { client, ready } = servers.backend;
    const plan = await servers.plan("postgres");
    for (let first = 0; first < count; first += createdAtOnce) {
      const names = Array.from({ length: createdAtOnce }, (_, index) => `task-${first + index}`);
      await client.call("batchCreation", { jobs: names.map((name) => creation({ ...plan, name })) });
    }
    const ask = async (origin: string, number: number): Promise<Buffer> => {
      const url = new URL(`/v3/${ready.project_id}/jobs`, origin);
      const body = JSON.stringify({ cur_page: number, per_page: pageSize, db_use_type: "sync" });
      const headers = {
        host: url.host,
        "x-sdk-date": sdkDate(new Date()),
        "content-type": "application/json",
      };
      const signed = authorization(
        { method: "POST", url, headers, body },
        ready.access_key,
        ready.secret_key,
      );
      const asked = request(url, { agent, method: "POST", headers: { ...headers, authorization: signed } });
      asked.end(body);
      const [answer] = await once(asked, "response");
      const chunks: Buffer[] = [];
      for await (const chunk of answer) {
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    };
    page = await ask(ready.endpoint, 1);
    bare.listen(0, "127.0.0.1");
    await once(bare, "listening");
    const address = bare.address();
    const other = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const all = async (origin: string) =>
      await timed(async () => {
        for (let time = 0; time < times; time++) {
          await ask(origin, 1 + (time % (count / pageSize)));
        }
      });
    const ratios: number[] = [];
    for (let round = 0; round < (long ? 7 : 3); round++) {
      ratios.push((await all(ready.endpoint)) / (await all(other)));
    }
    return [
      {
        id: "listing",
        what: `a page of ${pageSize} of ${count.toLocaleString("en-US")} tasks from the local backend, as a multiple of node:http's time with the same bytes`,
        ...{ kind: "ratio", value: median(ratios), bound: 2 },
      },
    ];
  } finally {
    agent.destroy();
    bare.close();
    await servers.stop();
  }
}
