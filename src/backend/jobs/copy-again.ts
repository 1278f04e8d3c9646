/**
 * How tables are copied again while their task continues: the user's request is stored with the task until all of
 * these tables are in step. Until the engine has begun to copy all of them, beginning is repeated as a whole.
 */
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { AgainTable, EngineTask } from "../engine/engine-task";
import { plainName } from "../engine/table-name";
import { message } from "../messages";
import type { ObservedCopy } from "../reconcile";
import { type Job, tableId, without, withoutMemoryOf } from "./job";
import { mayPass, newFault, type Runtime } from "./runtime";
import type { JobStore } from "./store";

/** The steps of copying tables again, as stored in the task's `copyAgain`. */
export class CopySteps {
  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly taskOf: (job: Job) => EngineTask,
  ) {}

  /**
   * Tells the engine to copy the tables.
   *
   * @throws EngineError when that fails: the task is stopped then. After a lost connection or a transient error,
   * this is repeated.
   */
  async begin(job: Job, runtime: Runtime): Promise<boolean> {
    const { copyAgain } = job;
    const task = this.taskOf(job);
    try {
      const rows = await this.engine.copyAgain(task, copyAgain?.tables ?? []);
      await this.store.update(job.id, (latest) => ({
        ...learningAgain(latest),
        sourceRows: { ...latest.sourceRows, ...rows },
        copyAgain: latest.copyAgain && { ...latest.copyAgain, begun: latest.copyAgain.id === copyAgain?.id },
      }));
      runtime.enabledAttempt = job.desired.attempt;
      runtime.silentSince = undefined;
      return true;
    } catch (error) {
      requireEngineError(error);
      // The engine may have been left anywhere on the way.
      runtime.enabledAttempt = undefined;
      if (mayPass(error, runtime)) {
        runtime.fault ??= newFault(error.reason, error.kind === "loss" ? "lost" : "passing");
        return false;
      }
      await this.engine.suspend(task);
      throw error;
    }
  }

  /** The tables are in step. */
  async commit(job: Job): Promise<boolean> {
    const { copyAgain } = job;
    const updated = await this.store.update(job.id, (latest) =>
      latest.copyAgain?.id === copyAgain?.id ? { ...latest, copyAgain: null } : latest,
    );
    if (copyAgain !== null && updated?.copyAgain === null) {
      const tables = copyAgain.tables.map(tableId).join(", ");
      await this.store.history.log(job.id, "Info", message("copiedAgain", { tables }));
    }
    return true;
  }
}

/** The task without what it remembers of these tables; when they are all it has, of its stream. */
function learningAgain(job: Job): Job {
  const again = job.copyAgain?.tables ?? [];
  return without(job.tables, again).length === 0 ? { ...job, stream: null } : withoutMemoryOf(job, again);
}

/** The observed state of the tables that are to be copied again. */
export function copySeen({ copyAgain }: Job, { engine }: Runtime): ObservedCopy | undefined {
  if (copyAgain === null) {
    return undefined;
  }
  const phases = new Map(
    engine?.kind === "present" ? engine.tables.map(({ name, phase }) => [name, phase] as const) : [],
  );
  const seen = copyAgain.tables.map((table) => phases.get(plainName(table)));
  return {
    begun: copyAgain.begun,
    phase: seen.includes(undefined)
      ? "unknown"
      : seen.every((phase) => phase === "synced")
        ? "synced"
        : "copying",
  };
}

/** The tables of a copy that is not over, and further ones: what was taken out for it must come back. */
export function together(
  before: readonly AgainTable[],
  tables: readonly AgainTable[],
): readonly AgainTable[] {
  return [...new Map([...before, ...tables].map((table) => [tableId(table), table])).values()];
}
