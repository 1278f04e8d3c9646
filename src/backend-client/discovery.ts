import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a running local backend says of itself: its ready line, also kept in `<data-dir>/backend.json`. */
export interface BackendAddress {
  readonly endpoint: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly pid: number;
}

const healthTimeoutMs = 10_000;

/** Name of the error of a start that finds the data directory taken. */
export const directoryInUse = "DirectoryInUse";

/** The backend that runs on the data directory, by whomever it was started; undefined when none answers. */
export async function runningBackend(dataDirectory: string): Promise<BackendAddress | undefined> {
  let line: string;
  try {
    line = await readFile(join(dataDirectory, "backend.json"), "utf8");
  } catch {
    return undefined;
  }
  const address = addressOf(line);
  return address !== undefined && (await isHealthy(address)) ? address : undefined;
}

/** Whether the data directory says that no backend is there: the last thing that one does which ends. */
export async function isReleased(dataDirectory: string): Promise<boolean> {
  return await access(join(dataDirectory, "backend.json")).then(
    () => false,
    () => true,
  );
}

/** The address in a ready line; undefined for any other line. */
export function addressOf(line: string): BackendAddress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const [endpoint, projectId, accessKey, secretKey] = [
    "endpoint",
    "project_id",
    "access_key",
    "secret_key",
  ].map((name) => String(fields.get(name) ?? ""));
  const pid = Number(fields.get("pid"));
  const local = endpoint && URL.canParse(endpoint) && new URL(endpoint).hostname === "127.0.0.1";
  return local && projectId && accessKey && secretKey && pid > 0
    ? { endpoint, projectId, accessKey, secretKey, pid }
    : undefined;
}

/** Whether the backend with this pid answers that it is well; one that is stopping does not. */
export async function isHealthy({ endpoint, pid }: BackendAddress): Promise<boolean> {
  try {
    const { callBackend, jsonOf } = await import("./call");
    const answer = await callBackend(endpoint, { path: "/_local/health", timeoutMs: healthTimeoutMs });
    const value = jsonOf(answer);
    const facts = new Map<string, unknown>(typeof value === "object" && value ? Object.entries(value) : []);
    return answer.status === 200 && facts.get("pid") === pid && facts.get("status") === "ok";
  } catch {
    return false;
  }
}
