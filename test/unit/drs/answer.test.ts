import assert from "node:assert/strict";
import { bodyOf, checkedAnswer } from "../../../src/drs/answer";
import { DrsError, type Failure } from "../../../src/drs/errors";
import { operations } from "../../../src/drs/operations";
import type { Incoming } from "../../../src/drs/transport";

interface Given {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

function incoming({ status, headers = {}, body = {} }: Given): Incoming {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { status, header: (name) => headers[name], bytes };
}

/** What a call that changes something, or only reads, makes of an answer that is not one. */
function failureOf(given: Given, reads = false): Failure {
  try {
    bodyOf(incoming(given), { operation: "batchPause", host: "drs.example", reads });
  } catch (error) {
    assert.ok(error instanceof DrsError, String(error));
    return error.failure;
  }
  assert.fail("it is an answer");
}

const minute = 60_000;
const about = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 2_000, `${actual}, not ${expected}`);

describe("a refusal", () => {
  it("says how long the service asks to wait, in seconds or until a date", () => {
    const wait = (value?: string) =>
      failureOf({ status: 429, headers: value === undefined ? {} : { "retry-after": value } }).retryAfterMs;
    assert.equal(wait("7"), 7_000);
    assert.equal(wait("120"), 120_000);
    about(wait(new Date(Date.now() + 5 * minute).toUTCString()), 5 * minute);
    assert.equal(wait(new Date(Date.now() - 5 * minute).toUTCString()), 0);
    // What no timer can wait for is an hour.
    for (const value of ["3600", "3000000", "9".repeat(200), "Thu, 31 Dec 2099 00:00:00 GMT"]) {
      assert.equal(wait(value), 60 * minute, value);
    }
    for (const value of [undefined, "", "soon", "7s"]) {
      assert.equal(wait(value), undefined, String(value));
    }
  });

  it("names this machine's clock where a signature is refused and the clocks are too far apart", () => {
    const faultAt = (offMs: number, status = 401) => {
      const headers = { date: new Date(Date.now() + offMs).toUTCString() };
      return failureOf({ status, headers, body: { error_msg: "bad signature" } });
    };
    for (const off of [20 * minute, -20 * minute, 6 * minute]) {
      const { fault, reason } = faultAt(off);
      assert.equal(fault?.id, "clockSkew");
      about(Date.parse(fault?.subject ?? ""), Date.now() + off);
      assert.match(reason, /clock is off/);
    }
    assert.equal(faultAt(4 * minute).reason, "bad signature");
    assert.equal(faultAt(20 * minute, 403).reason, "bad signature");
    assert.equal(failureOf({ status: 401, body: { error_msg: "bad signature" } }).reason, "bad signature");
  });

  it("takes code and reason from wherever the service puts them, and says when it gives no reason", () => {
    const told = (body: unknown) => {
      const { code, reason, fault } = failureOf({ status: 400, body });
      return [code, reason, fault?.id];
    };
    const expected: readonly [body: unknown, code: string | undefined, reason: string][] = [
      [{ error_code: "A.1", error_msg: "no", code: "B", message: "other" }, "A.1", "no"],
      [{ error_code: "A.1", error_message: "no", message: "other" }, "A.1", "no"],
      [{ error_code: "", error_msg: "", code: "B.2", message: "no" }, "B.2", "no"],
      [{ error: { error_code: "C.3", error_msg: "no" }, error_code: "A.1" }, "C.3", "no"],
      [{ error: null, error_code: "A.1", error_msg: "no" }, "A.1", "no"],
      [{ error: "bad", error_code: "A.1", error_msg: "no" }, "A.1", "no"],
    ];
    for (const [body, code, reason] of expected) {
      assert.deepEqual(told(body), [code, reason, undefined], JSON.stringify(body));
    }
    for (const body of [{}, { error_msg: 7 }, "<html>", "null", "5"]) {
      assert.deepEqual(
        told(body),
        [undefined, "the service refused without a reason (HTTP 400)", "noReason"],
        JSON.stringify(body),
      );
    }
  });

  it("carries the request id of the header, else of the body", () => {
    const body = { request_id: "of-body" };
    assert.equal(
      failureOf({ status: 500, headers: { "x-request-id": "of-header" }, body }).requestId,
      "of-header",
    );
    assert.equal(failureOf({ status: 500, body }).requestId, "of-body");
    assert.equal(failureOf({ status: 500 }).requestId, undefined);
  });
});

