/** One call for an action on tasks. Only use cases make it. */
import { type BatchResult, isRefused, refusalOf } from "../../drs/batch";
import type { TablesCaller } from "../../drs/client";
import { type Clock, pause, systemClock } from "../../drs/clock";
import { type DrsError, isDrsError } from "../../drs/errors";
import type { ActionId } from "../../status/actions";
import { rowOf } from "../../status/statuses";
import type { Task } from "../task";

/** The outcome of an action for one task. */
export interface ActionOutcome {
  readonly id: string;
  /** Absent when the service accepted the action, which does not mean that it has taken effect yet. */
  readonly error?: DrsError;
}

/** How long a refusal that passes by itself is waited out, try by try, in milliseconds. */
const retryDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Nobody waits for longer than this where the service asks for it. */
const longestWaitMs = 30_000;

/** Refusals that pass: calls too close together, another operation on the task not over yet. */
function isPassing(error: DrsError | undefined): error is DrsError {
  return error?.failure.kind === "throttled" || error?.failure.code === "DRS.M01504";
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
): Promise<readonly ActionOutcome[]> {
  const { signal, clock = systemClock } = options;
  let outcomes = await performOnce(client, action, tasks, options);
  for (const ms of retryDelaysMs) {
    const again = tasks.filter((_, index) => isPassing(outcomes[index]?.error));
    const refusals = outcomes.flatMap(({ error }) => (isPassing(error) ? [error] : []));
    const asked = Math.max(ms, ...refusals.map(({ failure }) => failure.retryAfterMs ?? 0));
    if (again.length === 0 || asked > longestWaitMs) {
      break;
    }
    await pause(asked, clock, signal);
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
): Promise<readonly ActionOutcome[]> {
  try {
    const { operation, results, request_id } = await send(client, action, tasks, options);
    return tasks.map(({ id }) => {
      const result = results.find((entry) => entry.id === id);
      return result !== undefined && !isRefused(result)
        ? { id }
        : { id, error: refusalOf(operation, result, request_id) };
    });
  } catch (error) {
    if (isDrsError(error) && isPassing(error)) {
      return tasks.map(({ id }) => ({ id, error }));
    }
    throw error;
  }
}

async function send(
  client: TablesCaller,
  action: ActionId,
  tasks: readonly Pick<Task, "id" | "status">[],
  { startAt, signal }: ActionOptions,
): Promise<{
  operation: string;
  results: readonly (BatchResult & { readonly id?: string | null | undefined })[];
  request_id?: string | undefined;
}> {
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
      const { v5Of } = await import("../../drs/v5");
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
