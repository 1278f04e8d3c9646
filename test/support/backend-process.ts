/** A local backend as its own process, as a user would run it, in a data directory of the test's own. */
import assert from "node:assert/strict";
import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import * as v from "valibot";
import { copyDemo } from "../../scripts/demo-copy.mjs";
import { limits } from "../../scripts/limits.mjs";
import { makeDemo, makeServers } from "../../scripts/test-data.mjs";
import type { FaultRequest } from "../../src/backend/faults/request";
import { type Answer, type CallOptions, DrsClient, type Identified } from "../../src/drs/client";
import type { OperationTable, RequestIn, ResponseIn } from "../../src/drs/operation";
import { type OperationName, operations, type RequestOf } from "../../src/drs/operations";
import { authorization, sdkDate } from "../../src/drs/signer";
import { misfits, serviceOperation } from "./service-models";

const readySchema = v.object({
  endpoint: v.string(),
  project_id: v.string(),
  access_key: v.string(),
  secret_key: v.string(),
  pid: v.number(),
});
export type Ready = v.InferOutput<typeof readySchema>;

/** The bundle under test. */
export const bundle = resolve(process.env.DRS_LOCAL_BUNDLE ?? "dist/local-backend.js");

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A fresh data directory, removed by `removeDataDir`. */
export function makeDataDir(): string {
  return mkdtempSync(join(tmpdir(), "drs-backend-"));
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Runs the bundle to its end. */
export async function runToEnd(args: readonly string[]): Promise<Exit> {
  return await ended(launch(args));
}

/** Runs another script of Node's to its end; its stdin ends at once. */
export async function runNode(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Exit> {
  return await ended(
    spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    }),
  );
}

/** How many of several backends that start at once on one data directory become ready; all are ended then. */
export async function readyOf(count: number, dataDir: string): Promise<number> {
  const children = Array.from({ length: count }, () => launch(["--data-dir", dataDir]));
  const exits = children.map(ended);
  const ready = await Promise.all(
    children.map(async (child) => {
      const line = once(child.stdout, "data").then(() => true);
      return await Promise.race([line, once(child, "close").then(() => false)]);
    }),
  );
  for (const child of children) {
    child.kill("SIGTERM");
  }
  await Promise.all(exits);
  return ready.filter(Boolean).length;
}

/** Starts a backend with the demo and ends it with SIGTERM as soon as the file appears in its data directory. */
export async function interruptedStart(dataDir: string, file: string): Promise<Exit> {
  return await cutStart(dataDir, file, "SIGTERM");
}

/** Starts a backend with the demo and kills it as soon as the file appears in its data directory. */
export async function killedStart(dataDir: string, file: string): Promise<Exit> {
  return await cutStart(dataDir, file, "SIGKILL");
}

async function cutStart(dataDir: string, file: string, signal: "SIGTERM" | "SIGKILL"): Promise<Exit> {
  const child = launch(["--data-dir", dataDir, "--demo"]);
  const exit = ended(child);
  await until(`${file} appears`, () => existsSync(join(dataDir, file)));
  child.kill(signal);
  return await exit;
}

function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = bundle,
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

async function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Exit> {
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  return { code: child.exitCode, stdout, stderr };
}

/** What a new data directory begins as a copy of: the demo, or its servers without databases and tasks. */
const templates = {
  demo: { variable: "DRS_TEST_DEMO", make: makeDemo },
  servers: { variable: "DRS_TEST_SERVERS", make: makeServers },
} as const;
type Template = keyof typeof templates;

/** Every test file has this module in its own bundle, so what they share is not in the module. */
const shared: typeof globalThis & { drsTemplates?: Partial<Record<Template, Promise<string>>> } = globalThis;

/**
 * A data directory that no backend uses: the one that `npm test` made for all suites, or one that is made when it is
 * first asked for.
 */
function templateDir(name: Template): Promise<string> {
  const { variable, make } = templates[name];
  shared.drsTemplates ??= {};
  shared.drsTemplates[name] ??= (async () => {
    const known = process.env[variable];
    if (known !== undefined) {
      return known;
    }
    const dataDirectory = makeDataDir();
    process.once("exit", () => removeDataDir(dataDirectory));
    await make({ root: process.cwd(), dataDirectory, signal: AbortSignal.timeout(limits.test) });
    return dataDirectory;
  })();
  return shared.drsTemplates[name];
}

