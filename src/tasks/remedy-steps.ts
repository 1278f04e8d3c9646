import type { Diagnosis } from "../failures/known-case";
import { type StepId, stepRow } from "../failures/steps";
import type { Bilingual } from "../l10n/bilingual";
import { mayChangePassword } from "./actions";
import { lostTables } from "./stream-health";
import type { Task } from "./task";

/** The steps that heal a failed task and that its status allows, in the order in which they are taken. */
export function remedySteps(task: Task, diagnosis: Diagnosis | null | undefined): readonly StepId[] {
  const lost: readonly StepId[] = lostTables(task).length > 0 ? ["copyTables"] : [];
  const steps = new Set([...lost, ...(diagnosis?.steps ?? [])]);
  return [...steps].filter((step) => step !== "changePassword" || mayChangePassword(task));
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
