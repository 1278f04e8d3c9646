/** Servers that lie: whatever bytes they send, the backend answers, and the tasks of other servers go on. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { limits } from "../../scripts/limits.mjs";
import { operationsV5 } from "../../src/drs/operations-v5";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask, untilEqual } from "../support/backend-task";
import { bound } from "../support/bounds";
import { lieOf } from "../support/lies";
import { LyingServer } from "../support/lying-server";
import { Random } from "../support/random";
import { TamperingProxy } from "../support/tampering-proxy";

const soak = process.env.DRS_SOAK === "1";
/** Sequences that lying servers send at connection tests, and parts of real answers that are changed. */
const wanted = soak ? { tests: 100_000, changes: 1_000 } : { tests: 1_500, changes: 40 };
const testers = 4;
const longestAnswerMs = 1_000;

/** Asks for the backend's health all the time, in a thread of its own, and tells the longest answer when it ends. */
const healthWatch = `
  const { parentPort, workerData } = require("node:worker_threads");
  let [longest, calls, ends] = [0, 0, false];
  parentPort.once("message", () => { ends = true; });
  (async () => {
    while (!ends) {
      const begin = performance.now();
      const answer = await fetch(workerData + "/_local/health").then((got) => got.json(), (error) => ({ status: String(error.cause ?? error) }));
      if (answer.status !== "ok") throw new Error("health: " + answer.status);
      longest = Math.max(longest, performance.now() - begin);
      calls++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    parentPort.postMessage({ longest, calls });
  })();`;

describe("hostile database servers", () => {
  const dataDir = makeDataDir();
  const random = new Random();
  let backend: BackendProcess;
  let witness: TestTask;
  let watch: Worker;

  before(async () => {
    console.log(`    DRS_SEED=${random.seed}`);
    backend = await BackendProcess.startServers(dataDir);
    const rows =
      "CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) SELECT md5(n::text) FROM generate_series(1, 100) n";
    witness = await TestTask.started(backend, await planOf(backend, "witness", rows));
    await witness.reaches("INCRE_TRANSFER_STARTED");
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  beforeEach(() => {
    watch = new Worker(healthWatch, { eval: true, workerData: backend.ready.endpoint });
  });

  afterEach(async () => {
    watch.postMessage("end");
    const [{ longest, calls }] = (await once(watch, "message")) as [{ longest: number; calls: number }];
    console.log(`      health: ${calls} calls, the longest took ${longest.toFixed(0)} ms`);
    assert.ok(longest < bound(longestAnswerMs), `a health call took ${longest} ms`);
    await backend.sql(
      "source",
      "witness",
      "INSERT INTO t (v) SELECT md5(n::text) FROM generate_series(1, 10) n",
    );
    await untilEqual(witness, "t");
    assert.equal(await witness.status(), "INCRE_TRANSFER_STARTED");
    const problems = backend.log
      .split("\n")
      .filter((line) => /a call failed|cannot be looked at|TypeError|RangeError/.test(line));
    assert.deepEqual(problems, []);
  });

  it(`fail ${wanted.tests} connection tests, each with a reason`, async () => {
    const server = await LyingServer.open();
    let sent = 0;
    // A lie that leaves the backend waiting holds up a test for seconds, so most of them end.
    server.lie = () => {
      sent++;
      return { bytes: lieOf(random), ends: random.below(1_000) > 0 };
    };
    const tasks = await Promise.all(
      Array.from(
        { length: testers },
        async (_, index) => await TestTask.create(backend, { ...witness.plan, name: `tester-${index}` }),
      ),
    );
    const reasons = new Map<string, number>();
    while (sent < wanted.tests) {
      const { results } = await backend.client.call("batchConnection", {
        jobs: tasks.flatMap(({ id }) =>
          (["so", "ta"] as const).map((end_point_type) => ({
            ...{ id, net_type: "eip" as const, db_type: "postgresql", end_point_type },
            ...{ ip: "127.0.0.1", db_port: server.port },
            ...{ db_user: "u", db_password: "p", db_name: "d" },
          })),
        ),
      });
      for (const { success, error_code, error_msg } of results) {
        const reason = success === true ? "believed" : (error_code ?? "none");
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        assert.ok(
          success === true || /^DRS\.(M00299|KE0002)$/.test(String(error_code)),
          `${error_code} ${error_msg}`,
        );
        assert.ok((error_msg ?? "").length < 5_000, String(error_msg?.length));
      }
    }
    console.log(`      ${sent} sequences: ${JSON.stringify(Object.fromEntries(reasons))}`);
    await server.close();
  });

  it(`hurt nobody but their own task, by ${wanted.changes} changed answers of a server that is used`, async () => {
    const rows = "CREATE TABLE t (id serial PRIMARY KEY, v text)";
    const tampered = await Promise.all(
      (["source", "target"] as const).map(async (side) => {
        const plan = await planOf(backend, `tampered_${side}`, rows);
        const proxy = await TamperingProxy.open(plan[side].port, random);
        const end = { ...plan[side], port: proxy.ownPort };
        return { proxy, task: await TestTask.started(backend, { ...plan, [side]: end }) };
      }),
    );
    for (const { task, proxy } of tampered) {
      await task.reaches("INCRE_TRANSFER_STARTED");
      proxy.oneOf = 3;
    }
    await until(
      "enough answers were changed",
      async () => {
        // Beside the looks at the tasks, which are made anyway.
        await Promise.allSettled(tampered.map(async ({ task }) => await objectsOf(task.id)));
        assert.equal(await witness.status(), "INCRE_TRANSFER_STARTED");
        return Math.min(...tampered.map(({ proxy }) => proxy.changed));
      },
      (changed) => changed >= wanted.changes / 2,
      soak ? limits.soak : limits.wait,
    );
    for (const { proxy } of tampered) {
      proxy.oneOf = 0;
    }
    // What was only a lie about the server is over; what is a failure of the task says so.
    for (const { task, proxy } of tampered) {
      const line = await until(
        "the task is taken up again, or has failed",
        async () => await task.detailLine(),
        (text) => /^(INCRE_TRANSFER_STARTED|\w+_FAILED) /.test(text),
      );
      console.log(`      ${proxy.changed} changes: ${line}`);
      await task.end("force_terminate");
      await task.reaches("RELEASE_RESOURCE_COMPLETE");
      await proxy.close();
    }
  });

  const objectsOf = async (job_id: string) =>
    await backend.client.callIn(operationsV5, "listDbObjects", { job_id, type: "source" });
});
