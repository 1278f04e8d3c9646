import assert from "node:assert/strict";
import type { TablesCaller } from "../../../src/drs/client";
import { DrsError } from "../../../src/drs/errors";
import {
  legalActions,
  mayChangeObjects,
  mayChangePassword,
  mayConfigure,
  mayPrecheck,
  mayRunRemedySql,
  precheckBefore,
} from "../../../src/tasks/allowed-actions";
import type { Task } from "../../../src/tasks/task";
import { perform } from "../../../src/tasks/use-cases/perform";
import { ManualClock } from "../../support/clock";

const task = (facts: Partial<Task>): Task => ({
  id: "24834eb6-be30-464e-a299-f7aa730jb101",
  name: "orders",
  status: "incremental",
  apiStatus: "INCRE_TRANSFER_STARTED",
  detailed: true,
  ...facts,
});

describe("the actions that a task allows", () => {
  it("is what the service lists", () => {
    const availableActions = ["CREATE", "PAUSE", "FREE_RESOURCE", "SOMETHING_NEW"];
    assert.deepEqual(legalActions(task({ availableActions })), ["pause", "end"]);
    assert.deepEqual(legalActions(task({ availableActions: [] })), []);
  });

  it("is the table's own list where the service lists nothing", () => {
    assert.deepEqual(legalActions(task({})), ["pause", "end"]);
    assert.deepEqual(legalActions(task({ status: "completed" })), ["delete"]);
  });

  it("include starting over only where the service has v5, even where the service lists it", () => {
    const listed = { status: "paused", availableActions: ["RESET", "RETRY", "FREE_RESOURCE"] } as const;
    assert.deepEqual(legalActions(task(listed)), ["resume", "end"]);
    assert.deepEqual(legalActions(task({ ...listed, resettable: true })), ["resume", "reset", "end"]);
    assert.deepEqual(legalActions(task({ status: "paused", resettable: true })), ["resume", "reset", "end"]);
    assert.deepEqual(legalActions(task({ status: "paused" })), ["resume", "end"]);
    assert.deepEqual(legalActions(task({ status: "incremental", resettable: true })), ["pause", "end"]);
    assert.deepEqual(legalActions(task({ ...listed, status: "frozen", resettable: true })), []);
  });

  it("is a change of the password only where the service says so", () => {
    assert.equal(mayChangePassword(task({ availableActions: ["RESET_DB_PWD"] })), true);
    assert.equal(mayChangePassword(task({ availableActions: ["RETRY"] })), false);
    assert.equal(mayChangePassword(task({})), false);
    assert.equal(mayChangePassword(task({ status: "frozen", availableActions: ["RESET_DB_PWD"] })), false);
  });

  it("is only the end while the task is being paused, and nothing while it is being switched over", () => {
    const availableActions = ["PAUSE", "RETRY", "FREE_RESOURCE"];
    assert.deepEqual(legalActions(task({ availableActions, currentAction: "STOP_JOB" })), ["end"]);
    assert.deepEqual(legalActions(task({ availableActions, currentAction: "SWITCH_OVER" })), []);
    assert.deepEqual(legalActions(task({ availableActions, currentAction: "ORDER_INFO" })), [
      ...["pause", "resume", "end"],
    ]);
    const paused = { status: "paused", apiStatus: "PAUSING", currentAction: "STOP_JOB" } as const;
    assert.deepEqual(legalActions(task(paused)), ["resume", "end"]);
  });

  it("is SQL of a remedy for what has failed at the local backend, other than a freeze or a wrong password", () => {
    const failed = (code: string) => ({ status: "startFailed", error: { code } }) as const;
    assert.equal(mayRunRemedySql(failed("28000"), "local"), true);
    assert.equal(mayRunRemedySql(failed("28P01"), "local"), false);
    assert.equal(mayRunRemedySql({ status: "incrementalFailed" }, "local"), true);
    assert.equal(mayRunRemedySql({ status: "incrementalFailed" }, "cloud"), false);
    assert.equal(mayRunRemedySql({ status: "incremental" }, "local"), false);
    assert.equal(mayRunRemedySql({ status: "frozen" }, "local"), false);
  });

  it("is the rest of its configuration before the first start, and other objects while changes flow", () => {
    const statuses = ["configuration", "incremental", "incrementalFailed", "full"] as const;
    const of = (may: (task: { readonly status: (typeof statuses)[number] }) => boolean) =>
      statuses.filter((status) => may({ status }));
    assert.deepEqual(of(mayConfigure), ["configuration"]);
    assert.deepEqual(of(mayChangeObjects), ["incremental", "incrementalFailed"]);
  });

  it("is a pre-check where the service lists it, or a start needs one", () => {
    assert.equal(mayPrecheck(task({ availableActions: ["PRE_CHECK"] })), true);
    assert.equal(mayPrecheck(task({ status: "configuration", availableActions: ["START"] })), false);
    assert.equal(mayPrecheck(task({ status: "configuration" })), true);
    assert.equal(mayPrecheck(task({})), false);
    assert.equal(mayPrecheck(task({ status: "frozen", availableActions: ["PRE_CHECK"] })), false);
  });

  it("is nothing while the task is frozen, whatever the list says", () => {
    assert.deepEqual(legalActions(task({ status: "frozen", availableActions: ["PAUSE"] })), []);
  });
});

