/** A proxy before a real PostgreSQL that tampers with what it answers to the backend, while others' sessions pass. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { mutated } from "./lies";
import type { Random } from "./random";

export class TamperingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many parts of answers were changed. */
  changed = 0;
  /** One of how many parts is changed; 0: none. */
  oneOf = 0;

  private constructor(
    private readonly port: number,
    private readonly random: Random,
  ) {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async open(serverPort: number, random: Random): Promise<TamperingProxy> {
    const proxy = new TamperingProxy(serverPort, random);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get ownPort(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: Socket): void {
    const server = connect(this.port, "127.0.0.1");
    let isBackend = false;
    client.once("data", (startup) => {
      isBackend = startup.includes("drs-local-backend");
    });
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
    client.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => {
      if (isBackend && this.oneOf > 0 && this.random.below(this.oneOf) === 0) {
        this.changed++;
        client.write(mutated(this.random, bytes));
        // Whoever waits for what was cut off would wait for long.
        const ending = this.random.below(10) > 0 ? setTimeout(() => client.destroy(), 200) : undefined;
        client.once("close", () => clearTimeout(ending));
      } else {
        client.write(bytes);
      }
    });
  }
}
