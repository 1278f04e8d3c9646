import assert from "node:assert/strict";
import type { DrsCaller } from "../../../../src/drs/client";
import { precheck } from "../../../../src/tasks/use-cases/precheck";
import { task } from "../../details/facts";

/** A service that answers the results one after the other. */
function service(
  started: Record<string, unknown>,
  ...answers: readonly Record<string, unknown>[]
): DrsCaller {
  const { id } = task();
  const rest = [{ id, status: "success", ...started }, ...answers];
  // One list of answers stands for both operations, whose types differ.
  return { call: () => Promise.resolve({ results: rest.splice(0, 1), request_id: "r-1" }) as never };
}

const { signal } = new AbortController();
/** Waiting takes no time. */
const clock = {
  now: () => 0,
  random: () => 0,
  after: (_ms: number, callback: () => void) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};
const done = { precheck_id: "new", process: "100%", result: true };

describe("a pre-check", () => {
  it("waits for its own result and reports the progress", async () => {
    const percents: number[] = [];
    const client = service(
      { precheck_id: "new" },
      { precheck_id: "old", process: "100%", result: false },
      { precheck_id: "new", process: "" },
      { precheck_id: "new", process: "done", result: false },
      { precheck_id: "new", process: "40%" },
      done,
    );
    const outcome = await precheck(client, task(), "forStartJob", {
      ...{ signal, clock },
      onProgress: (percent) => percents.push(percent),
    });
    assert.deepEqual(outcome, { passed: true, findings: [] });
    assert.deepEqual(percents, [0, 0, 0, 40, 100]);
  });

  it("reports every item that did not pass, with its reason", async () => {
    const precheck_result = [
      { item: "version", result: "PASSED" },
      {
        item: "wal_level",
        result: "FAILED",
        failed_reason: "wal_level is replica",
        remedy_sql: "ALTER SYSTEM",
      },
      { item: "slots", result: "ALARM", raw_error_msg: "one left" },
    ];
    const outcome = await precheck(
      service({}, { ...done, result: false, precheck_result }),
      task(),
      "forStartJob",
      { signal, clock },
    );
    assert.deepEqual(outcome, {
      passed: false,
      findings: [
        { item: "wal_level", result: "FAILED", reason: "wal_level is replica", remedySql: "ALTER SYSTEM" },
        { item: "slots", result: "ALARM", reason: "one left" },
      ],
    });
  });

  it("ends with the service's refusal", async () => {
    const refused = { status: "failed", error_code: "DRS.M00300", error_msg: "test the connection first" };
    await assert.rejects(
      precheck(service(refused), task(), "forStartJob", { signal, clock }),
      /test the connection first \(DRS\.M00300, request r-1\)/,
    );
  });

  it("ends when the user cancels", async () => {
    const controller = new AbortController();
    const client = service({}, { process: "10%" }, { process: "20%" });
    const outcome = precheck(client, task(), "forStartJob", {
      ...{ signal: controller.signal, clock },
      onProgress: () => controller.abort(),
    });
    await assert.rejects(outcome, { name: "AbortError" });
  });
});
