import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { DrsError, type FailureKind } from "../../../../src/drs/errors";
import { Control, type TaskSession } from "../../../../src/tasks/use-cases/control";
import {
  applyPlan,
  configureTask,
  createTask,
  inStep,
  StepError,
  startTask,
} from "../../../../src/tasks/use-cases/create-task";
import { ManualClock } from "../../../support/clock";
import { plannedId as id, plan } from "../../../support/task-plan";

const { signal } = new AbortController();

/** A service that takes every step, but for those that a test answers otherwise, and keeps what it was sent. */
function service(other: Readonly<Record<string, () => unknown>> = {}) {
  const sent: [name: string, input: unknown, signal: unknown][] = [];
  const usual: Readonly<Record<string, unknown>> = {
    batchCreation: { results: [{ id, status: "CREATING" }] },
    batchStatus: { results: [{ id, status: "CONFIGURATION" }] },
    batchConnection: { results: [{ id, success: true }] },
    batchSelectObjects: { results: [{ job_id: id, status: true }] },
    batchPrecheck: { results: [{ id, status: "success", precheck_id: "c" }] },
    batchPrecheckResult: {
      results: [{ precheck_id: "c", process: "100%", result: true, precheck_result: [] }],
    },
    batchStarting: { results: [{ id, status: "success" }] },
  };
  const caller: TablesCaller = {
    call: (async (name: string, input: unknown, options: { signal?: unknown }) => {
      sent.push([name, input, options?.signal]);
      return other[name]?.() ?? usual[name];
    }) as never,
    callIn: () => Promise.reject(new Error("v5 is not asked")),
  };
  return { caller, sent };
}
const instant = {
  now: () => 0,
  random: () => 0,
  after: (_ms: number, callback: () => void) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};
const options = () => {
  const steps: [step: string, percent?: number][] = [];
  const onStep = (...step: [string, number?]) => void steps.push(step);
  return { signal, steps, onStep, clock: instant };
};

describe("the requests of a plan", () => {
  it("is the creation, both ends, the objects, a pre-check and the start, each with the task's id", async () => {
    const { caller, sent } = service();
    const given = options();
    await createTask(caller, plan, given);
    await configureTask(caller, id, plan, given);
    await startTask(caller, id, given);
    assert.deepEqual(
      sent.map(([name, input]) => [name, input]),
      [
        ["batchCreation", { jobs: [plan.creation] }],
        ["batchStatus", { jobs: [id] }],
        ["batchConnection", { jobs: [{ ...plan.source, id }] }],
        ["batchConnection", { jobs: [{ ...plan.target, id }] }],
        ["batchSelectObjects", { jobs: [{ selected: false, job_id: id }] }],
        ["batchPrecheck", { jobs: [{ job_id: id, precheck_mode: "forStartJob" }] }],
        ["batchPrecheckResult", { jobs: [id] }],
        ["batchStarting", { jobs: [{ job_id: id, start_time: "" }] }],
      ],
    );
    assert.ok(sent.every(([, , used]) => used === signal));
    assert.deepEqual(
      given.steps.filter(([step]) => step === "precheck"),
      [
        ["precheck", 0],
        ["precheck", 100],
      ],
    );
  });

  it("ends with an end that cannot be connected, whichever way the service says so", async () => {
    const outcome = async (result: object) => {
      const { caller } = service({ batchConnection: () => ({ results: [{ id, ...result }] }) });
      return await configureTask(caller, id, plan, options()).then(
        () => "connected",
        (error) => (error as StepError).step,
      );
    };
    assert.equal(await outcome({ success: true, status: "false" }), "connected");
    assert.equal(await outcome({ status: "true" }), "connected");
    assert.equal(await outcome({ success: false, status: "true" }), "connectSource");
    assert.equal(await outcome({ status: "false" }), "connectSource");
    assert.equal(await outcome({}), "connectSource");
  });
});

