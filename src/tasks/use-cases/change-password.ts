import { onlyResult } from "../../drs/batch";
import { mayChangePassword } from "../allowed-actions";
import type { Task } from "../task";
import { changing, type TaskSession } from "./control";

/** Whether the password of one of a task's databases can be changed now. */
export function canChangePassword({ control }: TaskSession, task: Task): boolean {
  return control.refusal === undefined && mayChangePassword(task);
}

/** Which end a password is for: `so`: the source, `ta`: the target. */
export type PasswordEnd = "so" | "ta";

/** Both ends, first the one whose user the task's error names. */
export function endsByError({
  source,
  target,
  error,
}: Pick<Task, "source" | "target" | "error">): readonly PasswordEnd[] {
  const isNamed = (user: string | undefined) =>
    user !== undefined && new RegExp(`(?<!\\w)${escaped(user)}(?!\\w)`).test(error?.message ?? "");
  return isNamed(target?.user) && !isNamed(source?.user) ? ["ta", "so"] : ["so", "ta"];
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * Gives a task another password for one of its databases. Sent once.
 *
 * @param end `so`: of the source, `ta`: of the target.
 * @throws DrsError when the service refuses.
 */
export async function changePassword(
  session: TaskSession,
  { id }: Task,
  end: PasswordEnd,
  password: string,
): Promise<void> {
  const operation = "batchModifyPwd";
  const jobs = [{ job_id: id, end_point_type: end, db_password: password }];
  await changing(session, operation, id, async () =>
    onlyResult(operation, await session.client.call(operation, { jobs })),
  );
}
