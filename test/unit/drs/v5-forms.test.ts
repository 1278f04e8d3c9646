import assert from "node:assert/strict";
import type { Identified } from "../../../src/drs/client";
import { DrsError, type FailureKind } from "../../../src/drs/errors";
import type { OperationTable, ResponseIn } from "../../../src/drs/operation";
import { v5Of } from "../../../src/drs/v5";
import { createForms, type Forms } from "../../../src/drs/v5-forms";

const [id, other] = ["0123456789abcdef0123456789abcdef0123", "1123456789abcdef0123456789abcdef0123"];
const refusal = (code: string, more: { readonly uncertain?: true; readonly kind?: FailureKind } = {}) =>
  new DrsError({ operation: "any", kind: "illegalState", code, reason: "not now", ...more });

/** What is sent to v5, and the forms that send it. An answer may be an error, or follow from the input. */
function formsOf(answers: Readonly<Record<string, unknown>>): {
  readonly sent: unknown[][];
  readonly forms: Required<Forms>;
} {
  const sent: unknown[][] = [];
  const callIn = async <T extends OperationTable, N extends keyof T & string>(
    _: T,
    name: N,
    input: unknown,
  ): Promise<Identified<ResponseIn<T, N>>> => {
    sent.push([name, input]);
    const answer = answers[name];
    const value: unknown = typeof answer === "function" ? answer(input) : answer;
    if (value instanceof Error) {
      throw value;
    }
    // A service answers anything; the forms are tested with what v5 documents.
    return value as Identified<ResponseIn<T, N>>;
  };
  return { sent, forms: createForms(v5Of({ callIn })) as Required<Forms> };
}

const done = ({ jobs }: { readonly jobs: readonly { readonly job_id: string }[] }) => ({
  jobs: jobs.map(({ job_id }) => ({ id: job_id, status: "success", query_id: `q-${job_id}` })),
});

describe("an action on several tasks in v5's words", () => {
  const result = (task: string) => ({
    ...{ id: task, status: "success", query_id: `q-${task}`, error_code: null, error_msg: null },
  });

  it("is one call that names the action of each task, with what the caller gave", async () => {
    const { sent, forms } = formsOf({ executeActions: done });
    const started = {
      jobs: [
        { job_id: id, start_time: "17" },
        { job_id: other, start_time: "" },
      ],
    };
    assert.deepEqual(await forms.batchStarting(started, {}), {
      count: 2,
      results: [result(id), result(other)],
    });
    await forms.batchPause({ jobs: [{ job_id: id, pause_mode: "target" }] }, {});
    await forms.batchRetry({ jobs: [{ job_id: id, is_sync_re_edit: true }, { job_id: other }] }, {});
    assert.deepEqual(sent, [
      [
        "executeActions",
        {
          jobs: [
            { job_id: id, action_params: { start_time: "17" }, action_name: "start" },
            { job_id: other, action_name: "start" },
          ],
        },
      ],
      [
        "executeActions",
        { jobs: [{ job_id: id, action_params: { pause_mode: "target" }, action_name: "stop" }] },
      ],
      [
        "executeActions",
        {
          jobs: [
            { job_id: id, action_params: { is_sync_re_edit: true }, action_name: "restart" },
            { job_id: other, action_name: "restart" },
          ],
        },
      ],
    ]);
  });

  it("passes on what the service says of each, also of one that it does not name", async () => {
    const jobs = [{ status: "failed", error_code: "DRS.M00304", error_msg: "not now" }];
    const { forms } = formsOf({ executeActions: { jobs } });
    assert.deepEqual(await forms.batchPause({ jobs: [{ job_id: id, pause_mode: "target" }] }, {}), {
      count: 1,
      results: [{ id: "", status: "failed", error_code: "DRS.M00304", error_msg: "not now" }],
    });
  });

  it("ends some and deletes others, and sends nothing for none", async () => {
    const deleteJobs = { jobs: [{ id: "gone", status: "success" }] };
    const { sent, forms } = formsOf({ executeActions: done, deleteJobs });
    const end = (task: string, delete_type: "terminate" | "force_terminate" | "delete") => ({
      ...{ job_id: task, delete_type },
    });
    const removed = { id: "gone", status: "success", error_code: null, error_msg: null };
    assert.deepEqual(
      await forms.batchDelete(
        { jobs: [end(id, "terminate"), end(other, "force_terminate"), end("gone", "delete")] },
        {},
      ),
      { count: 3, results: [removed, result(id), result(other)] },
    );
    assert.deepEqual(await forms.batchDelete({ jobs: [end("gone", "delete")] }, {}), {
      ...{ count: 1, results: [removed] },
    });
    assert.deepEqual(await forms.batchDelete({ jobs: [end(id, "terminate")] }, {}), {
      ...{ count: 1, results: [result(id)] },
    });
    const terminate = (task: string, force_delete: boolean) => ({
      ...{ job_id: task, action_params: { force_delete }, action_name: "terminate" },
    });
    assert.deepEqual(sent, [
      ["deleteJobs", { jobs: ["gone"] }],
      ["executeActions", { jobs: [terminate(id, false), terminate(other, true)] }],
      ["deleteJobs", { jobs: ["gone"] }],
      ["executeActions", { jobs: [terminate(id, false)] }],
    ]);
  });

  it("has no word for taking a switchover back", async () => {
    const { sent, forms } = formsOf({});
    const jobs = [{ job_id: id, delete_type: "roll_back_upgrade_active_standby" as const }];
    assert.equal(await forms.batchDelete({ jobs }, {}), undefined);
    assert.deepEqual(sent, []);
  });
});