/** Makes the demo in a new data directory, as a copy of one that was made before. */
export async function copyDemoInto(dataDir: string): Promise<void> {
  await copyDemo(await templateDir("demo"), dataDir);
}

/** A client that can hold what the backend answers against the service's own models. */
class CheckedClient extends DrsClient {
  checks = false;

  override async callIn<T extends OperationTable, N extends keyof T & string>(
    table: T,
    name: N,
    input: RequestIn<T, N>,
    options: CallOptions = {},
  ): Promise<Identified<ResponseIn<T, N>>> {
    const answer = await super.callIn(table, name, input, options);
    if (!this.checks) {
      return answer;
    }
    const operation = table[name] === undefined ? undefined : serviceOperation(table[name]);
    assert.ok(operation !== undefined, `${name} is no operation of the service`);
    // The client's own.
    const { request_id: _, ...sent } = answer;
    assert.deepEqual(misfits(operation.version, operation.response, sent, "answer"), [], name);
    return answer;
  }

  override async call<N extends OperationName>(
    name: N,
    input: RequestOf<N>,
    options: CallOptions = {},
  ): Promise<Answer<N>> {
    return await this.callIn(operations, name, input, options);
  }
}

/** A running backend. */
export class BackendProcess {
  readonly client: CheckedClient;
  /** Everything written to stdout. */
  readonly stdout: string[];

  private constructor(
    private readonly child: ChildProcess,
    readonly ready: Ready,
    readonly dataDir: string,
    stdout: string[],
    private readonly stderr: string[],
  ) {
    this.stdout = stdout;
    this.client = new CheckedClient({
      endpoint: ready.endpoint,
      projectId: ready.project_id,
      accessKey: ready.access_key,
      secretKey: ready.secret_key,
    });
  }

