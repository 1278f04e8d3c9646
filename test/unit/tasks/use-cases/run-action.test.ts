import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { DrsError, isDrsError } from "../../../../src/drs/errors";
import { changeObjects } from "../../../../src/tasks/use-cases/change-objects";
import { changePassword } from "../../../../src/tasks/use-cases/change-password";
import { beginComparison } from "../../../../src/tasks/use-cases/compare-ends";
import { applyPlan, type TaskPlan } from "../../../../src/tasks/use-cases/create-task";
import { checkTask } from "../../../../src/tasks/use-cases/precheck";
import {
  NotPossibleError,
  PrecheckError,
  planAction,
  runAction,
  type Target,
} from "../../../../src/tasks/use-cases/run-action";
import { MemoryService } from "../../../support/service";
import { sessionOf } from "../../../support/session";
import { task } from "../../details/facts";

const { signal } = new AbortController();
type Answers = Readonly<Record<string, (jobs: readonly { job_id: string }[]) => unknown>>;

/** A service with tasks whose changes flow, that answers what changes something as a test wants. */
async function connected(ids: readonly string[], answers: Answers = {}) {
  const service = new MemoryService();
  for (const id of ids) {
    service.set(id, "INCRE_TRANSFER_STARTED");
  }
  const sent: string[] = [];
  const other = async (name: string, jobs: readonly { job_id: string }[] = []) => {
    sent.push(`${name} ${jobs.map(({ job_id }) => job_id).join()}`.trim());
    return (
      answers[name]?.(jobs) ?? { results: jobs.map(({ job_id }) => ({ id: job_id, status: "success" })) }
    );
  };
  const reads = ["listJobs", "batchStatus", "batchDetail", "batchProgress"];
  const caller: TablesCaller = {
    call: (name, input, options) =>
      reads.includes(name)
        ? service.caller.call(name, input, options)
        : (other(name, (input as { jobs?: [] }).jobs) as never),
    callIn: (_table, name) => other(name) as never,
  };
  const session = sessionOf(caller);
  await session.store.refresh();
  const target = (id: string): Target => ({
    session,
    task: session.store.snapshot.tasks.get(id) ?? task({ id }),
  });
  return { service, session, sent, target };
}

const forbidden = () => {
  throw new DrsError({ operation: "any", kind: "permission", reason: "look only" });
};
const errorsOf = (results: readonly { error: unknown }[]) => results.map(({ error }) => error);

const refused = (code: string, reason = "Refused.") => ({
  batchPause: (jobs: readonly { job_id: string }[]) => ({
    results: jobs.map(({ job_id }) => ({
      ...{ id: job_id, status: "failed", error_code: code, error_msg: reason },
    })),
  }),
});

describe("a refusal that says that a task is frozen", () => {
  const pausing = async (answers: Answers) => {
    const { service, session, target } = await connected(["a"], answers);
    await runAction("pause", [target("a")], { signal });
    await session.store.refresh();
    return { service, session, shown: () => session.store.snapshot.tasks.get("a") };
  };

  for (const answers of [
    refused("CBC.99003626"),
    refused("DRS.M00304", "The account is in arrears."),
    refused("DRS.M00304", "该任务已被冻结。"),
  ]) {
    it(`makes it frozen: ${JSON.stringify(answers.batchPause([{ job_id: "a" }]).results[0])}`, async () => {
      const { shown } = await pausing(answers);
      assert.deepEqual([shown()?.status, shown()?.freeze?.id], ["frozen", "refused"]);
    });
  }

  it("with 403 does not make the connection a read-only one", async () => {
    const { session, shown } = await pausing({
      batchPause: () => {
        throw new DrsError({ operation: "any", kind: "permission", reason: "Insufficient balance." });
      },
    });
    assert.deepEqual([shown()?.status, session.control.refusal], ["frozen", undefined]);
  });

  it("holds until the task's status moves on", async () => {
    const { service, session, shown } = await pausing(refused("DRS.FROZEN"));
    const before = shown();
    await session.store.refresh();
    assert.deepEqual(shown(), before, "nothing changed");
    service.set("a", "PAUSING");
    await session.store.refresh();
    assert.deepEqual([shown()?.status, shown()?.freeze], ["paused", undefined]);
    service.set("a", "INCRE_TRANSFER_STARTED");
    await session.store.refresh();
    assert.equal(shown()?.status, "incremental");
  });

  it("gives way to what the service says itself, also when that is over", async () => {
    const { service, session, shown } = await pausing(refused("DRS.FROZEN"));
    service.orders.set("a", "FROZEN_POLICE");
    await session.store.refresh();
    assert.equal(shown()?.freeze?.id, "police");
    service.orders.delete("a");
    await session.store.refresh();
    assert.equal(shown()?.status, "incremental");
  });

  it("is forgotten when the user asks again, also what another window met before", async () => {
    const {
      session: { store },
      shown,
    } = await pausing(refused("DRS.FROZEN"));
    store.forgetRefusals();
    store.noteFreeze("a", "DRS.FROZEN", Date.now() - 60_000);
    await store.refresh();
    assert.equal(shown()?.status, "incremental");
    store.noteFreeze("a", "DRS.FROZEN", Date.now() + 1);
    await store.refresh();
    assert.deepEqual([shown()?.status, shown()?.freeze?.word], ["frozen", "DRS.FROZEN"]);
  });

  it("is no refusal of another kind", async () => {
    const { shown } = await pausing(refused("DRS.M00304", "relation frozen_orders does not exist"));
    assert.equal(shown()?.status, "incremental");
  });
});

