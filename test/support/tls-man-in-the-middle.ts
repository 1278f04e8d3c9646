/** Somebody between a client and a real PostgreSQL server who ends TLS with a certificate of their own. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Certificate } from "./certificates";
import { message } from "./lying-server";
import { PairingProxy } from "./pairing-proxy";

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

export class TlsManInTheMiddle {
  /** What was read of the clients' messages. */
  read = "";
  /** Whether it asks for the password's MD5 hash itself, instead of passing on what both say. */
  asksForHash = false;

  #proxy: PairingProxy | undefined;

  private constructor(private readonly certificate: Certificate) {}

  static async open(serverPort: number, certificate: Certificate): Promise<TlsManInTheMiddle> {
    const between = new TlsManInTheMiddle(certificate);
    between.#proxy = await PairingProxy.open(
      serverPort,
      (client, server) => void between.#serve(client, server).catch(() => client.destroy()),
    );
    return between;
  }

  get port(): number {
    return this.#proxy?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }

  async #serve(client: Socket, server: Socket): Promise<void> {
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
