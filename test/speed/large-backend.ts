/** A large service behind HTTP, which a window finds and takes for its local backend. */
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { challengeAnswer } from "../../src/drs/challenge";
import { type OperationName, operations } from "../../src/drs/operations";
import type { LargeService } from "./large-service";

const projectId = "p";
const secretKey = "secret";
const names = new Map<string, OperationName>(
  Object.entries(operations).map(([name, { method, path }]) => [
    `${method} ${path.replace("{project_id}", projectId)}`,
    name as OperationName,
  ]),
);

export class LargeBackend {
  private constructor(
    readonly service: LargeService,
    private readonly server: Server,
  ) {}

  /** @param dataDir where windows look for their backend. */
  static async start(service: LargeService, dataDir: string): Promise<LargeBackend> {
    const server = createServer();
    const backend = new LargeBackend(service, server);
    server.on("request", (request, response) => void backend.#answer(request, response));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const ready = {
      endpoint: `http://127.0.0.1:${backend.#port}`,
      ...{ project_id: projectId, access_key: "access", secret_key: secretKey, pid: process.pid },
    };
    writeFileSync(join(dataDir, "backend.json"), JSON.stringify(ready), { mode: 0o600 });
    return backend;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get #port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await text(request);
    const send = (status: number, answer: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    };
    const challenge = searchParams.get("challenge");
    const name = names.get(`${request.method} ${pathname}`);
    if (challenge !== null) {
      const answer = challengeAnswer(secretKey, challenge, this.#port, process.pid);
      send(200, { status: "ok", pid: process.pid, answer });
    } else if (name === undefined) {
      send(404, { error_code: "APIGW.0101", error_msg: "The API does not exist." });
    } else {
      send(200, await this.service.caller.call(name, JSON.parse(body)));
    }
  }
}
