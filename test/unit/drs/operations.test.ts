import assert from "node:assert/strict";
import * as v from "valibot";
import { callOf, type Operation } from "../../../src/drs/operation";

const operation = (method: Operation["method"], path: string): Operation => ({
  ...{ method, path, success: 200, reads: true, request: v.unknown(), response: v.unknown() },
});

describe("how an operation's input is sent", () => {
  it("puts the fields that the path names into the path, and leaves the project to the connection", () => {
    const call = callOf(operation("GET", "/v5/{project_id}/jobs/{job_id}"), { job_id: "a/b", limit: 10 });
    assert.equal(call.path, "/v5/{project_id}/jobs/a%2Fb");
    assert.deepEqual([call.query.toString(), call.body], ["limit=10", ""]);
  });

  it("puts the others of a GET into the query, each of a list on its own, without what is not given", () => {
    const input = { status: ["A", "B"], limit: 0, name: undefined, engine: null, full: false };
    const { query, body } = callOf(operation("GET", "/v5/jobs"), input);
    assert.equal(query.toString(), "status=A&status=B&limit=0&full=false");
    assert.equal(body, "");
  });

  it("puts them into the body of every other method, and sends none with a DELETE that has none", () => {
    for (const method of ["POST", "PUT", "DELETE"] as const) {
      const { query, body } = callOf(operation(method, "/v5/jobs/{job_id}"), { job_id: "j", name: "n" });
      assert.deepEqual([query.toString(), body], ["", '{"name":"n"}'], method);
    }
    assert.equal(callOf(operation("DELETE", "/v5/jobs/{job_id}"), { job_id: "j" }).body, "");
    assert.equal(callOf(operation("POST", "/v5/jobs/{job_id}"), { job_id: "j" }).body, "{}");
  });

  it("puts those that the table names into the query of another method", () => {
    const collect = { ...operation("POST", "/v5/jobs/{job_id}/collect"), query: ["type", "names"] };
    const whole = callOf(collect, { job_id: "j", type: "source", names: ["a", "b"] });
    assert.deepEqual([whole.query.toString(), whole.body], ["type=source&names=a&names=b", ""]);
    const mixed = callOf(collect, { job_id: "j", type: "source", more: 1 });
    assert.deepEqual([mixed.query.toString(), mixed.body], ["type=source", '{"more":1}']);
  });

  it("leaves the input as it is", () => {
    const input = { job_id: "j" };
    callOf(operation("GET", "/v5/jobs/{job_id}"), input);
    assert.deepEqual(input, { job_id: "j" });
  });
});
