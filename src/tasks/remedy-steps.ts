import type { Diagnosis } from "../failures/known-case";
import { type StepId, stepRow } from "../failures/steps";
import type { Bilingual } from "../l10n/bilingual";
import { mayChangePassword, mayCopyAgain, mayPrecheck } from "./allowed-actions";
import { lostTables } from "./stream-health";
import type { Task } from "./task";

/** The steps of a failed task's remedy that its status and its place allow, in the order in which they are taken. */
export function remedySteps(task: Task, diagnosis: Diagnosis | null | undefined): readonly StepId[] {
  const place = task.cloud === true ? "cloud" : "local";
  if (task.status === "frozen") {
    return place === "cloud" ? ["openBilling"] : ["topUp"];
  }
  const lost: readonly StepId[] = lostTables(task).length > 0 ? ["copyTables"] : [];
  const steps = new Set([...lost, ...(diagnosis?.steps ?? [])]);
  const can: Partial<Record<StepId, boolean>> = {
    changePassword: mayChangePassword(task),
    copyTables: mayCopyAgain(task, place),
    precheck: mayPrecheck(task),
  };
  return [...steps].filter((step) => (stepRow(step).place ?? place) === place && can[step] !== false);
}

/** The first of these steps that a command takes. */
export function firstStep(
  task: Task,
  diagnosis: Diagnosis | null | undefined,
): { readonly name: Bilingual; readonly command: `drs.${string}` } | undefined {
  const [first] = remedySteps(task, diagnosis).flatMap((id) => {
    const { name, by } = stepRow(id);
    return "command" in by ? [{ name, command: by.command }] : [];
  });
  return first;
}