describe("the wait for an instance", () => {
  const failing = (kind: FailureKind) => () => {
    throw new DrsError({ kind, operation: "batchStatus", reason: "no" });
  };
  /** Creates a task of which the readings say these one after another; the last one from then on. */
  const waited = async (...readings: (() => unknown)[]) => {
    const left = [...readings];
    const { caller, sent } = service({ batchStatus: () => (left.length > 1 ? left.shift() : left[0])?.() });
    const outcome = await createTask(caller, plan, options()).then(
      (created) => created,
      (error: StepError) => (error.cause as DrsError).failure,
    );
    return { outcome, readings: sent.filter(([name]) => name === "batchStatus").length };
  };
  const status = (value: string) => () => ({ results: [{ id, status: value }] });

  it("continues while it is being made, and through four failures in a row", async () => {
    const makes = status("CREATING");
    for (const kind of ["network", "timeout", "throttled", "service"] as const) {
      const four = [1, 2, 3, 4].map(() => failing(kind));
      const all = [makes, ...four, makes, ...four, status("CONFIGURATION")];
      assert.deepEqual(await waited(...all), { outcome: id, readings: all.length }, kind);
    }
  });

  it("ends with the fifth failure in a row, and at once with what does not pass", async () => {
    const five = await waited(failing("network"));
    assert.equal(five.readings, 5);
    assert.equal((await waited(failing("permission"))).readings, 1);
    const { outcome, readings } = await waited(status("CREATE_FAILED"));
    assert.deepEqual([readings, (outcome as { operation: string }).operation], [1, "batchStatus"]);
    assert.equal((await waited(() => ({ results: [] }))).readings, 1);
  });

  it("ends after an hour, when nobody knows what became of the instance", async () => {
    const clock = new ManualClock();
    const begin = clock.now();
    const { caller } = service({ batchStatus: status("CREATING") });
    let over: unknown;
    const creation = createTask(caller, plan, { ...options(), clock }).catch((error: StepError) => {
      over = error.cause;
    });
    while (over === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.next !== undefined) {
        assert.ok(clock.tick() <= 10_000);
      }
    }
    await creation;
    assert.ok(over instanceof DrsError);
    assert.deepEqual([over.failure.fault?.id, over.failure.operation], ["missingResult", "batchStatus"]);
    const hour = 60 * 60_000;
    assert.ok(clock.now() - begin >= hour && clock.now() - begin < hour + 20_000);
  });
});

describe("a plan that is carried out", () => {
  const applied = async (
    given: { existing?: string; start?: boolean },
    other: Readonly<Record<string, () => unknown>> = {},
  ) => {
    const { caller, sent } = service(other);
    const refreshed: (string | undefined)[] = [];
    const created: string[] = [];
    const store = {
      snapshot: { tasks: new Map(), asOf: undefined, problem: undefined },
      refresh: async (of?: string) => void refreshed.push(of),
      noteRefusal: () => undefined,
    };
    const session: TaskSession = { client: caller, store, control: new Control() };
    const outcome = await applyPlan(session, plan, {
      ...{ ...options(), start: given.start ?? false, existing: given.existing },
      onCreated: (of) => void created.push(of),
    }).then(
      () => "done",
      (error: StepError) => `${error.name} ${error.message}`,
    );
    return { outcome, created, refreshed, names: sent.map(([name]) => name) };
  };

  it("creates the task, shows it at once, and starts it only where that is wanted", async () => {
    const { outcome, created, refreshed, names } = await applied({ start: true });
    assert.deepEqual([outcome, created, refreshed], ["done", [id], [undefined, undefined]]);
    assert.deepEqual([names[0], names.at(-1)], ["batchCreation", "batchStarting"]);
    assert.ok(!(await applied({})).names.includes("batchStarting"));
  });

  it("configures a task that exists, and reads it again whatever became of it", async () => {
    const { created, refreshed, names } = await applied({ existing: id });
    assert.deepEqual([created, refreshed, names[0]], [[], [id], "batchConnection"]);
    const refusal = () => ({ results: [{ id, status: "failed", error_code: "DRS.M1", error_msg: "no" }] });
    const failed = await applied({ existing: id }, { batchSelectObjects: refusal });
    assert.deepEqual([failed.outcome, failed.refreshed], ["StepError the step selectObjects failed", [id]]);
  });

  it("names the step in which it failed, but leaves the user's own end as it is", async () => {
    const cause = new Error("no");
    const controller = new AbortController();
    const thrown = (work: Promise<unknown>) =>
      work.then(
        () => assert.fail("it went well"),
        (error: unknown) => error,
      );
    const failed = await thrown(inStep("start", id, controller.signal, () => Promise.reject(cause)));
    assert.ok(failed instanceof StepError);
    assert.deepEqual([failed.step, failed.id, failed.cause], ["start", id, cause]);
    controller.abort();
    assert.equal(await thrown(inStep("start", id, controller.signal, () => Promise.reject(cause))), cause);
  });
});
