import assert from "node:assert/strict";
import {
  type DesiredState,
  deriveStatus,
  nextStep,
  type ObservedState,
} from "../../../src/backend/reconcile";
import { base, broken, engine, runs, unreachable } from "./observed";

interface Case {
  readonly what: string;
  readonly wish?: Partial<DesiredState>;
  readonly seen: Partial<ObservedState>;
  readonly status: string;
  readonly step: string;
}

const cases: readonly Case[] = [
  {
    what: "created",
    wish: { goal: "configured" },
    seen: { provisioned: false },
    status: "CREATING",
    step: "provision",
  },
  {
    what: "instance failed",
    wish: { goal: "configured" },
    seen: { provisioned: false, failure: "create" },
    status: "CREATE_FAILED",
    step: "none",
  },
  { what: "configured", wish: { goal: "configured" }, seen: {}, status: "CONFIGURATION", step: "none" },
  { what: "scheduled", wish: { goal: "scheduled" }, seen: {}, status: "WAITING_FOR_START", step: "none" },
  { what: "to be started", seen: {}, status: "STARTJOBING", step: "prepare" },
  {
    what: "reset after a pause: it starts over",
    seen: { last: "PAUSING" },
    status: "STARTJOBING",
    step: "prepare",
  },
  { what: "start failed", seen: { failure: "start" }, status: "START_JOB_FAILED", step: "none" },
  {
    what: "made but not enabled: no flash of a failure",
    seen: {
      prepared: true,
      engine: engine(["waiting"], { enabled: false, streaming: false }),
      last: "STARTJOBING",
    },
    status: "STARTJOBING",
    step: "enable",
  },
  {
    what: "enabled, nothing copied yet",
    seen: { ...runs, engine: engine(["waiting"]), last: "STARTJOBING" },
    status: "STARTJOBING",
    step: "none",
  },
  {
    what: "copying",
    seen: { ...runs, engine: engine(["copying", "waiting"]) },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "between two tables",
    seen: { ...runs, engine: engine(["synced", "waiting"]) },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "stopped in the copy",
    seen: { ...runs, engine: engine(["copying"], { enabled: false }), last: "FULL_TRANSFER_STARTED" },
    status: "FULL_TRANSFER_STARTED",
    step: "diagnoseStop",
  },
  {
    what: "full failed",
    seen: { ...runs, failure: "full", engine: engine(["copying"], { enabled: false }) },
    status: "FULL_TRANSFER_FAILED",
    step: "none",
  },
  {
    what: "streaming",
    seen: { ...runs, engine: engine(["synced"]) },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "tried again after a failure: not recovered before changes flow",
    seen: { ...runs, engine: engine(["synced"], { streaming: false }), last: "INCRE_TRANSFER_FAILED" },
    status: "STARTJOBING",
    step: "none",
  },
  {
    what: "without a stream for a moment",
    seen: { ...runs, engine: engine(["synced"], { streaming: false }), last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "one copy, crashed while letting go",
    wish: { taskType: "FULL_TRANS" },
    seen: { ...runs, fullDone: true },
    status: "FULL_TRANSFER_COMPLETE",
    step: "finish",
  },
  {
    what: "log lost",
    seen: { ...runs, engine: engine(["synced"], { logKept: false }) },
    status: "INCRE_TRANSFER_STARTED",
    step: "diagnoseStop",
  },
  {
    what: "incremental failed",
    seen: { ...runs, failure: "incremental", engine: engine(["synced"], { enabled: false }) },
    status: "INCRE_TRANSFER_FAILED",
    step: "none",
  },
  {
    what: "subscription dropped",
    seen: { ...runs, last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "diagnoseStop",
  },
  {
    what: "connection lost",
    seen: { ...runs, recovering: true, engine: engine(["synced"], { enabled: false }) },
    status: "REBUILD_NODE_STARTED",
    step: "diagnoseStop",
  },
  {
    what: "server away",
    seen: { ...runs, recovering: true, engine: unreachable },
    status: "REBUILD_NODE_STARTED",
    step: "none",
  },
  {
    what: "just back: not yet recovered",
    seen: { ...runs, recovering: true, engine: engine(["synced"], { streaming: false }) },
    status: "REBUILD_NODE_STARTED",
    step: "none",
  },
  {
    what: "backend restarted, not looked yet",
    seen: { prepared: true, engine: undefined, last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "backend restarted, found disabled",
    seen: { prepared: true, engine: engine(["synced"], { enabled: false }), last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "enable",
  },
  {
    what: "pausing",
    wish: { goal: "paused" },
    seen: { prepared: true, engine: engine(["synced"]), last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "suspend",
  },
  {
    what: "pausing a copy that still runs",
    wish: { goal: "paused" },
    seen: {
      prepared: true,
      engine: engine(["copying"], { enabled: false, copyWorkers: 1 }),
      last: "FULL_TRANSFER_STARTED",
    },
    status: "FULL_TRANSFER_STARTED",
    step: "suspend",
  },
  {
    what: "paused",
    wish: { goal: "paused" },
    seen: { prepared: true, engine: engine(["synced"], { enabled: false }) },
    status: "PAUSING",
    step: "none",
  },
  {
    what: "paused, server away",
    wish: { goal: "paused" },
    seen: { prepared: true, engine: unreachable },
    status: "PAUSING",
    step: "none",
  },
  {
    what: "frozen while streaming",
    wish: { frozen: true },
    seen: { ...runs, engine: engine(["synced"]), last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "suspend",
  },
  {
    what: "frozen and suspended",
    wish: { frozen: true },
    seen: { prepared: true, engine: engine(["synced"], { enabled: false }), last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "streaming, while a copied table has nobody to lead it on",
    seen: { ...runs, engine: engine(["synced", "copied"], { slotLost: true, needsCleanUp: true }) },
    status: "FULL_TRANSFER_STARTED",
    step: "restoreSlots",
  },
  {
    what: "streaming, after a crash that took the end of a copy",
    seen: { ...runs, engine: engine(["synced", "copied"]), fullDone: true },
    status: "REBUILD_NODE_STARTED",
    step: "none",
  },
  {
    what: "copied, and without indexes",
    seen: { ...runs, engine: engine(["synced"], { needsCleanUp: true }), indexes: "lacking" },
    status: "FULL_TRANSFER_STARTED",
    step: "index",
  },
  {
    what: "copied, while indexes are made",
    seen: { ...runs, engine: engine(["synced"], { needsCleanUp: true }), indexes: "making" },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "copied, with a copy that has lost its end",
    seen: { ...runs, engine: engine(["synced", "copied"]), indexes: "lacking" },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "to be paused, while indexes are made by themselves",
    wish: { goal: "paused" },
    seen: {
      ...{ prepared: true, indexes: "making", last: "FULL_TRANSFER_STARTED" },
      engine: engine(["synced"], { enabled: false }),
    },
    status: "FULL_TRANSFER_STARTED",
    step: "suspend",
  },
  {
    what: "failed, while indexes are made by themselves",
    seen: {
      ...{ ...runs, failure: "full", indexes: "making" },
      engine: engine(["synced"], { enabled: false }),
    },
    status: "FULL_TRANSFER_FAILED",
    step: "suspend",
  },
  {
    what: "streaming, with something left of the copies",
    seen: { ...runs, engine: engine(["synced"], { needsCleanUp: true }) },
    status: "INCRE_TRANSFER_STARTED",
    step: "cleanUp",
  },
  {
    what: "streaming beside the copy of an added table",
    seen: {
      ...runs,
      engine: engine(["synced"], { needsCleanUp: true }),
      change: {
        ...{ extraTables: "unfinished", phase: "copying" },
        ...{ failed: false, withdrawn: false, settled: false, last: "CHILD_TRANSFER_STARTED" },
      },
    },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "streaming, with tables that are to be copied again",
    seen: {
      ...{ ...runs, fullDone: true, engine: engine(["synced"]), last: "INCRE_TRANSFER_STARTED" },
      copyAgain: { begun: false, phase: "synced" },
    },
    status: "INCRE_TRANSFER_STARTED",
    step: "copyAgain",
  },
  {
    what: "streaming beside a table that is copied again",
    seen: {
      ...{ ...runs, fullDone: true, engine: engine(["synced"], { needsCleanUp: true }) },
      copyAgain: { begun: true, phase: "copying" },
    },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "streaming, with a table that was lost while it was copied again",
    seen: {
      ...{ ...runs, fullDone: true, engine: engine(["synced"]) },
      copyAgain: { begun: true, phase: "unknown" },
    },
    status: "INCRE_TRANSFER_STARTED",
    step: "copyAgain",
  },
  {
    what: "all tables copied again and in step",
    seen: {
      ...{ ...runs, fullDone: true, engine: engine(["synced"]) },
      copyAgain: { begun: true, phase: "synced" },
    },
    status: "INCRE_TRANSFER_STARTED",
    step: "commitCopy",
  },
  {
    what: "one copy, a table of which is to be copied again",
    wish: { taskType: "FULL_TRANS" },
    seen: { ...runs, engine: engine(["synced"]), copyAgain: { begun: false, phase: "unknown" } },
    status: "FULL_TRANSFER_STARTED",
    step: "copyAgain",
  },
  {
    what: "paused, with tables that are to be copied again",
    wish: { goal: "paused" },
    seen: {
      ...{ prepared: true, engine: engine(["synced"], { enabled: false }), last: "PAUSING" },
      copyAgain: { begun: false, phase: "synced" },
    },
    status: "PAUSING",
    step: "none",
  },
  {
    what: "resumed after a failure, with tables that are to be copied again",
    seen: {
      ...{ prepared: true, fullDone: true, engine: engine(["synced"], { enabled: false }) },
      ...{ copyAgain: { begun: false, phase: "synced" }, last: "INCRE_TRANSFER_FAILED" },
    },
    status: "STARTJOBING",
    step: "copyAgain",
  },
  {
    what: "streaming, and rows are lost",
    seen: { ...runs, engine: engine(["synced"]), lost: true, last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "failStream",
  },
  {
    what: "resumed, and rows were lost",
    seen: {
      prepared: true,
      engine: engine(["synced"], { enabled: false }),
      lost: true,
      last: "INCRE_TRANSFER_FAILED",
    },
    status: "STARTJOBING",
    step: "failStream",
  },
  {
    what: "paused, and rows were lost",
    wish: { goal: "paused" },
    seen: { prepared: true, engine: engine(["synced"], { enabled: false }), lost: true, last: "PAUSING" },
    status: "PAUSING",
    step: "none",
  },
  {
    what: "one copy, all synced",
    wish: { taskType: "FULL_TRANS" },
    seen: { ...runs, engine: engine(["synced"]) },
    status: "FULL_TRANSFER_STARTED",
    step: "finish",
  },
  {
    what: "one copy, done",
    wish: { taskType: "FULL_TRANS" },
    seen: { fullDone: true },
    status: "FULL_TRANSFER_COMPLETE",
    step: "none",
  },
  {
    what: "paused, not looked yet after a restart of the backend",
    wish: { goal: "paused" },
    seen: { prepared: true, engine: undefined, last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "failed, while a worker waits to go on",
    seen: { ...runs, failure: "incremental", engine: engine(["synced"]) },
    status: "INCRE_TRANSFER_FAILED",
    step: "suspend",
  },
  {
    what: "failed, server away",
    seen: { ...runs, failure: "full", engine: unreachable },
    status: "FULL_TRANSFER_FAILED",
    step: "none",
  },
  {
    what: "failed, not looked yet",
    seen: { ...runs, failure: "full", engine: undefined },
    status: "FULL_TRANSFER_FAILED",
    step: "none",
  },
  {
    what: "started for the first time, while an engine of an earlier one is still there",
    seen: { engine: engine(["synced"]), last: "CONFIGURATION" },
    status: "STARTJOBING",
    step: "prepare",
  },
  {
    what: "without a copy, after a crash of the target",
    wish: { taskType: "INCR_TRANS" },
    seen: { ...runs, engine: engine(["waiting"]), last: "INCRE_TRANSFER_STARTED" },
    status: "REBUILD_NODE_STARTED",
    step: "none",
  },
  {
    what: "copying, while no table is with a worker for a moment",
    seen: { ...runs, engine: engine(["waiting"]), last: "FULL_TRANSFER_STARTED" },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  {
    what: "one table of two in step, and something left of the copies",
    seen: { ...runs, engine: engine(["copying", "synced"], { needsCleanUp: true }) },
    status: "FULL_TRANSFER_STARTED",
    step: "none",
  },
  ...["FULL_TRANSFER_STARTED", "REBUILD_NODE_STARTED", "PAUSING"].map((last) => ({
    what: `at ${last}, not looked yet after a restart of the backend`,
    seen: { prepared: true, engine: undefined, last },
    ...{ status: last, step: "none" },
  })),
  {
    what: "the subscription is broken",
    seen: { ...runs, engine: broken, last: "INCRE_TRANSFER_STARTED" },
    status: "INCRE_TRANSFER_STARTED",
    step: "diagnoseStop",
  },
  {
    what: "connection lost, with tables that are to be copied again",
    seen: {
      ...{ prepared: true, recovering: true, engine: engine(["synced"], { enabled: false }) },
      copyAgain: { begun: false, phase: "unknown" },
    },
    status: "REBUILD_NODE_STARTED",
    step: "enable",
  },
  {
    what: "releasing",
    wish: { goal: "released" },
    seen: { ...runs, engine: engine(["synced"]) },
    status: "RELEASE_RESOURCE_STARTED",
    step: "release",
  },
  {
    what: "release failed",
    wish: { goal: "released" },
    seen: { failure: "release" },
    status: "RELEASE_RESOURCE_FAILED",
    step: "none",
  },
  {
    what: "released",
    wish: { goal: "released" },
    seen: { released: true },
    status: "RELEASE_RESOURCE_COMPLETE",
    step: "none",
  },
];

describe("the status derived from desired and observed state", () => {
  for (const { what, wish, seen, status, step } of cases) {
    it(`${what}: ${status}, ${step}`, () => {
      const wanted: DesiredState = { goal: "running", taskType: "FULL_INCR_TRANS", frozen: false, ...wish };
      const observed = { ...base, ...seen };
      assert.deepEqual([deriveStatus(wanted, observed), nextStep(wanted, observed)], [status, step]);
    });
  }
});
