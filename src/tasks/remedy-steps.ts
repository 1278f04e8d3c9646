import type { Diagnosis } from "../failures/known-case";
import type { StepId } from "../failures/steps";
import { mayChangePassword } from "./actions";
import { lostTables } from "./stream-health";
import type { Task } from "./task";

/** The steps that heal a failed task and that its status allows, in the order in which they are taken. */
export function remedySteps(task: Task, diagnosis: Diagnosis | null | undefined): readonly StepId[] {
  const lost: readonly StepId[] = lostTables(task).length > 0 ? ["copyTables"] : [];
  const steps = new Set([...lost, ...(diagnosis?.steps ?? [])]);
  return [...steps].filter((step) => step !== "changePassword" || mayChangePassword(task));
}
