import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * The range of the servers' ports. Systems assign ports above it to outgoing connections and to programs that ask for any
 * free port (Linux from 32768, others from 49152), so that a server that restarts finds its port free again.
 */
const range = { first: 20_000, end: 32_000 };
const mostTries = 100;

/**
 * The wanted port of 127.0.0.1 when it is free, else another one that is.
 *
 * @param wanted absent: any port of the range
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
