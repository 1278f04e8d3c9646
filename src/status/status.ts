import { type FreezeId, freezeOf, isFrozenOrder } from "./freezes";
import { rowOf, type StatusId, statusOrder } from "./statuses";

/** The value of the API's `status` field that stands for a deleted task; it never becomes a row. */
const deletedStatus = "DELETED";

/** API status → row of the table. */
const idByApiStatus: ReadonlyMap<string, StatusId> = new Map(
  statusOrder.flatMap((id) => rowOf(id).api.map((value) => [value, id] as const)),
);

/** API values of the statuses that alert as errors, for the list's filter. Frozen tasks are reported elsewhere. */
export const alertingApiStatuses: readonly string[] = statusOrder
  .filter((id) => id !== "frozen" && rowOf(id).alert === "error")
  .flatMap((id) => rowOf(id).api);

/** The values that v5's filter does not support. */
export const unknownToV5: ReadonlySet<string> = new Set(
  statusOrder.filter((id) => !rowOf(id).inV5Filter).flatMap((id) => rowOf(id).api),
);

/**
 * The row of a task's API status, or undefined for a deleted task. The words of an unknown status decide whether it
 * is a failure or a passing state.
 *
 * @param apiStatus `status` of the list, batch-status or batch-detail; any spelling of case, `-` and blanks.
 * @param orderStatus `period_order.status` of batch-detail, where `FROZEN_*` marks a frozen task.
 */
export function parseStatus(apiStatus: string, orderStatus?: string | null): StatusId | undefined {
  const value = idByApiStatus.has(apiStatus) ? apiStatus : normalized(apiStatus);
  if (value === deletedStatus) {
    return undefined;
  }
  const id = idByApiStatus.get(value) ?? unlisted(value);
  const frozen = orderStatus != null && isFrozenOrder(normalized(orderStatus));
  return frozen && rowOf(id).holdsInstance ? "frozen" : id;
}

/** Why a task is frozen that `parseStatus` calls so. @param orderStatus as for `parseStatus`. */
export function parseFreeze(orderStatus: string | null | undefined): FreezeId {
  return freezeOf(normalized(orderStatus ?? ""));
}

/** Whether a full synchronization is done, which keeps its status until the task ends or continues. */
export function isCopied(apiStatus: string): boolean {
  return normalized(apiStatus) === "FULL_TRANSFER_COMPLETE";
}

/** A failover is not a failure. */
const failure = /FAIL(?!_?OVER)|ERROR|ABNORMAL/;
const passing = /ING(_|$)|_START(ED)?$|FAIL_?OVER/;

function unlisted(value: string): StatusId {
  return failure.test(value) ? "otherFailed" : passing.test(value) ? "otherChanging" : "unknown";
}

/** The service's current operation on a task, where its status does not show it. */
export type Transition = "pausing" | "switchingOver";

/** @param currentAction `job_action.current_action`: an open set, of which these two matter. */
export function transitionOf(
  status: StatusId,
  currentAction: string | null | undefined,
): Transition | undefined {
  switch (currentAction) {
    case "STOP_JOB":
      return status === "paused" ? undefined : "pausing";
    case "SWITCH_OVER":
      return "switchingOver";
    default:
      return undefined;
  }
}

function normalized(value: string): string {
  return value
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, "_");
}
