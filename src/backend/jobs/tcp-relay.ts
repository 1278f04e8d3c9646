import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * A task's instance: a relay on 127.0.0.1 through which the target server reads from the source. It carries bytes,
 * counts them and holds them back to a limit; the replication itself is the database's.
 */
export class TcpRelay {
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #limit: number | undefined;
  /** When the bytes let through so far have used up the limit, in milliseconds since 1970. */
  #paidUntil = 0;
  #bytes = 0;
  #made = 0;
  #isDisconnected = false;
  #upstream: { readonly host: string; readonly port: number } | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on("connection", (client) => this.#relay(client));
  }

  /** @param port the wanted port; another is taken when it is in use. */
  static async open(port: number): Promise<TcpRelay> {
    const server = createServer({ pauseOnConnect: true });
    server.listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (error) {
      if (port !== 0 && error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
        return await TcpRelay.open(0);
      }
      throw error;
    }
    const address = server.address();
    return new TcpRelay(server, typeof address === "object" && address !== null ? address.port : port);
  }

  /** Bytes carried from the source to the target since the link was opened. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Connections that were ever made to the source. */
  get made(): number {
    return this.#made;
  }

  /** Ends of connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Where connections made from now on lead. */
  setUpstream(upstream: { readonly host: string; readonly port: number }): void {
    this.#upstream = upstream;
  }

  /** Breaks all connections and refuses others, until `reconnect`. */
  disconnect(): void {
    this.#isDisconnected = true;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  reconnect(): void {
    this.#isDisconnected = false;
  }

  /** Bytes per second from the source to the target; undefined: as fast as they come. */
  get limit(): number | undefined {
    return this.#limit;
  }

  set limit(bytesPerSecond: number | undefined) {
    this.#limit = bytesPerSecond;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }

  #relay(client: Socket): void {
    if (this.#upstream === undefined || this.#isDisconnected) {
      client.destroy();
      return;
    }
    this.#made++;
    const source = connect(this.#upstream.port, this.#upstream.host);
    for (const [socket, other] of [
      [client, source],
      [source, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(source);
    source.on("data", (chunk) => this.#forward(source, client, chunk));
  }

  #forward(source: Socket, client: Socket, chunk: Buffer): void {
    this.#bytes += chunk.length;
    const drained = client.write(chunk);
    const wait = this.#charge(chunk.length);
    if (wait > 0) {
      source.pause();
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        source.resume();
      }, wait);
      this.#timers.add(timer);
    } else if (!drained) {
      source.pause();
      client.once("drain", () => source.resume());
    }
  }

  /** Milliseconds to wait after so many bytes; all connections of the link share the limit. */
  #charge(bytes: number): number {
    if (this.#limit === undefined) {
      return 0;
    }
    const now = Date.now();
    this.#paidUntil = Math.max(this.#paidUntil, now) + (bytes / this.#limit) * 1_000;
    return this.#paidUntil - now;
  }
}
