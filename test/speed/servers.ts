/** The local backend with two empty servers, and what is measured beside it between them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import type { TaskPlan, TestTask } from "../support/backend-task";

const execute = promisify(execFile);
/** Where psql, pg_dump and pg_config of the servers' version or a newer one are; undefined: on PATH. */
const programs = process.env.DRS_BENCH_PG;
const longestMs = 300_000;

export class Servers {
  #count = 0;

  private constructor(
    private readonly dataDir: string,
    readonly backend: BackendProcess,
  ) {}

  static async start(): Promise<Servers> {
    const dataDir = makeDataDir();
    return new Servers(dataDir, await BackendProcess.startServers(dataDir));
  }

  async stop(): Promise<void> {
    await this.backend.stop();
    removeDataDir(this.dataDir);
  }

  /** Makes a database at the source and runs statements in it, each in a transaction of its own. */
  async fill(database: string, statements: readonly string[]): Promise<void> {
    await this.backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
    for (const statement of statements) {
      await this.backend.sql("source", database, statement);
    }
  }

  /** Into an empty database; what was written before is on the disk. */
  async plan(database: string): Promise<TaskPlan> {
    const name = `${database}_${++this.#count}`;
    const { backend } = this;
    await backend.sql("target", "postgres", `CREATE DATABASE ${name}`);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", "CHECKPOINT");
    }
    const source = { ...backend.login("source"), database };
    return { name, source, target: { ...backend.login("target"), database: name } };
  }

  /** From the start of a prepared task to the moment that all is there and changes flow, in milliseconds. */
  async untilFlowing(task: TestTask): Promise<number> {
    return await timed(async () => {
      await task.start();
      await until(
        "changes flow",
        async () => await task.status(),
        (status) => status === "INCRE_TRANSFER_STARTED",
      );
    });
  }

  async end(task: TestTask): Promise<void> {
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    await this.drop(task.plan);
  }

  async drop({ target }: TaskPlan): Promise<void> {
    await this.backend.sql("target", "postgres", `DROP DATABASE ${target.database} WITH (FORCE)`);
  }
}

/** How long some work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Runs another program of PostgreSQL's environment; its errors are `isMissing` where it is not there. */
export async function run(program: string, args: readonly string[]): Promise<void> {
  const env =
    programs === undefined ? process.env : { ...process.env, PG_CONFIG: join(programs, "pg_config") };
  await execute(program, args, { timeout: longestMs, env });
}

/** The path of psql or pg_dump. */
export function programOf(name: "psql" | "pg_dump"): string {
  return programs === undefined ? name : join(programs, name);
}

/** Whether an error is that of a program which is not there, or does not know servers of this version. */
export function isMissing(error: unknown): error is Error {
  return error instanceof Error && "cmd" in error;
}

export function uri({ host, port, user, password, database }: TaskPlan["source"]): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}
