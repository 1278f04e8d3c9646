import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { DrsError } from "../../../../src/drs/errors";
import { rowOf } from "../../../../src/status/statuses";
import type { Task } from "../../../../src/tasks/task";
import {
  canChangePassword,
  changePassword,
  endByError,
} from "../../../../src/tasks/use-cases/change-password";
import { Control, changing, type TaskSession } from "../../../../src/tasks/use-cases/control";
import { explainOutcome, notPossibleText } from "../../../../src/tasks/use-cases/explain";
import { perform } from "../../../../src/tasks/use-cases/perform";
import { NotPossibleError, PrecheckError } from "../../../../src/tasks/use-cases/run-action";
import { ManualClock } from "../../../support/clock";
import { english, task } from "../../details/facts";

const id = "24834eb6-be30-464e-a299-f7aa730jb101";
const error = (kind: DrsError["failure"]["kind"], code?: string, reason = "no") =>
  new DrsError({ kind, operation: "batchPause", reason, code });
const failureOf = async (work: Promise<unknown>) => {
  const reason: unknown = await work.then(
    () => assert.fail("it went well"),
    (thrown) => thrown,
  );
  assert.ok(reason instanceof DrsError, String(reason));
  return reason.failure;
};

describe("the gate to what changes something", () => {
  it("is closed by a lack of permission until the user tries again, and says so each time", async () => {
    const control = new Control();
    let changes = 0;
    control.onDidChange(() => {
      changes += 1;
    });
    control.end("a", error("illegalState"));
    control.end("a", error("permission", "CBC.99003602"));
    control.end("a", new Error("a bug"));
    assert.equal(control.refusal, undefined);
    const refusal = error("permission");
    await failureOf(control.run("batchPause", "a", () => Promise.reject(refusal)));
    assert.equal(control.refusal, refusal);
    let sent = false;
    const failure = await failureOf(
      control.run("batchPause", "a", async () => {
        sent = true;
      }),
    );
    assert.deepEqual([failure, sent], [refusal.failure, false]);
    control.end("a", refusal);
    assert.equal(changes, 1);
    control.reset();
    control.reset();
    assert.equal(changes, 2);
    assert.equal(await control.run("batchPause", "a", async () => 7), 7);
  });

  it("is closed by a lack of permission that another error carries", () => {
    const control = new Control();
    control.end("a", new Error("the step failed", { cause: error("permission") }));
    assert.equal(control.refusal?.failure.kind, "permission");
  });

  it("lets nothing pass a second time while it is under way, and everything once it has ended", async () => {
    const control = new Control();
    let finish: (() => void) | undefined;
    const first = control.run("batchPause", "a", () => new Promise<void>((resolve) => (finish = resolve)));
    const { kind, fault, operation } = await failureOf(control.run("batchRetry", "a", async () => 1));
    assert.deepEqual([kind, fault?.id, operation], ["illegalState", "underWay", "batchRetry"]);
    assert.equal(await control.run("batchPause", "b", async () => 2), 2);
    finish?.();
    await first;
    assert.equal(await control.run("batchPause", "a", async () => 3), 3);
    await assert.rejects(control.run("batchPause", "a", () => Promise.reject(new Error("no"))));
    assert.equal(await control.run("batchPause", "a", async () => 4), 4);
  });
});

/** A session that keeps what its store was asked. */
function session(call: (name: string, input: unknown) => Promise<object>) {
  const asked: unknown[] = [];
  const client: TablesCaller = {
    call: (name, input) => call(name, input) as never,
    callIn: () => Promise.reject(new Error("v5 is not asked")),
  };
  const store = {
    snapshot: { tasks: new Map(), asOf: undefined, problem: undefined },
    refresh: async (of?: string) => void asked.push(["refresh", of]),
    noteRefusal: (of: string, refusal: DrsError) => void asked.push(["refusal", of, refusal]),
  };
  const open: TaskSession = { client, store, control: new Control() };
  return { open, asked };
}

