/** Start, pause, resume. */

import { type AgentAction, actionRow } from "../status/actions";
import { rowOf } from "../status/statuses";
import { legalActions, perform, precheckBefore } from "../tasks/actions";
import { precheck } from "../tasks/precheck";
import { describeStatus, precheckOf } from "./answers";
import { type ResolvedTask, type ToolContext, ToolError } from "./tool-context";

/**
 * Asks the service for an action, and answers the status after it. A task that was never started is pre-checked first.
 *
 * @throws ToolError when the action is not legal now or the pre-check did not pass.
 */
export async function control(
  found: ResolvedTask,
  action: AgentAction,
  { l10n }: ToolContext,
  signal: AbortSignal,
): Promise<object> {
  const { session, place } = found;
  const { client, store } = session;
  const task = found.task;
  if (place.readOnly !== undefined) {
    throw new ToolError(`This connection is read only. ${place.readOnly}`);
  }
  const legal = legalActions(task);
  if (!legal.includes(action)) {
    const status = l10n.localize(rowOf(task.status).name);
    throw new ToolError(
      `${l10n.localize(actionRow(action).name)} is not possible in status ${task.status} (${status}). Legal now: ${legal.join(", ") || "nothing"}.`,
    );
  }
  try {
    const mode = precheckBefore(action, task);
    if (mode !== undefined) {
      const outcome = await precheck(client, task, signal, () => undefined, mode);
      if (!outcome.passed) {
        const precheckResult = await precheckOf(outcome, found, l10n);
        return { started: false, reason: "The pre-check did not pass.", precheck: precheckResult };
      }
    }
    const [outcome] = await perform(client, action, [task], { signal });
    if (outcome?.error !== undefined) {
      throw outcome.error;
    }
  } finally {
    // Whatever became of the call, the task itself tells.
    await store.refresh(task.id);
  }
  const after = store.snapshot.tasks.get(task.id) ?? task;
  return {
    ...{ name: task.name, id: task.id, connection: place.name, accepted: action },
    ...{ status_before: task.status, ...describeStatus(after, l10n) },
    note: "The service accepted the action; it may take effect later. drs_inspect_task tells.",
  };
}
