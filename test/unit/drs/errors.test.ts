import assert from "node:assert/strict";
import {
  DrsError,
  type FailureKind,
  type Fault,
  faultOf,
  isAbort,
  isDrsError,
  isUnanswered,
  kindOf,
} from "../../../src/drs/errors";

describe("an error of the client", () => {
  it("names the operation, the reason, and code, status and request as far as they are known", () => {
    const facts = { kind: "service", operation: "listJobs", reason: "down" } as const;
    assert.equal(new DrsError(facts).message, "listJobs: down");
    assert.equal(
      new DrsError({ ...facts, code: "DRS.1", status: 500, requestId: "r-1" }).message,
      "listJobs: down (DRS.1, HTTP 500, request r-1)",
    );
    assert.equal(new DrsError({ ...facts, status: 500 }).message, "listJobs: down (HTTP 500)");
  });

  it("is one of the network only where nobody answered", () => {
    const kinds: readonly FailureKind[] = ["network", "timeout", "service", "authentication", "protocol"];
    const unanswered = kinds.filter((kind) =>
      isUnanswered(new DrsError({ kind, operation: "listJobs", reason: "down" })),
    );
    assert.deepEqual(unanswered, ["network", "timeout"]);
    assert.equal(isUnanswered(new Error("network")), false);
  });

  it("is no cancellation, which has a name of its own", () => {
    assert.equal(isAbort(new DOMException("canceled", "AbortError")), true);
    for (const other of [new Error("AbortError"), { name: "AbortError" }, undefined]) {
      assert.equal(isAbort(other), false, String(other));
    }
  });

  it("is known also where another bundle made it, and nothing else is", () => {
    const failure = { kind: "service", operation: "listJobs", reason: "down" } as const;
    const foreign = Object.assign(new Error("x"), { name: "DrsError", failure });
    assert.equal(isDrsError(new DrsError(failure)), true);
    assert.equal(isDrsError(foreign), true);
    const others = [new Error("x"), Object.assign(new Error("x"), { name: "DrsError" }), null];
    for (const other of [
      ...others,
      { name: "DrsError", failure },
      Object.assign(new Error("x"), { failure }),
    ]) {
      assert.equal(isDrsError(other), false, String(other));
    }
  });

  const reasons: Readonly<Record<Fault, string>> = {
    connectionRefused: "nothing listens at X",
    foreignProgram: "another program than the local backend listens at X; nothing was sent to it",
    hostNotFound: "the name X cannot be resolved",
    connectionReset: "the connection to X was cut",
    certificateUntrusted: "the certificate of X is not trusted by this machine",
    certificateInvalid: "the certificate is not valid for X",
    unreachable: "the service cannot be reached: X",
    timeout: "no answer from X in time",
    notJson: "the answer of X is not JSON; is there a proxy or a sign-in page in between?",
    tooLarge: "the answer of X is larger than any of the API's",
    redirected: "X sends elsewhere; is there a proxy or a sign-in page in between?",
    schemaMismatch: "the answer is not what the API promises: X",
    clockSkew: "this machine's clock is off: the service's shows X",
    noReason: "the service refused without a reasonX",
    missingResult: "the service did not say what became of this task",
    underWay: "another operation on this task is under way",
    closed: "the connection was removed, hidden or changed meanwhile; nothing was sent",
    noV3: "this service does not have version 3 of the API, which this needs",
    noV5: "this service does not have version 5 of the API, which this needs",
  };
  for (const [id, reason] of Object.entries(reasons)) {
    it(`says what went wrong on the way: ${id}`, () => {
      assert.deepEqual(faultOf(id as Fault, "X"), { reason, fault: { id, subject: "X" } });
    });
  }

  const kinds: readonly [code: string | undefined, status: number, FailureKind][] = [
    ["APIGW.0101", 400, "notFound"],
    ["APIGW.0301", 400, "authentication"],
    ["APIGW.0302", 400, "permission"],
    ["APIGW.0308", 400, "throttled"],
    ["DRS.M00100", 400, "authentication"],
    ["DRS.M00102", 400, "permission"],
    ["DRS.M00289", 400, "notFound"],
    ["DRS.M00304", 400, "illegalState"],
    ["DRS.M01503", 400, "throttled"],
    ["DRS.M01504", 400, "illegalState"],
    ["DRS.M05003", 400, "notFound"],
    ["DRS.M05004", 400, "notFound"],
    ["DRS.10000010", 400, "notFound"],
    ["DRS.UNKNOWN", 403, "permission"],
    ["constructor", 404, "notFound"],
    [undefined, 401, "authentication"],
    [undefined, 403, "permission"],
    [undefined, 404, "notFound"],
    [undefined, 429, "throttled"],
    [undefined, 400, "validation"],
    [undefined, 422, "validation"],
    [undefined, 500, "service"],
    [undefined, 409, "service"],
  ];
  for (const [code, status, kind] of kinds) {
    it(`is of kind ${kind} with ${code ?? "no code"} and HTTP ${status}`, () => {
      assert.equal(kindOf(code, status), kind);
    });
  }
});
