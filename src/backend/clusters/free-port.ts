import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * From where ports are taken: below those that systems give to outgoing connections and to whoever asks for any
 * (Linux from 32768, others from 49152). A server that is away for a moment finds its port free again.
 */
const range = { first: 20_000, end: 32_000 };
const mostTries = 100;

/**
 * The wanted port of 127.0.0.1 when it is free, else another one that is.
 *
 * @param wanted none: any
 * @throws the system's error when none can be listened on
 */
export async function freePort(wanted?: number): Promise<number> {
  let port = wanted ?? randomInt(range.first, range.end);
  for (let tries = 1; ; tries++) {
    try {
      await tryPort(port);
      return port;
    } catch (error) {
      if (tries === mostTries) {
        throw error;
      }
      port = randomInt(range.first, range.end);
    }
  }
}

async function tryPort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
