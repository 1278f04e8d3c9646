/** Why a task is behind, for a model. */
import type { Localizer } from "../l10n/localizer";
import { isStreaming } from "../status/statuses";
import type { ResolvedTask } from "./tool-context";

/** Nothing where the task does not follow changes, or where nobody says anything of its delay. */
export async function delayAnswer(
  { task, session }: ResolvedTask,
  l10n: Localizer,
  signal: AbortSignal,
): Promise<object> {
  if (!isStreaming(task.status)) {
    return {};
  }
  try {
    const { explainDelay, delayWords } = await import("../tasks/use-cases/explain-delay");
    const diagnosis = await explainDelay(session, task.id, signal);
    if (diagnosis === undefined) {
      return {};
    }
    const { isBehind, cause, stages, catchUp } = diagnosis;
    const { cause: why, ...words } = delayWords(diagnosis, l10n);
    return {
      delay: {
        ...{ is_behind: isBehind, stages_ms: stages, cause: cause?.id ?? null, why, ...words },
        catches_up: catchUp?.kind,
        catches_up_in_ms: catchUp?.kind === "in" ? Math.round(catchUp.ms) : undefined,
      },
    };
  } catch {
    signal.throwIfAborted();
    // It stands beside what is known anyway.
    return {};
  }
}
