import assert from "node:assert/strict";
import {
  type ActionConstraints,
  availableActions,
  jobAction,
} from "../../../../src/backend/jobs/legal-actions";

describe("the actions of a task", () => {
  it("are none while it is frozen, and all others are unavailable", () => {
    const desired = { goal: "running", attempt: 1, startAt: null, force: false } as const;
    const job = {
      ...({ status: "INCRE_TRANSFER_STARTED", taskType: "FULL_INCR_TRANS" } as const),
      ...{ desired, edit: null, change: null, copyAgain: null },
    };
    const flowing = ["CHOOSE_OBJECT", "PAUSE", "FREE_RESOURCE"];
    const can = {
      taskTypes: [],
      canPause: true,
      canEditObjects: true,
      canCopyAgain: true,
      canCompare: true,
      knowsProgress: true,
    };
    const available = (gate: ActionConstraints) => jobAction(job, gate).available_actions;
    assert.deepEqual(available({ frozen: false, can }), flowing);
    assert.deepEqual(available({ frozen: true, can }), []);
    assert.ok(jobAction(job, { frozen: true, can }).unavailable_actions.includes("PAUSE"));
  });

  it("are none that the engine cannot do", () => {
    const desired = { goal: "running", attempt: 1, startAt: null, force: false } as const;
    const can = {
      taskTypes: [],
      canPause: false,
      canEditObjects: false,
      canCopyAgain: false,
      canCompare: false,
      knowsProgress: true,
    };
    const available = (status: string) =>
      availableActions(
        { status, taskType: "FULL_INCR_TRANS", desired, edit: null, change: null, copyAgain: null },
        { frozen: false, can },
      );
    assert.deepEqual(available("INCRE_TRANSFER_STARTED"), ["FREE_RESOURCE"]);
    assert.deepEqual(available("INCRE_TRANSFER_FAILED"), [
      "RESET_DB_PWD",
      "PRE_CHECK",
      "RETRY",
      "RESET",
      "FREE_RESOURCE",
    ]);
    // Before the start nothing flows yet.
    assert.ok(available("CONFIGURATION").includes("CHOOSE_OBJECT"));
  });
});