describe("an action on tasks of several connections", () => {
  it("is one call for each connection, and reports what became of each task", async () => {
    const north = await connected(["a", "b"], {
      batchPause: () => ({
        results: [
          { id: "a", status: "success" },
          { id: "b", error_code: "DRS.M1" },
        ],
      }),
    });
    const south = await connected(["c"]);
    const results = await runAction("pause", [north.target("a"), south.target("c"), north.target("b")], {
      signal,
    });
    assert.deepEqual([north.sent, south.sent], [["batchPause a,b"], ["batchPause c"]]);
    assert.deepEqual(
      results.map(
        ({ target, error }) => `${target.task.id} ${isDrsError(error) ? error.failure.code : "accepted"}`,
      ),
      ["a accepted", "b DRS.M1", "c accepted"],
    );
  });

  it("is not begun twice while it is under way", async () => {
    const { sent, target } = await connected(["a"]);
    const both = await Promise.all([
      runAction("pause", [target("a")], { signal }),
      runAction("pause", [target("a")], { signal }),
    ]);
    assert.deepEqual(both.map(errorsOf), [[undefined], []]);
    assert.deepEqual(sent, ["batchPause a"]);
    assert.equal((await runAction("pause", [target("a")], { signal })).length, 1, "afterwards it may be");
  });

  it("goes by what is known of a task now, not when it was asked for", async () => {
    const { service, session, sent, target } = await connected(["a"]);
    const asked = target("a");
    service.set("a", "PAUSING");
    await session.store.refresh();
    const [error] = errorsOf(await runAction("pause", [asked], { signal }));
    assert.ok(error instanceof NotPossibleError && error.task.status === "paused");
    assert.ok(!sent.some((call) => call.startsWith("batchPause")));
  });

  it("reads tasks again before it says that none takes it", async () => {
    const { service, target } = await connected(["a"]);
    const old = target("a");
    assert.deepEqual((await planAction("resume", [old])).able, []);
    service.set("a", "PAUSING");
    const { able, unable } = await planAction("resume", [old]);
    assert.deepEqual([able.map((one) => one.task.status), unable], [["paused"], []]);
  });

  it("is not sent for a task whose pre-check does not pass", async () => {
    const found = [{ item: "wal_level", result: "FAILED" }];
    const { service, session, sent, target } = await connected(["a"], {
      batchPrecheckResult: () => ({ results: [{ process: "100%", result: false, precheck_result: found }] }),
    });
    service.set("a", "CONFIGURATION");
    await session.store.refresh();
    const percents: (number | undefined)[] = [];
    const onProgress = (_: unknown, percent?: number) => percents.push(percent);
    const [error] = errorsOf(await runAction("start", [target("a")], { signal, onProgress }));
    assert.ok(error instanceof PrecheckError);
    assert.deepEqual(percents, [undefined, 100]);
    assert.ok(!sent.some((call) => call.startsWith("batchStarting")));
  });
});

