import assert from "node:assert/strict";
import { DrsError } from "../../../src/drs/errors";
import { type V5Caller, v5Of } from "../../../src/drs/v5";

describe("v5", () => {
  const input = { job_id: "0d7a6c1e-4f6b-4d0e-9b58-5a3c2e1fjb11" };
  /** A service that answers every call so. */
  const service = (answer: () => object) => {
    const calls: string[] = [];
    const asked: unknown[] = [];
    const caller: V5Caller = {
      callIn: (_, name, input, options) => {
        calls.push(name);
        asked.push([input, options]);
        return Promise.resolve().then(() => answer() as never);
      },
    };
    return { caller, calls, asked };
  };
  const refusing = (code: string) =>
    service(() => {
      throw new DrsError({ kind: "notFound", operation: "showTimeline", reason: "no", status: 404, code });
    });

  it("is asked for once where it is missing, however many callers ask", async () => {
    const { caller, calls } = refusing("APIGW.0101");
    assert.equal(v5Of(caller).absent, false);
    assert.equal(await v5Of(caller).call("showTimeline", { ...input, limit: 10, offset: 0 }), undefined);
    assert.equal(await v5Of(caller).call("showMonitorData", input), undefined);
    assert.equal(v5Of(caller).absent, true);
    assert.deepEqual(calls, ["showTimeline", "listJobsV5"]);
  });

  it("is there without an operation that it lacks, which is asked for once", async () => {
    const calls: string[] = [];
    const caller: V5Caller = {
      callIn: async (_, name) => {
        calls.push(name);
        if (name === "showTimeline") {
          throw new DrsError({ kind: "notFound", operation: name, reason: "no", code: "APIGW.0101" });
        }
        return { total_count: 0, jobs: [], dst_rps: "3.5" } as never;
      },
    };
    const v5 = v5Of(caller);
    const page = { ...input, limit: 10, offset: 0 };
    assert.equal(await v5.call("showTimeline", page), undefined);
    assert.equal(v5.absent, false);
    assert.equal((await v5.call("showMonitorData", input))?.dst_rps, "3.5");
    assert.equal(await v5.call("showTimeline", page), undefined);
    await assert.rejects(v5.need("showTimeline", page), /DRS|no|v5/i);
    assert.deepEqual(calls, ["showTimeline", "listJobsV5", "showMonitorData"]);
  });

  it("is there although it does not know the task", async () => {
    const { caller, calls } = refusing("DRS.M00289");
    for (let turn = 0; turn < 2; turn += 1) {
      await assert.rejects(v5Of(caller).call("showMonitorData", input), DrsError);
    }
    assert.equal(v5Of(caller).absent, false);
    assert.equal(calls.length, 2);
  });

  it("is looked for with the smallest call, once, and without waiting long", async () => {
    const { signal } = new AbortController();
    const there = service(() => ({ total_count: 0, jobs: [] }));
    assert.equal(await v5Of(there.caller).isThere(signal), true);
    assert.equal(await v5Of(there.caller).isThere(signal), true);
    assert.deepEqual(there.calls, ["listJobsV5"]);
    assert.deepEqual(there.asked, [
      [
        { job_type: "sync", limit: 1 },
        { signal, timeoutMs: 5_000 },
      ],
    ]);
    assert.equal(await v5Of(refusing("APIGW.0101").caller).isThere(signal), false);
    assert.equal(await v5Of(refusing("DRS.M00289").caller).isThere(signal), true);
  });

  it("stays undecided after other errors, and rethrows a refused signature or an abort", async () => {
    const { signal } = new AbortController();
    const failing = (error: Error) =>
      service(() => {
        throw error;
      });
    const troubled = (kind: "timeout" | "authentication", code?: string) =>
      failing(new DrsError({ kind, operation: "listJobsV5", reason: "no", code }));
    const slow = troubled("timeout");
    assert.equal(await v5Of(slow.caller).isThere(signal), undefined);
    assert.equal(await v5Of(slow.caller).isThere(signal), undefined);
    assert.equal(slow.calls.length, 2);
    assert.equal(await v5Of(troubled("timeout", "APIGW.0308").caller).isThere(signal), undefined);
    await assert.rejects(v5Of(troubled("authentication").caller).isThere(signal), DrsError);
    await assert.rejects(v5Of(failing(new Error("aborted")).caller).isThere(signal), /aborted/);
  });

  it("is required by some operations, which say so where it is missing", async () => {
    const { caller } = service(() => ({ dst_rps: "3.5" }));
    assert.equal((await v5Of(caller).need("showMonitorData", input)).dst_rps, "3.5");
    await assert.rejects(v5Of(refusing("APIGW.0101").caller).need("showMonitorData", input), (error) => {
      assert.ok(error instanceof DrsError);
      const { kind, code, fault, operation } = error.failure;
      assert.deepEqual(
        [kind, code, fault?.id, operation],
        ["notFound", "APIGW.0101", "noV5", "showMonitorData"],
      );
      return true;
    });
  });

  it("answers what the service says", async () => {
    const { caller } = service(() => ({ dst_rps: "3.5" }));
    assert.equal((await v5Of(caller).call("showMonitorData", input))?.dst_rps, "3.5");
  });
});
