import type { AccessKey } from "../drs/sign-in";
import { signedHeaders } from "../drs/signer";
import { type Incoming, Transport } from "../drs/transport";

export interface BackendCall {
  readonly path: `/_local/${string}`;
  /** Signs the call; absent where the route asks for no signature. */
  readonly key?: AccessKey | undefined;
  /** Sent by `POST`; absent: `GET`. */
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls a route of the local backend's own, over a connection that ends with the answer. @throws as `Transport.exchange`. */
export async function callBackend(
  endpoint: string,
  { path, key, body = "", headers, timeoutMs, signal }: BackendCall,
): Promise<Incoming> {
  const url = new URL(path, endpoint);
  const method = body === "" ? "GET" : "POST";
  const proof = key === undefined ? {} : signedHeaders({ method, url, body }, key);
  const transport = new Transport(url);
  try {
    return await transport.exchange(
      { method, url, headers: { ...headers, ...proof }, body },
      { operation: path, reads: method === "GET", signal, timeoutMs },
    );
  } finally {
    transport.dispose();
  }
}

/** The JSON of a body; undefined for anything else. */
export function jsonOf({ bytes }: Incoming): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
