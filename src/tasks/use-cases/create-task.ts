/** A new task, step by step: created, both ends tested, objects chosen, pre-checked, started. */
import { onlyResult, refusalOf } from "../../drs/batch";
import type { DrsCaller, TablesCaller } from "../../drs/client";
import type { Clock } from "../../drs/clock";
import type { RequestOf } from "../../drs/operations";
import { poll } from "../../drs/poll";
import type { PrecheckMode } from "../../status/actions";
import type { TaskSession } from "./control";
import { perform } from "./perform";
import { type PrecheckOutcome, precheck } from "./precheck";

type ConnectionTest = RequestOf<"batchConnection">["jobs"][number];
type Selection = RequestOf<"batchSelectObjects">["jobs"][number];

/** `Omit` forgets the known fields of a loose object. */
type Without<T, Key> = { [Field in keyof T as Field extends Key ? never : Field]: T[Field] };

/** The requests that create and configure a task. Holds passwords: for the API only. */
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
  /** Called when a step begins; `percent` 0 to 100 within the pre-check. */
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

const firstMs = 500;
const longestMs = 10_000;
/** Making an instance takes minutes in the cloud; its own tools wait an hour. */
const creationLimitMs = 60 * 60_000;

/** What is to become of a plan. */
export interface PlanOptions extends CreationOptions {
  /** The task that exists already and is to be configured; absent: it is created. */
  readonly existing?: string | undefined;
  /** Whether it is started when its pre-check has passed. */
  readonly start: boolean;
  /** Receives the id as soon as the task exists. */
  readonly onCreated: (id: string) => void;
}

/**
 * Creates a task from its plan, configures it, and starts it where that is wanted.
 *
 * @returns its id.
 * @throws StepError; DrsError without sending anything when the connection is read-only; the signal's reason when it aborts.
 */
export async function applyPlan(session: TaskSession, plan: TaskPlan, options: PlanOptions): Promise<string> {
  const { client, control, store } = session;
  const { existing, start, onCreated } = options;
  const created = (id: string) => {
    onCreated(id);
    void store.refresh();
  };
  try {
    return await control.run("batchCreation", existing ?? plan.creation.name, async () => {
      const id = existing ?? (await createTask(client, plan, options, created));
      await configureTask(client, id, plan, options);
      if (start) {
        await startTask(client, id, options);
      }
      return id;
    });
  } finally {
    void store.refresh(existing);
  }
}

/**
 * Creates a task and waits until it can be configured. The creation is sent once: whether it was carried out although
 * no answer said so, the list shows it.
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
    const answer = await client.call("batchCreation", { jobs: [plan.creation] }, { signal });
    const { id } = onlyResult("batchCreation", answer);
    if (!id) {
      // Nothing was refused: the task may be there.
      throw refusalOf("batchCreation", undefined, answer.request_id);
    }
    return id;
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
  options: CreationOptions,
): Promise<void> {
  const { signal, onStep } = options;
  for (const [step, end] of [
    ["connectSource", plan.source],
    ["connectTarget", plan.target],
  ] as const) {
    onStep(step);
    await inStep(step, id, signal, async () => {
      const jobs = [{ ...end, id }];
      const answer = await client.call("batchConnection", { jobs }, { signal });
      onlyResult("batchConnection", answer, ({ success, status }) => success ?? status === "true");
    });
  }
  await chooseObjects(client, id, plan.selection, options);
  await requirePrecheck(client, id, "forStartJob", options);
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
    onlyResult("batchSelectObjects", await client.call("batchSelectObjects", { jobs }, { signal }));
  });
}

/** Runs a pre-check to its end. @throws StepError, also when it did not pass; the signal's reason when it aborts. */
export async function requirePrecheck(
  client: DrsCaller,
  id: string,
  mode: PrecheckMode,
  { signal, onStep, clock }: CreationOptions,
): Promise<void> {
  onStep("precheck", 0);
  const outcome = await inStep(
    "precheck",
    id,
    signal,
    async () =>
      await precheck(client, { id }, mode, {
        signal,
        clock,
        onProgress: (percent) => onStep("precheck", percent),
      }),
  );
  if (!outcome.passed) {
    throw new StepError("precheck", id, outcome, {});
  }
}

async function untilConfigurable(
  client: DrsCaller,
  id: string,
  { signal, clock }: CreationOptions,
): Promise<void> {
  const isConfigurable = async () => {
    const [state] = (await client.call("batchStatus", { jobs: [id] }, { signal })).results;
    if (state?.status === "CONFIGURATION" || state?.status === "CREATING") {
      return state.status === "CONFIGURATION" || undefined;
    }
    throw refusalOf("batchStatus", state, undefined);
  };
  if (!(await poll(isConfigurable, { firstMs, longestMs, limitMs: creationLimitMs, signal, clock }))) {
    throw refusalOf("batchStatus", undefined, undefined);
  }
}

/** Errors are wrapped with their step; the user's cancellation is rethrown as it is. */
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
