/**
 * How the indexes of copied tables are made while their task is watched: in the background, begun again after whatever
 * has ended it. Which tables lack some is stored with the task until all are made.
 */
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/engine-error";
import type { IndexProgress } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import { plainName, type TableName } from "../engine/table-name";
import { log, reasonOf } from "../log";
import type { ObservedState } from "../reconcile";
import type { Failures } from "./failures";
import type { Job } from "./job";
import type { Indexing, Runtime } from "./runtime";
import type { JobStore } from "./store";

/** How often a transient error is retried in a row. */
const mostTries = 5;

/** The work is kept in the task's runtime; nothing but its end is stored. */
export class IndexSteps {
  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly failures: Failures,
    private readonly taskOf: (job: Job) => EngineTask,
    /** Polls a task: its indexes are made, or cannot be. */
    private readonly wake: (id: string) => void,
  ) {}

  /** Begins to make the indexes, or notes how that has ended. */
  async step(job: Job, runtime: Runtime): Promise<boolean> {
    const { indexing } = runtime;
    if (indexing === undefined) {
      runtime.indexing = this.#begin(job);
      return false;
    }
    const { outcome } = indexing;
    runtime.indexing = undefined;
    if (outcome === undefined) {
      return false;
    }
    if (outcome === "made") {
      runtime.indexTries = 0;
      await this.store.update(job.id, (latest) => ({ ...latest, unindexed: [] }));
      return true;
    }
    const { error } = outcome;
    const { kind } = error instanceof EngineError ? error : { kind: undefined };
    if (kind === "loss" || (kind === "transient" && ++runtime.indexTries < mostTries)) {
      log(`task ${job.name}: its indexes are made again: ${reasonOf(error)}`);
      return false;
    }
    runtime.indexTries = 0;
    await this.failures.failBy(job, "full", error);
    return true;
  }

  /** Ends what is in the making; it is made another time. */
  async stop({ indexing }: Runtime): Promise<void> {
    indexing?.controller.abort();
    await indexing?.over;
  }

  #begin(job: Job): Indexing {
    const controller = new AbortController();
    const indexing: Indexing = { controller, progress: [], outcome: undefined, over: Promise.resolve() };
    const report = (progress: readonly IndexProgress[]) => {
      indexing.progress = progress;
    };
    indexing.over = this.engine
      .index(this.taskOf(job), controller.signal, report)
      .then(
        () => {
          indexing.outcome = "made";
        },
        (error: unknown) => {
          indexing.outcome = { error };
        },
      )
      .then(() => {
        if (!controller.signal.aborted) {
          this.wake(job.id);
        }
      });
    return indexing;
  }
}

/** The observed state of the indexes that the task's tables lack; undefined when they lack none. */
export function indexesSeen(job: Job, { engine, indexing }: Runtime): ObservedState["indexes"] {
  const isProvisional = engine?.kind === "present" && engine.isProvisional;
  if (job.unindexed.length === 0 && !isProvisional) {
    return undefined;
  }
  return indexing !== undefined && indexing.outcome === undefined ? "making" : "lacking";
}

/** How far the indexes that come after the rows are, 0 to 100; of all tables, or of the one with this name. */
export function indexPercent(job: Job, indexing: Indexing | undefined, name?: string): number {
  const isMeant = (table: TableName) => name === undefined || plainName(table) === name;
  if (!job.unindexed.some(isMeant)) {
    return 100;
  }
  const known = indexing?.progress.filter(isMeant) ?? [];
  const sum = (pick: (progress: IndexProgress) => number) =>
    known.reduce((total, one) => total + pick(one), 0);
  return Math.min(
    99,
    Math.floor(
      (sum(({ made }) => made) /
        Math.max(
          sum(({ all }) => all),
          1,
        )) *
        100,
    ),
  );
}
