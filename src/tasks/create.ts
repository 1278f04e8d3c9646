/** A new task, step by step: created, both ends tested, objects chosen, pre-checked, started. */
import type { DrsCaller, TablesCaller } from "../drs/client";
import { type Clock, pause, systemClock } from "../drs/clock";
import { isDrsError } from "../drs/errors";
import type { RequestOf } from "../drs/operations";
import type { PrecheckMode } from "../status/actions";
import { perform, refusalOf } from "./actions";
import { type PrecheckOutcome, precheck } from "./precheck";

type ConnectionTest = RequestOf<"batchConnection">["jobs"][number];
type Selection = RequestOf<"batchSelectObjects">["jobs"][number];

/** `Omit` forgets the known fields of a loose object. */
type Without<T, Key> = { [Field in keyof T as Field extends Key ? never : Field]: T[Field] };

/** What a task is made and configured with. Holds passwords: for the API only. */
export interface TaskPlan {
  readonly creation: RequestOf<"batchCreation">["jobs"][number];
  readonly source: Without<ConnectionTest, "id">;
  readonly target: Without<ConnectionTest, "id">;
  readonly selection: Without<Selection, "job_id">;
}

export type CreationStep =
  | "create"
  | "wait"
  | "connectSource"
  | "connectTarget"
  | "selectObjects"
  | "precheck"
  | "start"
  | "apply";

export interface CreationOptions {
  readonly signal: AbortSignal;
  /** Told when a step begins; `percent` 0 to 100 within the pre-check. */
  readonly onStep: (step: CreationStep, percent?: number) => void;
  readonly clock?: Clock | undefined;
}

/** A step that failed. `id`: the task that exists by then. The cause is what went wrong. */
export class StepError extends Error {
  override readonly name = "StepError";

  constructor(
    readonly step: CreationStep,
    readonly id: string | undefined,
    /** With step `precheck`: what did not pass. */
    readonly outcome: PrecheckOutcome | undefined,
    options: ErrorOptions,
  ) {
    super(`the step ${step} failed`, options);
  }
}

const firstWaitMs = 500;
const longestWaitMs = 10_000;
/** Making an instance takes minutes in the cloud; its own tools wait an hour. */
const creationLimitMs = 60 * 60_000;
/** Readings in a row that may fail while an instance is being made. */
const readingsAllowedToFail = 5;

/**
 * Creates a task and waits until it can be configured. The creation is sent once: whether it was carried out although
 * no answer said so, the list tells.
 *
 * @param onCreated receives the id as soon as the task exists.
 * @returns the id of the task.
 * @throws StepError; the signal's reason when it aborts.
 */
export async function createTask(
  client: DrsCaller,
  plan: TaskPlan,
  options: CreationOptions,
  onCreated: (id: string) => void = () => undefined,
): Promise<string> {
  const { signal, onStep } = options;
  onStep("create");
  const id = await inStep("create", undefined, signal, async () => {
    const { results, request_id } = await client.call("batchCreation", { jobs: [plan.creation] }, { signal });
    const [result] = results;
    if (!result?.id || isRefused(result)) {
      throw refusalOf("batchCreation", result, request_id);
    }
    return result.id;
  });
  onCreated(id);
  onStep("wait");
  await inStep("wait", id, signal, async () => await untilConfigurable(client, id, options));
  return id;
}

/**
 * Configures a task in CONFIGURATION: tests both ends, chooses the objects, runs the pre-check. It may be done again.
 *
 * @throws StepError, also when the pre-check did not pass; the signal's reason when it aborts.
 */
export async function configureTask(
  client: DrsCaller,
  id: string,
  plan: TaskPlan,
  { signal, onStep }: CreationOptions,
): Promise<void> {
  for (const [step, end] of [
    ["connectSource", plan.source],
    ["connectTarget", plan.target],
  ] as const) {
    onStep(step);
    await inStep(step, id, signal, async () => {
      const jobs = [{ ...end, id }];
      const { results, request_id } = await client.call("batchConnection", { jobs }, { signal });
      const [result] = results;
      if (
        result === undefined ||
        isRefused(result) ||
        (result.success ?? result.status === "true") !== true
      ) {
        throw refusalOf("batchConnection", result, request_id);
      }
    });
  }
  await chooseObjects(client, id, plan.selection, { signal, onStep });
  await requirePrecheck(client, id, "forStartJob", { signal, onStep });
}

/** Starts a task whose pre-check has passed. @throws StepError; the signal's reason when it aborts. */
export async function startTask(
  client: TablesCaller,
  id: string,
  { signal, onStep }: CreationOptions,
): Promise<void> {
  onStep("start");
  await inStep("start", id, signal, async () => {
    const [outcome] = await perform(client, "start", [{ id, status: "configuration" }], { signal });
    if (outcome?.error !== undefined) {
      throw outcome.error;
    }
  });
}

async function chooseObjects(
  client: DrsCaller,
  id: string,
  selection: TaskPlan["selection"],
  { signal, onStep }: CreationOptions,
): Promise<void> {
  onStep("selectObjects");
  await inStep("selectObjects", id, signal, async () => {
    const jobs = [{ ...selection, job_id: id }];
    const { results, request_id } = await client.call("batchSelectObjects", { jobs }, { signal });
    const [result] = results;
    if (result === undefined || result.status === false || result.error_code) {
      throw refusalOf("batchSelectObjects", result, request_id);
    }
  });
}

/** Runs a pre-check to its end. @throws StepError, also when it did not pass; the signal's reason when it aborts. */
export async function requirePrecheck(
  client: DrsCaller,
  id: string,
  mode: PrecheckMode,
  { signal, onStep }: CreationOptions,
): Promise<void> {
  onStep("precheck", 0);
  const outcome = await inStep(
    "precheck",
    id,
    signal,
    async () => await precheck(client, { id }, signal, (percent) => onStep("precheck", percent), mode),
  );
  if (!outcome.passed) {
    throw new StepError("precheck", id, outcome, {});
  }
}

async function untilConfigurable(
  client: DrsCaller,
  id: string,
  { signal, clock = systemClock }: CreationOptions,
): Promise<void> {
  const end = clock.now() + creationLimitMs;
  let failed = 0;
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 1.5, longestWaitMs)) {
    try {
      const { results } = await client.call("batchStatus", { jobs: [id] }, { signal });
      failed = 0;
      const [state] = results;
      if (state?.status === "CONFIGURATION") {
        return;
      }
      if (state?.status !== "CREATING") {
        throw refusalOf("batchStatus", state, undefined);
      }
    } catch (error) {
      // The next reading may go well, unless the service has said what became of the task.
      const passes =
        isDrsError(error) && ["network", "timeout", "throttled", "service"].includes(error.failure.kind);
      failed += 1;
      if (!passes || failed >= readingsAllowedToFail) {
        throw error;
      }
    }
    if (clock.now() > end) {
      throw refusalOf("batchStatus", undefined, undefined);
    }
    await pause(wait, clock, signal);
  }
}

/** Whatever goes wrong is told with its step; the user's own cancelling stays what it is. */
export async function inStep<T>(
  step: CreationStep,
  id: string | undefined,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    throw new StepError(step, id, undefined, { cause: error });
  }
}

/** Whether the result of one task in a batch is a refusal. */
export function isRefused(result: {
  readonly status?: string | null | undefined;
  readonly error_code?: string | null | undefined;
}) {
  return Boolean(result.error_code) || result.status?.toLowerCase() === "failed";
}
