/**
 * Full copies through the local backend beside those of other programs, in turn between the same two servers. What is
 * not installed is left out: pgcopydb, and psql and pg_dump of the servers' version or a newer one (`DRS_BENCH_PG`
 * names their folder, else PATH has them).
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { type TaskPlan, TestTask } from "../support/backend-task";
import { type Figure, median } from "./measure";

const run = promisify(execFile);
const programs = process.env.DRS_BENCH_PG;
const longestMs = 300_000;

/** A set of tables at the source. */
interface Tables {
  readonly database: string;
  readonly count: number;
  readonly rows: number;
  readonly indexed: boolean;
}

const columns = "id bigint PRIMARY KEY, a int, b numeric(12,2), c text, d timestamptz";
const indexes = ["a", "b", "c", "d", "a, d"];

/** Each takes a minute or two with nothing else to do. */
export async function copies(long: boolean): Promise<readonly Figure[]> {
  const rows = long ? 1_000_000 : 20_000;
  const sets: readonly Tables[] = [
    { database: "two", count: 2, rows, indexed: true },
    { database: "eight", count: 8, rows: rows / 4, indexed: true },
    { database: "bare", count: 2, rows, indexed: false },
  ];
  const bench = await CopyBench.start();
  try {
    const figures: Figure[] = [];
    for (const tables of sets) {
      const other = tables.indexed ? bench.pgcopydb : bench.piped;
      await bench.fill(tables);
      const times: { readonly ours: number[]; readonly others: number[] } = { ours: [], others: [] };
      for (let round = 0; round < (long ? 3 : 1); round++) {
        times.ours.push(await bench.ours(tables));
        times.others.push(await other.call(bench, tables));
      }
      figures.push({
        id: `copy-${tables.database}`,
        what: titleOf(tables),
        ...{ kind: "ratio", value: median(times.ours) / median(times.others), bound: 1 },
      });
    }
    return figures;
  } catch (error) {
    // Of a program that was started: it is not there, or does not know servers of this version.
    if (error instanceof Error && "cmd" in error) {
      console.error(`full copies are left out: ${error.message}`);
      return [];
    }
    throw error;
  } finally {
    await bench.stop();
  }
}

function titleOf({ count, rows, indexed }: Tables): string {
  const size = `${count} tables of ${rows.toLocaleString("en-US")} rows`;
  return indexed
    ? `full copy of ${size} with ${indexes.length} secondary indexes, as a multiple of pgcopydb's time`
    : `full copy of ${size} without secondary indexes, as a multiple of \`COPY … TO\` piped into \`COPY … FROM\``;
}

class CopyBench {
  #count = 0;

  private constructor(
    private readonly dataDir: string,
    private readonly backend: BackendProcess,
  ) {}

  static async start(): Promise<CopyBench> {
    const dataDir = makeDataDir();
    return new CopyBench(dataDir, await BackendProcess.startServers(dataDir));
  }

  async stop(): Promise<void> {
    await this.backend.stop();
    removeDataDir(this.dataDir);
  }

  async fill({ database, count, rows, indexed }: Tables): Promise<void> {
    const sql = async (text: string) => await this.backend.sql("source", database, text);
    await this.backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
    for (let n = 1; n <= count; n++) {
      await sql(
        `CREATE TABLE t${n} (${columns});
         INSERT INTO t${n} SELECT n, n::bigint * 7919 % 1000003, n * 1.37, md5(n::text), timestamptz '2024-01-01' + n * interval '1 second'
         FROM generate_series(1, ${rows}) n`,
      );
      for (const index of indexed ? indexes : []) {
        await sql(`CREATE INDEX ON t${n} (${index})`);
      }
      await sql(`VACUUM ANALYZE t${n}`);
    }
  }

  /** From the start of a task to the moment that all is there and changes flow, in milliseconds. */
  async ours(tables: Tables): Promise<number> {
    const plan = await this.#plan(tables);
    const task = await TestTask.prepared(this.backend, plan);
    const begin = performance.now();
    await task.start();
    await until(
      "changes flow",
      longestMs,
      async () => await task.status(),
      (status) => status === "INCRE_TRANSFER_STARTED",
    );
    const took = performance.now() - begin;
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    await this.#drop(plan);
    return took;
  }

  /** With as many jobs at once as it has by default. */
  async pgcopydb(tables: Tables): Promise<number> {
    const plan = await this.#plan(tables);
    const dir = mkdtempSync(join(tmpdir(), "drs-pgcopydb-"));
    const ends = ["--source", uri(plan.source), "--target", uri(plan.target)];
    const begin = performance.now();
    await run("pgcopydb", ["clone", ...ends, "--dir", dir, "--no-owner", "--no-acl"], {
      timeout: longestMs,
      env: programs === undefined ? process.env : { ...process.env, PG_CONFIG: join(programs, "pg_config") },
    });
    const took = performance.now() - begin;
    rmSync(dir, { recursive: true, force: true });
    await this.#drop(plan);
    return took;
  }

  /** All tables at once, into tables that are there. */
  async piped(tables: Tables): Promise<number> {
    const plan = await this.#plan(tables);
    const names = Array.from({ length: tables.count }, (_, index) => `t${index + 1}`);
    for (const name of names) {
      await this.backend.sql("target", plan.target.database, `CREATE TABLE ${name} (${columns})`);
    }
    const psql = programs === undefined ? "psql" : join(programs, "psql");
    await run(psql, ["--version"]);
    const pipe = '"$0" -qX -d "$1" -c "COPY $3 TO STDOUT" | "$0" -qX -d "$2" -c "COPY $3 FROM STDIN"';
    const begin = performance.now();
    await Promise.all(
      names.map(
        async (name) =>
          await run("sh", ["-c", pipe, psql, uri(plan.source), uri(plan.target), name], {
            timeout: longestMs,
          }),
      ),
    );
    const took = performance.now() - begin;
    await this.#drop(plan);
    return took;
  }

  /** Into an empty database; what was written before is on the disk. */
  async #plan({ database }: Tables): Promise<TaskPlan> {
    const name = `${database}_${++this.#count}`;
    const { backend } = this;
    await backend.sql("target", "postgres", `CREATE DATABASE ${name}`);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", "CHECKPOINT");
    }
    const source = { ...backend.login("source"), database };
    return { name, source, target: { ...backend.login("target"), database: name } };
  }

  async #drop({ target }: TaskPlan): Promise<void> {
    await this.backend.sql("target", "postgres", `DROP DATABASE ${target.database} WITH (FORCE)`);
  }
}

function uri({ host, port, user, password, database }: TaskPlan["source"]): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}
