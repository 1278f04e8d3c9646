/** 100 tasks at once on a small machine: how long until changes flow in all of them, and what it costs to ask for them. */
import assert from "node:assert/strict";
import { cpus, loadavg } from "node:os";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { creation, one, type TaskPlan } from "../support/backend-task";

const count = 100;
const rows = 1_000;
/** The most that is wanted, in milliseconds, on 2 cores with nothing else to do. */
const wanted = { start: 15_000, poll: 20 };
const polls = 100;

describe(`${count} tasks at once`, () => {
  const dataDir = makeDataDir();
  const database = "hundred";
  let backend: BackendProcess;
  let ids: readonly string[] = [];

  before(async () => {
    console.log(
      `    ${cpus().length} cores, load average ${loadavg()
        .map((load) => load.toFixed(1))
        .join(" ")}`,
    );
    backend = await BackendProcess.startOn(dataDir, ["--demo"]);
    for (const server of ["source", "target"] as const) {
      await backend.sql(server, "postgres", `CREATE DATABASE ${database}`);
    }
    await backend.sql(
      "source",
      database,
      `DO $$ BEGIN FOR i IN 1..${count} LOOP
         EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text)', i);
         EXECUTE format('INSERT INTO t%s SELECT n, md5(n::text) FROM generate_series(1, ${rows}) n', i);
       END LOOP; END $$`,
    );
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  /** Creates all tasks and brings them so far that they can be started. */
  async function prepared(): Promise<readonly string[]> {
    const { client } = backend;
    const end = (server: "source" | "target") => ({ ...backend.login(server), database });
    const plan: TaskPlan = { name: "", source: end("source"), target: end("target") };
    const created = await client.call("batchCreation", {
      jobs: Array.from({ length: count }, (_, index) => creation({ ...plan, name: `task-${index + 1}` })),
    });
    const all = created.results.map(({ id }) => id);
    await status(all, "CONFIGURATION");
    await Promise.all(
      all.map(async (id, index) => {
        const login = (side: "so" | "ta", { host, port, user, password }: TaskPlan["source"]) => ({
          ...{ id, net_type: "eip" as const, db_type: "postgresql", db_name: database, end_point_type: side },
          ...{ ip: host, db_port: port, db_user: user, db_password: password },
        });
        const tested = await client.call("batchConnection", {
          jobs: [login("so", plan.source), login("ta", plan.target)],
        });
        assert.ok(
          tested.results.every((result) => result.success === true),
          JSON.stringify(tested),
        );
        const table = {
          id: `public.t${index + 1}`,
          parent_id: database,
          object_type: "table",
          select: "true",
        } as const;
        await client.call("batchSelectObjects", { jobs: [{ job_id: id, selected: true, job: [table] }] });
        await client.call("batchPrecheck", { jobs: [{ job_id: id, precheck_mode: "forStartJob" }] });
        await until(
          "the pre-check passes",
          async () => one((await client.call("batchPrecheckResult", { jobs: [id] })).results),
          (check) => check.process === "100%" && check.result === true,
        );
      }),
    );
    return all;
  }

  const status = async (jobs: readonly string[], expected: string) =>
    await until(
      `all tasks are in ${expected}`,
      async () => {
        const { results } = await backend.client.call("batchStatus", {
          jobs: [...jobs],
          page_req: { per_page: 0 },
        });
        return results.filter((result) => result.status !== expected).map((result) => result.status);
      },
      (others) => others.length === 0,
    );

  it(`follow the changes of their tables within ${wanted.start / 1_000} s`, async () => {
    const begin = performance.now();
    ids = await prepared();
    const ready = performance.now();
    const { results } = await backend.client.call("batchStarting", {
      jobs: ids.map((job_id) => ({ job_id })),
    });
    assert.ok(
      results.every((result) => result.status === "success"),
      JSON.stringify(results),
    );
    await status(ids, "INCRE_TRANSFER_STARTED");
    const took = performance.now() - ready;
    console.log(
      `    made ready in ${seconds(ready - begin)}; all in incremental synchronization after ${seconds(took)}`,
    );
    assert.ok(took < wanted.start, `${seconds(took)}`);
  });

  it(`answer a poll of all of them in under ${wanted.poll} ms`, async () => {
    const all = { jobs: [...ids], page_req: { per_page: 0 } };
    const times: number[] = [];
    for (let poll = 0; poll < polls; poll++) {
      const begin = performance.now();
      const [list, details, progress] = await Promise.all([
        backend.client.call("listJobs", { cur_page: 1, per_page: 100, db_use_type: "sync" }),
        backend.client.call("batchDetail", all),
        backend.client.call("batchProgress", all),
      ]);
      times.push(performance.now() - begin);
      assert.deepEqual(
        [list.jobs.length, details.results.length, progress.results.length],
        [100, count, count],
      );
    }
    times.sort((a, b) => a - b);
    const at = (part: number) => times[Math.floor(times.length * part)] ?? 0;
    console.log(
      `    list, details and progress of all: median ${at(0.5).toFixed(1)} ms, 95 % within ${at(0.95).toFixed(1)} ms`,
    );
    assert.ok(at(0.5) < wanted.poll, `${at(0.5)} ms`);
  });
});

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
