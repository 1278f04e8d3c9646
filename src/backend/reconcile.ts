/**
 * The status of a task and its next step: pure functions of what the user wants and what is observed.
 * Level-triggered: nothing depends on how the present came about.
 */
import type { EngineState } from "./engine/engine-state";

/** The desired state (stored). `frozen` is billing: the account's balance is used up. */
export interface DesiredState {
  readonly goal: "configured" | "scheduled" | "running" | "paused" | "released";
  readonly taskType: "FULL_TRANS" | "FULL_INCR_TRANS" | "INCR_TRANS";
  readonly frozen: boolean;
}

/** The observed state. */
export interface ObservedState {
  /** The instance: the link through which the rows go. */
  readonly provisioned: boolean;
  /** Of the attempt in hand; an earlier one's does not count. */
  readonly failure: keyof typeof failedStatus | undefined;
  /** Undefined until the engine has been asked, after a start of the backend. */
  readonly engine: EngineState | undefined;
  /** Whether subscription and slot were made, so that their absence does not mean a first start. */
  readonly prepared: boolean;
  /** Whether a lost connection is being recovered from. */
  readonly recovering: boolean;
  /** Whether this process has enabled the engine in this attempt. */
  readonly enabledNow: boolean;
  /** Whether the full synchronization was complete once. */
  readonly fullDone: boolean;
  readonly released: boolean;
  /** Whether the stream has lost rows of the task's tables, or loses them. */
  readonly lost: boolean;
  /** The last change of the synchronization objects. */
  readonly change: ObservedChange | undefined;
  /** The tables that are to be copied again. */
  readonly copyAgain: ObservedCopy | undefined;
  /** Whether copied tables lack indexes; `making`: they are being made. */
  readonly indexes: "lacking" | "making" | undefined;
  /** The status that was stored last. */
  readonly last: string;
}

/** The observed state of a change of the synchronization objects. `engine` in `ObservedState` is about the task's own tables. */
export interface ObservedChange {
  /** Which tables the engine has that are not the task's own; `unfinished` when a copy is among them. */
  readonly extraTables: "none" | "copied" | "unfinished";
  /** How far the engine is with the changed set. */
  readonly phase: "unknown" | "copying" | "synced";
  readonly failed: boolean;
  /** Whether the user ended it, and the engine is to go back to the task's own tables. */
  readonly withdrawn: boolean;
  /** Whether it is over. */
  readonly settled: boolean;
  /** Its status that was stored last. */
  readonly last: string;
}

/** The observed state of tables that are to be copied again. `engine` in `ObservedState` is not about them. */
export interface ObservedCopy {
  /** Whether the engine has begun to copy all of them. */
  readonly begun: boolean;
  /** How far it is with them; `unknown`: it does not have them all. */
  readonly phase: "unknown" | "copying" | "synced";
}

const failedStatus = {
  create: "CREATE_FAILED",
  start: "START_JOB_FAILED",
  full: "FULL_TRANSFER_FAILED",
  incremental: "INCRE_TRANSFER_FAILED",
  rectification: "REBUILD_NODE_FAILED",
  release: "RELEASE_RESOURCE_FAILED",
} as const;

/** The API's status of a task. */
export function deriveStatus(desired: DesiredState, seen: ObservedState): string {
  if (desired.goal === "released") {
    if (seen.released) {
      return "RELEASE_RESOURCE_COMPLETE";
    }
    return seen.failure === "release" ? failedStatus.release : "RELEASE_RESOURCE_STARTED";
  }
  if (seen.failure !== undefined) {
    return failedStatus[seen.failure];
  }
  if (!seen.provisioned) {
    return "CREATING";
  }
  switch (desired.goal) {
    case "configured":
      return "CONFIGURATION";
    case "scheduled":
      return "WAITING_FOR_START";
    case "paused":
      return pausedStatus(seen);
    case "running":
      // Billing suspends the engine; the task's own status stands still.
      return desired.frozen ? seen.last : runningStatus(desired, seen);
  }
}

const childStatus = {
  unknown: "CHILD_TRANSFER_STARTING",
  copying: "CHILD_TRANSFER_STARTED",
  synced: "CHILD_TRANSFER_COMPLETE",
} as const;

/** The API's status of a change of the synchronization objects: its child task's. */
export function deriveChangeStatus(change: ObservedChange): string {
  const { phase, failed, withdrawn, settled, last } = change;
  if (settled) {
    return "RELEASE_CHILD_TRANSFER_COMPLETE";
  }
  if (withdrawn) {
    return "RELEASE_CHILD_TRANSFER_STARTED";
  }
  if (failed) {
    return "CHILD_TRANSFER_FAILED";
  }
  // An end that is away for a moment, or has lost the end of a copy in a crash, makes nothing of it undone.
  return last === childStatus.synced ? last : childStatus[phase];
}

function pausedStatus(seen: ObservedState): string {
  return seen.engine === undefined || isAtWork(seen) ? seen.last : "PAUSING";
}

/** Whether anything runs that a pause has to end. */
function isAtWork({ engine, indexes }: ObservedState): boolean {
  return engine?.kind === "present" && (engine.enabled || engine.copyWorkers > 0 || indexes === "making");
}

