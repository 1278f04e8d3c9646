/** The local backend's engine beside what PostgreSQL alone takes between the same two servers: wide tasks, comparison, changes. */
import pg from "pg";
import { operationsV5 } from "../../src/drs/operations-v5";
import { until } from "../support/backend-process";
import { TestTask } from "../support/backend-task";
import { type Figure, median } from "./measure";
import { isMissing, programOf, run, Servers, timed, uri } from "./servers";

export async function engine(long: boolean): Promise<readonly Figure[]> {
  const servers = await Servers.start();
  try {
    return [
      ...(await wide(servers, long ? 1_000 : 50)),
      ...(await comparison(servers, long ? 1_000_000 : 20_000)),
      ...(await changes(servers, long)),
    ];
  } finally {
    await servers.stop();
  }
}

/** Many tables: their pre-check, and the start of their task. */
async function wide(servers: Servers, count: number): Promise<readonly Figure[]> {
  const database = "wide";
  await servers.fill(
    database,
    Array.from(
      { length: count },
      (_, index) => `CREATE TABLE t${index} (id int PRIMARY KEY, v text, at timestamptz)`,
    ),
  );
  const task = await TestTask.create(servers.backend, await servers.plan(database));
  await task.test("so");
  await task.test("ta");
  const checked = await timed(async () => await task.precheck());
  const begin = performance.now();
  const flowing = servers.untilFlowing(task);
  await until(
    "the tables are made",
    async () =>
      await servers.backend.sql(
        "target",
        task.plan.target.database,
        "SELECT FROM pg_subscription WHERE subenabled",
      ),
    ({ length }) => length > 0,
  );
  const made = performance.now() - begin;
  const all = await flowing;
  await servers.end(task);
  const title = `${count.toLocaleString("en-US")} empty tables`;
  const figures: Figure[] = [
    { id: "precheck", what: `pre-check of ${title}: ms`, ...{ kind: "ms", value: checked, bound: 10_000 } },
  ];
  try {
    const plan = await servers.plan(database);
    const copied = await timed(async () => {
      const pipe = '"$0" -s -d "$2" | "$1" -qX -d "$3"';
      await run("sh", [
        "-c",
        pipe,
        programOf("pg_dump"),
        programOf("psql"),
        uri(plan.source),
        uri(plan.target),
      ]);
    });
    figures.push({
      id: "start",
      what: `start of a task with ${title} until they are made and their copies begin, as a multiple of \`pg_dump -s\` piped into \`psql\``,
      ...{ kind: "ratio", value: made / copied, bound: 1.5 },
    });
    figures.push({
      id: "flowing",
      what: "the same until changes flow",
      ...{ kind: "ratio", value: all / copied, bound: Number.POSITIVE_INFINITY },
    });
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  return figures;
}

async function comparison(servers: Servers, rows: number): Promise<readonly Figure[]> {
  const database = "alike";
  const { backend } = servers;
  await servers.fill(
    database,
    [1, 2].map(
      (n) => `CREATE TABLE t${n} (id bigint PRIMARY KEY, a int, b numeric(12,2), c text, d timestamptz);
         INSERT INTO t${n} SELECT n, n, n * 1.37, md5(n::text), timestamptz '2024-01-01' + n * interval '1 second'
         FROM generate_series(1, ${rows}) n`,
    ),
  );
  const task = await TestTask.prepared(backend, await servers.plan(database));
  await servers.untilFlowing(task);
  for (const [server, name] of [
    ["source", database],
    ["target", task.plan.target.database],
  ] as const) {
    await backend.sql(server, name, "VACUUM ANALYZE");
  }
  const ours = async () => {
    const param = { type: "contents" } as const;
    const { query_id } = await backend.client.callIn(operationsV5, "executeAction", {
      job_id: task.id,
      job: { action_name: "create_compare", action_params: { compare_task_param: param } },
    });
    const last = await until(
      "the comparison ends",
      async () => {
        const query = { job_id: task.id, type: "compare", limit: 1000, query_type: "list" } as const;
        const { job } = await backend.client.callIn(operationsV5, "showJobDetail", query);
        return job.compare_result?.data_compare_task_list?.find(({ id }) => id === query_id);
      },
      (one) => one !== undefined && !["RUNNING", "WAITING_FOR_RUNNING"].includes(one.status ?? ""),
    );
    if (last?.status !== "SUCCESSFUL") {
      throw new Error(JSON.stringify(last));
    }
  };
  const counted = async () => {
    for (const table of ["t1", "t2"]) {
      const sql = `SELECT count(*), sum(hashtext(t::text)) FROM ${table} t`;
      await Promise.all([
        backend.sql("source", database, sql),
        backend.sql("target", task.plan.target.database, sql),
      ]);
    }
  };
  const times: { readonly ours: number[]; readonly counted: number[] } = { ours: [], counted: [] };
  for (let round = 0; round < 3; round++) {
    times.ours.push(await timed(ours));
    times.counted.push(await timed(counted));
  }
  await servers.end(task);
  return [
    {
      id: "comparison",
      what: `comparison of 2 × ${rows.toLocaleString("en-US")} equal rows, as a multiple of \`SELECT count(*), sum(hashtext(t::text))\` at both ends at once`,
      ...{ kind: "ratio", value: median(times.ours) / median(times.counted), bound: 1.5 },
    },
  ];
}

async function changes(servers: Servers, long: boolean): Promise<readonly Figure[]> {
  const database = "flow";
  const { backend } = servers;
  const rows = long ? 100_000 : 5_000;
  await servers.fill(database, ["CREATE TABLE t (id int PRIMARY KEY, v text)"]);
  const task = await TestTask.prepared(backend, await servers.plan(database));
  await servers.untilFlowing(task);
  const [source, target] = await Promise.all(
    [task.plan.source, task.plan.target].map(async (login) => {
      const client = new pg.Client(login);
      await client.connect();
      return client;
    }),
  );
  if (source === undefined || target === undefined) {
    throw new Error("two ends");
  }
  const delays: number[] = [];
  for (let id = 1; id <= (long ? 1_000 : 50); id++) {
    await source.query("INSERT INTO t VALUES ($1)", [id]);
    const begin = performance.now();
    while ((await target.query("SELECT FROM t WHERE id = $1", [id])).rowCount === 0) {
      // Asked for again at once.
    }
    delays.push(performance.now() - begin);
  }
  const transaction = async (end: pg.Client, first: number) =>
    await timed(async () => {
      await source.query(
        `INSERT INTO t SELECT n, md5(n::text) FROM generate_series(${first}, ${first + rows - 1}) n`,
      );
      while ((await end.query("SELECT FROM t WHERE id = $1", [first])).rowCount === 0) {
        // Asked for again at once.
      }
    });
  const raw = await servers.plan(database);
  const rawTarget = new pg.Client(raw.target);
  await rawTarget.connect();
  await rawTarget.query("CREATE TABLE t (id int PRIMARY KEY, v text)");
  await source.query("CREATE PUBLICATION raw FOR TABLE t");
  const { host, port, user, password } = raw.source;
  await rawTarget.query(
    `CREATE SUBSCRIPTION raw CONNECTION 'host=${host} port=${port} user=${user} password=${password} dbname=${database}' PUBLICATION raw WITH (copy_data = false)`,
  );
  const times: { readonly ours: number[]; readonly raw: number[] } = { ours: [], raw: [] };
  for (let round = 0; round < (long ? 5 : 1); round++) {
    // One alone at a time.
    await rawTarget.query("ALTER SUBSCRIPTION raw DISABLE");
    times.ours.push(await transaction(target, 1_000_000 * (2 * round + 1)));
    await task.pause();
    await task.reaches("PAUSING");
    await rawTarget.query("ALTER SUBSCRIPTION raw ENABLE");
    await until(
      "raw replication has caught up",
      async () =>
        (await rawTarget.query("SELECT FROM t WHERE id = $1", [1_000_000 * (2 * round + 1)])).rowCount,
    );
    times.raw.push(await transaction(rawTarget, 1_000_000 * (2 * round + 2)));
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await until(
      "the task has caught up",
      async () => (await target.query("SELECT FROM t WHERE id = $1", [1_000_000 * (2 * round + 2)])).rowCount,
    );
  }
  await rawTarget.query("ALTER SUBSCRIPTION raw DISABLE");
  await rawTarget.query("DROP SUBSCRIPTION raw");
  await Promise.all([source.end(), target.end(), rawTarget.end()]);
  await servers.end(task);
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return [
    {
      id: "delay50",
      what: "from a commit at the source until it is visible at the target, median: ms",
      kind: "ms",
      value: at(0.5),
      bound: 2,
    },
    { id: "delay99", what: "the same, 99 of 100: ms", kind: "ms", value: at(0.99), bound: 30 },
    {
      id: "transaction",
      what: `rows/s of a transaction of ${rows.toLocaleString("en-US")} rows, as a part of logical replication alone: its inverse`,
      ...{ kind: "ratio", value: median(times.ours) / median(times.raw), bound: 1 / 0.95 },
    },
  ];
}
