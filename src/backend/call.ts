/** `drs-local call`: a signed call to the backend that runs on a data directory, for people and scripts. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { defaultDataDir } from "../drs/own-environment";
import { signedHeaders } from "../drs/signer";
import { textOf } from "./data-dir";
import { StartError } from "./start-error";

const callUsage = `Usage: drs-local call [--data-dir DIR] METHOD PATH [BODY]`;

const announced = v.object({
  endpoint: v.string(),
  project_id: v.string(),
  access_key: v.string(),
  secret_key: v.string(),
});

/**
 * Makes one call and prints its answer; `{project_id}` in the path is filled in.
 *
 * @returns whether the call succeeded.
 * @throws StartError for wrong arguments, and when no backend runs.
 */
export async function call(args: readonly string[]): Promise<boolean> {
  const options = { "data-dir": { type: "string" } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [method, path, body = "", ...rest] = positionals;
  if (method === undefined || !path?.startsWith("/") || rest.length > 0) {
    throw new StartError(callUsage);
  }
  const dataDir = values["data-dir"] ?? defaultDataDir();
  const ready = v.safeParse(
    v.pipe(v.string(), v.parseJson(), announced),
    await textOf(join(dataDir, "backend.json")),
  );
  if (!ready.success) {
    throw new StartError(`no backend runs on ${dataDir}`);
  }
  const { endpoint, project_id, access_key, secret_key } = ready.output;
  const url = new URL(path.replaceAll("{project_id}", project_id), endpoint);
  const key = { accessKey: access_key, secretKey: secret_key };
  const answer = await fetch(url, {
    method,
    headers: {
      ...signedHeaders({ method, url, body }, key),
      "content-type": "application/json",
    },
    ...(body === "" ? {} : { body }),
  });
  process.stdout.write(`${await answer.text()}\n`);
  return answer.ok;
}
