/**
 * Other synchronization objects for a task whose changes flow. They are chosen through the API's v5: v3 takes objects
 * only in CONFIGURATION.
 */
import type { TablesCaller } from "../drs/client";
import { pause, systemClock } from "../drs/clock";
import type { RequestIn, ResponseIn } from "../drs/operations";
import type { OperationsV5 } from "../drs/operations-v5";
import { type V5, v5Of } from "../drs/v5";
import { refusalOf } from "./actions";
import { type CreationOptions, inStep, isRefused, requirePrecheck } from "./create";

/** Databases, schemas and tables by name, with all that the service keeps of each (v5 `DatabaseObject`). */
export type ObjectMap = NonNullable<ResponseIn<OperationsV5, "listDbObjects">["object_info"]>;

/** What a task is to synchronize from now on (v5 `DbObject`). */
export type ObjectChoice = NonNullable<RequestIn<OperationsV5, "updateJob">["job"]["params"]["db_object"]>;

const firstWaitMs = 500;
const longestWaitMs = 5_000;
const limitMs = 5 * 60_000;

/**
 * What a task synchronizes now (v5 `db-objects`, `synchronized`); empty where that is everything.
 *
 * @returns undefined where the service does not tell, as without v5.
 * @throws DrsError, also when the service does not tell the objects within five minutes.
 */
export async function synchronizedObjects(
  client: TablesCaller,
  id: string,
  signal: AbortSignal,
): Promise<ObjectMap | undefined> {
  const answer = await settled("listDbObjects", signal, () =>
    v5Of(client).call("listDbObjects", { job_id: id, type: "synchronized" }, { signal }),
  );
  return answer?.object_info ?? (answer?.object_scope === "all" ? {} : undefined);
}

/**
 * Gives a task other objects: chooses them, runs the pre-check, begins the change, which then is a child task.
 *
 * @throws StepError; the signal's reason when it aborts. Until the step `apply` the task goes on with its own objects.
 */
export async function changeObjects(
  client: TablesCaller,
  id: string,
  objects: ObjectChoice,
  { signal, onStep }: CreationOptions,
): Promise<void> {
  onStep("selectObjects");
  await inStep("selectObjects", id, signal, async () => await choose(v5Of(client), id, objects, signal));
  await requirePrecheck(client, id, "forRetryJob", { signal, onStep });
  onStep("apply");
  await inStep("apply", id, signal, async () => {
    const jobs = [{ job_id: id, is_sync_re_edit: true }];
    const { results, request_id } = await client.call("batchRetry", { jobs }, { signal });
    const [result] = results;
    if (result === undefined || isRefused(result)) {
      throw refusalOf("batchRetry", result, request_id);
    }
  });
}

async function choose(v5: V5, id: string, db_object: ObjectChoice, signal: AbortSignal): Promise<void> {
  const update = { job_id: id, job: { type: "db_object", params: { db_object } } };
  const taken = await v5.need("updateJob", update, { signal });
  if (isRefused(taken)) {
    throw refusalOf("updateJob", taken, undefined);
  }
  const { query_id } = taken;
  if (query_id) {
    await settled("showObjectsSaving", signal, () =>
      v5.call("showObjectsSaving", { job_id: id, query_id }, { signal }),
    );
  }
}

interface Pending {
  readonly status?: string | null | undefined;
  readonly error_code?: string | null | undefined;
  readonly error_msg?: string | null | undefined;
}

/** Asks until the answer is not `pending` any more. @throws DrsError when it is `failed`, or pending for too long. */
async function settled<T extends Pending>(
  operation: string,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = systemClock.now() + limitMs;
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 1.5, longestWaitMs)) {
    const answer = await ask();
    const status = answer?.status?.toLowerCase();
    if (status === "failed") {
      throw refusalOf(operation, answer, undefined);
    }
    if (status !== "pending") {
      return answer;
    }
    if (systemClock.now() > end) {
      throw refusalOf(operation, undefined, undefined);
    }
    await pause(wait, systemClock, signal);
  }
}
