/** Why a use case came to nothing, in the user's words. */

import { explain } from "../../drs/error-text";
import { diagnosisOfFindings } from "../../failures/diagnosis";
import type { Localizer } from "../../l10n/localizer";
import { joined, type Shown, shown } from "../../l10n/shown";
import { actionRow } from "../../status/actions";
import { rowOf } from "../../status/statuses";
import type { PrecheckFinding } from "./precheck";
import { NotPossibleError, PrecheckError } from "./run-action";

/** At most this many findings are in a sentence. */
const mostFindings = 2;

/** The findings of a failed pre-check, each with its reason, and the remedy of a known case. */
export async function findingsText(
  findings: readonly PrecheckFinding[],
  engine: string | undefined,
  { t, localize, number }: Localizer,
): Promise<Shown> {
  const failed = findings.filter(({ result }) => result === "FAILED");
  const named = failed
    .slice(0, mostFindings)
    .map(({ item, reason }) => shown(reason === undefined ? item : `${item}: ${reason}`));
  const more = failed.length - mostFindings;
  const known = await diagnosisOfFindings(failed, engine);
  return joined(" ", [
    ...named,
    more <= 0
      ? ""
      : more === 1
        ? t("1 more item did not pass.")
        : t("{0} more items did not pass.", number(more)),
    known ? t("What to do: {0}", localize(known.remedy)) : "",
  ]);
}

/** The SQL that remedies what keeps a task from starting; undefined where there is none. */
export function remedySqlOf(findings: readonly PrecheckFinding[] = []): string | undefined {
  const statements = findings.flatMap(({ result, remedySql }) =>
    result === "FAILED" && remedySql !== undefined ? [remedySql] : [],
  );
  return statements.length === 0 ? undefined : `${statements.join("\n")}\n`;
}

/** One sentence or two, as `explain` writes them. @param local whether the local backend was called. */
export async function explainOutcome(error: unknown, l10n: Localizer, local: boolean): Promise<Shown> {
  if (error instanceof PrecheckError) {
    const found = await findingsText(error.outcome.findings, error.task.engine, l10n);
    return explain(new Error(l10n.t("the pre-check did not pass. {0}", found)), l10n);
  }
  return error instanceof NotPossibleError
    ? notPossibleText(error.action, error.task, l10n)
    : explain(error, l10n, local);
}

/** That an action is not possible for a task in its status. */
export function notPossibleText(
  action: NotPossibleError["action"],
  { name, status, warnings }: NotPossibleError["task"],
  { t, localize }: Localizer,
): Shown {
  const [what, where] = [localize(actionRow(action).name), localize(rowOf(status).name)];
  const loss = action === "resume" ? warnings?.find(({ level }) => level === "failure") : undefined;
  if (loss !== undefined) {
    return t('"{0}" is not possible for task "{1}", because rows were lost. {2}', what, name, loss.message);
  }
  return t('"{0}" is not possible for task "{1}" in status {2}.', what, name, where);
}