function runningStatus(desired: DesiredState, seen: ObservedState): string {
  const { engine } = seen;
  if (isDone(desired, seen)) {
    return "FULL_TRANSFER_COMPLETE";
  }
  if (!seen.prepared) {
    return "STARTJOBING";
  }
  if (seen.recovering) {
    return "REBUILD_NODE_STARTED";
  }
  if (engine?.kind !== "present" || !seen.enabledNow || seen.lost) {
    return untilItFlows(seen);
  }
  const phases = engine.tables.map((table) => table.phase);
  if (phases.every((phase) => phase === "synced")) {
    if (desired.taskType === "FULL_TRANS" || seen.indexes !== undefined) {
      return "FULL_TRANSFER_STARTED";
    }
    return engine.streaming ? "INCRE_TRANSFER_STARTED" : untilItFlows(seen);
  }
  if (seen.fullDone || desired.taskType === "INCR_TRANS") {
    // The target has crashed, and has lost the last commits of a copy.
    return "REBUILD_NODE_STARTED";
  }
  const begun = phases.some((phase) => phase !== "waiting");
  return begun || seen.last === "FULL_TRANSFER_STARTED" ? "FULL_TRANSFER_STARTED" : "STARTJOBING";
}

/** One copy, and it is complete; its engine objects may not all be gone yet. */
function isDone({ taskType }: DesiredState, { fullDone }: ObservedState): boolean {
  return taskType === "FULL_TRANS" && fullDone;
}

/** After a restart of the backend or a pause, the flow resumes: the task has not started over. */
function untilItFlows(seen: ObservedState): string {
  return running.has(seen.last) ? seen.last : "STARTJOBING";
}

const running: ReadonlySet<string> = new Set([
  "FULL_TRANSFER_STARTED",
  "INCRE_TRANSFER_STARTED",
  "REBUILD_NODE_STARTED",
  "PAUSING",
]);

/** The next thing to do for a task. */
export type Step =
  | "none"
  | "provision"
  | "prepare"
  | "enable"
  /** Find out why the engine stopped by itself. */
  | "diagnoseStop"
  /** The stream loses rows: stop it and say so. */
  | "failStream"
  | "suspend"
  /** Begin to copy the tables that a change adds. */
  | "change"
  /** The added tables are in step: take over the changed set. */
  | "commitChange"
  /** A change has failed or was ended: go back to the task's own tables. */
  | "rollBack"
  /** Begin to copy tables again. */
  | "copyAgain"
  /** They are in step. */
  | "commitCopy"
  /** Give copied tables the indexes that they lack. */
  | "index"
  /** Lead copied tables on that have lost their place. */
  | "restoreSlots"
  /** Let go of what only copies under way could need. */
  | "cleanUp"
  /** FULL_TRANS: the copy is complete, let go of the source. */
  | "finish"
  | "release";

/** The next step towards what the user wants; "none" when there is nothing to do but to watch. */
export function nextStep(desired: DesiredState, seen: ObservedState): Step {
  if (desired.goal === "released") {
    return seen.released || seen.failure === "release" ? "none" : "release";
  }
  if (seen.failure === "create") {
    return "none";
  }
  if (!seen.provisioned) {
    return "provision";
  }
  const { engine } = seen;
  if (desired.goal === "paused" || (desired.goal === "running" && desired.frozen)) {
    return isAtWork(seen) ? "suspend" : "none";
  }
  if (desired.goal === "running" && seen.failure !== undefined) {
    // A worker that cannot do anything now must not continue later, while the task is failed.
    return engine?.kind === "present" && (engine.enabled || seen.indexes === "making") ? "suspend" : "none";
  }
  if (desired.goal !== "running") {
    return "none";
  }
  if (isDone(desired, seen)) {
    return seen.prepared ? "finish" : "none";
  }
  if (!seen.prepared) {
    return "prepare";
  }
  if (engine === undefined || engine.kind === "unreachable") {
    return "none";
  }
  if (engine.kind === "absent" || engine.kind === "broken") {
    return "diagnoseStop";
  }
  const { change } = seen;
  const open = change !== undefined && !change.failed && !change.withdrawn && !change.settled;
  // Also of a stopped task: the tables for which it stopped may be among those that it lets go of.
  if (open && change.phase === "synced") {
    return "commitChange";
  }
  const { copyAgain } = seen;
  const copies = copyAgain?.begun === true && copyAgain.phase !== "unknown";
  if (copies && copyAgain.phase === "synced") {
    return "commitCopy";
  }
  if (!engine.logKept) {
    return "diagnoseStop";
  }
  // Whatever runs, stops or waits must not continue.
  if (seen.lost) {
    return "failStream";
  }
  // A connection that is being recovered comes first.
  if (change !== undefined && (engine.enabled || !seen.recovering)) {
    const over = change.settled && change.extraTables !== "none";
    if (
      over ||
      (change.withdrawn && !change.settled) ||
      (change.failed && change.extraTables === "unfinished")
    ) {
      return "rollBack";
    }
    if (open && change.phase === "unknown") {
      return "change";
    }
  }
  if (copyAgain !== undefined && !copies && (engine.enabled || !seen.recovering)) {
    return "copyAgain";
  }
  if (!seen.enabledNow) {
    return "enable";
  }
  if (!engine.enabled) {
    return "diagnoseStop";
  }
  if (engine.slotLost) {
    return "restoreSlots";
  }
  if (copyAgain !== undefined || !engine.tables.every((table) => table.phase === "synced")) {
    return "none";
  }
  if (seen.indexes !== undefined) {
    return seen.indexes === "lacking" ? "index" : "none";
  }
  if (desired.taskType === "FULL_TRANS") {
    return "finish";
  }
  return engine.needsCleanUp && change?.extraTables !== "unfinished" ? "cleanUp" : "none";
}
