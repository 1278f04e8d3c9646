import assert from "node:assert/strict";
import { type BatchResult, isRefused, onlyResult, refusalOf } from "../../../src/drs/batch";
import { DrsError } from "../../../src/drs/errors";

describe("the result of one task in a batch", () => {
  it("is a refusal when it has a code, or its status says so in whatever form", () => {
    const refused: BatchResult[] = [
      { error_code: "DRS.M00304" },
      { status: false },
      { status: "failed" },
      { status: "FAILED" },
      { status: "false" },
    ];
    for (const result of refused) {
      assert.equal(isRefused(result), true, JSON.stringify(result));
    }
    for (const result of [{}, { status: "success", error_code: "" }, { status: true }, { status: null }]) {
      assert.equal(isRefused(result), false, JSON.stringify(result));
    }
  });

  it("carries code, reason and request id, and its kind follows from the code", () => {
    const { failure } = refusalOf("batchPause", { error_code: "DRS.M00304", error_msg: "not now" }, "r-1");
    assert.deepEqual(failure, {
      ...{ operation: "batchPause", requestId: "r-1", code: "DRS.M00304" },
      ...{ kind: "illegalState", reason: "not now" },
    });
    const silent = refusalOf("batchPause", { status: false, error_code: null, error_msg: "" }, undefined);
    assert.deepEqual(
      [silent.failure.kind, silent.failure.code, silent.failure.fault?.id, silent.failure.uncertain],
      ["validation", undefined, "noReason", undefined],
    );
  });

  it("is uncertain where the service says nothing of the task", () => {
    const { failure } = refusalOf("batchPause", undefined, "r-1");
    assert.deepEqual(
      [failure.kind, failure.uncertain, failure.fault?.id, failure.requestId, failure.operation],
      ["protocol", true, "missingResult", "r-1", "batchPause"],
    );
  });

  it("is taken where it is no refusal and done, and thrown as an error otherwise", () => {
    const done = { id: "j1", status: "success" };
    assert.equal(onlyResult("batchPause", { results: [done] }), done);
    const thrown = (results: readonly BatchResult[], isDone?: () => boolean) => {
      try {
        onlyResult("batchPause", { results, request_id: "r-1" }, isDone);
      } catch (error) {
        assert.ok(error instanceof DrsError);
        assert.equal(error.failure.requestId, "r-1");
        return error.failure.fault?.id ?? error.failure.reason;
      }
      return "taken";
    };
    assert.equal(thrown([]), "missingResult");
    assert.equal(thrown([{ error_code: "A", error_msg: "no" }]), "no");
    assert.equal(
      thrown([done], () => false),
      "noReason",
    );
    assert.equal(
      thrown([done], () => true),
      "taken",
    );
  });
});
