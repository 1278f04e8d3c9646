/** Why a task failed and what now. The catalogue of known cases is loaded with the first question. */
import { rowOf, type StatusId } from "../status/statuses";
import type { Diagnosis, Symptoms } from "./known-case";

/** A task, or anything with the same facts. */
export interface FailedTask {
  readonly status: StatusId;
  readonly engine?: string | undefined;
  readonly error?: Symptoms["error"];
}

/**
 * The known case behind a task's error. Null: no known case matches. Undefined: the task reports no error, or the
 * catalogue cannot be loaded; a question about a failure never fails itself.
 */
export async function diagnosisOf(task: FailedTask): Promise<Diagnosis | null | undefined> {
  const { error, engine } = task;
  return error && (await looked({ error, engine, phase: rowOf(task.status).phase }));
}

/** The same for the findings of a pre-check. */
export async function diagnosisOfFindings(
  findings: NonNullable<Symptoms["findings"]>,
  engine: string | undefined,
): Promise<Diagnosis | null | undefined> {
  return await looked({ findings, engine });
}

async function looked(symptoms: Symptoms): Promise<Diagnosis | null | undefined> {
  try {
    const { diagnose } = await import("./diagnose");
    return diagnose(symptoms) ?? null;
  } catch {
    return undefined;
  }
}
