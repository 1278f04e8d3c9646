import type { Diagnosis } from "../failures/diagnosis";
import type { Localizer } from "../l10n/localizer";
import type { PrecheckFinding } from "../tasks/precheck";

/** What a failed pre-check found, each finding with its reason, and the remedy of the case that is known. */
export function findingsText(
  findings: readonly PrecheckFinding[],
  known: Diagnosis | null | undefined,
  { t, localize }: Localizer,
): string {
  const told = findings.map(({ item, reason }) => (reason === undefined ? item : `${item}: ${reason}`));
  return [...told, ...(known ? [t("What to do: {0}", localize(known.remedy))] : [])].join(" ");
}
