import assert from "node:assert/strict";
import { DrsError } from "../../../src/drs/errors";
import { type V5Caller, v5Of } from "../../../src/drs/v5";

describe("v5", () => {
  const input = { job_id: "0d7a6c1e-4f6b-4d0e-9b58-5a3c2e1fjb11" };
  /** A service that answers every call so. */
  const service = (answer: () => object) => {
    const calls: string[] = [];
    const caller: V5Caller = {
      callIn: (_, name) => {
        calls.push(name);
        return Promise.resolve().then(() => answer() as never);
      },
    };
    return { caller, calls };
  };
  const refusing = (code: string) =>
    service(() => {
      throw new DrsError({ kind: "notFound", operation: "showTimeline", reason: "no", status: 404, code });
    });

  it("is asked for once where it is not there, whoever asks", async () => {
    const { caller, calls } = refusing("APIGW.0101");
    assert.equal(v5Of(caller).absent, false);
    assert.equal(await v5Of(caller).call("showTimeline", { ...input, limit: 10, offset: 0 }), undefined);
    assert.equal(await v5Of(caller).call("showMonitorData", input), undefined);
    assert.equal(v5Of(caller).absent, true);
    assert.deepEqual(calls, ["showTimeline"]);
  });

  it("is there although it does not know the task", async () => {
    const { caller, calls } = refusing("DRS.M00289");
    for (let turn = 0; turn < 2; turn += 1) {
      await assert.rejects(v5Of(caller).call("showMonitorData", input), DrsError);
    }
    assert.equal(v5Of(caller).absent, false);
    assert.equal(calls.length, 2);
  });

  it("answers what the service says", async () => {
    const { caller } = service(() => ({ dst_rps: "3.5" }));
    assert.equal((await v5Of(caller).call("showMonitorData", input))?.dst_rps, "3.5");
  });
});