describe("a pre-check in v5's words", () => {
  it("is an action, and its outcome that of the query which it began", async () => {
    const precheck_results = [{ item: "a", result: "PASSED" }];
    const showJobDetail = {
      job: { id, precheck_result: { result: true, process: "100%", precheck_results } },
    };
    const { sent, forms } = formsOf({ executeActions: done, showJobDetail });
    assert.deepEqual(await forms.batchPrecheckResult({ jobs: [id] }, {}), {
      count: 1,
      results: [
        {
          ...{ precheck_id: null, result: true, process: "100%", precheck_result: precheck_results },
          ...{ error_code: null, error_msg: null },
        },
      ],
    });
    const begun = await forms.batchPrecheck({ jobs: [{ job_id: id, precheck_mode: "forStartJob" }] }, {});
    assert.deepEqual(begun, {
      count: 1,
      results: [{ id, status: "success", error_code: null, error_msg: null, precheck_id: `q-${id}` }],
    });
    const found = await forms.batchPrecheckResult({ jobs: [id] }, {});
    assert.equal(found?.results[0]?.precheck_id, `q-${id}`);
    assert.deepEqual(sent, [
      ["showJobDetail", { job_id: id, type: "precheck" }],
      [
        "executeActions",
        { jobs: [{ job_id: id, action_params: { precheck_mode: "forStartJob" }, action_name: "precheck" }] },
      ],
      ["showJobDetail", { job_id: id, type: "precheck", query_id: `q-${id}` }],
    ]);
  });

  it("without a result is none yet", async () => {
    const { forms } = formsOf({ showJobDetail: { job: { id } } });
    const found = await forms.batchPrecheckResult({ jobs: [id] }, {});
    assert.equal(found?.results[0]?.precheck_result, null);
  });
});

describe("a change of a task in v5's words", () => {
  it("is one call for each thing that changes, until one is refused", async () => {
    const updateJob = ({ job: { type } }: { readonly job: { readonly type: string } }) => ({
      ...{ id, status: type === "name" ? "SUCCESS" : "failed", error_code: "DRS.M00007", error_msg: "no" },
    });
    const { sent, forms } = formsOf({ updateJob });
    const changed = await forms.batchModification(
      {
        jobs: [
          { job_id: id, name: "new", description: "words" },
          { job_id: other, description: "words" },
        ],
      },
      {},
    );
    const failed = { id, status: "failed", error_code: "DRS.M00007", error_msg: "no" };
    assert.deepEqual(changed, { count: 2, results: [failed, failed] });
    assert.deepEqual(sent, [
      ["updateJob", { job_id: id, job: { type: "name", params: { base_info: { name: "new" } } } }],
      [
        "updateJob",
        { job_id: id, job: { type: "description", params: { base_info: { description: "words" } } } },
      ],
      [
        "updateJob",
        { job_id: other, job: { type: "description", params: { base_info: { description: "words" } } } },
      ],
    ]);
    const none = await forms.batchModification({ jobs: [{ job_id: id }] }, {});
    assert.deepEqual(none?.results, [{ id, status: "success", error_code: null, error_msg: null }]);
  });

  it("that the service refuses fails for its task alone; what may have been done is thrown", async () => {
    const change = { jobs: [{ job_id: id, name: "new" }] };
    const refused = await formsOf({ updateJob: refusal("DRS.M00277") }).forms.batchModification(change, {});
    assert.deepEqual(refused?.results, [
      { id, status: "failed", error_code: "DRS.M00277", error_msg: "not now" },
    ]);
    for (const error of [
      refusal("DRS.M00277", { uncertain: true }),
      refusal("APIG.0308"),
      new Error("odd"),
    ]) {
      await assert.rejects(
        async () => await formsOf({ updateJob: error }).forms.batchModification(change, {}),
        error,
      );
    }
  });
});

