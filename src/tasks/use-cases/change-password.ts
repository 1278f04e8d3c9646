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

/** How a message names an end, in both languages. */
const words = { so: /\bsource database\b|源(数据)?库/i, ta: /\btarget database\b|目标(数据)?库/i } as const;

/** The only end that the task's error is about, by its words and by the user it names; undefined where that is not certain. */
export function endByError({
  source,
  target,
  error,
}: Pick<Task, "source" | "target" | "error">): PasswordEnd | undefined {
  const message = error?.message ?? "";
  const isNamed = (user: string | undefined) =>
    user !== undefined && new RegExp(`(?<!\\w)${escaped(user)}(?!\\w)`).test(message);
  const said = only(words.so.test(message), words.ta.test(message));
  const named = only(isNamed(source?.user), isNamed(target?.user));
  return said === undefined || named === undefined || said === named ? (said ?? named) : undefined;
}

function only(source: boolean, target: boolean): PasswordEnd | undefined {
  return source === target ? undefined : source ? "so" : "ta";
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
