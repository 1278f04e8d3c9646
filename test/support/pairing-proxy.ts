/** A proxy on 127.0.0.1 before another port of this machine: its connections come in pairs that end together. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class PairingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(serverPort: number, serve: (client: Socket, server: Socket) => void) {
    this.#server = createServer((client) => serve(client, this.#joined(client, serverPort)));
  }

  /** @param serve passes on what both ends say, for each connection. */
  static async open(
    serverPort: number,
    serve: (client: Socket, server: Socket) => void,
  ): Promise<PairingProxy> {
    const proxy = new PairingProxy(serverPort, serve);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
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

  /** A connection to the server, which ends with the client's. */
  #joined(client: Socket, serverPort: number): Socket {
    const server = connect(serverPort, "127.0.0.1");
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
    return server;
  }
}
