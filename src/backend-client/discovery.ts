import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, open } from "node:fs/promises";
import { join } from "node:path";
import { challengeAnswer, isSameText } from "../drs/challenge";
import { DrsError, faultOf } from "../drs/errors";

/** The ready line of a running local backend, also kept in `<data-dir>/backend.json`. */
export interface BackendAddress {
  readonly endpoint: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly pid: number;
  /** Of the program; empty before 0.2. */
  readonly version: string;
  /** Whether it was started for windows and ends when none uses it. */
  readonly exitsWhenUnused: boolean;
}

const healthTimeoutMs = 10_000;

/** Name of the error of a start that finds the data directory taken. */
export const directoryInUse = "DirectoryInUse";

/** Name of the error of a start that finds no PostgreSQL to run. */
export const noPostgres = "NoPostgres";

/** The backend that runs on the data directory, whatever started it; undefined when none answers. */
export async function runningBackend(dataDirectory: string): Promise<BackendAddress | undefined> {
  const line = await ownText(join(dataDirectory, "backend.json")).catch(() => undefined);
  const address = line === undefined ? undefined : addressOf(line);
  return address !== undefined && (await isHealthy(address)) ? address : undefined;
}

/**
 * The text of a file that belongs to this user alone; undefined for any other. Another user who could put a file there
 * would name a backend of their own, with keys that they know.
 *
 * @throws the system's error where there is no such file.
 */
async function ownText(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { uid, mode } = await file.stat();
    const isOwn = process.platform === "win32" || (uid === process.getuid?.() && (mode & 0o077) === 0);
    return isOwn ? await file.readFile("utf8") : undefined;
  } finally {
    await file.close();
  }
}

/** Whether the data directory says that no backend is there: the last thing that one does which ends. */
export async function isReleased(dataDirectory: string): Promise<boolean> {
  return !(await exists(join(dataDirectory, "backend.json")));
}

export async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
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
  const version = String(fields.get("version") ?? "");
  const exitsWhenUnused = fields.get("exits_when_unused") === true;
  const local = endpoint && URL.canParse(endpoint) && new URL(endpoint).hostname === "127.0.0.1";
  return local && projectId && accessKey && secretKey && pid > 0
    ? { endpoint, projectId, accessKey, secretKey, pid, version, exitsWhenUnused }
    : undefined;
}

/** Whether the backend with this pid answers that it is well; one that is stopping does not. */
export async function isHealthy({ endpoint, secretKey, pid }: BackendAddress): Promise<boolean> {
  const health = await healthOf(endpoint, secretKey).catch(() => undefined);
  return health?.pid === pid && health.status === "ok";
}

/**
 * What the backend at an address says of itself; undefined for a program that does not have its key. After a crash
 * anybody on this machine may listen at its port.
 *
 * @throws as `callBackend`, where nothing answers.
 */
async function healthOf(
  endpoint: string,
  secretKey: string,
): Promise<{ readonly status: string; readonly pid: number } | undefined> {
  const { callBackend, jsonOf } = await import("./call");
  const challenge = randomBytes(16).toString("hex");
  const path = `/_local/health?challenge=${challenge}` as const;
  const response = await callBackend(endpoint, { path, timeoutMs: healthTimeoutMs });
  const value = jsonOf(response);
  const facts = new Map<string, unknown>(typeof value === "object" && value ? Object.entries(value) : []);
  const [pid, status, answer] = [Number(facts.get("pid")), facts.get("status"), facts.get("answer")];
  const expected = challengeAnswer(secretKey, challenge, Number(new URL(endpoint).port), pid);
  return response.status === 200 && typeof answer === "string" && isSameText(answer, expected)
    ? { status: String(status), pid }
    : undefined;
}

/** Makes sure that it is the backend with this key that a call would reach. @throws DrsError when it is not. */
export async function verifyBackend(endpoint: string, secretKey: string, operation: string): Promise<void> {
  if ((await healthOf(endpoint, secretKey)) === undefined) {
    throw new DrsError({ kind: "network", operation, ...faultOf("foreignProgram", new URL(endpoint).host) });
  }
}