describe("an action that changes a task", () => {
  it("reads the task again, and notes what the service refused", async () => {
    const { open, asked } = session(async () => ({}));
    assert.equal(await changing(open, "batchPause", id, async () => 7), 7);
    assert.deepEqual(asked.splice(0), [["refresh", id]]);
    const refusal = error("illegalState");
    await failureOf(changing(open, "batchPause", id, () => Promise.reject(refusal)));
    assert.deepEqual(asked.splice(0), [
      ["refusal", id, refusal],
      ["refresh", id],
    ]);
    await assert.rejects(changing(open, "batchPause", id, () => Promise.reject(new Error("a bug"))));
    assert.deepEqual(asked, [["refresh", id]]);
  });

  it("gives it another password for one of its ends, sent once, where the service allows it", async () => {
    const sent: unknown[] = [];
    const { open } = session(async (name, input) => {
      sent.push([name, input]);
      return { results: [{ id, status: "success" }] };
    });
    await changePassword(open, task({ id }), "ta", "p4ss");
    const jobs = [{ job_id: id, end_point_type: "ta", db_password: "p4ss" }];
    assert.deepEqual(sent, [["batchModifyPwd", { jobs }]]);
    const able = task({ availableActions: ["RESET_DB_PWD"] });
    assert.equal(canChangePassword(open, able), true);
    assert.equal(canChangePassword(open, task({ availableActions: [] })), false);
    open.control.end("a", error("permission"));
    assert.equal(canChangePassword(open, able), false);
  });
});

describe("the end whose password is asked for", () => {
  const end = (user: string, message?: string) =>
    endByError({
      ...{ source: { user: "drs" }, target: { user } },
      ...(message === undefined ? {} : { error: { code: "28P01", message } }),
    });

  it("is the one whose user the error names", () => {
    assert.equal(end("drs_target", 'no password for "drs_target"'), "ta");
    assert.equal(end("drs_target", "rejected user drs."), "so");
    assert.equal(end("a.b(c", "rejected user a.b(c: no"), "ta");
  });

  it("is the one that the error speaks of, in either language, also where both have the same user", () => {
    assert.equal(end("drs", "The target database rejected user drs: no"), "ta");
    assert.equal(end("drs", "The source database rejected user drs: no"), "so");
    assert.equal(end("drs", "目标数据库拒绝用户 drs：密码错误"), "ta");
    assert.equal(end("drs", "源数据库拒绝用户 drs：密码错误"), "so");
  });

  it("is not certain where the error names none, both, or one by its user and the other in words", () => {
    assert.equal(end("drs_target"), undefined);
    assert.equal(end("drs", "rejected user drs"), undefined);
    assert.equal(end("drs_target", "The target database cannot connect to the source database"), undefined);
    assert.equal(end("drs_target", "The source database rejected user drs_target"), undefined);
  });
});

