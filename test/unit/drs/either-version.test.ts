import assert from "node:assert/strict";
import { EitherVersion } from "../../../src/drs/either-version";
import { DrsError, type FailureKind } from "../../../src/drs/errors";
import { operationsV5 } from "../../../src/drs/operations-v5";
import type { Version } from "../../support/service-models";
import { ServiceOfVersions } from "../../support/service-of-versions";

const id = "0123456789abcdef0123456789abcdef0123";
const other = "1123456789abcdef0123456789abcdef0123";
const listedV5 = {
  ...{ id, name: "task", status: "PAUSING", description: "", create_time: "2026-11-20T10:00:00Z" },
  ...{ engine_type: "postgresql", net_type: "eip", job_direction: "non-dbs", job_type: "sync" },
  ...{ task_type: "FULL_INCR_TRANS", billing_tag: true, node_new_framework: false, job_action: null },
};
const endpoint = {
  ...{ db_type: "postgresql", endpoint_type: "offline" },
  endpoint: { ip: "10.0.0.1", db_port: "5432", db_user: "u", db_name: "shop" },
  ssl: { ssl_link: true },
};
const detailV5 = {
  ...{ id, status: "INCRE_TRANSFER_FAILED", create_time: "2026-11-20T10:00:00Z" },
  base_info: { name: "task", job_type: "sync", engine_type: "postgresql", expired_days: 20, tags: [] },
  source_endpoint: [endpoint],
  target_endpoint: [endpoint],
  speed_limit: [{ begin: "01:00", end: "03:00", speed: "5" }],
};
const kinds: Readonly<Record<string, object>> = {
  overview: { id, status: "PAUSING" },
  detail: detailV5,
  log: { id, logs: [{ level: "Error", message: "a row in the way" }] },
  progress: {
    id,
    progress_info: { progress: "50", incr_trans_delay: "3", incr_trans_delay_millis: "3200" },
  },
  network: { id, network_results: [{ ip: "10.0.0.1", success: true, status: "success" }] },
  precheck: { id, precheck_result: { result: true, process: "100%", precheck_results: [] } },
};
const refused = { status: "failed", error_code: "DRS.M00304", error_msg: "not now" };

function service(versions: readonly Version[], more: Readonly<Record<string, unknown>> = {}) {
  const done = ({ jobs }: { jobs: readonly { job_id: string }[] }) => ({
    jobs: jobs.map(({ job_id }) => ({ id: job_id, name: "n", status: "Success", query_id: `q-${job_id}` })),
  });
  const answers = {
    listJobs: { total_record: 1, jobs: [{ id, name: "of v3" }] },
    batchStatus: { results: [{ id, status: "PAUSING" }] },
    batchPause: { results: [{ id, status: "success" }] },
    batchModifyPwd: { results: [{ id, status: "success" }] },
    listJobsV5: { total_count: 1, jobs: [listedV5] },
    showJobDetail: ({ type }: { type: string }) => ({ job: kinds[type] }),
    executeAction: { query_id: "q" },
    executeActions: done,
    createJob: { id, name: "task", status: "CREATING", create_time: "2026-11-20T10:00:00Z" },
    updateJob: { id, name: "task", status: "success", query_id: "q" },
    showObjectsSaving: { id: "q", status: "success" },
    deleteJobs: ({ jobs }: { jobs: readonly string[] }) => ({
      jobs: jobs.map((one) => ({ id: one, name: "n", status: "success" })),
    }),
    ...more,
  };
  const own = new ServiceOfVersions(versions, answers);
  return { own, client: new EitherVersion(own) };
}

const page = { cur_page: 2, per_page: 100, db_use_type: "sync" } as const;
const pause = { jobs: [{ job_id: id, pause_mode: "target" as const }] };

