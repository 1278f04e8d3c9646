/**
 * Recovery after the engine stopped a task by itself. A lost connection is retried for as long as it takes. A transient
 * error is retried until it recurs some times with the same text and without progress. Other errors are failures.
 */
import type { Engine } from "../engine/engine";
import { EngineError } from "../engine/engine-error";
import { type EngineTask, sourceByLink } from "../engine/engine-task";
import type { StopCause } from "../engine/stop-cause";
import { message } from "../messages";
import type { Failures } from "./failures";
import type { History } from "./history";
import type { Job } from "./job";
import { firstRetryMs, mayPass, newFault, ownEngine, phaseOf, type Runtime, type Runtimes } from "./runtime";

type Failure = Extract<StopCause, { kind: "failure" }>;

const longestRetryMs = 5_000;
/** How often a task stops alike without progress before it has failed. */
const mostStops = { passing: 5, unknown: 2 };
/** How long a source may refuse the target's worker, which tries again every five seconds by default. */
const refusalMs = 15_000;
/** How long a source that is there may have no connection left. */
const exhaustionMs = 60_000;
/** How long an enabled task may be without a stream before it is asked why. */
const silentMs = 3_000;
/** How long it may be without one although nothing seems wrong. */
const workerlessMs = 20_000;

/** Enables tasks, and decides after a stop whether one is retried or has failed. */
export class StopSteps {
  constructor(
    private readonly engine: Engine,
    private readonly history: History,
    private readonly runtimes: Runtimes,
    private readonly failures: Failures,
    private readonly taskOf: (job: Job) => EngineTask,
  ) {}

  /** Lets the engine run; returns whether to poll and continue at once. */
  async enable(job: Job): Promise<boolean> {
    const runtime = this.runtimes.of(job.id);
    try {
      await this.engine.enable(this.taskOf(job));
      runtime.enabledAttempt = job.desired.attempt;
      runtime.silentSince = undefined;
      return true;
    } catch (error) {
      if (error instanceof EngineError && mayPass(error, runtime)) {
        // Nothing was tried: this is a fault to recover from, and no stop.
        runtime.fault ??= newFault(error.reason, "lost");
        return false;
      }
      if ((await this.engine.observe([this.taskOf(job)])).get(job.id)?.kind === "absent") {
        // Dropped since the last poll: the next step says so.
        return true;
      }
      await this.failures.failBy(job, phaseOf(job, ownEngine(job, runtime)), error);
      return false;
    }
  }

  /** The engine stopped the task by itself: finds out why, and recovers where that may be of use. */
  async diagnose(job: Job): Promise<boolean> {
    const runtime = this.runtimes.of(job.id);
    const { engine } = runtime;
    if (engine?.kind === "broken") {
      const phase = phaseOf(job, ownEngine(job, runtime));
      return await this.failures.fail(job, phase, engine.code, engine.message);
    }
    if (engine?.kind !== "present") {
      return await this.lose(job, "42704", "dropped");
    }
    if (!engine.logKept) {
      return await this.lose(job, "55000", "logLost");
    }
    if (runtime.fault === undefined || runtime.fault.retried) {
      return await this.#noteStop(job, runtime, await this.engine.explainStop(this.taskOf(job)));
    }
    if (!(await this.reachesSource(job)) || !(await this.enable(job))) {
      return false;
    }
    runtime.fault = { ...runtime.fault, retried: true };
    return true;
  }

  /** A fault that neither passes by itself nor can be repaired. */
  async lose(job: Job, code: string, text: "logLost" | "dropped"): Promise<true> {
    const runtime = this.runtimes.of(job.id);
    if (runtime.fault === undefined) {
      runtime.fault = newFault(text, "lost");
      return true;
    }
    return await this.failures.fail(job, "rectification", code, message(text));
  }

