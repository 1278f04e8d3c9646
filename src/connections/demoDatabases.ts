import { authorization, sdkDate } from "../drs/signer";
import type { Connection, Credentials } from "./connection";

/** A database of the local backend's demo, with a login that may read and write its tables. */
export interface DemoDatabase {
  readonly server: string;
  readonly database: string;
  /** A connection URI, with the password: for the clipboard, never for a log or a message. */
  readonly uri: string;
}

const timeoutMs = 10_000;

/**
 * The databases of the demo (`GET /_local/databases`, signed like every call); none when it runs without the demo.
 *
 * @throws Error when the backend does not answer as expected.
 */
export async function demoDatabases(
  connection: Connection,
  { accessKey, secretKey }: Credentials,
): Promise<readonly DemoDatabase[]> {
  const url = new URL("/_local/databases", connection.endpoint);
  const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
  const signed = authorization({ method: "GET", url, headers, body: "" }, accessKey, secretKey);
  const answer = await fetch(url, {
    headers: { ...headers, authorization: signed },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok) {
    throw new Error(`the local backend answered HTTP ${answer.status}`);
  }
  const body: unknown = await answer.json();
  const logins =
    typeof body === "object" && body !== null && "databases" in body ? body.databases : undefined;
  if (!Array.isArray(logins) || !logins.every(isLogin)) {
    throw new Error("the local backend did not tell its databases");
  }
  return logins.flatMap(({ server, host, port, databases: names, user, password }) =>
    names.map((database) => ({
      server,
      database,
      uri: `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
    })),
  );
}

function isLogin(value: unknown): value is Login {
  return (
    typeof value === "object" && value !== null && "databases" in value && Array.isArray(value.databases)
  );
}

interface Login {
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly databases: readonly string[];
  readonly user: string;
  readonly password: string;
}