  /**
   * Starts a backend and waits for its ready line. A new data directory with the demo begins as a copy of one that was
   * made once: making it takes the most of a start.
   */
  static async start(
    dataDir: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<BackendProcess> {
    if (args.includes("--demo") && readdirSync(dataDir).length === 0) {
      await copyDemoInto(dataDir);
    }
    return await BackendProcess.startOn(dataDir, args, env);
  }

  /**
   * Starts a backend on a new data directory whose two servers, those of the demo, are empty: for tests that have
   * databases and tasks of their own. Once it was started so, it is started again with the flag `--demo`.
   */
  static async startServers(
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<BackendProcess> {
    await copyDemo(await templateDir("servers"), dataDir);
    return await BackendProcess.startOn(dataDir, ["--demo"], env);
  }

  /** Holds every answer from now on against the service's own models. */
  checkAnswers(): void {
    this.client.checks = true;
  }

  /** Starts a backend on a data directory as it is. @param program the bundle of another release. */
  static async startOn(
    dataDir: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    program?: string,
  ): Promise<BackendProcess> {
    const child = launch(["--data-dir", dataDir, ...args], env, program);
    const [stdout, stderr]: [string[], string[]] = [[], []];
    createInterface({ input: child.stderr }).on("line", (line) => stderr.push(line));
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => stdout.push(line));
    const ended = once(child, "exit").then(() => undefined);
    await Promise.race([once(lines, "line"), ended]);
    const line = stdout[0];
    if (line === undefined) {
      throw new Error(`the backend ended before it was ready: ${stderr.join("\n")}`);
    }
    const ready = v.parse(v.pipe(v.string(), v.parseJson(), readySchema), line);
    return new BackendProcess(child, ready, dataDir, stdout, stderr);
  }

  get log(): string {
    return this.stderr.join("\n");
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until the backend ends by itself; its exit code. */
  async ended(): Promise<number | null> {
    if (this.isRunning) {
      await once(this.child, "exit");
    }
    return this.child.exitCode;
  }

  /** Stops reading what the backend writes, as a shell's pipe that has ended. */
  closeOutput(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  /** Ends the backend with SIGTERM; answers how long it took, in milliseconds, and its exit code. */
  async stop(): Promise<{ readonly ms: number; readonly code: number | null }> {
    this.client.dispose();
    if (!this.isRunning) {
      return { ms: 0, code: this.child.exitCode };
    }
    const started = Date.now();
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
    return { ms: Date.now() - started, code: this.child.exitCode };
  }

  /** Ends the backend at once, as a crash would. */
  async kill(): Promise<void> {
    this.client.dispose();
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }

  /** A login of the superuser of one of the demo's servers. */
  login(server: "source" | "target"): { host: string; port: number; user: string; password: string } {
    const identity = v.parse(
      v.pipe(v.string(), v.parseJson(), v.object({ databasePassword: v.string() })),
      readFileSync(join(this.dataDir, "identity.json"), "utf8"),
    );
    const port = Number(readFileSync(join(this.dataDir, `${server}.port`), "utf8"));
    return { host: "127.0.0.1", port, user: "postgres", password: identity.databasePassword };
  }

  /** The process of a database server; 0 while it is not ready for connections. */
  serverPid(server: "control" | "source" | "target"): number {
    const file = join(this.dataDir, "clusters", server, "postmaster.pid");
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    return lines[7]?.trim() === "ready" ? Number(lines[0]) : 0;
  }

  /** The process that runs the backend's database servers. */
  supervisor(): number {
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(this.child.pid)], {
      encoding: "utf8",
    });
    return Number(children);
  }

  /** Sets the balance of an account; at 0 or below its tasks are frozen. */
  async setBalance(account: string, balance: number): Promise<void> {
    await this.local("POST", "/_local/account", { account, balance });
  }

  /** Asks for a fault; answers its id, or with `how` it was made. */
  async fault(request: FaultRequest): Promise<{ readonly id: string; readonly how?: string | undefined }> {
    const answer = await this.local("POST", "/_local/faults", request);
    return v.parse(v.object({ id: v.string(), how: v.optional(v.string()) }), answer);
  }

  /** Ends all faults. */
  async clearFaults(): Promise<void> {
    await this.local("DELETE", "/_local/faults");
  }

  /** A signed `/_local` call; anything but success is an error. */
  async local(method: "GET" | "POST" | "DELETE", path: string, input?: unknown): Promise<unknown> {
    const response = await this.send(method, path, input);
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return await response.json();
  }

  /** A signed call, whatever it answers. */
  async send(method: string, path: string, input?: unknown): Promise<Response> {
    const url = new URL(path, this.ready.endpoint);
    const body = input === undefined ? "" : JSON.stringify(input);
    const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
    const { access_key, secret_key } = this.ready;
    return await fetch(url, {
      method,
      headers: {
        ...headers,
        authorization: authorization({ method, url, headers, body }, access_key, secret_key),
      },
      ...(body === "" ? {} : { body }),
    });
  }

  /** Runs a statement on one of the demo's servers in a transaction that stays open until it is released. */
  async held(server: "source" | "target", database: string, text: string): Promise<() => Promise<void>> {
    const client = new pg.Client({ ...this.login(server), database });
    // A test that fails before the release leaves it to the end of the server.
    client.on("error", () => undefined);
    await client.connect();
    await client.query("BEGIN");
    await client.query(text);
    return async () => await client.end();
  }

  /** Runs a statement on one of the demo's servers. */
  async sql<R extends pg.QueryResultRow>(
    server: "source" | "target",
    database: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    const client = new pg.Client({ ...this.login(server), database });
    await client.connect();
    try {
      return (await client.query<R>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}

/** Processes whose command line names the data directory. */
export function processesOf(dataDir: string): readonly string[] {
  const list = execFileSync("ps", ["-ww", "-eo", "pid=,stat=,args="], { encoding: "utf8" });
  return list.split("\n").filter((line) => line.includes(dataDir) && !/^\s*\d+\s+Z/.test(line));
}

/**
 * Waits until the condition holds; the last value is part of the error when it does not in time.
 *
 * @param limit in milliseconds
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: T) => boolean = (value) => Boolean(value),
  limit = limits.wait,
): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const begin = Date.now();
    const value = await read();
    if (holds(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${limit} ms; last seen ${JSON.stringify(value)}`);
    }
    // What is waited for needs the processor, too.
    await delay(Math.max(50, 4 * (Date.now() - begin)));
  }
}
