/** Why a task is behind, for where only a task that is behind is explained. What explains it is loaded then. */
import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import { isStreaming } from "../../status/statuses";
import type { Task } from "../task";
import type { TaskSession } from "../use-cases/control";
import { behindMs } from "./diagnose";

/** Nobody waits longer for an explanation, in milliseconds. */
const patienceMs = 4_000;

/**
 * Cause, remedy and forecast in one paragraph; undefined for a task that keeps up, and where nothing is known in time. It
 * never fails, because an alert that is shown without it is better than none.
 */
export async function delayText(
  session: Pick<TaskSession, "client" | "localDelay"> | undefined,
  { id, status, delayMs = 0 }: Task,
  l10n: Localizer,
): Promise<Shown | undefined> {
  if (session === undefined || !isStreaming(status) || delayMs < behindMs) {
    return undefined;
  }
  try {
    const { explainDelay, delayParagraph } = await import("../use-cases/explain-delay");
    const diagnosis = await explainDelay(session, id, AbortSignal.timeout(patienceMs));
    return diagnosis?.isBehind === true ? delayParagraph(diagnosis, l10n) : undefined;
  } catch {
    return undefined;
  }
}
