import assert from "node:assert/strict";
import type { Diagnosis } from "../../../src/failures/known-case";
import { stepIds } from "../../../src/failures/steps";
import { firstStep, nextAction, remedySteps } from "../../../src/tasks/remedy-steps";
import type { Task } from "../../../src/tasks/task";

const failed: Task = {
  ...{ id: "1", name: "orders", detailed: true },
  ...{ status: "incrementalFailed", apiStatus: "INCRE_TRANSFER_FAILED" },
  availableActions: ["RETRY", "FREE_RESOURCE", "RESET_DB_PWD", "PRE_CHECK"],
};
const known: Diagnosis = {
  ...{ id: "known", cause: { en: "", zh: "" }, remedy: { en: "", zh: "" }, sure: true, url: "" },
  ...{ resumable: true, steps: stepIds },
};
const lost = { id: "1", level: "failure", code: "LS006", message: "", table: "public.a" } as const;

describe("remedySteps", () => {
  it("leaves to users of a read-only connection the steps that change nothing", () => {
    assert.deepEqual(remedySteps(failed, known, true), ["showRows", "openFile", "showConflicts"]);
    assert.deepEqual(remedySteps({ ...failed, cloud: true }, known, true), [
      ...["openFile", "showConflicts", "openConsole", "openBilling"],
    ]);
    assert.deepEqual(remedySteps({ ...failed, status: "frozen" }, known, true), []);
    assert.deepEqual(remedySteps({ ...failed, status: "frozen" }, known, false), ["topUp"]);
    const steps: Diagnosis = { ...known, steps: ["runSql", "openFile"] };
    assert.deepEqual(
      [false, true].map((readOnly) => firstStep(failed, steps, readOnly)?.command),
      ["drs.runRemedySql", "drs.saveTaskFile"],
    );
  });
});

describe("nextAction", () => {
  it("lets a stopped task run again, unless its failure is final or its tables lack rows", () => {
    assert.equal(nextAction(failed, known), "resume");
    assert.equal(nextAction(failed, undefined), "resume");
    assert.equal(nextAction({ ...failed, availableActions: ["FREE_RESOURCE"] }, known), undefined);
    assert.equal(nextAction(failed, { ...known, resumable: false }), undefined);
    assert.equal(nextAction({ ...failed, warnings: [lost] }, known), undefined);
  });
});
