import assert from "node:assert/strict";
import type { TablesCaller } from "../../../../src/drs/client";
import { DrsError } from "../../../../src/drs/errors";
import {
  changeObjects,
  selectableObjects,
  synchronizedObjects,
} from "../../../../src/tasks/use-cases/change-objects";
import { StepError } from "../../../../src/tasks/use-cases/create-task";
import { sessionWithoutList } from "../../../support/session";

const id = "0123456789abcdef0123456789abcdef0123";
const { signal } = new AbortController();
const options = { signal, onStep: () => undefined };
const objects = { object_scope: "all" } as const;

const refused = { id, status: "failed", error_code: "DRS.M1", error_msg: "not so" };
const absent = new DrsError({
  operation: "any",
  kind: "notFound",
  code: "APIGW.0101",
  reason: "no such path",
});

/** A service that takes every step, but for those that a test answers otherwise, answer by answer. */
function service(other: Readonly<Record<string, readonly unknown[]>> = {}) {
  const calls: string[] = [];
  const sent: unknown[] = [];
  const usual: Readonly<Record<string, unknown>> = {
    updateJob: { id, status: "success", query_id: "q" },
    showObjectsSaving: { id: "q", status: "success" },
    collectDbObjects: { id: "q", job_id: id, status: "pending" },
    showDbObjectsCollected: { id: "q", status: "success", object_info: { shop: { name: "shop" } } },
    listDbObjects: { id, status: "success", object_info: { shop: { name: "shop_copy" } } },
    batchPrecheck: { results: [{ id, status: "success", precheck_id: "c" }] },
    batchPrecheckResult: {
      results: [{ precheck_id: "c", process: "100%", result: true, precheck_result: [] }],
    },
    batchRetry: { results: [{ id, status: "success" }] },
  };
  const answer = async (name: string, input: unknown, given?: { readonly signal?: unknown }) => {
    sent.push([name, input, given?.signal === signal]);
    return await next(name);
  };
  const next = async (name: string) => {
    const nth = calls.filter((call) => call === name).length;
    calls.push(name);
    const given = other[name]?.[nth] ?? usual[name];
    if (given instanceof Error) {
      throw given;
    }
    return given;
  };
  const caller: TablesCaller = {
    call: answer as never,
    callIn: (async (_table: unknown, name: string, input: unknown, given: object) =>
      await answer(name, input, given)) as never,
  };
  return { caller, calls, sent };
}

describe("other objects for a task that runs", () => {
  it("are chosen, waited for until they are kept, pre-checked and applied", async () => {
    const { caller, calls } = service({ showObjectsSaving: [{ id: "q", status: "pending" }] });
    await changeObjects(sessionWithoutList(caller), id, objects, options);
    assert.deepEqual(calls, [
      ...["updateJob", "showObjectsSaving", "showObjectsSaving"],
      ...["batchPrecheck", "batchPrecheckResult", "batchRetry"],
    ]);
  });

  it("are sent as the service wants them, with the user's signal, step by step", async () => {
    const { caller, sent } = service();
    const steps: string[] = [];
    await changeObjects(sessionWithoutList(caller), id, objects, {
      signal,
      onStep: (step) => void steps.push(step),
    });
    assert.deepEqual(sent, [
      ["updateJob", { job_id: id, job: { type: "db_object", params: { db_object: objects } } }, true],
      ["showObjectsSaving", { job_id: id, query_id: "q" }, true],
      ["batchPrecheck", { jobs: [{ job_id: id, precheck_mode: "forRetryJob" }] }, true],
      ["batchPrecheckResult", { jobs: [id] }, true],
      ["batchRetry", { jobs: [{ job_id: id, is_sync_re_edit: true }] }, true],
    ]);
    assert.deepEqual([...new Set(steps)], ["selectObjects", "precheck", "apply"]);
    const read = service();
    await synchronizedObjects(read.caller, id, signal);
    assert.deepEqual(read.sent, [["listDbObjects", { job_id: id, type: "synchronized" }, true]]);
  });

  for (const [step, other] of [
    ["selectObjects", { updateJob: [refused] }],
    ["selectObjects", { updateJob: [absent] }],
    ["selectObjects", { showObjectsSaving: [refused] }],
    ["precheck", { batchPrecheck: [{ results: [refused] }] }],
    ["apply", { batchRetry: [{ results: [refused] }] }],
  ] as const) {
    it(`report where they were refused: ${Object.keys(other)} (${step})`, async () => {
      const { caller, calls } = service(other);
      const error: unknown = await changeObjects(sessionWithoutList(caller), id, objects, options).catch(
        (reason) => reason,
      );
      assert.ok(error instanceof StepError);
      assert.deepEqual([error.step, error.id], [step, id]);
      assert.equal(calls.includes("batchRetry"), step === "apply");
    });
  }

  it("can be those that the source has, read now", async () => {
    const { caller, sent } = service({ showDbObjectsCollected: [{ id: "q", status: "pending" }] });
    assert.deepEqual(await selectableObjects(caller, id, signal), { shop: { name: "shop" } });
    assert.deepEqual(sent, [
      ["collectDbObjects", { job_id: id, type: "source", is_refresh: true }, true],
      ["showDbObjectsCollected", { job_id: id, query_id: "q" }, true],
      ["showDbObjectsCollected", { job_id: id, query_id: "q" }, true],
    ]);
    for (const silent of [absent, { job_id: id, status: "success" }]) {
      const { caller } = service({ collectDbObjects: [silent] });
      assert.equal(await selectableObjects(caller, id, signal), undefined);
    }
    const unreadable = service({ showDbObjectsCollected: [refused] });
    await assert.rejects(selectableObjects(unreadable.caller, id, signal), { name: "DrsError" });
  });

  it("begin with what the service reports of those that run", async () => {
    assert.deepEqual(await synchronizedObjects(service().caller, id, signal), {
      shop: { name: "shop_copy" },
    });
    const everything = service({ listDbObjects: [{ id, status: "success", object_scope: "all" }] });
    assert.deepEqual(await synchronizedObjects(everything.caller, id, signal), {});
    for (const silent of [absent, { id, status: "success", object_scope: "table" }]) {
      const { caller } = service({ listDbObjects: [silent] });
      assert.equal(await synchronizedObjects(caller, id, signal), undefined);
    }
  });
});