describe("selected objects in v5's words", () => {
  const selection = { jobs: [{ job_id: id, selected: false }] };

  it("are kept once the service has saved them", async () => {
    const states = ["PENDING", "pending", "success"];
    const showObjectsSaving = () => ({ id: "q", status: states.shift() });
    const { sent, forms } = formsOf({
      updateJob: { id, status: "success", query_id: "q" },
      showObjectsSaving,
    });
    assert.deepEqual(await forms.batchSelectObjects(selection, {}), {
      ...{ all_counts: 1, results: [{ job_id: id, status: true, error_code: null, error_msg: null }] },
    });
    const asked = ["showObjectsSaving", { job_id: id, query_id: "q" }];
    assert.deepEqual(sent, [
      [
        "updateJob",
        { job_id: id, job: { type: "db_object", params: { db_object: { object_scope: "all" } } } },
      ],
      ...[asked, asked, asked],
    ]);
  });

  it("are refused where the service says so, at once or later", async () => {
    const failed = { status: "failed", error_code: "DRS.M00007", error_msg: "no such table" };
    const answer = { job_id: id, status: false, error_code: "DRS.M00007", error_msg: "no such table" };
    const atOnce = formsOf({ updateJob: { id, ...failed } });
    assert.deepEqual((await atOnce.forms.batchSelectObjects(selection, {}))?.results, [answer]);
    const later = formsOf({ updateJob: { id, query_id: "q" }, showObjectsSaving: { id: "q", ...failed } });
    assert.deepEqual((await later.forms.batchSelectObjects(selection, {}))?.results, [answer]);
  });
});

describe("a connection test in v5's words", () => {
  const login = {
    ip: "10.0.0.1",
    db_name: "shop",
    db_type: "postgresql",
    net_type: "eip",
    end_point_type: "ta",
  } as const;
  const test = { jobs: [{ id, db_user: "u", db_password: "p", db_port: 5432, ...login }] };

  it("is an action whose query says how it ended", async () => {
    const results = [[], [{ success: true, status: "success" }]];
    const showJobDetail = () => ({ job: { id, network_results: results.shift() } });
    const { sent, forms } = formsOf({ executeAction: { id, query_id: "q" }, showJobDetail });
    assert.deepEqual(await forms.batchConnection(test, {}), {
      count: 1,
      results: [{ id, status: "true", success: true, error_code: null, error_msg: null }],
    });
    const [action, ...asked] = sent;
    assert.deepEqual(asked, Array(2).fill(["showJobDetail", { job_id: id, type: "network", query_id: "q" }]));
    assert.deepEqual(action, [
      "executeAction",
      {
        job_id: id,
        job: {
          action_name: "network",
          action_params: {
            endpoints: [
              {
                ...{ db_type: "postgresql", endpoint_type: "offline", endpoint_role: "ta" },
                endpoint: {
                  ...{ endpoint_name: "postgresql", ip: "10.0.0.1", db_user: "u", db_password: "p" },
                  ...{ db_name: "shop", db_port: "5432" },
                },
              },
            ],
          },
        },
      },
    ]);
  });

  it("that fails says why", async () => {
    const network_results = [{ success: false, error_code: "DRS.KE0002", error_msg: "wrong password" }];
    const { forms } = formsOf({ executeAction: { id }, showJobDetail: { job: { id, network_results } } });
    assert.deepEqual((await forms.batchConnection(test, {}))?.results, [
      { id, status: "false", success: false, error_code: "DRS.KE0002", error_msg: "wrong password" },
    ]);
  });
});

