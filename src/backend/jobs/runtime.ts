/** The runtime state of a task: lost when the process ends, and determined again by the next one. */
import { EngineError } from "../engine/engine-error";
import type { EngineState, IndexProgress } from "../engine/engine-state";
import { plainName } from "../engine/table-name";
import type { Step } from "../reconcile";
import { type Job, without } from "./job";
import type { TcpRelay } from "./tcp-relay";

export const firstRetryMs = 500;
/** How long a start, a change or an end retries transient errors: a server that crashed is back within seconds. */
const patienceMs = 10_000;

/** The fault from which a task is recovering: a lost connection, or a transient error. */
export interface Fault {
  readonly kind: "lost" | "passing";
  readonly reason: string;
  /** Whether the engine was enabled again since. */
  readonly retried: boolean;
  readonly tries: number;
  /** Milliseconds since 1970. */
  readonly retryAt: number;
}

/** Indexes in the making. */
export interface Indexing {
  /** Ends it. */
  readonly controller: AbortController;
  progress: readonly IndexProgress[];
  /** Undefined while it lasts. */
  outcome: "made" | { readonly error: unknown } | undefined;
  /** Settles with the outcome. */
  over: Promise<void>;
}

/** The state of one task. Nothing in it is stored. */
export class Runtime {
  engine: EngineState | undefined;
  link: TcpRelay | undefined;
  fault: Fault | undefined;
  /** The attempt for which the engine was enabled. */
  enabledAttempt: number | undefined;
  /** The last stop that was tried again: its words, how far the task was, and how often it was the same. */
  stop: { readonly words: string; readonly progress: string; readonly count: number } | undefined;
  /** Since when an enabled task has had no stream. */
  silentSince: number | undefined;
  /** Since when the source answers although no changes flow. */
  refusedSince: number | undefined;
  /** Since when a copied table has had nothing to continue from. */
  slotLostSince: number | undefined;
  /** Since when a step has met only transient errors. */
  lostSince: number | undefined;
  /** Undefined while none are made. */
  indexing: Indexing | undefined;
  /** How often in a row they failed with transient errors. */
  indexTries = 0;
  /** Counts steps, so that an answer to an older question is not taken for the present. */
  epoch = 0;
  /** The last step that was taken. */
  step: Step = "none";
  /** A step is being taken. */
  busy = false;
  /** Something has changed meanwhile. */
  again = false;

  /** Forgets the flow: it was stopped on purpose. */
  settle(): void {
    this.fault = undefined;
    this.silentSince = undefined;
    this.refusedSince = undefined;
    this.lostSince = undefined;
  }
}

/** The runtimes of all tasks. */
export class Runtimes {
  readonly #byId = new Map<string, Runtime>();

  of(id: string): Runtime {
    const known = this.#byId.get(id);
    if (known !== undefined) {
      return known;
    }
    const made = new Runtime();
    this.#byId.set(id, made);
    return made;
  }

  all(): readonly Runtime[] {
    return [...this.#byId.values()];
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }
}

/** @param tries how often it was tried before. */
export function newFault(reason: string, kind: Fault["kind"], tries = 0): Fault {
  return { kind, reason, retried: false, tries, retryAt: Date.now() + firstRetryMs * 1.5 ** tries };
}

/** Whether an error may pass, and the interrupted step has not waited for too long. */
export function isAwaited(error: unknown, runtime: Runtime): boolean {
  if (!(error instanceof EngineError) || error.kind === "failure") {
    return false;
  }
  runtime.lostSince ??= Date.now();
  return Date.now() - runtime.lostSince < patienceMs;
}

/** The same, but a lost connection is waited for as long as it takes. */
export function mayPass(error: unknown, runtime: Runtime): boolean {
  return (error instanceof EngineError && error.kind === "loss") || isAwaited(error, runtime);
}

/** Whether the engine has something to say of a task. */
export function isWatched(job: Job): boolean {
  return job.prepared && !job.released;
}

/**
 * The engine state of the task's own tables. Those of a change do not count yet, and those that are copied again
 * not while it lasts: the task itself is where it was.
 */
export function ownEngine(job: Job, { engine }: Runtime): EngineState | undefined {
  const { change, copyAgain, tables, taskType, fullCompletedAt } = job;
  if ((change === null && copyAgain === null) || engine?.kind !== "present") {
    return engine;
  }
  const complete = fullCompletedAt !== null || taskType === "INCR_TRANS";
  const again = complete && copyAgain !== null ? copyAgain.tables : [];
  const own = new Set(without(tables, again).map(plainName));
  return { ...engine, tables: engine.tables.filter(({ name }) => own.has(name)) };
}

/** In which phase a failure of now would be. */
export function phaseOf(job: Job, engine: EngineState | undefined): "full" | "incremental" {
  if (job.taskType === "FULL_TRANS") {
    return "full";
  }
  // Also tables of INCR_TRANS may be copied again; the task itself has no other phase.
  if (job.taskType === "INCR_TRANS" || job.fullCompletedAt !== null) {
    return "incremental";
  }
  const isCopied =
    job.unindexed.length === 0 &&
    engine?.kind === "present" &&
    engine.tables.every(({ phase }) => phase === "synced");
  return isCopied ? "incremental" : "full";
}
