import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { DrsError } from "../../../../src/drs/errors";
import { explainStep } from "../../../../src/files/explain";
import { localizerFor } from "../../../../src/l10n/localizer";
import { configureTask, createTask, StepError, startTask } from "../../../../src/tasks/use-cases/create-task";
import { plannedId as id, plan } from "../../../support/task-plan";
import { fill } from "../../../support/texts";

/** A service that takes every step, but for those that a test answers otherwise. */
function service(other: Readonly<Record<string, () => unknown>> = {}) {
  const calls: string[] = [];
  const usual: Readonly<Record<string, unknown>> = {
    batchCreation: { results: [{ id, status: "CREATING" }] },
    batchStatus: { results: [{ id, status: "CONFIGURATION" }] },
    batchConnection: { results: [{ id, status: "true", success: true }] },
    batchSelectObjects: { results: [{ job_id: id, status: true }] },
    batchPrecheck: { results: [{ id, status: "success", precheck_id: "c" }] },
    batchPrecheckResult: {
      results: [{ precheck_id: "c", process: "100%", result: true, precheck_result: [] }],
    },
    batchStarting: { results: [{ id, status: "success" }] },
    batchRetry: { results: [{ id, status: "success" }] },
  };
  const caller: TablesCaller = {
    call: (async (name: string) => {
      calls.push(name);
      return other[name]?.() ?? usual[name];
    }) as never,
    callIn: () => Promise.reject(new Error("v5 is not asked")),
  };
  return { caller, calls };
}

const refused = () => ({
  results: [{ id, job_id: id, status: "failed", error_code: "DRS.M1", error_msg: "not so" }],
});
const options = (signal = new AbortController().signal) => {
  const steps: string[] = [];
  return { signal, steps, onStep: (step: string) => void steps.push(step), clock: instant };
};
/** Waiting takes no time. */
const instant = {
  now: () => 0,
  random: () => 0,
  after: (_ms: number, callback: () => void) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};

async function whole(caller: TablesCaller, given: ReturnType<typeof options>): Promise<string> {
  const made = await createTask(caller, plan, given);
  await configureTask(caller, made, plan, given);
  await startTask(caller, made, given);
  return made;
}

describe("a task from its plan", () => {
  it("is created, waited for, connected, given its objects, pre-checked and started, each once", async () => {
    const { caller, calls } = service();
    const given = options();
    assert.equal(await whole(caller, given), id);
    assert.deepEqual(calls, [
      ...["batchCreation", "batchStatus", "batchConnection", "batchConnection", "batchSelectObjects"],
      ...["batchPrecheck", "batchPrecheckResult", "batchStarting"],
    ]);
    const steps = ["create", "wait", "connectSource", "connectTarget", "selectObjects", "precheck", "start"];
    assert.deepEqual([...new Set(given.steps)], steps);
  });

  const failures = [
    ["create", "batchCreation", undefined, /DRS\.M1.*No task was created\.$/s],
    ["wait", "batchStatus", id, /The task exists \(ID/],
    [
      "connectSource",
      "batchConnection",
      id,
      /testing the connection to the source failed.*exists and is kept/s,
    ],
    ["selectObjects", "batchSelectObjects", id, /exists and is kept/],
    ["precheck", "batchPrecheck", id, /exists and is kept/],
    ["start", "batchStarting", id, /Start it from the list/],
  ] as const;
  for (const [step, operation, known, told] of failures) {
    it(`reports where it failed: ${step}`, async () => {
      const { caller, calls } = service({ [operation]: refused });
      const error = await whole(caller, options()).then(assert.fail, (reason) => reason);
      assert.ok(error instanceof StepError);
      assert.deepEqual(
        [error.step, error.id, calls.filter((name) => name === operation).length],
        [step, known, 1],
      );
      const text = await explainStep(error, "orders", localizerFor("en", fill), true);
      assert.match(text, told);
      assert.doesNotMatch(text, /p4ssw0rd/);
    });
  }

  it("reports the items that a pre-check found", async () => {
    const precheck_result = [{ item: "wal_level", result: "FAILED", failed_reason: "is replica" }];
    const { caller, calls } = service({
      batchPrecheckResult: () => ({ results: [{ process: "100%", result: false, precheck_result }] }),
    });
    const error = await whole(caller, options()).then(assert.fail, (reason) => reason);
    assert.match(await explainStep(error, "orders", localizerFor("en", fill), true), /wal_level: is replica/);
    assert.ok(!calls.includes("batchStarting"));
  });

  it("never repeats a creation whose answer was lost, and says that the task may exist", async () => {
    const lost = () => {
      throw new DrsError({
        operation: "batchCreation",
        kind: "timeout",
        reason: "no answer",
        uncertain: true,
      });
    };
    const { caller, calls } = service({ batchCreation: lost });
    const error = await whole(caller, options()).then(assert.fail, (reason) => reason);
    assert.deepEqual(calls, ["batchCreation"]);
    assert.match(await explainStep(error, "orders", localizerFor("en", fill), true), /may have been created/);
  });

  it("may have been carried out where the service names no task", async () => {
    const { caller } = service({ batchCreation: () => ({ results: [{ id: "", name: "orders" }] }) });
    const error = await whole(caller, options()).then(assert.fail, (reason) => reason);
    assert.match(await explainStep(error, "orders", localizerFor("en", fill), true), /may have been created/);
  });

  it("tolerates polls that fail briefly while the instance is created", async () => {
    const answers = [
      () => ({ results: [{ id, status: "CREATING" }] }),
      () => {
        throw new DrsError({ operation: "batchStatus", kind: "network", reason: "cut" });
      },
    ];
    const { caller, calls } = service({ batchStatus: () => answers.shift()?.() });
    await createTask(caller, plan, options());
    assert.equal(calls.filter((name) => name === "batchStatus").length, 3);
  });

  it("passes the ID on before it waits, and stops where the user cancels", async () => {
    const controller = new AbortController();
    const { caller, calls } = service({ batchStatus: () => ({ results: [{ id, status: "CREATING" }] }) });
    let made = "";
    const creating = createTask(caller, plan, options(controller.signal), (created) => {
      made = created;
      controller.abort();
    });
    await assert.rejects(creating, { name: "AbortError" });
    assert.equal(made, id);
    assert.ok(!calls.includes("batchConnection"));
  });
});
