import type { Diagnosis } from "../failures/known-case";
import { type StepId, stepRow } from "../failures/steps";
import type { Bilingual } from "../l10n/bilingual";
import { type ActionId, actionRow, byHelpfulness } from "../status/actions";
import { legalActions, mayChangePassword, mayCopyAgain, mayPrecheck } from "./allowed-actions";
import { lostTables } from "./stream-health";
import type { Task } from "./task";

/**
 * The steps of a failed task's remedy that its status, its place and the user's permissions allow, in the order in which
 * they are taken.
 *
 * @param readOnly whether the task's connection is read-only.
 */
export function remedySteps(
  task: Task,
  diagnosis: Diagnosis | null | undefined,
  readOnly: boolean,
): readonly StepId[] {
  const place = task.cloud === true ? "cloud" : "local";
  if (task.status === "frozen") {
    return permittedSteps(place === "cloud" ? ["openBilling"] : ["topUp"], readOnly);
  }
  // Lost rows are copied again, and that first, unless the case itself says what comes before.
  const known = diagnosis?.steps ?? [];
  const lost: readonly StepId[] = lostTables(task).length > 0 ? ["copyTables"] : [];
  const steps = known.includes("copyTables") ? known : [...new Set([...lost, ...known])];
  const can: Partial<Record<StepId, boolean>> = {
    changePassword: mayChangePassword(task),
    copyTables: mayCopyAgain(task, place),
    precheck: mayPrecheck(task),
  };
  const possible = steps.filter((step) => (stepRow(step).place ?? place) === place && can[step] !== false);
  return permittedSteps(possible, readOnly);
}

/** The steps that the user of a connection may take: on a read-only one, those that change nothing. */
export function permittedSteps(steps: readonly StepId[], readOnly: boolean): readonly StepId[] {
  return steps.filter((step) => !readOnly || !stepRow(step).changes);
}

/**
 * The action that lets a stopped task run again once the cause is removed. Undefined where none is legal, where its
 * failure cannot be resumed from, and where rows were lost, which are to be copied again first.
 */
export function nextAction(
  task: Task,
  diagnosis: Diagnosis | null | undefined,
  legal: readonly ActionId[] = legalActions(task),
): ActionId | undefined {
  return diagnosis?.resumable === false || lostTables(task).length > 0
    ? undefined
    : legal.toSorted(byHelpfulness).find((action) => actionRow(action).continues);
}

/** The first of these steps that a command takes. */
export function firstStep(
  task: Task,
  diagnosis: Diagnosis | null | undefined,
  readOnly: boolean,
): { readonly name: Bilingual; readonly command: `drs.${string}` } | undefined {
  const [first] = remedySteps(task, diagnosis, readOnly).flatMap((id) => {
    const { name, by } = stepRow(id);
    return "command" in by ? [{ name, command: by.command }] : [];
  });
  return first;
}