describe("the version of the API that carries a call out", () => {
  it("is v5 for what steers a task, and v3 for lists, where the service has both", async () => {
    const { own, client } = service(["v3", "v5"]);
    const paused = await client.call("batchPause", pause);
    assert.deepEqual(
      paused.results.map((result) => [result.id, result.status]),
      [[id, "Success"]],
    );
    assert.equal((await client.call("listJobs", page)).jobs[0]?.name, "of v3");
    assert.deepEqual(own.calls, ["executeActions", "listJobs"]);
  });

  it("is v3 where the service has no v5, which is asked for once", async () => {
    const { own, client } = service(["v3"]);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await client.call("batchPause", pause)).results[0]?.status, "success");
    }
    await client.call("listJobs", page);
    assert.deepEqual(own.calls, [
      ...["executeActions", "listJobsV5", "batchPause", "batchPause", "batchPause", "listJobs"],
    ]);
  });

  it("is v3 only for what v5 lacks, where the service has some of v5", async () => {
    const executeActions = new DrsError({
      ...{ operation: "executeActions", kind: "notFound", reason: "no such API", code: "APIGW.0101" },
    });
    const { own, client } = service(["v3", "v5"], { executeActions });
    await client.call("batchPause", pause);
    await client.call("batchPause", pause);
    const rename = { jobs: [{ job_id: id, name: "renamed" }] };
    await client.call("batchModification", rename);
    assert.deepEqual(own.calls, [
      ...["executeActions", "listJobsV5", "batchPause", "batchPause", "updateJob"],
    ]);
  });

  it("is v5 where the service has no v3, which is asked for once", async () => {
    const { own, client } = service(["v5"]);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await client.call("listJobs", page)).jobs[0]?.name, "task");
    }
    await client.call("batchPause", pause);
    assert.deepEqual(own.calls, ["listJobs", "listJobsV5", "listJobsV5", "listJobsV5", "executeActions"]);
  });

  it("changes when the service loses v3 while it is used, and when it has v3 again and loses v5", async () => {
    const { own, client } = service(["v3", "v5"]);
    assert.equal((await client.call("listJobs", page)).jobs[0]?.name, "of v3");
    own.versions.delete("v3");
    assert.equal((await client.call("listJobs", page)).jobs[0]?.name, "task");
    own.versions.add("v3");
    own.versions.delete("v5");
    assert.equal((await client.call("listJobs", page)).jobs[0]?.name, "of v3");
    assert.equal((await client.call("batchPause", pause)).results[0]?.status, "success");
  });

  it("asks either version for the tasks of one enterprise project only, in lists and nowhere else", async () => {
    const { own } = service(["v3", "v5"], { showActions: { job_action: null } });
    const client = new EitherVersion(own, "e1");
    await client.call("listJobs", page);
    await client.callIn(operationsV5, "listJobsV5", { job_type: "sync" });
    await client.call("batchStatus", { jobs: [id] });
    await client.callIn(operationsV5, "showActions", { job_id: id });
    assert.deepEqual(
      own.sent.map(([name, { enterprise_project_id: project }]) => [name, project]),
      [
        ["listJobs", "e1"],
        ["listJobsV5", "e1"],
        ["batchStatus", undefined],
        ["showActions", undefined],
      ],
    );
    const all = service(["v3"]);
    await all.client.call("listJobs", page);
    assert.deepEqual(all.own.sent, [["listJobs", page]]);
  });

  it("is none for what neither has, and the error says which is missing", async () => {
    const { client } = service(["v5"]);
    const jobs = [{ job_id: id, end_point_type: "so" as const, db_password: "p" }];
    await assert.rejects(client.call("batchModifyPwd", { jobs }), (error: Error) => {
      assert.match(error.message, /does not have version 3/);
      assert.ok(error.cause instanceof DrsError && error.cause.failure.code === "APIGW.0101");
      return true;
    });
    await assert.rejects(service([]).client.call("listJobs", page), { name: "DrsError" });
  });

  it("answers no list without the filter that was asked for: v5 does not know tags", async () => {
    const { own, client } = service(["v5"]);
    await client.call("listJobs", { ...page, tags: {} });
    await assert.rejects(client.call("listJobs", { ...page, tags: { stage: "test" } }), /have version 3/);
    assert.deepEqual(own.calls.at(-1), "listJobs");
  });

  it("decides what tasks allow: no new password where only v3 has a call for it", async () => {
    const job_action = { available_actions: ["RESET_DB_PWD", "PAUSE"], current_action: "" };
    const child = { ...listedV5, id: other, job_action };
    const without = { ...child, job_action: { ...job_action, available_actions: undefined } };
    const listed = { ...listedV5, job_action, children: [child, without] };
    const { own, client } = service(["v3", "v5"], { listJobsV5: { total_count: 1, jobs: [listed] } });
    const allowed = async () => {
      const { jobs } = await client.callIn(operationsV5, "listJobsV5", { job_type: "sync" });
      return jobs
        .flatMap((job) => [job, ...(job.children ?? [])])
        .map((job) => job.job_action?.available_actions);
    };
    const both = ["RESET_DB_PWD", "PAUSE"];
    assert.deepEqual(await allowed(), [both, both, undefined]);
    own.versions.delete("v3");
    const [task] = (await client.call("listJobs", page)).jobs;
    assert.deepEqual(task?.job_action, { ...job_action, available_actions: ["PAUSE"] });
    assert.deepEqual(task?.children?.[0]?.job_action?.available_actions, ["PAUSE"]);
    assert.deepEqual(await allowed(), [["PAUSE"], ["PAUSE"], undefined]);
    own.versions.delete("v5");
    own.versions.add("v3");
    await client.call("listJobs", page);
    own.versions.add("v5");
    assert.deepEqual(await allowed(), [both, both, undefined], "v3 is there again");
  });

  it("is not tried again after any other trouble: the call may have been carried out", async () => {
    const lost = new DrsError({ operation: "executeActions", kind: "timeout", reason: "?", uncertain: true });
    const { own, client } = service(["v3", "v5"], { executeActions: lost });
    await assert.rejects(client.call("batchPause", pause), lost);
    assert.deepEqual(own.calls, ["executeActions"]);
    const busy = new DrsError({ operation: "listJobs", kind: "throttled", reason: "?", code: "APIGW.0308" });
    const other = service(["v3", "v5"], { listJobs: busy });
    await assert.rejects(other.client.call("listJobs", page), busy);
    const broken = service(["v3", "v5"], { listJobs: new TypeError("broken") });
    await assert.rejects(broken.client.call("listJobs", page), TypeError);
    assert.deepEqual([...other.own.calls, ...broken.own.calls], ["listJobs", "listJobs"]);
  });
});

