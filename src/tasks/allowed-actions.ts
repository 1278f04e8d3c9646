import { type ActionId, actionIds, actionRow, type PrecheckMode } from "../status/actions";
import { type Transition, transitionOf } from "../status/status";
import { rowOf, type StatusId } from "../status/statuses";
import type { Task } from "./task";

/**
 * The actions that are legal for a task now: those that the service lists, or the status table's own where the service
 * lists nothing. A frozen task takes no action at all, one that is being paused only its end, and one that is being
 * switched over none; starting over needs a service with v5.
 */
export function legalActions(task: Task): readonly ActionId[] {
  const transition = transitionIn(task);
  return task.status === "frozen" || transition === "switchingOver"
    ? []
    : allowedActions(task.status, task.availableActions).filter((action) =>
        transition === "pausing" ? action === "end" : action !== "reset" || task.resettable === true,
      );
}

/** The service's current operation on a task, where its status does not show it. */
export function transitionIn({
  status,
  currentAction,
}: Pick<Task, "status" | "currentAction">): Transition | undefined {
  return transitionOf(status, currentAction);
}

/** The same by status and list alone. */
export function allowedActions(
  status: StatusId,
  listed: readonly string[] | null | undefined,
): readonly ActionId[] {
  return listed == null
    ? rowOf(status).actions
    : actionIds.filter((action) => listed.includes(actionRow(action).apiCode));
}

/** Whether a task may be given another password for its databases; only where the service says so. */
export function mayChangePassword({ status, availableActions }: Task): boolean {
  return status !== "frozen" && availableActions?.includes("RESET_DB_PWD") === true;
}

/**
 * Whether SQL of a remedy can be looked up and run for a task, which only the local backend does; for a wrong password
 * there is none.
 */
export function mayRunRemedySql(task: Pick<Task, "status" | "error">, place: "local" | "cloud"): boolean {
  return place === "local" && hasFailed(task) && task.error?.code !== "28P01";
}

/** Whether a task that exists is still to be configured, so that a task file may complete it. */
export function mayConfigure({ status }: Pick<Task, "status">): boolean {
  return rowOf(status).configurable;
}

/** Whether a task's objects may be changed: while its changes are replicated. */
export function mayChangeObjects({ status }: Pick<Task, "status">): boolean {
  return rowOf(status).phase === "incremental";
}

/** Whether a task has failed for something that may be resolved; a freeze is not such a failure. */
export function hasFailed({ status }: Pick<Task, "status">): boolean {
  return rowOf(status).alert === "error" && status !== "frozen";
}

/** Whether a pre-check can be run for its own sake: where the service lists it, or where a start needs one. */
export function mayPrecheck({ status, availableActions }: Task): boolean {
  return (
    status !== "frozen" && (availableActions?.includes("PRE_CHECK") ?? rowOf(status).configurable) === true
  );
}

/** Whether single tables of a task can be copied again, which only the local backend does. */
export function mayCopyAgain(
  { status, parentId }: Pick<Task, "status" | "parentId">,
  place: "local" | "cloud",
): boolean {
  return place === "local" && parentId === undefined && rowOf(status).canCopyTables;
}

/** The pre-check that the service wants to have passed before an action; undefined where it wants none. */
export function precheckBefore(action: ActionId, { status }: Pick<Task, "status">): PrecheckMode | undefined {
  const { precheck } = actionRow(action);
  return precheck?.always || rowOf(status).configurable ? precheck?.mode : undefined;
}