describe("the request for an action", () => {
  const performed = async (
    action: Parameters<typeof perform>[1],
    of: Pick<Task, "id" | "status"> = { id, status: "paused" },
  ) => {
    const { signal } = new AbortController();
    const sent: unknown[] = [];
    const client: TablesCaller = {
      call: (name, input, options) => {
        sent.push([name, input, options?.signal === signal]);
        return Promise.resolve({ results: [] }) as never;
      },
      callIn: (_, name, input, options) => {
        sent.push([name, input, options?.signal === signal]);
        return Promise.resolve({ jobs: [] }) as never;
      },
    };
    const [outcome] = await perform(client, action, [of], { signal });
    assert.equal(outcome?.error?.failure.operation, (sent[0] as unknown[])[0]);
    return sent;
  };

  it("is one call, whose name the outcome carries", async () => {
    const jobs = (job: object) => ({ jobs: [{ job_id: id, ...job }] });
    assert.deepEqual(await performed("start"), [["batchStarting", jobs({ start_time: "" }), true]]);
    assert.deepEqual(await performed("pause"), [["batchPause", jobs({ pause_mode: "target" }), true]]);
    assert.deepEqual(await performed("resume"), [["batchRetry", jobs({}), true]]);
    assert.deepEqual(await performed("reset"), [["executeActions", jobs({ action_name: "reset" }), true]]);
    assert.deepEqual(await performed("end"), [["batchDelete", jobs({ delete_type: "terminate" }), true]]);
    const forced = { id, status: "stoppingFailed" } as const;
    const force = jobs({ delete_type: "force_terminate" });
    assert.deepEqual(await performed("end", forced), [["batchDelete", force, true]]);
    const record = jobs({ delete_type: "delete" });
    assert.deepEqual(await performed("delete", forced), [["batchDelete", record, true]]);
  });

  it("is sent again for half a minute where the service is asked too often, whatever else it says", async () => {
    for (const refusal of [error("throttled", "APIGW.0308"), error("illegalState", "DRS.M01504")]) {
      const clock = new ManualClock();
      let calls = 0;
      const client: TablesCaller = {
        call: () => {
          calls += 1;
          return Promise.reject(refusal);
        },
        callIn: () => Promise.reject(new Error("v5 is not asked")),
      };
      const outcomes = perform(client, "pause", [{ id, status: "incremental" }], { clock });
      const pauses: number[] = [];
      while (pauses.length < 5) {
        await new Promise((resolve) => setImmediate(resolve));
        if (clock.next !== undefined) {
          pauses.push(clock.tick());
        }
      }
      assert.deepEqual(await outcomes, [{ id, error: refusal }]);
      assert.deepEqual([pauses, calls], [[1_000, 2_000, 4_000, 8_000, 15_000], 6]);
    }
  });

  it("is sent again only when the service wants to be asked again, and not at all where that is too late", async () => {
    const busy = (retryAfterMs: number) =>
      new DrsError({ operation: "batchPause", kind: "throttled", reason: "busy", retryAfterMs });
    const clock = new ManualClock();
    const asks = [busy(20_000), undefined];
    const client: TablesCaller = {
      call: () => {
        const refusal = asks.shift();
        return refusal ? Promise.reject(refusal) : (Promise.resolve({ results: [{ id }] }) as never);
      },
      callIn: () => Promise.reject(new Error("v5 is not asked")),
    };
    const paused = () => perform(client, "pause", [{ id, status: "incremental" }], { clock });
    const done = paused();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(clock.tick(), 20_000);
    assert.deepEqual(await done, [{ id }]);
    asks.push(busy(31_000));
    assert.deepEqual(await paused(), [{ id, error: busy(31_000) }]);
  });

  it("is not sent again after any other failure of the call", async () => {
    const client: TablesCaller = {
      call: () => Promise.reject(error("network")),
      callIn: () => Promise.reject(new Error("v5 is not asked")),
    };
    const failure = await failureOf(perform(client, "pause", [{ id, status: "incremental" }]));
    assert.equal(failure.kind, "network");
  });
});

describe("the reason why a use case failed", () => {
  const stopped = task({ name: "orders", status: "incrementalFailed" });

  it("is that the action is not possible in the task's status", async () => {
    const text = `"Pause" is not possible for task "orders" in status ${rowOf("incrementalFailed").name.en}.`;
    assert.equal(notPossibleText("pause", stopped, english), text);
    assert.equal(await explainOutcome(new NotPossibleError("pause", stopped), english, false), text);
  });

  it("is that rows were lost, which forbids a resumption alone", () => {
    const loss = { id: "1", level: "failure", code: "LF001", message: "Rows are missing in t." } as const;
    const warning = { ...loss, level: "warning", message: "Near." } as const;
    const lost = { ...stopped, warnings: [warning, loss] };
    assert.equal(
      notPossibleText("resume", lost, english),
      '"Resume" is not possible for task "orders", because rows were lost. Rows are missing in t.',
    );
    assert.match(notPossibleText("pause", lost, english), /in status/);
    assert.match(notPossibleText("resume", { ...stopped, warnings: [warning] }, english), /in status/);
    assert.match(notPossibleText("resume", stopped, english), /in status/);
  });

  it("is what the pre-check found", async () => {
    const findings = [
      { item: "odd_item", result: "FAILED", reason: "Odd." },
      { item: "fine_item", result: "PASSED", reason: "Fine." },
    ];
    const text = await explainOutcome(
      new PrecheckError(stopped, { passed: false, findings }),
      english,
      false,
    );
    assert.match(text, /pre-check did not pass\. odd_item: Odd\./);
    assert.doesNotMatch(text, /Fine/);
  });

  it("is otherwise what the client says", async () => {
    assert.match(await explainOutcome(error("service", undefined, "down"), english, false), /^Down\./);
  });
});