describe("what v5 answers, in the words of v3", () => {
  const { own, client } = service(["v5"]);
  const { signal } = new AbortController();

  it("lists tasks", async () => {
    const { jobs, total_record } = await client.call("listJobs", { ...page, name: "", status: "PAUSING" });
    assert.equal(total_record, 1);
    assert.deepEqual(own.sent.at(-1), [
      "listJobsV5",
      { job_type: "sync", offset: 100, limit: 100, status: "PAUSING" },
    ]);
    const { create_time, db_use_type, node_newFramework, children } = jobs[0] ?? {};
    assert.deepEqual(
      [create_time, db_use_type, node_newFramework, children],
      ["2026-11-20 10:00:00", "sync", false, []],
    );
    await client.call("listJobs", { ...page, cur_page: 1, name: `${id},${other}` });
    assert.deepEqual(
      own.sent.slice(-2).map(([, { name }]) => name),
      [id, other],
    );
  });

  it("has statuses, details with the reason of a failure, and progress", async () => {
    const status = await client.call("batchStatus", { jobs: [id] });
    assert.deepEqual(
      status.results.map((one) => [one.id, one.status]),
      [[id, "PAUSING"]],
    );
    const [detail] = (await client.call("batchDetail", { jobs: [id] })).results;
    assert.deepEqual(
      [detail?.create_time, detail?.error_message, detail?.expired_days, detail?.inst_info?.engine_type],
      [String(Date.parse("2026-11-20T10:00:00Z")), "a row in the way", "20", "postgresql"],
    );
    assert.equal(detail?.source_endpoint?.db_port, 5432);
    assert.deepEqual(detail?.speed_limit, [{ begin: "01:00", end: "03:00", speed: "5", is_utc: true }]);
    const [progress] = (await client.call("batchProgress", { jobs: [id] })).results;
    assert.deepEqual(
      [progress?.job_id, progress?.progress, progress?.incre_trans_delay_millis],
      [id, "50", "3200"],
    );
  });

  it("asks for some tasks at once, and says what is not there", async () => {
    const gone = new DrsError({
      ...{ operation: "showJobDetail", kind: "notFound", reason: "no task", code: "DRS.10000010" },
    });
    const { own, client } = service(["v5"], { showJobDetail: gone });
    const jobs = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(4, "0")}${id.slice(4)}`);
    const { results } = await client.call("batchStatus", { jobs });
    assert.equal(results.length, 20);
    assert.deepEqual([results[0]?.status, results[0]?.error_code], [null, "DRS.M00289"]);
    assert.equal(own.calls.length, 21);
  });

  it("asks for all tasks in turn, so that none stays without progress", async () => {
    const { client } = service(["v5"], {
      showJobDetail: ({ type, job_id }: { type: string; job_id: string }) => ({
        job: { ...kinds[type], id: job_id },
      }),
    });
    const jobs = Array.from({ length: 50 }, (_, index) => `${String(index).padStart(4, "0")}${id.slice(4)}`);
    for (const operation of ["batchProgress", "batchDetail"] as const) {
      const seen = new Set<string>();
      for (let reading = 0; reading < 3; reading++) {
        const { results } = await client.call(operation, { jobs });
        assert.equal(results.length, 20);
        for (const one of results) {
          seen.add(String("job_id" in one ? one.job_id : one.id));
        }
      }
      assert.deepEqual([...seen].sort(), jobs);
    }
    // A task that is asked for alone has its turn at once.
    const [last] = (await client.call("batchProgress", { jobs: [jobs[0] ?? ""] })).results;
    assert.equal(last?.job_id, jobs[0]);
  });

  it("has the other tasks where the answer about one is of no use", async () => {
    const odd = (kind: FailureKind) => new DrsError({ operation: "showJobDetail", kind, reason: "no" });
    const jobs = [id, other, `2${id.slice(1)}`];
    const read = (kind: FailureKind, bad: readonly string[], badType?: string) =>
      service(["v5"], {
        showJobDetail: ({ type, job_id }: { type: string; job_id: string }) =>
          bad.includes(job_id) && (badType ?? type) === type
            ? odd(kind)
            : { job: { ...kinds[type], id: job_id } },
      }).client;
    for (const operation of ["batchStatus", "batchDetail", "batchProgress"] as const) {
      const ids = async (client: EitherVersion) =>
        (await client.call(operation, { jobs })).results.map((one) =>
          String("job_id" in one ? one.job_id : one.id),
        );
      for (const kind of ["protocol", "service", "permission"] as const) {
        assert.deepEqual(await ids(read(kind, [other])), [id, jobs[2]], operation);
        await assert.rejects(ids(read(kind, jobs)), { message: /no/ });
      }
      await assert.rejects(ids(read("throttled", [other])), { message: /no/ });
    }
    // A failed task keeps its details where its log cannot be read.
    const { results } = await read("protocol", jobs, "log").call("batchDetail", { jobs });
    assert.deepEqual(
      results.map((one) => [one.name, one.error_message]),
      jobs.map(() => ["task", undefined]),
    );
  });

  it("tests connections, saves objects and checks, each to its end", async () => {
    const login = { db_type: "postgresql", ip: "h", db_port: 5432, db_user: "u", db_password: "p" };
    const tested = await client.call(
      "batchConnection",
      { jobs: [{ ...login, id, net_type: "eip", end_point_type: "so" }] },
      { signal },
    );
    assert.deepEqual(
      tested.results.map(({ success, status }) => [success, status]),
      [[true, "true"]],
    );
    const chosen = [
      { id: "public.a.b", object_type: "table", parent_id: "shop", select: "true" },
      { id: "sales", object_type: "schema", parent_id: "shop", select: "true" },
      { id: "sales.x", object_type: "table", parent_id: "shop", select: "true" },
      { id: "plain", object_type: "table", parent_id: "shop", select: "true" },
      { id: "shop", object_type: "database", select: "partial" },
    ] as const;
    const select = { jobs: [{ job_id: id, selected: true, job: [...chosen] }] };
    assert.equal((await client.call("batchSelectObjects", select, { signal })).results[0]?.status, true);
    const table = (name: string) => ({ name, type: "table", all: true });
    assert.deepEqual(own.sent.find(([name]) => name === "updateJob")?.[1].job, {
      type: "db_object",
      params: {
        db_object: {
          object_scope: "table",
          object_info: {
            shop: {
              ...{ name: "shop", all: false },
              schemas: {
                public: {
                  ...{ name: "public", all: false },
                  tables: { "a.b": table("a.b"), plain: table("plain") },
                },
                sales: { name: "sales", all: true },
              },
            },
          },
        },
      },
    });
    const check = { jobs: [{ job_id: id, precheck_mode: "forStartJob" as const }] };
    assert.equal((await client.call("batchPrecheck", check)).results[0]?.precheck_id, `q-${id}`);
    const [state] = (await client.call("batchPrecheckResult", { jobs: [id] })).results;
    assert.deepEqual([state?.precheck_id, state?.process, state?.result], [`q-${id}`, "100%", true]);
    assert.equal(own.sent.at(-1)?.[1].query_id, `q-${id}`);
  });

  it("creates, starts, ends by force and deletes, with each task's own refusal", async () => {
    const deletions = {
      jobs: [
        { job_id: id, delete_type: "delete" as const },
        { job_id: other, delete_type: "force_terminate" as const },
      ],
    };
    const { results } = await client.call("batchDelete", deletions);
    assert.deepEqual(
      results.map((one) => one.id),
      [id, other],
    );
    assert.deepEqual(own.sent.at(-1)?.[1], {
      jobs: [{ job_id: other, action_name: "terminate", action_params: { force_delete: true } }],
    });
    const unable = service(["v5"], {
      executeActions: { jobs: [{ id, name: "n", ...refused }] },
      updateJob: new DrsError({
        ...{ operation: "updateJob", kind: "validation", code: "DRS.M00277", reason: "taken" },
      }),
    });
    const [start] = (await unable.client.call("batchStarting", { jobs: [{ job_id: id, start_time: "" }] }))
      .results;
    assert.deepEqual([start?.status, start?.error_code], ["failed", "DRS.M00304"]);
    const named = { jobs: [{ job_id: id, name: "newName", description: "" }] };
    const [renamed] = (await unable.client.call("batchModification", named)).results;
    assert.deepEqual([renamed?.status, renamed?.error_code], ["failed", "DRS.M00277"]);
  });
});
