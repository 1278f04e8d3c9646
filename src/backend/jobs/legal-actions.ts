/** Which action a status allows, as the DRS API names actions and statuses. */
import type { Capabilities } from "../engine/capabilities";
import { ApiError, message } from "../messages";
import { lossThatStays } from "./findings";
import { isChanging, type Job, tableId } from "./job";

export type Action =
  /** Start the change to the objects that were edited. */
  | "CHANGE"
  | "CHOOSE_OBJECT"
  | "MODIFY_DB_CONFIG"
  | "RESET_DB_PWD"
  | "PRE_CHECK"
  | "START"
  | "PAUSE"
  | "RETRY"
  | "RESET"
  | "FREE_RESOURCE"
  | "DELETE";

const everyAction: readonly Action[] = [
  "CHANGE",
  "CHOOSE_OBJECT",
  "MODIFY_DB_CONFIG",
  "RESET_DB_PWD",
  "PRE_CHECK",
  "START",
  "PAUSE",
  "RETRY",
  "RESET",
  "FREE_RESOURCE",
  "DELETE",
];

const configuring: readonly Action[] = [
  "CHOOSE_OBJECT",
  "MODIFY_DB_CONFIG",
  "RESET_DB_PWD",
  "PRE_CHECK",
  "START",
  "FREE_RESOURCE",
];
const failed: readonly Action[] = ["RESET_DB_PWD", "PRE_CHECK", "PAUSE", "RETRY", "RESET", "FREE_RESOURCE"];

const actionsByStatus: Readonly<Record<string, readonly Action[]>> = {
  CREATING: ["FREE_RESOURCE"],
  CREATE_FAILED: ["DELETE"],
  CONFIGURATION: configuring,
  WAITING_FOR_START: ["RESET_DB_PWD", "START", "FREE_RESOURCE"],
  START_JOB_FAILED: configuring,
  FULL_TRANSFER_STARTED: ["PAUSE", "FREE_RESOURCE"],
  FULL_TRANSFER_COMPLETE: ["FREE_RESOURCE"],
  FULL_TRANSFER_FAILED: failed,
  INCRE_TRANSFER_STARTED: ["CHOOSE_OBJECT", "PAUSE", "FREE_RESOURCE"],
  INCRE_TRANSFER_FAILED: ["CHOOSE_OBJECT", ...failed],
  PAUSING: ["RESET_DB_PWD", "PRE_CHECK", "RETRY", "RESET", "FREE_RESOURCE"],
  // A database that never comes back must not hold its task for ever.
  REBUILD_NODE_STARTED: ["FREE_RESOURCE"],
  REBUILD_NODE_FAILED: ["RETRY", "FREE_RESOURCE"],
  RELEASE_RESOURCE_FAILED: ["FREE_RESOURCE"],
  RELEASE_RESOURCE_COMPLETE: ["DELETE"],
  CHILD_TRANSFER_STARTING: ["FREE_RESOURCE"],
  CHILD_TRANSFER_STARTED: ["FREE_RESOURCE"],
  CHILD_TRANSFER_FAILED: ["RETRY", "FREE_RESOURCE"],
  RELEASE_CHILD_TRANSFER_COMPLETE: ["DELETE"],
};

type Subject = Pick<Job, "status" | "taskType" | "edit" | "change" | "copyAgain" | "desired"> &
  Partial<Pick<Job, "findings" | "tables">>;

/** The facts besides the task that decide which actions are legal. */
export interface ActionConstraints {
  readonly frozen: boolean;
  /** The capabilities of the task's engine. */
  readonly can: Capabilities;
}

/** The actions that are legal for a task now; none while it is frozen. */
export function availableActions(job: Subject, { frozen, can }: ActionConstraints): readonly Action[] {
  if (frozen) {
    return [];
  }
  // It is ending although its status does not say so yet: nothing else takes it back.
  const ends = job.desired.goal === "released" && !job.status.startsWith("RELEASE_");
  const listed = (actionsByStatus[job.status] ?? []).filter(
    (action) =>
      (!ends || action === "FREE_RESOURCE") &&
      (action !== "PAUSE" || can.canPause) &&
      (action !== "CHOOSE_OBJECT" || job.copyAgain === null) &&
      (action !== "CHOOSE_OBJECT" || can.canEditObjects || !job.status.startsWith("INCRE_TRANSFER_")),
  );
  if (isChanging(job)) {
    return listed.filter((action) => action === "FREE_RESOURCE");
  }
  // Without a copy of the rows, what was written since the log was lost would be missing for ever.
  const isLost =
    job.status === "REBUILD_NODE_FAILED"
      ? job.taskType === "INCR_TRANS"
      : lossThatStays({ findings: [], tables: [], ...job }) !== undefined;
  const possible = isLost ? listed.filter((action) => action !== "RETRY") : listed;
  return job.edit !== null && job.desired.goal === "running" && possible.includes("CHOOSE_OBJECT")
    ? [...new Set<Action>([...possible, "PRE_CHECK", "CHANGE"])]
    : possible;
}

/** `job_action` of a list item. */
export function jobAction(job: Subject, constraints: ActionConstraints) {
  const available = availableActions(job, constraints);
  return {
    available_actions: [...available],
    unavailable_actions: everyAction.filter((action) => !available.includes(action)),
    current_action: job.desired.goal === "paused" && job.status !== "PAUSING" ? "STOP_JOB" : null,
  };
}

/** @throws ApiError DRS.M00304 when the task's status, or what it has lost, does not allow the action. */
export function requireAction(job: Job, action: Action, constraints: ActionConstraints): void {
  if (constraints.frozen) {
    throw new ApiError("DRS.M00304", message("isFrozen", { account: job.account }));
  }
  if (!availableActions(job, constraints).includes(action)) {
    const loss = action === "RETRY" ? lossThatStays(job) : undefined;
    throw new ApiError(
      "DRS.M00304",
      loss === undefined || !isListed(job, action)
        ? message("wrongStatus", { status: job.status })
        : { ...message("resumeLost"), cause: loss.message },
    );
  }
}

function isListed({ status }: Job, action: Action): boolean {
  return actionsByStatus[status]?.includes(action) === true;
}

/** Statuses in which tables can be copied again. */
const copying: ReadonlySet<string> = new Set([
  "INCRE_TRANSFER_STARTED",
  "INCRE_TRANSFER_FAILED",
  "FULL_TRANSFER_FAILED",
  "PAUSING",
]);

/** @throws ApiError DRS.M00304 with what is in the way, when tables of the task cannot be copied again now. */
export function requireCopyAgain(job: Job, { frozen, can }: ActionConstraints): void {
  if (!can.canCopyAgain) {
    throw new ApiError("DRS.M10018", message("unsupported", { what: "copy-again" }));
  }
  if (frozen) {
    throw new ApiError("DRS.M00304", message("isFrozen", { account: job.account }));
  }
  if (isChanging(job)) {
    throw new ApiError("DRS.M00304", message("copyDuringChange"));
  }
  if (job.copyAgain !== null && job.status === "INCRE_TRANSFER_STARTED") {
    const tables = job.copyAgain.tables.map(tableId).join(", ");
    throw new ApiError("DRS.M00304", message("copyRuns", { tables }));
  }
  if (job.status === "REBUILD_NODE_FAILED") {
    throw new ApiError("DRS.M00304", message("copyNeedsLog"));
  }
  const complete = job.taskType === "FULL_TRANS" && job.fullCompletedAt !== null;
  if (complete || !copying.has(job.status)) {
    throw new ApiError("DRS.M00304", message("copyNotNow", { status: job.status }));
  }
}
