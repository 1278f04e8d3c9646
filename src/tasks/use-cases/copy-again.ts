/** Copies single tables of a task again, which only the local backend does. */
import type { Clock } from "../../drs/clock";
import { poll } from "../../drs/poll";
import { hasFailed, mayCopyAgain } from "../allowed-actions";
import { lostTables, troubledTables } from "../stream-health";
import type { Task } from "../task";
import { changing, isLocal, type LocalSession, type TaskSession } from "./control";
import type { CopyChoice } from "./local-tasks";

const pollMs = 1_000;
/** At most this many polls may still find the failure that is about to go. */
const resumeLooks = 10;

/** A table that can be copied again. */
export interface CopyCandidate {
  /** As `schema.table`. */
  readonly name: string;
  /** The warning about this table alone. */
  readonly warning: string | undefined;
  /** Whether something is wrong with it, or with the whole stream. */
  readonly isTroubled: boolean;
}

/** Whether tables of a task can be copied again now. */
export function canCopyAgain<S extends TaskSession>(session: S, task: Task): session is S & LocalSession {
  return isLocal(session) && mayCopyAgain(task, "local");
}

/** The tables of a task, first those that something is wrong with. */
export function copyCandidates(task: Task): readonly CopyCandidate[] {
  const troubled = new Set([...lostTables(task), ...troubledTables(task)]);
  return (task.objects ?? [])
    .filter(({ type }) => type === "table")
    .map(({ name }) => ({
      name,
      warning: task.warnings?.find(({ table }) => table === name)?.message,
      isTroubled: troubled.has(name),
    }))
    .sort((a, b) => Number(b.isTroubled) - Number(a.isTroubled));
}

/** Starts the copy. Sent once. @throws DrsError as `Control.run` does; Error with the backend's reason. */
export async function copyTablesAgain(
  session: LocalSession,
  { id }: Task,
  choice: CopyChoice,
): Promise<void> {
  await changing(session, "copyAgain", id, async () => await session.local.copyAgain(id, choice));
}

/** How a copy ended: `stopped` with the task, which has failed or is paused, or undefined where it is gone. */
export type CopyEnd =
  | { readonly kind: "done" }
  | { readonly kind: "stopped"; readonly task: Task | undefined };

/**
 * Waits until all tables are in sync, or the task fails, waits, or is gone.
 *
 * @param task as it was before the copy: the failure for which its tables are copied stays until the service has resumed it.
 * @param onProgress receives how far all tables together are, 0 to 100.
 * @throws Error when the backend does not answer; the signal's reason when it aborts.
 */
export async function followCopy(
  { local, store }: LocalSession,
  task: Task,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (percent: number) => void;
    readonly clock?: Clock | undefined;
  },
): Promise<CopyEnd> {
  let isOld = hasFailed(task);
  let looks = 0;
  const look = async (): Promise<CopyEnd | undefined> => {
    const tables = await local.copyState(task.id);
    await store.refresh(task.id);
    if (tables.length === 0) {
      return { kind: "done" };
    }
    const now = store.snapshot.tasks.get(task.id);
    looks += 1;
    isOld &&= now !== undefined && hasFailed(now) && looks < resumeLooks;
    if (now === undefined || now.status === "paused" || (hasFailed(now) && !isOld)) {
      return { kind: "stopped", task: now };
    }
    options.onProgress(Math.floor(tables.reduce((sum, { percent }) => sum + percent, 0) / tables.length));
    return undefined;
  };
  const pace = { firstMs: pollMs, longestMs: pollMs, limitMs: Number.POSITIVE_INFINITY };
  return (await poll(look, { ...pace, ...options })) ?? { kind: "stopped", task: undefined };
}
