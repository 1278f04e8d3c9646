import assert from "node:assert/strict";
import { explain } from "../../../src/drs/error-text";
import { DrsError, type Failure, faultOf } from "../../../src/drs/errors";
import { localizerFor } from "../../../src/l10n/localizer";
import { fill } from "../../support/texts";

const english = localizerFor("en", fill);
const chinese = localizerFor("zh-cn", fill);

const failed = (failure: Omit<Failure, "operation">) => new DrsError({ operation: "batchPause", ...failure });

describe("a failed call in the user's words", () => {
  it("has the service's reason, its code, and what to do next", () => {
    const error = failed({ kind: "illegalState", code: "DRS.M00304", reason: "the task is starting" });
    assert.equal(
      explain(error, english),
      "The task is starting (DRS.M00304). The task's status does not allow this now. Wait until it settles, then try again.",
    );
  });

  it("ends once, after the code, where the service's reason has an end of its own", () => {
    const reason = (text: string) => failed({ kind: "illegalState", code: "DRS.M00304", reason: text });
    assert.match(explain(reason("Not now."), english), /^Not now \(DRS\.M00304\)\. /);
    assert.match(explain(reason("当前不允许。"), chinese), /^当前不允许 \(DRS\.M00304\)/);
  });

  it("reports the client's own faults in the user's language", () => {
    const error = failed({ kind: "network", ...faultOf("connectionRefused", "127.0.0.1:9") });
    assert.match(explain(error, english), /^Nothing listens at 127\.0\.0\.1:9\. Check the connection/);
    assert.match(explain(error, chinese), /^127\.0\.0\.1:9 上没有服务在监听。请检查/);
  });

  it("asks to look first when the call may have taken effect", () => {
    const error = failed({ kind: "network", uncertain: true, ...faultOf("connectionReset", "drs.example") });
    assert.match(explain(error, english), /it may have taken effect\.$/);
    assert.doesNotMatch(explain(failed({ kind: "timeout", reason: "late" }), english), /taken effect/);
  });

  it("offers to start the local backend again when that is what does not answer", () => {
    const error = failed({ kind: "network", ...faultOf("connectionRefused", "127.0.0.1:9") });
    assert.match(explain(error, english, true), /Start the local backend again/);
  });

  it("shows no stack", () => {
    assert.equal(explain(new Error("no such port"), english), "No such port.");
    assert.equal(explain("odd", english), "Odd.");
  });
});