describe("an action", () => {
  const precheck = (result: boolean) => ({
    batchPrecheckResult: () => ({ results: [{ process: "100%", result, precheck_result: [] }] }),
  });

  it("is sent once its pre-check has passed", async () => {
    const { service, session, sent, target } = await connected(["a"], precheck(true));
    service.set("a", "CONFIGURATION");
    await session.store.refresh();
    assert.deepEqual(errorsOf(await runAction("start", [target("a")], { signal })), [undefined]);
    assert.equal(sent.at(-1), "batchStarting a");
  });

  it("that was accepted is over when the tasks have been read again", async () => {
    const at = await connected(["a"], {
      batchPause: (jobs) => {
        at.service.set("a", "PAUSING");
        return { results: jobs.map(({ job_id }) => ({ id: job_id, status: "success" })) };
      },
    });
    await runAction("pause", [at.target("a")], { signal });
    assert.equal(at.session.store.snapshot.tasks.get("a")?.status, "paused");
  });

  it("that was refused is over at once, and its task is read again still", async () => {
    const at = await connected(["a", "b"], {
      batchPause: () => {
        at.service.set("a", "PAUSING");
        return {
          results: [
            { id: "a", status: "success" },
            { id: "b", error_code: "DRS.M1" },
          ],
        };
      },
    });
    await runAction("pause", [at.target("a"), at.target("b")], { signal });
    assert.equal(at.session.store.snapshot.tasks.get("a")?.status, "incremental");
    await at.session.store.refresh();
    assert.equal(at.session.store.snapshot.tasks.get("a")?.status, "paused");
  });

  it("that somebody else was faster with says where its task is now", async () => {
    const { service, target } = await connected(["a"], {
      batchPause: (jobs) => {
        service.set("a", "PAUSING");
        return refused("DRS.M00304", "Not in this status.").batchPause(jobs);
      },
    });
    const [error] = errorsOf(await runAction("pause", [target("a")], { signal }));
    assert.ok(error instanceof NotPossibleError, String(error));
    assert.equal(error.task.status, "paused");
  });

  it("is not sent after it was canceled", async () => {
    const { sent, target } = await connected(["a"]);
    const reason = new Error("the window closes");
    const results = await runAction("pause", [target("a")], { signal: AbortSignal.abort(reason) });
    assert.deepEqual([errorsOf(results), sent], [[reason], []]);
  });

  it("that is not possible, or not after its pre-check, says so in the log", async () => {
    const { service, session, target } = await connected(["a", "b"], precheck(false));
    service.set("b", "CONFIGURATION");
    await session.store.refresh();
    const results = await runAction("start", [target("a"), target("b")], { signal });
    assert.deepEqual(errorsOf(results).map(String), [
      "NotPossibleError: start is not possible in status incremental",
      "PrecheckError: the pre-check did not pass",
    ]);
  });

  it("is planned for the tasks that take it, by what is known where one does", async () => {
    const { service, session, target } = await connected(["a", "b"]);
    service.set("b", "PAUSING");
    await session.store.refresh();
    const targets = [target("a"), target("b")];
    service.set("a", "PAUSING");
    const { able, unable } = await planAction("pause", targets);
    assert.deepEqual(
      [able, unable].map((some) => some.map((one) => one.task.id)),
      [["a"], ["b"]],
    );
    assert.equal(session.store.snapshot.tasks.get("a")?.status, "incremental", "nothing was read");
  });

  it("is planned for no task of a connection that may only be looked at", async () => {
    const { session, target } = await connected(["a"], { batchPause: forbidden });
    await runAction("pause", [target("a")], { signal });
    assert.notEqual(session.control.refusal, undefined);
    assert.deepEqual((await planAction("pause", [target("a")])).able, []);
  });

  it("is planned without tasks that are gone", async () => {
    const { service, target } = await connected(["a", "b"]);
    const targets = [target("a"), target("b")];
    service.jobs.delete("a");
    const { able, unable } = await planAction("resume", targets);
    assert.deepEqual([able, unable.map((one) => one.task.id)], [[], ["b"]]);
  });
});

describe("a connection on which something is refused for lack of permission", () => {
  const plan = { creation: { name: "new" }, source: {}, target: {}, selection: {} } as TaskPlan;
  const step = { signal, onStep: () => undefined };
  type Connected = Awaited<ReturnType<typeof connected>>;
  const ways: Readonly<Record<string, (at: Connected) => Promise<unknown>>> = {
    "an action on one task": ({ target }) => runAction("pause", [target("a")], { signal }),
    "an action on several tasks": ({ target }) => runAction("pause", [target("a"), target("b")], { signal }),
    "a change of a password": ({ session, target }) => changePassword(session, target("a").task, "so", "p"),
    "a task from a file": ({ session }) =>
      applyPlan(session, plan, { ...step, start: true, onCreated: () => undefined }),
    "a change of objects": ({ session }) => changeObjects(session, "a", { object_scope: "all" }, step),
    "a comparison": ({ session }) => beginComparison(session, "a", "lines", signal),
    "a pre-check": ({ session }) => checkTask(session, { id: "a" }, { signal }),
  };
  for (const [name, way] of Object.entries(ways)) {
    it(`is read-only after ${name}: nothing more is sent until the user tries again`, async () => {
      const all = [
        "batchPause",
        "batchModifyPwd",
        "batchCreation",
        "updateJob",
        "executeAction",
        "batchPrecheck",
      ];
      const at = await connected(["a", "b"], Object.fromEntries(all.map((each) => [each, forbidden])));
      await way(at).catch(() => undefined);
      assert.equal(at.session.control.refusal?.failure.reason, "look only");
      const { length } = at.sent;
      assert.ok(length > 0);
      for (const each of Object.values(ways)) {
        await each(at).catch(() => undefined);
      }
      assert.equal(at.sent.length, length);
      at.session.control.reset();
      await way(at).catch(() => undefined);
      assert.ok(at.sent.length > length);
    });
  }
});