describe("readings in v5's words", () => {
  it("of a task that is gone say so, and of one that failed why", async () => {
    const gone = refusal("DRS.10000010", { kind: "notFound" });
    const { forms } = formsOf({ showJobDetail: gone });
    const missing = { status: null, error_code: "DRS.M00289", error_message: "not now" };
    assert.deepEqual((await forms.batchStatus({ jobs: [id] }, {}))?.results, [
      { id, job: undefined, ...missing },
    ]);
    assert.deepEqual((await forms.batchDetail({ jobs: [id] }, {}))?.results, [
      { id, job: undefined, ...missing },
    ]);
    assert.deepEqual((await forms.batchProgress({ jobs: [id] }, {}))?.results, [
      { job_id: id, error_code: "DRS.M00289", error_msg: "not now" },
    ]);
    const other = formsOf({ showJobDetail: refusal("DRS.M00304") });
    const [refused] = (await other.forms.batchStatus({ jobs: [id] }, {}))?.results ?? [];
    assert.equal(refused?.error_code, "DRS.M00304");
  });

  it("ask for the log of a failed task only", async () => {
    const job = (status: string) => ({ id, status, base_info: {}, logs: [{ message: "a row in the way" }] });
    for (const [status, message] of [
      ["INCRE_TRANSFER_FAILED", "a row in the way"],
      ["INCRE_TRANSFER_STARTED", undefined],
    ] as const) {
      const { sent, forms } = formsOf({ showJobDetail: { job: job(status) } });
      const found = await forms.batchDetail({ jobs: [id] }, {});
      assert.equal(found?.results[0]?.error_message, message);
      const asked = [["showJobDetail", { job_id: id, type: "detail" }]];
      const log = ["showJobDetail", { job_id: id, type: "log", log_level: "Error", limit: 1 }];
      assert.deepEqual(sent, message === undefined ? asked : [...asked, log]);
    }
  });

  it("of a list are a page for each name, and counted where all of them are", async () => {
    const listJobsV5 = ({ name }: { readonly name?: string }) => ({
      ...{ total_count: name === "c" ? null : 2, jobs: [{ id: name ?? "all" }] },
    });
    const { sent, forms } = formsOf({ listJobsV5 });
    const list = { db_use_type: "sync", cur_page: 3, per_page: 10 } as const;
    const ids = async (name?: string) => {
      const found = await forms.listJobs({ ...list, ...(name === undefined ? {} : { name }) }, {});
      return [found?.total_record, ...(found?.jobs.map((job) => job.id) ?? [])];
    };
    assert.deepEqual(await ids(), [2, "all"]);
    assert.deepEqual(await ids("a,,b"), [4, "a", "b"]);
    assert.deepEqual(await ids("a,c"), [null, "a", "c"]);
    assert.deepEqual(await ids("a"), [2, "a"]);
    const page = { job_type: "sync", offset: 20, limit: 10 };
    assert.deepEqual(sent[0], ["listJobsV5", page]);
    assert.deepEqual(sent[1], ["listJobsV5", { name: "a", ...page }]);
  });
});

describe("a creation in v5's calls", () => {
  const creation = {
    name: "task",
    db_use_type: "sync" as const,
    engine_type: "postgresql",
    job_direction: "non-dbs" as const,
    net_type: "eip" as const,
    node_type: "high",
    task_type: "FULL_TRANS" as const,
    customize_sutnet_id: "s-1",
    source_endpoint: { ip: "10.0.0.1" },
    target_endpoint: { ip: "10.0.0.2" },
  };

  it("answers the task, or why there is none", async () => {
    const made = formsOf({ createJob: { id, name: "task", status: "CREATING" } });
    assert.deepEqual(await made.forms.batchCreation({ jobs: [creation] }, {}), {
      count: 1,
      results: [{ id, name: "task", status: "CREATING", error_code: null, error_msg: null }],
    });
    assert.equal(made.sent[0]?.[0], "createJob");
    const nameless = formsOf({ createJob: { name: "task" } });
    assert.equal((await nameless.forms.batchCreation({ jobs: [creation] }, {}))?.results[0]?.id, "");
    const refused = formsOf({ createJob: refusal("DRS.M00277") });
    assert.deepEqual((await refused.forms.batchCreation({ jobs: [creation] }, {}))?.results, [
      { id: "task", status: "failed", error_code: "DRS.M00277", error_msg: "not now" },
    ]);
  });
});
