import type { TablesCaller } from "../drs/client";
import { type Clock, pause, systemClock } from "../drs/clock";
import { DrsError, faultOf, isDrsError, kindOf } from "../drs/errors";
import { type ActionId, actionIds, actionRow, type PrecheckMode } from "../status/actions";
import { rowOf, type StatusId } from "../status/statuses";
import type { Task } from "./task";

/**
 * What may be done to a task now: what the service lists for it, or the status table's own list where the service
 * lists nothing. A frozen task takes no action at all; starting over needs a service with v5.
 */
export function legalActions(task: Task): readonly ActionId[] {
  return task.status === "frozen"
    ? []
    : allowedActions(task.status, task.availableActions).filter(
        (action) => action !== "reset" || task.resettable === true,
      );
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

/** What an action came to for one task. */
export interface Outcome {
  readonly id: string;
  /** Absent when the service accepted the action, which does not mean that it has taken effect yet. */
  readonly error?: DrsError;
}

/** How long a refusal that passes by itself is waited out, try by try, in milliseconds. */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Refusals that pass: calls too close together, another operation on the task not over yet. */
function isPassing(error: DrsError | undefined): error is DrsError {
  return error?.failure.kind === "throttled" || error?.failure.code === "DRS.M01504";
}

/** The pre-check that the service wants to have passed before an action; undefined where it wants none. */
export function precheckBefore(action: ActionId, { status }: Pick<Task, "status">): PrecheckMode | undefined {
  const { precheck } = actionRow(action);
  return precheck?.always || rowOf(status).configurable ? precheck?.mode : undefined;
}

export interface ActionOptions {
  /** With `start`: when, in milliseconds since 1970; absent: now. */
  readonly startAt?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Asks the service for an action on tasks and reads the outcome of each. What it refuses only for the moment is asked
 * again for half a minute; nothing that may have taken effect is ever repeated.
 *
 * `end` is forced (`force_terminate`) for tasks that could not be released before.
 * @throws DrsError when the call as a whole failed for good.
 */
export async function perform(
  client: TablesCaller,
  action: ActionId,
  tasks: readonly Pick<Task, "id" | "status">[],
  options: ActionOptions = {},
): Promise<readonly Outcome[]> {
  const { signal, clock = systemClock } = options;
  let outcomes = await performOnce(client, action, tasks, options);
  for (const ms of retryDelaysMs) {
    const again = tasks.filter((_, index) => isPassing(outcomes[index]?.error));
    if (again.length === 0) {
      break;
    }
    await pause(ms, clock, signal);
    const latest = await performOnce(client, action, again, options);
    outcomes = outcomes.map((outcome) => latest.find(({ id }) => id === outcome.id) ?? outcome);
  }
  return outcomes;
}

async function performOnce(
  client: TablesCaller,
  action: ActionId,
  tasks: readonly Pick<Task, "id" | "status">[],
  options: ActionOptions,
): Promise<readonly Outcome[]> {
  try {
    const { operation, results, request_id } = await send(client, action, tasks, options);
    return tasks.map(({ id }) => {
      const result = results.find((entry) => entry.id === id);
      const accepted =
        result !== undefined && result.status?.toLowerCase() !== "failed" && !result.error_code;
      return accepted ? { id } : { id, error: refusalOf(operation, result, request_id) };
    });
  } catch (error) {
    if (isDrsError(error) && isPassing(error)) {
      return tasks.map(({ id }) => ({ id, error }));
    }
    throw error;
  }
}

interface ItemResult {
  readonly id?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly error_code?: string | null | undefined;
  readonly error_msg?: string | null | undefined;
}

async function send(
  client: TablesCaller,
  action: ActionId,
  tasks: readonly Pick<Task, "id" | "status">[],
  { startAt, signal }: ActionOptions,
): Promise<{ operation: string; results: readonly ItemResult[]; request_id?: string | undefined }> {
  switch (action) {
    case "start": {
      const start_time = startAt === undefined ? "" : String(startAt);
      const jobs = tasks.map(({ id }) => ({ job_id: id, start_time }));
      return { operation: "batchStarting", ...(await client.call("batchStarting", { jobs }, { signal })) };
    }
    case "pause": {
      const jobs = tasks.map(({ id }) => ({ job_id: id, pause_mode: "target" as const }));
      return { operation: "batchPause", ...(await client.call("batchPause", { jobs }, { signal })) };
    }
    case "resume": {
      const jobs = tasks.map(({ id }) => ({ job_id: id }));
      return { operation: "batchRetry", ...(await client.call("batchRetry", { jobs }, { signal })) };
    }
    case "reset": {
      // v3 has no call for it. Loaded where it is used, so that who only asks what is legal does not carry it.
      const { v5Of } = await import("../drs/v5");
      const reset = tasks.map(({ id }) => ({ job_id: id, action_name: "reset" }));
      const { jobs } = await v5Of(client).need("executeActions", { jobs: reset }, { signal });
      return { operation: "executeActions", results: jobs };
    }
    case "end":
    case "delete": {
      const jobs = tasks.map(({ id, status }) => ({
        job_id: id,
        delete_type:
          action === "delete"
            ? ("delete" as const)
            : rowOf(status).endsByForce
              ? ("force_terminate" as const)
              : ("terminate" as const),
      }));
      return { operation: "batchDelete", ...(await client.call("batchDelete", { jobs }, { signal })) };
    }
  }
}

/** The error of one item of a batch call; an item the service did not answer at all is uncertain. */
export function refusalOf(
  operation: string,
  item: Pick<ItemResult, "error_code" | "error_msg"> | undefined,
  requestId: string | undefined,
): DrsError {
  if (item === undefined) {
    return new DrsError({
      operation,
      requestId,
      kind: "protocol",
      uncertain: true,
      ...faultOf("missingResult"),
    });
  }
  const code = item.error_code ?? undefined;
  const said = item.error_msg ? { reason: item.error_msg } : faultOf("noReason");
  return new DrsError({ operation, requestId, code, kind: kindOf(code, 400), ...said });
}
