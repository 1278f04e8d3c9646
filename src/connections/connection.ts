import type { PollPace } from "../tasks/store";

/** Whose tasks are shown. Holds no secret. */
export interface Connection {
  readonly kind: "local" | "cloud";
  /** What the user reads: the region, or that it is the local backend. */
  readonly name: string;
  readonly endpoint: string;
  readonly projectId: string;
}

/** A permanent access key. Lives in SecretStorage, or in the local backend's own file. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

const second = 1000;

/** How often tasks are read: as fast as one likes from one's own machine, sparingly from the cloud (429 at 200 requests in 5 minutes). */
export const paceOf: Readonly<Record<Connection["kind"], PollPace>> = {
  local: {
    soon: 0.5 * second,
    fast: 1 * second,
    steady: 2 * second,
    background: 5 * second,
    longest: 5 * second,
    detailMaxAge: 0,
    perRequest: 0,
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
