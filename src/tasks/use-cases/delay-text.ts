/** Why a task is behind, for where only a task that is behind is explained. What explains it is loaded then. */
import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import { isStreaming } from "../../status/statuses";
import { behindMs } from "../delay/diagnose";
import type { Task } from "../task";
import type { DelaySource } from "./explain-delay";

/** Nobody waits longer for an explanation, in milliseconds. */
const patienceMs = 4_000;

/** Whether a task is so far behind that the cause is of interest. */
export function isBehind({ status, delayMs = 0 }: Pick<Task, "status" | "delayMs">): boolean {
  return isStreaming(status) && delayMs >= behindMs;
}

/**
 * Cause, remedy and forecast in one paragraph; undefined for a task that keeps up, and where nothing is known in time. It
 * never fails, because an alert that is shown without it is better than none.
 */
export async function delayText(
  session: DelaySource | undefined,
  task: Pick<Task, "id" | "status" | "delayMs">,
  l10n: Localizer,
): Promise<Shown | undefined> {
  if (session === undefined || !isBehind(task)) {
    return undefined;
  }
  try {
    const { explainDelay, delayParagraph } = await import("./explain-delay");
    const diagnosis = await explainDelay(session, task.id, AbortSignal.timeout(patienceMs));
    return diagnosis?.isBehind === true ? delayParagraph(diagnosis, l10n) : undefined;
  } catch {
    return undefined;
  }
}
