/** A proxy before a local backend that breaks what passes through it, as networks and gateways do. */
import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { authorization, sdkDate } from "../../src/drs/signer";
import type { Ready } from "./backend-process";
import type { Certificate } from "./certificates";

/** What happens to a request, instead of an answer or to it. */
export type ProxyFault = (response: ServerResponse, pass: () => Promise<Passed>) => void | Promise<void>;

interface Passed {
  readonly status: number;
  readonly body: Buffer;
}

export class FaultyProxy {
  readonly #ready: Ready;
  readonly #server: Server;
  /** The paths of the requests that came, without the project. */
  readonly requests: string[] = [];
  /** Breaks the requests whose path ends so. */
  fault: { readonly path: string; readonly breaks: ProxyFault } | undefined;

  private constructor(ready: Ready, certificate: Certificate | undefined) {
    this.#ready = ready;
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    this.#server = certificate === undefined ? createServer(serve) : createSecureServer(certificate, serve);
  }

  /** @param options the address it listens at, 127.0.0.1 unless told; a certificate for https. */
  static async open(
    ready: Ready,
    { address, certificate }: { readonly address?: string; readonly certificate?: Certificate } = {},
  ): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(ready, certificate);
    await proxy.listen(0, address);
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(port: number, address = "127.0.0.1"): Promise<void> {
    this.#server.listen(port, address);
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const path = request.url ?? "/";
    this.requests.push(path.replace(/^\/v3\/[^/]+/, ""));
    const pass = async () => await this.#pass(request, path, Buffer.concat(chunks));
    if (this.fault !== undefined && path.endsWith(this.fault.path)) {
      await this.fault.breaks(response, pass);
      return;
    }
    const { status, body } = await pass();
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  }

  /** Sends a request on, signed again: the backend takes no other host for its own. */
  async #pass(incoming: IncomingMessage, path: string, body: Buffer): Promise<Passed> {
    const url = new URL(path, this.#ready.endpoint);
    const method = incoming.method ?? "GET";
    const signed = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
    const { access_key, secret_key } = this.#ready;
    const outgoing = httpRequest(url, {
      method,
      headers: {
        ...signed,
        "content-type": "application/json",
        authorization: authorization({ method, url, headers: signed, body }, access_key, secret_key),
      },
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) {
      chunks.push(chunk);
    }
    return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks) };
  }
}
