/** Connections and tasks for the tools, and how a call names one. */

import { explain } from "../drs/error-text";
import { isDrsError } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import type { Attempts } from "../tasks/attempts";
import type { Task } from "../tasks/task";
import type { TaskSession } from "../tasks/use-cases/control";

/** A connection as the tools see it. */
export interface ToolConnection {
  readonly id: string;
  readonly name: string;
  readonly kind: "local" | "cloud";
  /** Absent while the connection cannot be used. */
  readonly session: TaskSession | undefined;
  /** Why it cannot be used. */
  readonly trouble?: string | undefined;
  /** Why its tasks may only be looked at. */
  readonly readOnly?: string | undefined;
}

export interface ToolContext {
  /** The connections there are now. */
  places(): Promise<readonly ToolConnection[]>;
  readonly l10n: Localizer;
  /** Where actions and their outcomes are noted; absent: nobody shows them. */
  readonly attempts?: Pick<Attempts, "begin" | "end"> | undefined;
}

/** A task and where it is. */
export interface ResolvedTask {
  readonly task: Task;
  readonly place: ToolConnection;
  readonly session: TaskSession;
}

/** Tells the model why a call came to nothing, and what it may choose from instead. */
export class ToolError extends Error {
  override readonly name = "ToolError";

  constructor(
    message: string,
    readonly facts: object = {},
  ) {
    super(message);
  }
}

/** The readings that a long list may take: 400 tasks each. */
const maxReadings = 30;
const maxCandidates = 20;

/** The places of a call: all of them, or the one whose name or id is given. */
export async function placesOf(
  context: ToolContext,
  connection: string | undefined,
): Promise<readonly ToolConnection[]> {
  const all = await context.places();
  if (all.length === 0) {
    throw new ToolError("There is no connection. The user has to connect to DRS first.");
  }
  const chosen = all.filter(
    ({ id, name }) => connection === undefined || id === connection || name === connection,
  );
  if (chosen.length === 0) {
    throw new ToolError("There is no connection of this name.", { connections: all.map(({ name }) => name) });
  }
  return chosen;
}

/**
 * Reads the tasks of a place as they are now; `unread`: how many more there are that a call has no time for.
 *
 * @throws ToolError when they cannot be read. After a refused signature nothing is sent: five refusals lock the key, and
 * a model tries again readily; the user's own refresh, or a new start of the server, tries once more.
 */
export async function read(
  { name, kind, session, trouble }: ToolConnection,
  l10n: Localizer,
): Promise<{ readonly tasks: readonly Task[]; readonly session: TaskSession; readonly unread: number }> {
  if (session === undefined) {
    throw new ToolError(
      `The connection ${name} cannot be used. ${trouble ?? "It is being opened: try again."}`,
    );
  }
  const { store } = session;
  if (!(isDrsError(store.snapshot.problem) && store.snapshot.problem.failure.kind === "authentication")) {
    await store.refresh();
    for (let n = 1; n < maxReadings && store.snapshot.unread && store.snapshot.problem === undefined; n++) {
      await store.refresh();
    }
  }
  const { tasks, problem, unread } = store.snapshot;
  if (problem !== undefined) {
    const why = explain(problem, l10n, kind === "local");
    throw new ToolError(`The tasks of ${name} cannot be read. ${why}`);
  }
  return { tasks: [...tasks.values()], session, unread: Math.max(0, (unread?.of ?? 0) - tasks.size) };
}

/** How a call names a task. */
export interface Target {
  /** Name or id. */
  readonly task: string;
  /** Name or id; absent: any. */
  readonly connection?: string | undefined;
}

/**
 * The one task that a call names.
 *
 * @throws ToolError when none has the name, or several have; then it lists them.
 */
export async function find(
  context: ToolContext,
  { task: wanted, connection }: Target,
): Promise<ResolvedTask> {
  const places = await placesOf(context, connection);
  const readings = await Promise.allSettled(
    places.map(async (place) => {
      const { tasks, session, unread } = await read(place, context.l10n);
      return { unread, found: tasks.map((task) => ({ task, place, session })) };
    }),
  );
  const known = readings.flatMap((reading) => (reading.status === "fulfilled" ? [reading.value] : []));
  const all = known.flatMap(({ found }) => found);
  const byId = all.filter(({ task }) => task.id === wanted);
  const named = byId.length > 0 ? byId : all.filter(({ task }) => task.name === wanted);
  const [found] = named;
  if (found !== undefined && named.length === 1) {
    return found;
  }
  if (named.length > 1) {
    throw new ToolError(
      "Several tasks have this name. Ask the user which one, and name it by its id and connection.",
      {
        candidates: candidates(named),
      },
    );
  }
  const failed = readings.find((reading) => reading.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
  const similar = all.filter(({ task }) => task.name.toLowerCase().includes(wanted.toLowerCase()));
  const unread = known.reduce((sum, place) => sum + place.unread, 0);
  throw new ToolError(
    unread === 0
      ? "There is no task of this name or id."
      : `None of the ${all.length} tasks that were read has this name or id; ${unread} more were not read yet. Call again.`,
    { similar: candidates(similar) },
  );
}

function candidates(found: readonly ResolvedTask[]): readonly object[] {
  return found
    .slice(0, maxCandidates)
    .map(({ task: { name, id, status }, place }) => ({ name, id, status, connection: place.name }));
}
