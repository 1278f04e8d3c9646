import * as v from "valibot";
import type { AccessKey } from "../drs/sign-in";
import { authorization, sdkDate } from "../drs/signer";
import type { Translate } from "../tasks/texts";
import type { Connection } from "./connection";

/** A database of the local backend's demo, with a login that may read and write its tables. */
export interface DemoDatabase {
  readonly server: string;
  readonly database: string;
  /** A connection URI, with the password: for the clipboard, never for a log or a message. */
  readonly uri: string;
  readonly host: string;
  readonly port: number;
  /** Whom a task logs in as. */
  readonly task: { readonly user: string; readonly password: string };
}

const timeoutMs = 10_000;

const answerSchema = v.object({
  databases: v.array(
    v.object({
      server: v.string(),
      host: v.string(),
      port: v.number(),
      databases: v.array(v.string()),
      user: v.string(),
      password: v.string(),
      task: v.object({ user: v.string(), password: v.string() }),
    }),
  ),
});

/**
 * The databases of the demo (`GET /_local/databases`, signed like every call); none when it runs without the demo.
 *
 * @throws Error when the backend does not answer as expected.
 */
export async function demoDatabases(
  connection: Connection,
  { accessKey, secretKey }: AccessKey,
  t: Translate,
): Promise<readonly DemoDatabase[]> {
  const url = new URL("/_local/databases", connection.endpoint);
  const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
  const signed = authorization({ method: "GET", url, headers, body: "" }, accessKey, secretKey);
  const response = await fetch(url, {
    headers: { ...headers, authorization: signed },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = v.safeParse(answerSchema, response.ok ? await response.json() : undefined);
  if (!answer.success) {
    throw new Error(t("The local backend did not tell its databases (HTTP {0}).", response.status));
  }
  const part = encodeURIComponent;
  return answer.output.databases.flatMap(({ server, host, port, databases, user, password, task }) =>
    databases.map((database) => ({
      server,
      database,
      ...{ host, port, task },
      uri: `postgresql://${part(user)}:${part(password)}@${host}:${port}/${part(database)}`,
    })),
  );
}
