/** A server that says it is PostgreSQL and is not: it answers with whatever bytes it is given. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/**
 * What it sends: at the start of a session (`turn` 0), and then whenever something arrives; `ends`: it closes the
 * connection then.
 */
export type Lie = (
  turn: number,
  received: Buffer,
) => Buffer | { readonly bytes: Buffer; readonly ends: boolean } | undefined;

export class LyingServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What clients have sent after their startup packets. */
  readonly received: Buffer[] = [];
  lie: Lie;

  private constructor(lie: Lie) {
    this.lie = lie;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param port where another server was before; 0: any. */
  static async open(lie: Lie = () => undefined, port = 0): Promise<LyingServer> {
    const lying = new LyingServer(lie);
    lying.#server.listen(port, "127.0.0.1");
    await once(lying.#server, "listening");
    return lying;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that clients have not closed. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
    let turn = 0;
    socket.on("data", (bytes) => {
      if (turn > 0) {
        this.received.push(bytes);
      }
      const answer = this.lie(turn++, bytes);
      if (Buffer.isBuffer(answer)) {
        socket.write(answer);
      } else if (answer !== undefined) {
        socket[answer.ends ? "end" : "write"](answer.bytes);
      }
    });
  }
}

/** A message of the protocol: its type, its length and its fields; texts end with a zero byte. */
export function message(type: string, ...fields: readonly (string | number | Buffer)[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => {
      if (typeof field === "string") {
        return Buffer.from(`${field}\0`);
      }
      return typeof field === "number" ? int32(field) : field;
    }),
  );
  return Buffer.concat([Buffer.from(type, "latin1"), int32(body.length + 4), body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

export function int16(value: number): Buffer {
  return int32(value).subarray(2);
}

/** How a server begins that asks for no password. */
export const welcome = Buffer.concat([message("R", 0), message("K", 1, 2), message("Z", Buffer.from("I"))]);

/** The answer to a statement: a row of texts. */
export function row(...values: readonly string[]): Buffer {
  return Buffer.concat([
    message("1"),
    message("2"),
    message(
      "T",
      int16(values.length),
      ...values.flatMap((_, index) => [
        `c${index}`,
        int32(0),
        int16(0),
        int32(25),
        int16(-1),
        int32(-1),
        int16(0),
      ]),
    ),
    message("D", int16(values.length), ...values.flatMap((value) => [value.length, Buffer.from(value)])),
    message("C", "SELECT 1"),
    message("Z", Buffer.from("I")),
  ]);
}
