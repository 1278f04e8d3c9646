import assert from "node:assert/strict";
import {
  deriveChangeStatus,
  nextStep,
  type ObservedChange,
  type ObservedState,
} from "../../../src/backend/reconcile";
import { base, broken, engine, runs } from "./observed";

const change: ObservedChange = {
  ...{ extraTables: "none", phase: "unknown", failed: false, withdrawn: false, settled: false },
  last: "CHILD_TRANSFER_STARTING",
};

describe("a change of the synchronization objects", () => {
  const statuses: readonly [what: string, Partial<ObservedChange>, status: string][] = [
    ["is starting until the engine has its tables", {}, "CHILD_TRANSFER_STARTING"],
    ["copies", { phase: "copying" }, "CHILD_TRANSFER_STARTED"],
    ["is complete when its tables are in step", { phase: "synced" }, "CHILD_TRANSFER_COMPLETE"],
    [
      "stays complete while the engine cannot be asked",
      { phase: "unknown", last: "CHILD_TRANSFER_COMPLETE" },
      "CHILD_TRANSFER_COMPLETE",
    ],
    ["has failed", { phase: "copying", failed: true }, "CHILD_TRANSFER_FAILED"],
    ["is being ended by the user", { phase: "copying", withdrawn: true }, "RELEASE_CHILD_TRANSFER_STARTED"],
    [
      "is being ended by the user after it failed",
      { failed: true, withdrawn: true },
      "RELEASE_CHILD_TRANSFER_STARTED",
    ],
    [
      "is over, however it ended",
      { failed: true, withdrawn: true, settled: true },
      "RELEASE_CHILD_TRANSFER_COMPLETE",
    ],
  ];
  for (const [what, seen, status] of statuses) {
    it(`${what}: ${status}`, () => assert.equal(deriveChangeStatus({ ...change, ...seen }), status));
  }

  const streaming = engine(["synced"], { needsCleanUp: true });
  const idle = engine(["synced"], { enabled: false });
  const steps: readonly [what: string, Partial<ObservedChange>, Partial<ObservedState>, step: string][] = [
    ["is begun", {}, {}, "change"],
    ["is taken over when its tables are in step", { phase: "synced" }, {}, "commitChange"],
    ["is left alone while it copies", { phase: "copying", extraTables: "unfinished" }, {}, "none"],
    ["is taken over by a task that stopped", { phase: "synced" }, { engine: idle }, "commitChange"],
    [
      "is not taken over without the engine's objects",
      { phase: "synced" },
      { engine: { kind: "absent" } },
      "diagnoseStop",
    ],
    ["is not taken over by a broken engine", { phase: "synced" }, { engine: broken }, "diagnoseStop"],
    ["is not taken over once it failed", { phase: "synced", failed: true }, {}, "cleanUp"],
    ["is put back when the user ended it", { phase: "synced", withdrawn: true }, {}, "rollBack"],
    ["is put back when it failed in a copy", { failed: true, extraTables: "unfinished" }, {}, "rollBack"],
    ["keeps what it has copied when it failed", { failed: true, extraTables: "copied" }, {}, "cleanUp"],
    ["is not put back again once it is over", { withdrawn: true, settled: true }, {}, "cleanUp"],
    ["is not taken over again once it is over", { phase: "synced", settled: true }, {}, "cleanUp"],
    [
      "that is over lets go of tables that are left",
      { settled: true, extraTables: "copied" },
      {},
      "rollBack",
    ],
    ["that is over is not begun again", { settled: true }, {}, "cleanUp"],
    [
      "waits for a connection that is being recovered",
      {},
      { engine: idle, recovering: true },
      "diagnoseStop",
    ],
    ["is begun while the recovered engine runs again", {}, { recovering: true }, "change"],
    ["is begun by a task that stopped", {}, { engine: idle }, "change"],
  ];
  for (const [what, of, seen, step] of steps) {
    it(`${what}: ${step}`, () => {
      const observed = { ...base, ...runs, engine: streaming, ...seen, change: { ...change, ...of } };
      assert.equal(nextStep({ goal: "running", taskType: "FULL_INCR_TRANS", frozen: false }, observed), step);
    });
  }
});
