import type { PollIntervals } from "../tasks/store";
import { type Connection, localId } from "./connection";

/** Milliseconds between readings of data that lists lack: often from the local backend, within the request budget from a cloud. */
export function readingPaceOf(connection: string): number {
  return connection === localId ? 5_000 : 60_000;
}

const second = 1000;

/** How often tasks are polled: fast at the local backend, sparingly in a cloud (429 at 200 requests in 5 minutes). */
export const pollIntervalsOf: Readonly<Record<Connection["kind"], PollIntervals>> = {
  local: {
    soon: 0.5 * second,
    fast: 0.8 * second,
    steady: 0.8 * second,
    background: 5 * second,
    longest: 5 * second,
    detailMaxAge: 0,
    perRequest: 0.04 * second,
  },
  cloud: {
    soon: 2 * second,
    fast: 6 * second,
    steady: 20 * second,
    background: 60 * second,
    longest: 300 * second,
    detailMaxAge: 60 * second,
    perRequest: 3.75 * second,
  },
};
