import { onlyResult } from "../../drs/batch";
import { mayChangePassword } from "../allowed-actions";
import type { Task } from "../task";
import { changing, type TaskSession } from "./control";

/** Whether the password of one of a task's databases can be changed now. */
export function canChangePassword({ control }: TaskSession, task: Task): boolean {
  return control.refusal === undefined && mayChangePassword(task);
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
  end: "so" | "ta",
  password: string,
): Promise<void> {
  const operation = "batchModifyPwd";
  const jobs = [{ job_id: id, end_point_type: end, db_password: password }];
  await changing(session, operation, id, async () =>
    onlyResult(operation, await session.client.call(operation, { jobs })),
  );
}
