/** A connection pooler that refuses what PgBouncer refuses, in its words; all else passes to the server. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const sslRequest = 80_877_103;

export class FakePooler {
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param refused the parameter of the start that is refused, such as `replication` or `options`. */
  static async open(
    upstream: { readonly host: string; readonly port: number },
    refused: string,
  ): Promise<FakePooler> {
    const server = createServer((client) => pooler.#serve(client, upstream, refused));
    const pooler = new FakePooler(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return pooler;
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address: host, port } = this.server.address() as AddressInfo;
    return { host, port };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.server.close();
    await once(this.server, "close");
  }

  #serve(client: Socket, upstream: { readonly host: string; readonly port: number }, refused: string): void {
    this.#keep(client);
    client.on("data", (first: Buffer) => {
      if (first.length === 8 && first.readInt32BE(4) === sslRequest) {
        client.write("N");
        return;
      }
      client.removeAllListeners("data");
      if (parametersOf(first).includes(refused)) {
        client.end(fatal("08P01", `unsupported startup parameter: ${refused}`));
        return;
      }
      const server = connect(upstream.port, upstream.host);
      this.#keep(server);
      server.write(first);
      client.pipe(server).pipe(client);
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
  }
}

/** The names of the parameters of a start-up message. */
function parametersOf(message: Buffer): readonly string[] {
  return message
    .subarray(8)
    .toString()
    .split("\0")
    .filter((_, place) => place % 2 === 0);
}

function fatal(code: string, text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