describe("the uncertainty after a failed call", () => {
  const uncertain = (given: Given, reads: boolean) => failureOf(given, reads).uncertain;

  it("is a change whose answer is not JSON, or that broke the service", () => {
    for (const given of [{ status: 200, body: "<html>" }, { status: 500 }, { status: 503, body: "<html>" }]) {
      assert.equal(uncertain(given, false), true, String(given.status));
      assert.equal(uncertain(given, true), false, `${given.status} of a call that only reads`);
    }
  });

  it("is nothing where the service, or somebody before it, refused", () => {
    for (const status of [302, 400, 401, 403, 404, 429, 499]) {
      assert.equal(uncertain({ status }, false), false, String(status));
    }
  });

  it("is the same for an answer of more values than any of the API's", () => {
    const huge = `[${"0,".repeat(200_000)}0]`;
    const of = (status: number, reads: boolean) => {
      const { kind, fault, ...failure } = failureOf(
        { status, headers: { "x-request-id": "r-1" }, body: huge },
        reads,
      );
      assert.deepEqual([kind, fault?.id, failure.requestId], ["protocol", "tooLarge", "r-1"]);
      return failure.uncertain;
    };
    assert.deepEqual(
      [of(200, false), of(500, false), of(400, false), of(200, true)],
      [...[true, true, false, false]],
    );
  });

  it("is a change whose answer is JSON and does not fit", () => {
    const failure = (reads: boolean) => {
      const facts = { operation: "batchPause", host: "drs.example", reads };
      const answer = incoming({ status: 202, headers: { "x-request-id": "r-1" }, body: { results: 7 } });
      try {
        checkedAnswer(operations.batchPause, answer, facts, () => {});
      } catch (error) {
        assert.ok(error instanceof DrsError, String(error));
        return error.failure;
      }
      return assert.fail("it fits");
    };
    const { kind, fault, requestId, operation, uncertain: open } = failure(false);
    assert.deepEqual(
      [kind, fault?.id, requestId, operation],
      [...["protocol", "schemaMismatch", "r-1", "batchPause"]],
    );
    assert.equal(open, true);
    assert.equal(failure(true).uncertain, false);
  });
});

describe("an answer that is not the API's", () => {
  it("is none with a byte order mark, or without a body where something was changed", () => {
    const read = (given: Given, reads: boolean) =>
      bodyOf(incoming(given), { operation: "x", host: "drs.example", reads });
    assert.deepEqual(read({ status: 200, body: '\ufeff{"count":1}' }, true), { count: 1 });
    for (const status of [200, 202, 204]) {
      assert.deepEqual(read({ status, body: "" }, false), {});
      assert.equal(failureOf({ status, body: "" }, true).fault?.id, "notJson");
    }
    assert.equal(failureOf({ status: 500, body: "" }).uncertain, true);
    const facts = { operation: "batchPause", host: "drs.example", reads: false };
    const open = (error: unknown) => error instanceof DrsError && error.failure.uncertain === true;
    // What became of each task must be said.
    const answer = incoming({ status: 202, body: "" });
    assert.throws(() => checkedAnswer(operations.batchPause, answer, facts, () => {}), open);
  });

  it("is recognized: a page instead of JSON, and a redirect", () => {
    const id = (given: Given) => {
      const { kind, fault, status } = failureOf(given);
      return [kind, fault?.id, fault?.subject, status];
    };
    assert.deepEqual(id({ status: 200, body: "<html>" }), ["protocol", "notJson", "drs.example", 200]);
    assert.deepEqual(id({ status: 299, body: "7" }), ["protocol", "notJson", "drs.example", 299]);
    assert.deepEqual(id({ status: 302, body: "<html>" }), ["protocol", "redirected", "drs.example", 302]);
    assert.deepEqual(id({ status: 399 }), ["protocol", "redirected", "drs.example", 399]);
    assert.deepEqual(id({ status: 400 }).slice(0, 2), ["validation", "noReason"]);
    assert.deepEqual(id({ status: 199 }).slice(0, 2), ["service", "noReason"]);
  });

  it("is not a 400 that lists items, which is an answer, where the operation has items", () => {
    const facts = { operation: "batchDetail", host: "drs.example", reads: true };
    const given = incoming({ status: 400, body: { results: [{ id: "j1" }] } });
    assert.deepEqual(bodyOf(given, facts, "results"), { results: [{ id: "j1" }] });
    assert.throws(() => bodyOf(given, facts), DrsError);
  });
});
