/** A proxy before a real PostgreSQL that tampers with what it answers to the backend, while others' sessions pass. */
import type { Socket } from "node:net";
import { mutated } from "./lies";
import { PairingProxy } from "./pairing-proxy";
import type { Random } from "./random";

export class TamperingProxy {
  /** How many parts of answers were changed. */
  changed = 0;
  /** One of how many parts is changed; 0: none. */
  oneOf = 0;

  #proxy: PairingProxy | undefined;

  private constructor(private readonly random: Random) {}

  static async open(serverPort: number, random: Random): Promise<TamperingProxy> {
    const tampering = new TamperingProxy(random);
    tampering.#proxy = await PairingProxy.open(serverPort, (client, server) =>
      tampering.#serve(client, server),
    );
    return tampering;
  }

  get ownPort(): number {
    return this.#proxy?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }

  #serve(client: Socket, server: Socket): void {
    let isBackend = false;
    client.once("data", (startup) => {
      isBackend = startup.includes("drs-local-backend");
    });
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