describe("an action on tasks", () => {
  /** A caller that answers every operation with the given results and keeps what was sent. */
  function caller(results: readonly Record<string, unknown>[]) {
    const sent: unknown[] = [];
    const client: TablesCaller = {
      call: (name, input) => {
        sent.push([name, input]);
        // One answer stands for those of all operations, whose types differ.
        return Promise.resolve({ results }) as never;
      },
      callIn: (_table, name, input) => {
        sent.push([name, input]);
        return Promise.resolve({ jobs: results }) as never;
      },
    };
    return { sent, client };
  }

  const id = task({}).id;

  it("reads the outcome of each task", async () => {
    const other = task({ id: "c7debc9c-8e09-4a5d-8dd6-cc44f78jb20r" });
    const { client } = caller([
      { id: other.id, status: "failed", error_code: "DRS.M00304", error_msg: "not now" },
      { id, status: "success" },
    ]);
    const [first, second] = await perform(client, "pause", [task({}), other]);
    assert.deepEqual(first, { id });
    assert.equal(second?.error?.failure.kind, "illegalState");
    assert.match(second?.error?.message ?? "", /batchPause: not now \(DRS\.M00304\)/);
  });

  it("asks again for what is refused only for the moment, and for nothing else", async () => {
    const clock = new ManualClock();
    const other = task({ id: "c7debc9c-8e09-4a5d-8dd6-cc44f78jb20r" });
    const answers = [
      [
        { id, status: "failed", error_code: "DRS.M01504", error_msg: "another operation in progress" },
        { id: other.id, status: "failed", error_code: "DRS.M00304", error_msg: "not now" },
      ],
      [{ id, status: "success" }],
    ];
    const sent: string[][] = [];
    const client: TablesCaller = {
      call: (_name, input) => {
        sent.push((input as { jobs: { job_id: string }[] }).jobs.map(({ job_id }) => job_id));
        return Promise.resolve({ results: answers.shift() ?? [] }) as never;
      },
      callIn: () => Promise.reject(new Error("v5 is not asked")),
    };
    const outcomes = perform(client, "pause", [task({}), other], { clock });
    while (clock.next === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(clock.tick(), 1_000);
    const [first, second] = await outcomes;
    assert.equal(first?.error, undefined);
    assert.equal(second?.error?.failure.code, "DRS.M00304");
    assert.deepEqual(sent, [[id, other.id], [id]]);
  });

  it("does not take silence for success", async () => {
    const { client } = caller([]);
    const [outcome] = await perform(client, "resume", [task({})]);
    assert.equal(outcome?.error?.failure.kind, "protocol");
  });

  it("ends by force only what could not be released before", async () => {
    const { client, sent } = caller([{ id, status: "success" }]);
    await perform(client, "end", [task({ status: "stoppingFailed" })]);
    await perform(client, "end", [task({})]);
    assert.deepEqual(sent, [
      ["batchDelete", { jobs: [{ job_id: id, delete_type: "force_terminate" }] }],
      ["batchDelete", { jobs: [{ job_id: id, delete_type: "terminate" }] }],
    ]);
  });

  it("starts at the asked time, in milliseconds as text", async () => {
    const { client, sent } = caller([{ id, status: "success" }]);
    await perform(client, "start", [task({ status: "configuration" })], { startAt: 1_700_000_000_000 });
    assert.deepEqual(sent, [["batchStarting", { jobs: [{ job_id: id, start_time: "1700000000000" }] }]]);
  });

  it("resets through v5, and says so where there is none", async () => {
    const { client, sent } = caller([{ id, status: "success" }]);
    assert.deepEqual(await perform(client, "reset", [task({ status: "paused" })]), [{ id }]);
    assert.deepEqual(sent, [["executeActions", { jobs: [{ job_id: id, action_name: "reset" }] }]]);

    const absent = {
      operation: "any",
      kind: "notFound",
      code: "APIGW.0101",
      reason: "no such path",
    } as const;
    const old: TablesCaller = { ...client, callIn: () => Promise.reject(new DrsError(absent)) };
    await assert.rejects(perform(old, "reset", [task({})]), (error: DrsError) => {
      assert.deepEqual([error.failure.kind, error.failure.fault?.id], ["notFound", "noV5"]);
      return true;
    });
  });

  it("is preceded by the pre-check that the service wants", () => {
    assert.equal(precheckBefore("start", task({ status: "configuration" })), "forStartJob");
    assert.equal(precheckBefore("start", task({ status: "pendingStart" })), undefined);
    assert.equal(precheckBefore("reset", task({ status: "paused" })), "forRetryJob");
    assert.equal(precheckBefore("resume", task({ status: "paused" })), undefined);
    assert.equal(precheckBefore("delete", task({ status: "configuration" })), undefined);
  });
});