  /** Decides what is to be done about one more stop. */
  async #noteStop(job: Job, runtime: Runtime, cause: StopCause): Promise<boolean> {
    if (cause.kind === "connection") {
      runtime.fault = { ...(runtime.fault ?? newFault(cause.reason, "lost")), retried: false };
      return true;
    }
    if (cause.kind === "failure" && !cause.passing) {
      return await this.#fail(job, runtime, cause);
    }
    const words = cause.kind === "failure" ? cause.reason : "";
    const seen = { words: words.replaceAll(/\d+/g, "#"), progress: progressOf(job, runtime) };
    const { stop } = runtime;
    const isSame = stop?.words === seen.words && stop.progress === seen.progress;
    const count = isSame ? stop.count + 1 : 1;
    runtime.stop = { ...seen, count };
    if (cause.kind === "unknown") {
      const text = message("stoppedUnknown", { reason: cause.hint });
      return count < mostStops.unknown
        ? await this.enable(job)
        : await this.failures.failOrRollBack(job, phaseOf(job, ownEngine(job, runtime)), "", text);
    }
    if (count >= mostStops.passing) {
      return await this.#fail(job, runtime, cause);
    }
    runtime.fault = newFault(words, "passing", count - 1);
    return true;
  }

  async #fail(job: Job, runtime: Runtime, { code, message: text, rejected }: Failure): Promise<true> {
    const phase = phaseOf(job, ownEngine(job, runtime));
    if (rejected !== undefined) {
      await this.history.dirtyRow(job.id, { ...rejected, phase });
    }
    return await this.failures.failOrRollBack(job, phase, code, text);
  }

  /**
   * Tries the way to the source again when it is time; a worker that finds nobody would only stop again. A server that
   * is there and refuses, such as after a change of the password, is a failure and no fault.
   */
  async reachesSource(job: Job): Promise<boolean> {
    const runtime = this.runtimes.of(job.id);
    const { fault } = runtime;
    const now = Date.now();
    if (fault === undefined || now < fault.retryAt) {
      return false;
    }
    const tries = fault.tries + 1;
    runtime.fault = { ...fault, tries, retryAt: now + Math.min(firstRetryMs * 1.5 ** tries, longestRetryMs) };
    try {
      await this.engine.test(sourceByLink(this.taskOf(job)));
      return true;
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind === "failure" || this.#refuses(runtime, error, now)) {
        await this.failures.failBy(job, phaseOf(job, ownEngine(job, runtime)), error);
      }
      return false;
    }
  }

  /** Whether a source that is there has refused a connection for too long. */
  #refuses(runtime: Runtime, { kind }: EngineError, now: number): boolean {
    runtime.refusedSince = kind === "loss" ? undefined : (runtime.refusedSince ?? now);
    return runtime.refusedSince !== undefined && now - runtime.refusedSince > exhaustionMs;
  }

  /** An enabled task has no stream: the target tries again by itself, for ever, also where the source refuses it. */
  async watchSilence(job: Job): Promise<void> {
    const runtime = this.runtimes.of(job.id);
    const now = Date.now();
    runtime.silentSince ??= now;
    const silent = now - runtime.silentSince;
    if (runtime.fault === undefined ? silent < silentMs : !(await this.reachesSource(job))) {
      return;
    }
    const cause = await this.engine.explainStop(this.taskOf(job));
    if (cause.kind === "connection") {
      runtime.fault ??= newFault(cause.reason, "lost");
      runtime.refusedSince = undefined;
      return;
    }
    runtime.refusedSince ??= now;
    const refused = now - runtime.refusedSince;
    if (cause.kind === "unknown") {
      if (Math.min(refused, silent) > workerlessMs) {
        await this.failures.fail(job, phaseOf(job, ownEngine(job, runtime)), "", message("noWorker"));
      }
    } else if (!cause.passing || refused > refusalMs) {
      await this.#fail(job, runtime, cause);
    } else {
      runtime.fault ??= newFault(cause.reason, "passing");
    }
  }
}

/** A text that changes as a task progresses: an interrupted copy does not count. */
function progressOf(job: Job, runtime: Runtime): string {
  const engine = ownEngine(job, runtime);
  if (engine?.kind !== "present") {
    return "";
  }
  const phases = engine.tables.map(({ name, phase }) => `${name} ${phase}`).toSorted();
  const inStep = engine.tables.every(({ phase }) => phase === "synced");
  return [job.desired.attempt, ...phases, inStep ? engine.positions?.written : ""].join("\n");
}
