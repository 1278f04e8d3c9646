/** Start, pause, resume. */

import type { AgentAction } from "../status/actions";
import { legalActions } from "../tasks/allowed-actions";
import type { Outcome } from "../tasks/attempts";
import { notPossibleText } from "../tasks/use-cases/explain";
import { followOutcome } from "../tasks/use-cases/follow-outcome";
import { NotPossibleError, PrecheckError, runAction } from "../tasks/use-cases/run-action";
import { describeStatus, precheckOf } from "./answers";
import { type ResolvedTask, type ToolContext, ToolError } from "./tool-context";

/** For how long an agent waits for the outcome, in milliseconds. */
const followMs = 20_000;
const outcomes = {
  reached: { outcome: "done" },
  failed: {
    outcome: "failed",
    note: "The service accepted the action, and the task has failed since. drs_explain_failure says why.",
  },
  open: {
    outcome: "open",
    note: "The service accepted the action; it has not taken effect yet. Check with drs_inspect_task.",
  },
} as const satisfies Record<Outcome["kind"], object>;

/**
 * Asks the service for an action, and answers what became of it. A task that was never started is pre-checked first.
 *
 * @throws ToolError when the action is not legal now or the pre-check did not pass.
 */
export async function control(
  found: ResolvedTask,
  action: AgentAction,
  { l10n, attempts }: ToolContext,
  signal: AbortSignal,
): Promise<object> {
  const { session, place, task } = found;
  const [result] = await runAction(action, [found], { signal });
  if (result === undefined) {
    throw new ToolError("An action on this task is under way. Look at it with drs_inspect_task.");
  }
  const { error } = result;
  if (error instanceof NotPossibleError) {
    const why = notPossibleText(action, error.task, l10n);
    const legal = legalActions(error.task).join(", ") || "nothing";
    throw new ToolError(`${why} Status: ${error.task.status}. Legal now: ${legal}.`);
  }
  if (error instanceof PrecheckError) {
    const precheckResult = await precheckOf(error.outcome, found, l10n);
    return { started: false, reason: "The pre-check did not pass.", precheck: precheckResult };
  }
  if (error !== undefined) {
    throw error;
  }
  const ref = { connection: place.id, id: task.id };
  attempts?.begin(ref, action, Date.now(), "agent");
  const outcome = await followOutcome(action, found, { signal, limitMs: followMs }).catch(
    (reason: unknown) => {
      attempts?.end(ref, { kind: "open", at: Date.now() });
      throw reason;
    },
  );
  attempts?.end(ref, outcome);
  const { kind, again } = outcome;
  const after = session.store.snapshot.tasks.get(task.id) ?? task;
  return {
    ...{ name: task.name, id: task.id, connection: place.name, accepted: action },
    ...{ status_before: task.status, ...describeStatus(after, l10n) },
    ...outcomes[kind],
    ...(again === true ? { same_error_as_before: true } : {}),
  };
}
