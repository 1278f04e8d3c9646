/** An extension of its own in the host of the one that is measured: tells for how long the host's loop stood still. */
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Answers every request with the longest delay since the last one, in milliseconds; `DRS_PROBE` names the file that gets the port. */
export function activate(): void {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const server = createServer((_request, response) => {
    response.end(String(delays.max / 1e6));
    delays.reset();
  });
  server.listen(0, "127.0.0.1", () => {
    writeFileSync(process.env.DRS_PROBE ?? "", String((server.address() as AddressInfo).port));
  });
}
