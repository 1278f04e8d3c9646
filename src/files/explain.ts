/** Where the way from a file to a task has ended, in the user's words. */

import { explain } from "../drs/error-text";
import { isDrsError } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown } from "../l10n/shown";
import type { CreationStep, StepError } from "../tasks/use-cases/create-task";
import { findingsText } from "../tasks/use-cases/explain";
import { usualEngine } from "./engines";

/** The name of a step, for a progress notice. */
export function stepName(step: CreationStep, { t }: Localizer): Shown {
  switch (step) {
    case "create":
      return t("creating the task");
    case "wait":
      return t("creating the instance");
    case "connectSource":
      return t("testing the connection to the source");
    case "connectTarget":
      return t("testing the connection to the target");
    case "selectObjects":
      return t("choosing the objects");
    case "precheck":
      return t("pre-check");
    case "start":
      return t("starting");
    case "apply":
      return t("starting the change");
  }
}

/** At which step it failed and why, what exists now, and what to do next. */
export async function explainStep(
  error: StepError,
  name: string,
  l10n: Localizer,
  local: boolean,
): Promise<Shown> {
  const { t } = l10n;
  const why =
    error.outcome === undefined
      ? explain(error.cause, l10n, local)
      : await findingsText(error.outcome.findings, usualEngine, l10n);
  const failed = t('Task "{0}": {1} failed. {2}', name, stepName(error.step, l10n), why);
  return joined(" ", [failed, nextOf(error, name, l10n)]);
}

function nextOf({ step, id, cause }: StepError, name: string, { t }: Localizer): Shown {
  if (id === undefined) {
    return isDrsError(cause) && cause.failure.uncertain === true
      ? t('The task may have been created. Refresh and look for "{0}" before you create it again.', name)
      : t("No task was created.");
  }
  switch (step) {
    case "wait":
      return t("The task exists (ID {0}). Refresh the list to see its status.", id);
    case "start":
      return t("The task exists, is configured and pre-checked. Start it from the list.");
    case "apply":
      return t("The task continues with its current objects. Check its status before you try again.");
    default:
      return t("The task exists and is kept. Correct the file, then use the action above it again.");
  }
}
