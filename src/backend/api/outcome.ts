/** How a step of a call ended: with what it answers, or with a refusal that is one task's own. */

import type { OperationCode } from "../../status/operation-names";
import { Semaphore } from "../jobs/semaphore";
import type { JobStore } from "../jobs/store";
import { log, reasonOf } from "../log";
import { ApiError, type Language, message, render } from "../messages";

export interface Outcome<T> {
  readonly answer?: T;
  readonly refusal?: ApiError;
}

/** Runs a step. Errors other than refusals are rethrown. */
export async function outcomeOf<T>(step: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await step() };
  } catch (error) {
    if (error instanceof ApiError) {
      return { refusal: error };
    }
    throw error;
  }
}

/** Works on the items of a batch, a few at once, so that a long one leaves room for others' calls. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  atOnce = 8,
): Promise<R[]> {
  const turns = new Semaphore(atOnce);
  return await Promise.all(
    items.map(async (item, index) => await turns.run(async () => await work(item, index))),
  );
}

/** Takes a step that a user asked for, and notes it in the task's history. */
export async function notedOutcome<T>(
  store: JobStore,
  id: string,
  action: OperationCode,
  step: () => Promise<T>,
): Promise<Outcome<T>> {
  const outcome = await outcomeOf(step);
  const { refusal } = outcome;
  // Actions on a child task are part of its parent's history.
  await store.history.action(store.parentOf(id)?.id ?? id, action, refusal?.text);
  return outcome;
}

/** The same for a call about one task, whose refusal is the call's. @throws ApiError */
export async function noted<T>(...asked: Parameters<typeof notedOutcome<T>>): Promise<T | undefined> {
  const { answer, refusal } = await notedOutcome(...asked);
  if (refusal !== undefined) {
    throw refusal;
  }
  return answer;
}

/** The refusal that an error of our own comes to; the log has its stack. */
export function internalError(error: unknown): ApiError {
  log(`a call failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new ApiError("DRS.M00004", message("internal", { reason: reasonOf(error) }), 500);
}

/** The fields of a result that say why it was refused; null where it was not. */
export function errorOf(refusal: ApiError | undefined, language: Language) {
  return {
    error_code: refusal?.code ?? null,
    error_msg: refusal === undefined ? null : render(refusal.text, language),
  };
}

/** A message without values, as its reader has it. */
export function text(id: Parameters<typeof message>[0], language: Language): string {
  return render(message(id), language);
}
