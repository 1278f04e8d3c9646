/** Somebody between a client and a real PostgreSQL server who ends TLS with a certificate of their own. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Certificate } from "./certificates";
import { message } from "./lying-server";

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

export class TlsManInTheMiddle {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What was read of the clients' messages. */
  read = "";
  /** Whether it asks for the password's MD5 hash itself, instead of passing on what both say. */
  asksForHash = false;

  private constructor(
    private readonly serverPort: number,
    private readonly certificate: Certificate,
  ) {
    this.#server = createServer((client) => void this.#serve(client).catch(() => client.destroy()));
  }

  static async open(serverPort: number, certificate: Certificate): Promise<TlsManInTheMiddle> {
    const one = new TlsManInTheMiddle(serverPort, certificate);
    one.#server.listen(0, "127.0.0.1");
    await once(one.#server, "listening");
    return one;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(client: Socket): Promise<void> {
    const server = connect(this.serverPort, "127.0.0.1");
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    await once(client, "data");
    server.write(sslRequest);
    await once(server, "data");
    client.write("S");
    const inner = new TLSSocket(client, { isServer: true, ...this.certificate });
    const outer = connectTls({ socket: server, rejectUnauthorized: false });
    for (const socket of [inner, outer]) {
      socket.on("error", () => undefined);
    }
    inner.on("data", (bytes) => {
      this.read += bytes.toString("latin1");
    });
    if (this.asksForHash) {
      inner.once("data", () => {
        inner.write(message("R", 5, 0));
        inner.once("data", () => inner.end());
      });
      return;
    }
    inner.pipe(outer);
    outer.pipe(inner);
  }
}
