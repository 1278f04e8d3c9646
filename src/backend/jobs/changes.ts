/**
 * How edited synchronization objects come into force while the task continues: the engine first copies the tables that
 * are new beside the task's own, then the task takes over the changed set. A change that fails leaves the task's own
 * tables as they were; added tables that are copied already stay in step, so that a retry need not copy them again.
 */
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { TableState } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import { plainName, type TableName } from "../engine/table-name";
import { log } from "../log";
import { type Message, message } from "../messages";
import type { ObservedChange } from "../reconcile";
import type { SecretBox } from "../secrets";
import { loginOf } from "./endpoints";
import { lostTables } from "./findings";
import { type Change, type Job, tablesOf, without } from "./job";
import { mayPass, newFault, type Runtime } from "./runtime";
import type { JobStore } from "./store";

/** The steps of a change of objects. Each may be repeated; its outcome is stored in the task's `change`. */
export class ChangeSteps {
  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
    private readonly taskOf: (job: Job) => EngineTask,
  ) {}

  /** Begins to copy the tables that the change adds. */
  async begin(job: Job, change: Change, runtime: Runtime): Promise<boolean> {
    return await this.#unlessLost(runtime, async () => {
      try {
        const all = await this.engine.tablesOf(loginOf(job.source, "source", this.secrets));
        const tables = change.tables.length > 0 ? change.tables : tablesOf(change.selection, all);
        if (tables.length === 0) {
          await this.#update(job, change, { failure: failureOf("", message("noObjects")) });
          return;
        }
        await this.#update(job, change, { tables: [...tables] });
        const added = without(tables, job.tables);
        // Lost tables that are removed must not return first.
        const lost = without(lostTables(job, runtime.engine), tables);
        const own = without(job.tables, lost);
        const rows = await this.engine.change(this.taskOf(withTables(job, [...own, ...added])), added);
        await this.store.update(job.id, (latest) => ({
          ...latest,
          sourceRows: { ...latest.sourceRows, ...rows },
        }));
        runtime.enabledAttempt = job.desired.attempt;
      } catch (error) {
        requireEngineError(error);
        if (mayPass(error, runtime)) {
          throw error;
        }
        const connection =
          error.side === undefined ? undefined : loginOf(job[error.side], error.side, this.secrets);
        log(`task ${job.name}: the change of its objects failed (${error.code})`);
        const text = this.engine.describe(error, connection);
        await this.#update(job, change, { failure: failureOf(error.code, text) });
      }
    });
  }

  /** The added tables are in step: the task takes over the changed set. Removed tables are let go next. */
  async commitChange(job: Job, { id, tables, selection }: Change): Promise<boolean> {
    await this.store.update(job.id, (latest) =>
      latest.change?.id === id
        ? {
            ...{ ...latest, tables, selection },
            change: { ...latest.change, settled: true, updatedAt: Date.now() },
          }
        : latest,
    );
    return true;
  }

  /** The engine lets go of what is not the task's: all of it when the change is over, unfinished copies when it failed. */
  async rollBack(job: Job, change: Change, runtime: Runtime): Promise<boolean> {
    return await this.#unlessLost(runtime, async () => {
      const over = change.withdrawn || change.settled;
      const copied = new Set(
        extraTables(job, runtime)
          .filter(isCopied)
          .map(({ name }) => name),
      );
      const kept = over ? [] : change.tables.filter((table) => copied.has(plainName(table)));
      await this.engine.change(this.taskOf(withTables(job, [...job.tables, ...kept])), []);
      runtime.enabledAttempt = job.desired.attempt;
      if (change.withdrawn && !change.settled) {
        await this.#update(job, change, { settled: true });
      }
    });
  }

  /** A lost connection or a transient error is a fault of the task, not of the change, which continues afterwards. */
  async #unlessLost(runtime: Runtime, step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      requireEngineError(error);
      if (!mayPass(error, runtime)) {
        throw error;
      }
      runtime.fault ??= newFault(error.reason, error.kind === "loss" ? "lost" : "passing");
      // The engine may have been left in the midst of the change.
      runtime.enabledAttempt = undefined;
      return false;
    }
  }

  async #update(job: Job, { id }: Change, news: Partial<Change>): Promise<void> {
    await this.store.update(job.id, (latest) =>
      latest.change?.id === id
        ? { ...latest, change: { ...latest.change, ...news, updatedAt: Date.now() } }
        : latest,
    );
  }
}

/** The observed state of a task's change. */
export function changeSeen(job: Job, runtime: Runtime): ObservedChange | undefined {
  const { change } = job;
  if (change === null) {
    return undefined;
  }
  const engine = runtime.engine?.kind === "present" ? runtime.engine : undefined;
  const phases = new Map(engine?.tables.map(({ name, phase }) => [name, phase]));
  const wanted = change.tables.map((table) => phases.get(plainName(table)));
  const extra = extraTables(job, runtime);
  return {
    phase:
      wanted.length === 0 || wanted.includes(undefined)
        ? "unknown"
        : wanted.every((phase) => phase === "synced")
          ? "synced"
          : "copying",
    extraTables: extra.length === 0 ? "none" : extra.every(isCopied) ? "copied" : "unfinished",
    failed: change.failure !== null,
    withdrawn: change.withdrawn,
    settled: change.settled,
    last: change.status,
  };
}

/** The change, failed with the error that keeps its task from continuing; one that is settled or failed already is unchanged. */
export function failedChange(change: Change | null, code: string, text: Message): Change | null {
  return change === null || change.settled || change.failure !== null
    ? change
    : { ...change, withdrawn: false, failure: failureOf(code, text), updatedAt: Date.now() };
}

/** Tables that the engine has and the task has not. */
function extraTables({ tables }: Job, { engine }: Runtime): readonly TableState[] {
  const own = new Set(tables.map(plainName));
  return engine?.kind === "present" ? engine.tables.filter(({ name }) => !own.has(name)) : [];
}

function isCopied({ phase }: TableState): boolean {
  return phase === "copied" || phase === "synced";
}

function withTables(job: Job, tables: readonly TableName[]): Job {
  return { ...job, tables: [...tables] };
}

function failureOf(code: string, { id, values }: Message): NonNullable<Change["failure"]> {
  return { code, message: { id, values: { ...values } }, at: Date.now() };
}
