import { rowOf, type StatusId } from "./statuses";

/** The value of the API's `status` field that stands for a deleted task; it never becomes a row. */
export const deletedStatus = "DELETED";

/**
 * API status → row of the table. Values: API reference, task statuses (v3 and v5); `PAUSEING` is a spelling of the
 * batch-status page.
 */
const rowByApiStatus: Readonly<Record<string, StatusId>> = {
  CREATING: "creating",
  CREATE_FAILED: "createFailed",
  CONFIGURATION: "configuration",
  FROZEN: "frozen",
  WAITING_FOR_START: "pendingStart",
  STARTJOBING: "starting",
  START_JOB_FAILED: "startFailed",
  FULL_TRANSFER_STARTED: "full",
  FULL_TRANSFER_COMPLETE: "full",
  FULL_TRANSFER_FAILED: "fullFailed",
  INCRE_TRANSFER_STARTED: "incremental",
  INCRE_TRANSFER_FAILED: "incrementalFailed",
  PAUSING: "paused",
  PAUSEING: "paused",
  CHANGE_JOB_STARTED: "modifying",
  CHILD_TRANSFER_STARTING: "modifying",
  CHILD_TRANSFER_STARTED: "modifying",
  CHILD_TRANSFER_COMPLETE: "modifying",
  CHANGE_JOB_FAILED: "modifyingFailed",
  CHILD_TRANSFER_FAILED: "modifyingFailed",
  REBUILD_NODE_STARTED: "rectification",
  REBUILD_NODE_FAILED: "rectificationFailed",
  RELEASE_RESOURCE_STARTED: "stopping",
  RELEASE_CHILD_TRANSFER_STARTED: "stopping",
  RELEASE_RESOURCE_FAILED: "stoppingFailed",
  RELEASE_RESOURCE_COMPLETE: "completed",
  RELEASE_CHILD_TRANSFER_COMPLETE: "completed",
  NODE_UPGRADE_START: "upgrading",
  NODE_UPGRADE_FAILED: "upgradeFailed",
};

/** The API's own names of the statuses that call for a person, for the list's filter; a freeze is told elsewhere. */
export const alertingApiStatuses: readonly string[] = Object.entries(rowByApiStatus)
  .filter(([, row]) => row !== "frozen" && rowOf(row).alert === "error")
  .map(([status]) => status);

/** Those of them that v5's filter does not name (API reference, v5 ListJobs). */
export const unknownToV5: ReadonlySet<string> = new Set(["REBUILD_NODE_FAILED", "NODE_UPGRADE_FAILED"]);

/** Statuses whose task holds no instance any more, so that a frozen order changes nothing for it. */
const withoutInstance: ReadonlySet<StatusId> = new Set(["completed", "createFailed"]);

/**
 * The row for what the API says of a task, or undefined for a deleted one.
 *
 * @param apiStatus `status` of the list, batch-status or batch-detail; any spelling of case, `-` and blanks.
 * @param orderStatus `period_order.status` of batch-detail, where `FROZEN_*` tells a frozen task.
 */
export function parseStatus(apiStatus: string, orderStatus?: string | null): StatusId | undefined {
  const value = Object.hasOwn(rowByApiStatus, apiStatus) ? apiStatus : normalized(apiStatus);
  if (value === deletedStatus) {
    return undefined;
  }
  const row = Object.hasOwn(rowByApiStatus, value) ? (rowByApiStatus[value] ?? "unknown") : "unknown";
  const frozen = orderStatus != null && /^FROZEN(_|$)/.test(normalized(orderStatus));
  return frozen && !withoutInstance.has(row) ? "frozen" : row;
}

function normalized(value: string): string {
  return value
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, "_");
}
