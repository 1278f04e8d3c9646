import type { EndLogin } from "../database-login";
import { EngineError, requireEngineError } from "../engine-error";
import type { EngineTask } from "../engine-task";
import type { Side } from "../side";
import { objectName } from "./names";

/**
 * Asks each server once for all tasks that log in there alike; returns its facts of a task, or its error.
 *
 * @param ask answers facts by the name of the task's objects.
 */
export async function grouped<F extends { readonly name: string }>(
  tasks: readonly EngineTask[],
  side: Side,
  ask: (connection: EndLogin, tasks: readonly EngineTask[]) => Promise<readonly F[]>,
): Promise<(task: EngineTask) => F | EngineError | undefined> {
  const groups = new Map<string, { readonly connection: EndLogin; readonly tasks: EngineTask[] }>();
  for (const task of tasks) {
    const key = JSON.stringify(task[side]);
    const group = groups.get(key) ?? { connection: task[side], tasks: [] };
    group.tasks.push(task);
    groups.set(key, group);
  }
  const facts = new Map<string, F | EngineError>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const answer = await ask(group.connection, group.tasks).catch((error: unknown) => {
        requireEngineError(error);
        return error;
      });
      if (answer instanceof EngineError) {
        for (const { id } of group.tasks) {
          facts.set(objectName(id), answer);
        }
      } else {
        for (const fact of answer) {
          facts.set(fact.name, fact);
        }
      }
    }),
  );
  return ({ id }) => facts.get(objectName(id));
}

/** The same by the tasks' ids, without those of which nothing is known. */
export async function askedById<F extends { readonly name: string }>(
  ...asking: Parameters<typeof grouped<F>>
): Promise<ReadonlyMap<string, F>> {
  const [tasks] = asking;
  const facts = await grouped(...asking);
  return new Map(
    tasks.flatMap((task) => {
      const found = facts(task);
      return found === undefined || found instanceof EngineError ? [] : [[task.id, found] as const];
    }),
  );
}
