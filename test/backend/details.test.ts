import assert from "node:assert/strict";
import { limits } from "../../scripts/limits.mjs";
import { askEnds } from "../../src/backend-client/ends";
import { precheckItemName } from "../../src/details/parts/precheck-items";
import type { RequestIn } from "../../src/drs/operation";
import { type OperationsV5, operationsV5 } from "../../src/drs/operations-v5";
import { selectableObjects } from "../../src/tasks/use-cases/change-objects";
import { perform } from "../../src/tasks/use-cases/perform";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { type TaskPlan, TestTask, untilEqual } from "../support/backend-task";
import { english } from "../unit/details/facts";

type Action = RequestIn<OperationsV5, "executeAction">["job"];

describe("the details of a task", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;

  before(async () => {
    backend = await BackendProcess.startServers(dataDir);
    backend.checkAnswers();
    await backend.sql("source", "postgres", "CREATE DATABASE details");
    await backend.sql("target", "postgres", "CREATE DATABASE details");
    await backend.sql(
      "source",
      "details",
      `CREATE TABLE big (id int PRIMARY KEY, v text);
       CREATE TABLE small (id int PRIMARY KEY, v text);
       INSERT INTO big SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, 60000) n;
       INSERT INTO small SELECT n, 'x' FROM generate_series(1, 10) n`,
    );
  });

  after(async () => {
    await backend.stop();
    removeDataDir(dataDir);
  });

  const plan = (name: string): TaskPlan => ({
    name,
    source: { ...backend.login("source"), database: "details" },
    target: { ...backend.login("target"), database: "details" },
  });
  const act = async (id: string, action_name: string, action_params: Action["action_params"] = {}) =>
    await backend.client.callIn(operationsV5, "executeAction", {
      job_id: id,
      job: { action_name, action_params },
    });
  const detail = async (id: string, type: string, more: Record<string, string> = {}) =>
    (await backend.client.callIn(operationsV5, "showJobDetail", { job_id: id, type, ...more })).job;
  const names = async (id: string) => {
    const { timelines } = await backend.client.callIn(operationsV5, "showTimeline", {
      job_id: id,
      limit: 1000,
    });
    return timelines.map(({ name }) => name).toReversed();
  };

  it("reports progress, speed, positions and history while rows are copied and changes flow", async () => {
    const task = await TestTask.create(backend, plan("details-of-a-task"));
    const { id } = task;
    const { query_id } = await act(id, "network", {
      endpoints: (["so", "ta"] as const).map((role) => {
        const { host, port, user, password, database } = role === "so" ? task.plan.source : task.plan.target;
        return {
          db_type: "postgresql",
          endpoint_role: role,
          endpoint: {
            ip: host,
            db_port: String(port),
            db_user: user,
            db_password: password,
            db_name: database,
          },
        };
      }),
    });
    const { network_results } = await detail(id, "network", { query_id: query_id ?? "" });
    assert.deepEqual(
      network_results?.map(({ success }) => success),
      [true, true],
    );
    const check = await act(id, "precheck", { precheck_mode: "forStartJob" });
    const { precheck_result } = await until(
      "the pre-check passes",
      async () => await detail(id, "precheck", { query_id: check.query_id ?? "" }),
      (job) => job.precheck_result?.process === "100%",
    );
    assert.equal(precheck_result?.result, true);
    const items = precheck_result?.precheck_results?.flatMap(({ item }) => item ?? []) ?? [];
    assert.ok(items.length > 10);
    assert.deepEqual(
      items.filter((item) => precheckItemName(item) === undefined),
      [],
    );

    const speed_limit = [{ begin: "00:00", end: "23:59", speed: "1", is_utc: true }];
    await backend.client.call("batchLimitSpeed", { speed_limits: [{ job_id: id, speed_limit }] });
    await act(id, "start");
    const copying = await until(
      "the remaining time is known",
      async () => await task.progress(),
      ({ remaining_time }) => remaining_time != null,
    );
    assert.equal(copying.progress_map?.struct?.completed, "100%");
    assert.equal(copying.progress_map?.index?.completed, "100%");
    assert.equal(copying.progress_map?.data?.completed, `${copying.progress}%`);
    assert.ok(
      Number(copying.remaining_time) > 0 && Number(copying.remaining_time) < 60,
      copying.remaining_time ?? "",
    );
    // A busy machine also has seconds in which nothing was copied.
    const monitor = await until(
      "the rate is about that of the limit",
      async () => await backend.client.callIn(operationsV5, "showMonitorData", { job_id: id }),
      ({ apply_rate }) => Number(apply_rate) > 0.5 * 2 ** 20 && Number(apply_rate) < 1.5 * 2 ** 20,
    );
    assert.ok(Number(monitor.dst_rps) > 1_000, monitor.dst_rps ?? "");
    assert.deepEqual([monitor.is_src_normal, monitor.is_dst_normal], [true, true]);
    const tables = await backend.client.callIn(operationsV5, "showProgressData", {
      job_id: id,
      type: "table",
    });
    assert.equal(tables.count, 2);
    const [big, small] = ["public.big", "public.small"].map(
      (name) => tables.flow_compare_data.find(({ src_tb }) => src_tb === name)?.progress ?? -1,
    );
    assert.ok(big !== undefined && big > 0 && big < 100, String(big));
    assert.equal(small, 100);

    const unlimited = [{ job_id: id, speed_limit: [] }];
    await backend.client.call("batchLimitSpeed", { speed_limits: unlimited });
    await task.reaches("INCRE_TRANSFER_STARTED");
    await untilEqual(task, "big");
    await backend.sql("source", "details", "UPDATE big SET v = 'changed' WHERE id <= 5000");
    await until(
      "the changed rows are counted",
      async () => {
        // The target's server may count the rows of a transaction with those of the next one only.
        await backend.sql("source", "details", "UPDATE big SET v = 'once more' WHERE id = 1");
        return await backend.client.callIn(operationsV5, "showMonitorData", { job_id: id });
      },
      ({ trans_lines }) => Number(trans_lines) >= 65_000,
    );
    const { increment_components_list: components } = await backend.client.callIn(
      operationsV5,
      "showIncrementComponents",
      { job_id: id },
    );
    assert.deepEqual(
      components.map(({ type, status }) => [type, status]),
      [
        ["capture", "STARTED"],
        ["apply", "STARTED"],
      ],
    );
    assert.match(components[1]?.current_point ?? "", /^[0-9A-F]+\/[0-9A-F]+$/);
    const { progress_info, migration_object_progress_info } = await detail(id, "progress");
    assert.equal(progress_info?.progress, "100");
    assert.ok(Number(progress_info?.incr_trans_delay_millis) >= 0);
    assert.deepEqual(
      migration_object_progress_info?.migration_object_overview?.map(({ type, dst_count, status }) => [
        type,
        dst_count,
        status,
      ]),
      [
        ["TABLE_STRUCTURE", "2", "COMPLETED"],
        ["TABLE", "2", "COMPLETED"],
      ],
    );
    const overview = await detail(id, "overview");
    assert.equal(overview.base_info?.name, "details-of-a-task");
    assert.ok(!JSON.stringify(overview).includes(backend.login("source").password));

    await act(id, "stop", { pause_mode: "target" });
    await task.reaches("PAUSING");
    const { job_action } = await backend.client.callIn(operationsV5, "showActions", { job_id: id });
    assert.ok(job_action?.available_actions?.includes("RETRY"));
    await act(id, "restart");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await assert.rejects(act(id, "start"), /DRS\.M00304/);
    await act(id, "terminate");
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    assert.deepEqual(await names(id), [
      "CREATE",
      "CREATING",
      "CONFIGURATION",
      "MODIFY_DB_CONFIG",
      "PRE_CHECK",
      "MODIFY_CONFIGURATION",
      "START",
      "STARTJOBING",
      "FULL_TRANSFER_STARTED",
      "MODIFY_CONFIGURATION",
      "INCRE_TRANSFER_STARTED",
      "PAUSE",
      "PAUSING",
      "RETRY",
      "INCRE_TRANSFER_STARTED",
      "START",
      "FREE_RESOURCE",
      "RELEASE_RESOURCE_STARTED",
      "RELEASE_RESOURCE_COMPLETE",
    ]);
    const { logs, total_count } = await detail(id, "log", { log_level: "Warn" });
    assert.equal(total_count, 1);
    assert.match(logs?.[0]?.message ?? "", /INCRE_TRANSFER_STARTED/);
    assert.match(logs?.[0]?.create_time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await backend.client.callIn(operationsV5, "deleteJob", { job_id: id });
    await assert.rejects(detail(id, "overview"), /DRS\.10000010/);
  });

  it("shows rows that the target refused, while copying and while following", async () => {
    await backend.sql("source", "postgres", "CREATE DATABASE refused");
    await backend.sql("target", "postgres", "CREATE DATABASE refused");
    const table = "CREATE TABLE t (id int PRIMARY KEY, v text, u int)";
    await backend.sql("source", "refused", `${table}; INSERT INTO t VALUES (1, 'one', 1)`);
    await backend.sql("target", "refused", `${table}; INSERT INTO t VALUES (1, 'there', 9)`);
    const task = await TestTask.started(backend, {
      name: "refused-rows",
      source: { ...backend.login("source"), database: "refused" },
      target: { ...backend.login("target"), database: "refused" },
    });
    await task.reaches("FULL_TRANSFER_FAILED");
    await backend.sql("target", "refused", "DELETE FROM t");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("target", "refused", "INSERT INTO t VALUES (2, 'mine', 7)");
    await backend.sql("source", "refused", "INSERT INTO t VALUES (2, E'two\\nlines', 2)");
    await task.reaches("INCRE_TRANSFER_FAILED");
    await backend.sql("target", "refused", "DELETE FROM t WHERE id = 2; ALTER TABLE t ADD CHECK (u < 100)");
    await task.retry();
    await task.reaches("INCRE_TRANSFER_STARTED");
    await backend.sql("source", "refused", "UPDATE t SET u = 500 WHERE id = 2");
    await task.reaches("INCRE_TRANSFER_FAILED");

    const dirty = async (more: Partial<RequestIn<OperationsV5, "showDirtyData">>) => {
      const { count, dirty_data_list } = await backend.client.callIn(operationsV5, "showDirtyData", {
        job_id: task.id,
        ...more,
      });
      assert.equal(count, dirty_data_list.length);
      return dirty_data_list;
    };
    const rows = await dirty({});
    assert.deepEqual(
      rows.map(({ db_name, schema_name, table_name, error_sql }) => [
        ...[db_name, schema_name, table_name],
        error_sql,
      ]),
      [
        ["refused", "public", "t", "UPDATE public.t (2, two lines, 500)"],
        ["refused", "public", "t", "INSERT public.t (2, two lines, 2)"],
      ],
    );
    assert.match(rows[0]?.error_msg ?? "", /^23514: .*violates check constraint/);
    assert.match(rows[1]?.error_msg ?? "", /^23505: conflict detected/);
    const copied = await dirty({ task_mode: "FULL_TRANSFER" });
    assert.deepEqual(
      copied.map(({ error_sql, error_msg }) => [error_sql, error_msg?.slice(0, 5)]),
      [["COPY public.t Key (id)=(1)", "23505"]],
    );
    const [hidden] = await dirty({ anonymize_mode: true, limit: 1000 });
    assert.ok(!JSON.stringify(hidden).includes("500"), JSON.stringify(hidden));
    assert.deepEqual(await dirty({ end_time: "2020-09-01T18:50:20Z" }), []);
  });

  it("selects objects by a map, and resets a paused task into emptied tables", async () => {
    const task = await TestTask.create(backend, plan("reset-task"));
    const { id } = task;
    const objects = async (type: "source" | "modified" | "synchronized") =>
      await backend.client.callIn(operationsV5, "listDbObjects", { job_id: id, type });
    await task.test("so");
    await task.test("ta");
    const source = await objects("source");
    assert.deepEqual(Object.keys(source.object_info?.details?.schemas?.public?.tables ?? {}), [
      "big",
      "small",
    ]);
    const collected = await selectableObjects(backend.client, id, AbortSignal.timeout(limits.wait));
    assert.deepEqual(collected, source.object_info);
    const { id: none } = await backend.client.callIn(operationsV5, "collectDbObjects", {
      ...{ job_id: id, type: "source", db_names: ["other"] },
    });
    const ofNone = async () =>
      await backend.client.callIn(operationsV5, "showDbObjectsCollected", {
        job_id: id,
        query_id: none ?? "",
      });
    assert.deepEqual((await ofNone()).object_info, {});
    await assert.rejects(
      backend.client.callIn(operationsV5, "showDbObjectsCollected", { job_id: id, query_id: id }),
      /DRS\.M00007/,
    );
    assert.equal((await objects("modified")).object_scope, "all");
    const choose = async (name: string) =>
      await backend.client.callIn(operationsV5, "updateJob", {
        job_id: id,
        job: {
          type: "db_object",
          params: {
            db_object: {
              object_scope: "table",
              object_info: { details: { schemas: { public: { tables: { small: { name } } } } } },
            },
          },
        },
      });
    await assert.rejects(choose("renamed"), /DRS\.M10018/);
    const { query_id } = await choose("small");
    const saving = await backend.client.callIn(operationsV5, "showObjectsSaving", {
      job_id: id,
      query_id: query_id ?? "",
    });
    assert.equal(saving.status, "success");
    assert.deepEqual((await objects("modified")).object_info, {
      details: {
        ...{ name: "details", all: false },
        schemas: {
          public: {
            name: "public",
            all: false,
            tables: { small: { name: "small", type: "table", all: true } },
          },
        },
      },
    });
    await backend.sql("target", "details", "DROP TABLE IF EXISTS small");
    await task.precheck();
    await assert.rejects(act(id, "reset"), /DRS\.M00304/);
    await act(id, "start");
    await task.reaches("INCRE_TRANSFER_STARTED");
    await act(id, "stop");
    await task.reaches("PAUSING");
    await backend.sql("source", "details", "INSERT INTO small VALUES (11, 'new')");
    await backend.sql("target", "details", "DELETE FROM small");
    assert.deepEqual(await perform(backend.client, "reset", [{ id, status: "paused" }]), [{ id }]);
    await task.reaches("INCRE_TRANSFER_STARTED");
    assert.match(await untilEqual(task, "small"), /^11:/);
    await task.end();
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
  });

  it("lists tasks sorted, in pages and by several statuses", async () => {
    const made = ["aa-listed", "cc-listed", "bb-listed"];
    for (const name of made) {
      await TestTask.create(backend, plan(name));
    }
    const list = async (more: Partial<RequestIn<OperationsV5, "listJobsV5">>) => {
      const answer = await backend.client.callIn(operationsV5, "listJobsV5", {
        job_type: "sync",
        name: "listed",
        ...more,
      });
      return [answer.total_count, answer.jobs.map(({ name }) => name)];
    };
    assert.deepEqual(await list({}), [3, ["bb-listed", "cc-listed", "aa-listed"]]);
    assert.deepEqual(await list({ sort_key: "name", sort_dir: "asc" }), [3, made.toSorted()]);
    assert.deepEqual(await list({ sort_key: "name", sort_dir: "asc", offset: 1, limit: 1 }), [
      3,
      ["bb-listed"],
    ]);
    assert.deepEqual(await list({ status: "PAUSING,CREATE_FAILED" }), [0, []]);
    assert.deepEqual((await list({ status: "PAUSING, CONFIGURATION" }))[0], 3);
  });

  it("changes several tasks in one call, each with its own result", async () => {
    const task = await TestTask.create(backend, plan("batch-of-v5"));
    const gone = `${task.id.slice(0, 35)}x`;
    const results = async (...jobs: readonly { job_id: string; action_name: string }[]) => {
      const answer = await backend.client.callIn(operationsV5, "executeActions", { jobs: [...jobs] });
      return answer.jobs.map(({ status, error_code }) => [status, error_code]);
    };
    assert.deepEqual(await results({ job_id: task.id, action_name: "bind_eip" }), [["failed", "DRS.M10018"]]);
    assert.deepEqual(
      await results(
        { job_id: task.id, action_name: "terminate" },
        { job_id: gone, action_name: "terminate" },
      ),
      [
        ["success", null],
        ["failed", "DRS.10000010"],
      ],
    );
    await task.reaches("RELEASE_RESOURCE_COMPLETE");
    const { jobs: deleted } = await backend.client.callIn(operationsV5, "deleteJobs", { jobs: [task.id] });
    assert.equal(deleted[0]?.status, "success");
  });

  it("keeps the last 1,000 entries of a task's timeline and log", async () => {
    const task = await TestTask.create(backend, plan("long-history"));
    const refused = { job_id: task.id, action_name: "restart" };
    for (let round = 0; round < 15; round++) {
      const calls = Array.from({ length: 67 }, () =>
        backend.client.callIn(operationsV5, "executeActions", { jobs: [refused] }),
      );
      const jobs = (await Promise.all(calls)).flatMap(({ jobs }) => jobs);
      assert.ok(jobs.every(({ error_code }) => error_code === "DRS.M00304"));
    }
    await assert.rejects(act(task.id, "stop"), /DRS\.M00304/);
    const { count, timelines } = await backend.client.callIn(operationsV5, "showTimeline", {
      job_id: task.id,
      limit: 1,
    });
    assert.deepEqual(
      [count, timelines.map(({ name, status }) => [name, status])],
      [1_000, [["PAUSE", "failed"]]],
    );
    assert.equal((await detail(task.id, "log")).total_count, 1_000);
  });

  it("renames a task, but not to a name that is taken", async () => {
    const task = await TestTask.create(backend, plan("to-be-renamed"));
    const rename = async (name: string) =>
      await backend.client.callIn(operationsV5, "updateJob", {
        job_id: task.id,
        job: { type: "name", params: { base_info: { name } } },
      });
    await rename("renamed-here");
    const describe = async (description: string, name?: string) => {
      const jobs = [{ job_id: task.id, description, ...(name === undefined ? {} : { name }) }];
      const { results } = await backend.client.call("batchModification", { jobs });
      return results.map(({ status, error_code }) => [status, error_code]);
    };
    assert.deepEqual(await describe("told so"), [["success", undefined]]);
    assert.deepEqual(await describe("<"), [["failed", "DRS.M00007"]]);
    // What is refused in part changes nothing.
    assert.deepEqual(await describe("<", "half-renamed"), [["failed", "DRS.M00007"]]);
    assert.deepEqual(await describe("half told", "aa-listed"), [["failed", "DRS.M00277"]]);
    assert.equal((await task.detail()).description, "told so");
    assert.equal((await detail(task.id, "overview")).base_info?.name, "renamed-here");
    await assert.rejects(rename("aa-listed"), /DRS\.M00277/);
    await assert.rejects(rename("no"), /DRS\.M00007/);
    const { is_valid, error_code } = await backend.client.callIn(operationsV5, "validateJobName", {
      name: "Renamed-Here",
      type: "trans",
    });
    assert.deepEqual([is_valid, error_code], [false, "DRS.M00277"]);
  });

  it("tries the ends of a task that does not exist yet, and lists the tables that it could have", async () => {
    await backend.sql(
      "source",
      "details",
      "CREATE TABLE keyless (v int); CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY)",
    );
    await backend.sql("target", "details", "CREATE TABLE IF NOT EXISTS keyless (v int)");
    await backend.sql("target", "details", "INSERT INTO keyless VALUES (1)");
    const { endpoint, access_key: accessKey, secret_key: secretKey } = backend.ready;
    const { source, target } = plan("not-there");
    const asked = async (ends: Parameters<typeof askEnds>[1]) =>
      await askEnds({ endpoint, key: { accessKey, secretKey } }, ends, english);
    const { problems, tables = [] } = await asked({ source, target });
    assert.deepEqual(problems, {});
    const table = (name: string) => tables.find((one) => one.name === `public.${name}`);
    assert.deepEqual(
      [table("keyless"), table("fleeting")].map((one) => one && [one.has_key, one.unlogged, one.filled]),
      [
        [false, false, true],
        [true, true, false],
      ],
    );
    assert.ok((table("big")?.bytes ?? 0) > 1_000_000 && table("big")?.has_key === true);
    const refused = await asked({ source: { ...source, password: "wrong" }, target });
    assert.match(refused.problems.source ?? "", /password/i);
    assert.equal(refused.tables, undefined);
  });
});
