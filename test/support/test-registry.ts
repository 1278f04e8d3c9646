/** A registry of npm packages: over TLS through a proxy only, as in a company's network, or plainly on this machine. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer, type Server as HttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { TestAuthority } from "./certificates";

/** A name that no name server knows. */
const host = "registry.drs.invalid";

export class TestRegistry {
  readonly #proxy: Server;
  readonly #registry: HttpsServer;
  readonly #plain: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #waiting = new Set<() => void>();
  /** Where its CA's certificate is. */
  readonly authority: string;
  /** Ranges that were asked for. */
  readonly ranges: string[] = [];
  /** Whether the proxy lets anything through. */
  isOnline = true;
  /** How many parts it sends before it waits for `resume`. */
  partsBeforePause = Number.POSITIVE_INFINITY;

  private constructor(folder: string, archive: Buffer) {
    const ca = new TestAuthority(folder);
    this.authority = ca.file;
    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      if (!this.isOnline) {
        response.destroy();
        return;
      }
      const [, first = "", last = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      this.ranges.push(`${first}-${last}`);
      if (this.ranges.length > this.partsBeforePause) {
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      const part = archive.subarray(Number(first), Number(last) + 1);
      const range = `bytes ${first}-${last}/${archive.length}`;
      response.writeHead(206, { "content-range": range }).end(part);
    };
    this.#registry = createServer(ca.issue(`DNS:${host}`), answer);
    this.#plain = createPlain(answer);
    this.#proxy = createPlain();
    this.#proxy.on("connect", (request, client: Duplex) => {
      this.#sockets.add(client);
      client.on("error", () => undefined).on("close", () => this.#sockets.delete(client));
      if (!this.isOnline || request.url !== `${host}:443`) {
        client.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        return;
      }
      const upstream = connect((this.#registry.address() as AddressInfo).port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on("error", () => client.destroy());
    });
  }

  /**
   * @param folder an empty folder, which the caller removes.
   * @param name and version of the package that it has, with the bytes of the real registry.
   */
  static async start(folder: string, name: string, version: string): Promise<TestRegistry> {
    execFileSync("npm", ["pack", "--silent", `${name}@${version}`], { cwd: folder, stdio: "ignore" });
    const [file = ""] = readdirSync(folder).filter((entry) => entry.endsWith(".tgz"));
    const registry = new TestRegistry(folder, readFileSync(join(folder, file)));
    for (const server of [registry.#registry, registry.#plain, registry.#proxy]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    return registry;
  }

  /** VS Code's settings with which it is reached through the proxy. */
  get behindProxy(): Readonly<Record<string, unknown>> {
    const { port } = this.#proxy.address() as AddressInfo;
    return { "http.proxy": `http://127.0.0.1:${port}`, "drs.localBackend.registry": `https://${host}` };
  }

  /** The same without a proxy. */
  get onThisMachine(): Readonly<Record<string, unknown>> {
    const { port } = this.#plain.address() as AddressInfo;
    return { "drs.localBackend.registry": `http://127.0.0.1:${port}` };
  }

  /** Sends the parts that wait, and all others. */
  resume(): void {
    this.partsBeforePause = Number.POSITIVE_INFINITY;
    for (const go of this.#waiting) {
      go();
    }
    this.#waiting.clear();
  }

  stop(): void {
    this.resume();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    for (const server of [this.#registry, this.#plain]) {
      server.close();
      server.closeAllConnections();
    }
    this.#proxy.close();
  }
}
