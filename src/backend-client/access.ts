import type { AccessKey } from "../drs/sign-in";

/** Where the local backend answers, with the key to call it. */
export interface LocalAccess {
  readonly endpoint: string;
  readonly key: AccessKey;
}
