import { availableParallelism, loadavg } from "node:os";

/**
 * A bound of speed for an idle machine, in milliseconds, extended by how busy this one is: by the processes that want
 * a processor (over the last minute, as the system counts them), for each processor.
 */
export function bound(ms: number): number {
  return ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}
