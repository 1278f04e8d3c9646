/**
 * Other synchronization objects for a task whose changes flow. They are chosen through the API's v5: v3 takes objects
 * only in CONFIGURATION.
 */
import { type BatchResult, isRefused, onlyResult, refusalOf } from "../../drs/batch";
import type { TablesCaller } from "../../drs/client";
import type { RequestIn, ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { poll } from "../../drs/poll";
import { type V5, v5Of } from "../../drs/v5";
import { changing, type TaskSession } from "./control";
import { type CreationOptions, inStep, requirePrecheck } from "./create-task";

/** Databases, schemas and tables by name, with all that the service keeps of each (v5 `DatabaseObject`). */
export type ObjectMap = NonNullable<ResponseIn<OperationsV5, "listDbObjects">["object_info"]>;

/** The objects that a task is to synchronize from now on (v5 `DbObject`). */
export type ObjectChoice = NonNullable<RequestIn<OperationsV5, "updateJob">["job"]["params"]["db_object"]>;

const firstMs = 500;
const longestMs = 5_000;
const limitMs = 5 * 60_000;

/**
 * What a task synchronizes now (v5 `db-objects`, `synchronized`); empty where that is everything.
 *
 * @returns undefined where the service does not return them, as without v5.
 * @throws DrsError, also when the service does not return the objects within five minutes.
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
 * What can be selected of a task's source (v5 `db-objects/collect`), read from the database now.
 *
 * @returns undefined where the service does not return it, as without v5.
 * @throws DrsError, also when the source cannot be read, or not within five minutes.
 */
export async function selectableObjects(
  client: TablesCaller,
  id: string,
  signal: AbortSignal,
): Promise<ObjectMap | undefined> {
  const v5 = v5Of(client);
  const input = { job_id: id, type: "source", is_refresh: true } as const;
  const query_id = (await v5.call("collectDbObjects", input, { signal }))?.id;
  if (!query_id) {
    return undefined;
  }
  const answer = await settled("showDbObjectsCollected", signal, () =>
    v5.call("showDbObjectsCollected", { job_id: id, query_id }, { signal }),
  );
  return answer?.object_info ?? undefined;
}

/**
 * Gives a task other objects: chooses them, runs the pre-check, begins the change, which then is a child task.
 *
 * @throws StepError; the signal's reason when it aborts. Until the step `apply` the task continues with its current objects.
 */
export async function changeObjects(
  session: TaskSession,
  id: string,
  objects: ObjectChoice,
  options: CreationOptions,
): Promise<void> {
  await changing(session, "updateJob", id, () => change(session.client, id, objects, options));
}

async function change(
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
    onlyResult("batchRetry", await client.call("batchRetry", { jobs }, { signal }));
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

/** Asks until the answer is not `pending` any more. @throws DrsError when it is `failed`, or pending for too long. */
async function settled<T extends BatchResult>(
  operation: string,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const settled = await poll(
    async () => {
      const answer = await ask();
      if (answer !== undefined && String(answer.status).toLowerCase() === "failed") {
        throw refusalOf(operation, answer, undefined);
      }
      return String(answer?.status).toLowerCase() === "pending" ? undefined : { answer };
    },
    { firstMs, longestMs, limitMs, signal },
  );
  if (settled === undefined) {
    throw refusalOf(operation, undefined, undefined);
  }
  return settled.answer;
}
