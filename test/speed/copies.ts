/**
 * Full copies through the local backend beside those of other programs, in turn between the same two servers. What is
 * not installed is left out: pgcopydb, and psql and pg_dump of the servers' version or a newer one (`DRS_BENCH_PG`
 * names their folder, else PATH has them).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestTask } from "../support/backend-task";
import { type Figure, median } from "./measure";
import { isMissing, programOf, run, Servers, timed, uri } from "./servers";

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
  const servers = await Servers.start();
  const bench = new CopyBench(servers);
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
    if (isMissing(error)) {
      console.error(`full copies are left out: ${error.message}`);
      return [];
    }
    throw error;
  } finally {
    await servers.stop();
  }
}

function titleOf({ count, rows, indexed }: Tables): string {
  const size = `${count} tables of ${rows.toLocaleString("en-US")} rows`;
  return indexed
    ? `full copy of ${size} with ${indexes.length} secondary indexes, as a multiple of pgcopydb's time`
    : `full copy of ${size} without secondary indexes, as a multiple of \`COPY … TO\` piped into \`COPY … FROM\``;
}

class CopyBench {
  constructor(private readonly servers: Servers) {}

  async fill({ database, count, rows, indexed }: Tables): Promise<void> {
    const names = Array.from({ length: count }, (_, index) => `t${index + 1}`);
    await this.servers.fill(
      database,
      names.flatMap((name) => [
        `CREATE TABLE ${name} (${columns});
         INSERT INTO ${name} SELECT n, n::bigint * 7919 % 1000003, n * 1.37, md5(n::text), timestamptz '2024-01-01' + n * interval '1 second'
         FROM generate_series(1, ${rows}) n`,
        ...(indexed ? indexes : []).map((index) => `CREATE INDEX ON ${name} (${index})`),
        `VACUUM ANALYZE ${name}`,
      ]),
    );
  }

  async ours({ database }: Tables): Promise<number> {
    const task = await TestTask.prepared(this.servers.backend, await this.servers.plan(database));
    const took = await this.servers.untilFlowing(task);
    await this.servers.end(task);
    return took;
  }

  /** With as many jobs at once as it has by default. */
  async pgcopydb({ database }: Tables): Promise<number> {
    const plan = await this.servers.plan(database);
    const dir = mkdtempSync(join(tmpdir(), "drs-pgcopydb-"));
    const ends = ["--source", uri(plan.source), "--target", uri(plan.target)];
    const took = await timed(
      async () => await run("pgcopydb", ["clone", ...ends, "--dir", dir, "--no-owner", "--no-acl"]),
    );
    rmSync(dir, { recursive: true, force: true });
    await this.servers.drop(plan);
    return took;
  }

  /** All tables at once, into tables that are there. */
  async piped({ database, count }: Tables): Promise<number> {
    const plan = await this.servers.plan(database);
    const names = Array.from({ length: count }, (_, index) => `t${index + 1}`);
    for (const name of names) {
      await this.servers.backend.sql("target", plan.target.database, `CREATE TABLE ${name} (${columns})`);
    }
    const psql = programOf("psql");
    await run(psql, ["--version"]);
    const pipe = '"$0" -qX -d "$1" -c "COPY $3 TO STDOUT" | "$0" -qX -d "$2" -c "COPY $3 FROM STDIN"';
    const took = await timed(
      async () =>
        await Promise.all(
          names.map(
            async (name) => await run("sh", ["-c", pipe, psql, uri(plan.source), uri(plan.target), name]),
          ),
        ),
    );
    await this.servers.drop(plan);
    return took;
  }
}
