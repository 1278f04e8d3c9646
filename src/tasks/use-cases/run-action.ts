/** An action on one task or many: for which it is possible, and what became of each. */
import { isDrsError } from "../../drs/errors";
import type { ActionId } from "../../status/actions";
import { legalActions, precheckBefore } from "../allowed-actions";
import type { Task } from "../task";
import type { TaskSession } from "./control";
import { perform } from "./perform";
import { type PrecheckOutcome, precheck } from "./precheck";

/** A task, and the connection through which it is acted on. */
export interface Target {
  readonly task: Task;
  readonly session: TaskSession;
}

/** The action is not possible in the task's status. */
export class NotPossibleError extends Error {
  override readonly name = "NotPossibleError";

  constructor(
    readonly action: ActionId,
    readonly task: Task,
  ) {
    super(`${action} is not possible in status ${task.status}`);
  }
}

/** The pre-check before an action did not pass. */
export class PrecheckError extends Error {
  override readonly name = "PrecheckError";

  constructor(
    readonly task: Task,
    readonly outcome: PrecheckOutcome,
  ) {
    super("the pre-check did not pass");
  }
}

/** The targets as they are known now. */
export function latest<T extends Target>(targets: readonly T[]): readonly T[] {
  return targets.flatMap((target) => {
    const task = target.session.store.snapshot.tasks.get(target.task.id);
    return task === undefined ? [] : [{ ...target, task }];
  });
}

/** Which targets take an action now. Where none does, what is known may be old: they are read again before. */
export async function planAction<T extends Target>(
  action: ActionId,
  targets: readonly T[],
): Promise<{ readonly able: readonly T[]; readonly unable: readonly T[] }> {
  const takes = ({ task, session }: T) =>
    session.control.refusal === undefined && legalActions(task).includes(action);
  let known = targets;
  if (!known.some(takes)) {
    await Promise.all(
      [...new Set(targets.map(({ session }) => session.store))].map((store) => store.refresh()),
    );
    known = latest(targets);
  }
  return { able: known.filter(takes), unable: known.filter((target) => !takes(target)) };
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** With `start`: when, in milliseconds since 1970; absent: now. */
  readonly startAt?: number | undefined;
  /** Called when a task's turn comes, and with the progress of its pre-check, 0 to 100. */
  readonly onProgress?: (task: Task, percent?: number) => void;
}

export interface ActionResult<T> {
  readonly target: T;
  /** Undefined when the service accepted the action, which does not mean that it has taken effect yet. */
  readonly error: unknown;
}

/**
 * Does an action: pre-checks where the service wants that, then asks with one call for each connection. Never rejects.
 *
 * @returns what became of each target, without those that have an action under way: nothing is begun twice.
 */
export async function runAction<T extends Target>(
  action: ActionId,
  targets: readonly T[],
  options: RunOptions,
): Promise<readonly ActionResult<T>[]> {
  const results: ActionResult<T>[] = [];
  for (const session of new Set(targets.map((target) => target.session))) {
    const members = targets.filter((target) => target.session === session);
    results.push(...(await runThrough(session, action, members, options)));
  }
  return results;
}

async function runThrough<T extends Target>(
  session: TaskSession,
  action: ActionId,
  members: readonly T[],
  options: RunOptions,
): Promise<readonly ActionResult<T>[]> {
  const { control, client, store } = session;
  const begun = members.filter(({ task }) => control.begin(task.id));
  const errors = new Map<string, unknown>();
  const ready: Task[] = [];
  for (const { task } of begun) {
    try {
      ready.push(await prepared(session, action, task, options));
    } catch (error) {
      errors.set(task.id, error);
    }
  }
  try {
    for (const { id, error } of ready.length === 0 ? [] : await perform(client, action, ready, options)) {
      errors.set(id, error);
    }
  } catch (error) {
    for (const { id } of ready) {
      errors.set(id, error);
    }
  }
  for (const [id, error] of errors) {
    if (isDrsError(error)) {
      store.noteRefusal(id, error);
    }
  }
  const refreshed = Promise.all(begun.map(({ task }) => store.refresh(task.id)));
  const isWrongState = (error: unknown) => isDrsError(error) && error.failure.kind === "illegalState";
  if ([...errors.values()].every((error) => error === undefined || isWrongState(error))) {
    await refreshed;
  }
  const results = begun.map((target) => {
    const error = errors.get(target.task.id);
    const now = store.snapshot.tasks.get(target.task.id) ?? target.task;
    // Somebody else was faster, and what they did is what the user wants to know.
    const isMoved = now.apiStatus !== target.task.apiStatus && !legalActions(now).includes(action);
    return { target, error: isMoved && isWrongState(error) ? new NotPossibleError(action, now) : error };
  });
  // An error is reported at once; the outcome shows later in the tasks themselves.
  for (const { target, error } of results) {
    control.end(target.task.id, error);
  }
  return results;
}

/** The task as it is now, legal for the action and pre-checked. @throws why it is not. */
async function prepared(
  { client, control, store }: TaskSession,
  action: ActionId,
  { id, ...known }: Task,
  { signal, onProgress }: RunOptions,
): Promise<Task> {
  signal.throwIfAborted();
  if (control.refusal !== undefined) {
    throw control.refusal;
  }
  // It may have moved on while a question was open.
  const task = store.snapshot.tasks.get(id) ?? { id, ...known };
  if (!legalActions(task).includes(action)) {
    throw new NotPossibleError(action, task);
  }
  onProgress?.(task);
  const mode = precheckBefore(action, task);
  if (mode !== undefined) {
    const report = (percent: number) => onProgress?.(task, percent);
    const outcome = await precheck(client, task, mode, { signal, onProgress: report });
    if (!outcome.passed) {
      throw new PrecheckError(task, outcome);
    }
  }
  return task;
}
