/** The steps that bring a task nearer to its desired state. Each may be repeated after a crash at any moment. */
import type { Engine } from "../engine/engine";
import { EngineError, LogLostError, requireEngineError } from "../engine/engine-error";
import type { EngineTask } from "../engine/engine-task";
import type { Side } from "../engine/side";
import { plainName } from "../engine/table-name";
import { log, reasonOf } from "../log";
import { message } from "../messages";
import type { Step } from "../reconcile";
import type { SecretBox } from "../secrets";
import { ChangeSteps } from "./changes";
import { CopySteps } from "./copy-again";
import { isLoopback, loginOf } from "./endpoints";
import { Failures } from "./failures";
import { lossOf } from "./findings";
import { IndexSteps } from "./indexes";
import { currentFailure, isChanging, type Job, tablesOf, without } from "./job";
import { limitAt } from "./limits";
import { isAwaited, mayPass, ownEngine, phaseOf, type Runtime, type Runtimes } from "./runtime";
import { Semaphore } from "./semaphore";
import { StopSteps } from "./stops";
import type { JobStore } from "./store";
import { TcpRelay } from "./tcp-relay";

/** How long a copied table must have been without its place in the log: one poll may come just while a copy ends. */
const slotLostMs = 5_000;
/** Long steps at once between two servers. */
const stepsAtOnce = 8;

/** Carries out steps and stores their outcome. At most eight long steps run at once between two servers. */
export class StepExecutor {
  readonly #changes: ChangeSteps;
  readonly #copies: CopySteps;
  readonly #indexes: IndexSteps;
  readonly #semaphores = new Map<string, Semaphore>();
  readonly failures: Failures;
  readonly stops: StopSteps;

  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
    private readonly runtimes: Runtimes,
    wake: (id: string) => void,
  ) {
    const taskOf = (job: Job) => this.taskOf(job);
    this.failures = new Failures(store, engine, secrets, runtimes);
    this.stops = new StopSteps(engine, store.history, runtimes, this.failures, taskOf);
    this.#changes = new ChangeSteps(store, engine, secrets, taskOf);
    this.#copies = new CopySteps(store, engine, taskOf);
    this.#indexes = new IndexSteps(store, engine, this.failures, taskOf, wake);
  }

  /** A task in the engine's terms. */
  taskOf(job: Job): EngineTask {
    const source = loginOf(job.source, "source", this.secrets);
    const { link } = this.runtimes.of(job.id);
    const port = link?.port ?? job.linkPort;
    return {
      id: job.id,
      source,
      target: loginOf(job.target, "target", this.secrets),
      publisher:
        isLoopback(job.target.host) && port !== null
          ? { host: "127.0.0.1", port, link }
          : { host: source.host, port: source.port },
      tables: job.tables,
      copiesRows: job.taskType !== "INCR_TRANS",
      unindexed: job.unindexed,
      rest: isAtRest(job) ? String(job.desired.attempt) : undefined,
      memory: job.stream,
    };
  }

  /** Takes a step; returns whether to poll and continue at once. */
  async take(step: Exclude<Step, "none">, job: Job): Promise<boolean> {
    const runtime = this.runtimes.of(job.id);
    switch (step) {
      case "provision":
        return await this.provision(job);
      case "prepare":
        return await this.#inTurn(job, async () => await this.#prepare(job, runtime));
      case "enable":
        return await this.stops.enable(job);
      case "diagnoseStop":
        return await this.stops.diagnose(job);
      case "failStream":
        return await this.#failStream(job, runtime);
      case "suspend":
        await this.stopIndexing(runtime);
        await this.engine.suspend(this.taskOf(job));
        runtime.enabledAttempt = undefined;
        runtime.settle();
        return true;
      case "change":
      case "commitChange":
      case "rollBack":
        return await this.#change(step, job, runtime);
      case "copyAgain":
        return await this.#inTurn(job, async () => await this.#copyAgain(job, runtime));
      case "commitCopy":
        return await this.#copies.commit(job);
      case "index":
        return await this.#indexes.step(job, runtime);
      case "restoreSlots":
        return await this.#restoreSlots(job, runtime);
      case "cleanUp":
        return await this.#cleanUp(job);
      case "finish":
        return await this.#finish(job, runtime);
      case "release":
        return await this.#inTurn(job, async () => await this.#release(job, runtime));
    }
  }

  /** Ends the making of indexes, before the tables are let go of. */
  async stopIndexing(runtime: Runtime): Promise<void> {
    await this.#indexes.stop(runtime);
    runtime.indexing = undefined;
  }

  /** Long steps of many tasks between the same servers take turns: each gets its connections in time. */
  async #inTurn<T>({ source, target }: Job, step: () => Promise<T>): Promise<T> {
    const servers = `${source.host}:${source.port} ${target.host}:${target.port}`;
    const semaphore = this.#semaphores.get(servers) ?? new Semaphore(stepsAtOnce);
    this.#semaphores.set(servers, semaphore);
    return await semaphore.run(step);
  }

  /** Makes the task's instance, or leads it to where the source is now. */
  async provision(job: Job): Promise<true> {
    const runtime = this.runtimes.of(job.id);
    try {
      runtime.link ??= await TcpRelay.open(job.linkPort ?? 0);
    } catch (error) {
      return await this.failures.fail(
        job,
        "create",
        "",
        message("instanceFailed", { reason: reasonOf(error) }),
      );
    }
    runtime.link.setUpstream(job.source);
    this.holdLimit(job, runtime);
    const { port } = runtime.link;
    if (!job.provisioned || job.linkPort !== port) {
      await this.store.update(job.id, (latest) => ({ ...latest, provisioned: true, linkPort: port }));
    }
    return true;
  }

  /**
   * Holds the link to its limit. As the API has it, a limit is for the full synchronization only: for every copy, also
   * those that a fault has broken off, that a change adds, or that no poll has seen yet.
   */
  holdLimit(job: Job, { link, engine }: Runtime): void {
    if (link !== undefined) {
      const isOpen =
        engine?.kind === "present"
          ? engine.tables.some(({ phase }) => phase !== "synced")
          : job.fullCompletedAt === null || isChanging(job);
      const copies = job.taskType !== "INCR_TRANS" && isOpen;
      link.limit = copies ? limitAt(job.speedLimits, new Date()) : undefined;
    }
  }

  async #prepare(job: Job, runtime: Runtime): Promise<boolean> {
    try {
      const tables =
        job.tables.length > 0
          ? job.tables
          : tablesOf(job.selection, await this.engine.tablesOf(loginOf(job.source, "source", this.secrets)));
      if (tables.length === 0) {
        return await this.failures.fail(job, "start", "", message("noObjects"));
      }
      const named = { ...job, tables: [...tables] };
      await this.store.update(job.id, (latest) => ({
        ...latest,
        tables: named.tables,
        startedAt: latest.startedAt ?? Date.now(),
      }));
      if (job.fullResync) {
        await this.engine.release(this.taskOf(named), "target");
        await this.engine.release(this.taskOf(named), "source");
      }
      const sourceRows = await this.engine.prepare(this.taskOf(named), async (made) => {
        await this.store.update(job.id, (latest) => ({
          ...latest,
          unindexed: [...without(latest.unindexed, made), ...made],
        }));
      });
      await this.store.update(job.id, (latest) => ({
        ...latest,
        sourceRows,
        prepared: true,
        fullResync: false,
        stream: null,
      }));
      runtime.lostSince = undefined;
    } catch (error) {
      if (isAwaited(error, runtime)) {
        return false;
      }
      await this.failures.failBy(job, "start", error);
    }
    return true;
  }

  /** Rows were lost: nothing may flow any further, so that what has not been lost can be taken up again. */
  async #failStream(job: Job, runtime: Runtime): Promise<boolean> {
    const loss = lossOf(job, runtime.engine);
    if (loss === undefined) {
      return false;
    }
    try {
      await this.engine.suspend(this.taskOf(job));
    } catch (error) {
      requireEngineError(error);
      // Retried at the next poll.
      return false;
    }
    runtime.enabledAttempt = undefined;
    return await this.failures.fail(job, phaseOf(job, ownEngine(job, runtime)), loss.code, loss.message);
  }

  async #change(step: "change" | "commitChange" | "rollBack", job: Job, runtime: Runtime): Promise<boolean> {
    const { change } = job;
    if (change === null) {
      return false;
    }
    try {
      switch (step) {
        case "change":
          return await this.#changes.begin(job, change, runtime);
        case "commitChange":
          return await this.#changes.commitChange(job, change);
        case "rollBack":
          return await this.#changes.rollBack(job, change, runtime);
      }
    } catch (error) {
      await this.failures.failBy(job, "incremental", error);
      return true;
    }
  }

  async #copyAgain(job: Job, runtime: Runtime): Promise<boolean> {
    try {
      return await this.#copies.begin(job, runtime);
    } catch (error) {
      await this.failures.failBy(job, phaseOf(job, ownEngine(job, runtime)), error);
      return true;
    }
  }

  async #restoreSlots(job: Job, runtime: Runtime): Promise<boolean> {
    const task = this.taskOf(job);
    try {
      await this.engine.restoreSlots(task);
      runtime.slotLostSince = undefined;
      return false;
    } catch (error) {
      if (mayPass(error, runtime)) {
        return false;
      }
      if (!(error instanceof LogLostError)) {
        await this.failures.failBy(job, phaseOf(job, ownEngine(job, runtime)), error);
        return true;
      }
      runtime.slotLostSince ??= Date.now();
      if (Date.now() - runtime.slotLostSince < slotLostMs) {
        return false;
      }
      if (runtime.fault !== undefined) {
        await this.engine.suspend(task);
      }
      return await this.stops.lose(job, error.code, "logLost");
    }
  }

  /** A cleanup that fails is retried at the next poll: the task runs without it. */
  async #cleanUp(job: Job): Promise<boolean> {
    try {
      await this.engine.cleanUp(this.taskOf(job));
    } catch (error) {
      requireEngineError(error);
    }
    return false;
  }

  /** FULL_TRANS is done with the copy: nothing must keep the source's log any longer. */
  async #finish(job: Job, runtime: Runtime): Promise<boolean> {
    const task = this.taskOf(job);
    try {
      // Noted first: after a crash the missing subscription must not look as if somebody had dropped it.
      await this.store.update(job.id, (latest) => ({
        ...latest,
        fullCompletedAt: latest.fullCompletedAt ?? Date.now(),
      }));
      await this.engine.release(task, "target");
      await this.#completeTarget(job, task);
      await this.engine.release(task, "source");
      await this.store.update(job.id, (latest) => ({ ...latest, prepared: false }));
    } catch (error) {
      if (mayPass(error, runtime)) {
        // The copy is complete; the rest is done when both ends are there.
        return false;
      }
      await this.failures.failBy(job, "full", error);
    }
    return true;
  }

  async #release(job: Job, runtime: Runtime): Promise<boolean> {
    const task = this.taskOf(job);
    const copiedOnce = job.taskType === "FULL_TRANS" && job.fullCompletedAt !== null;
    const used = job.startedAt !== null && (job.prepared || !copiedOnce);
    const { force } = job.desired;
    await this.stopIndexing(runtime);
    try {
      if (used && !force) {
        // Both ends must be there before anything is taken away.
        await this.engine.test(task.target);
        await this.engine.test(task.source);
      }
      if (used) {
        await this.#noteUnapplied(job, task);
        await this.#releaseSide(job, task, "target");
        if (job.fullCompletedAt !== null || job.taskType === "INCR_TRANS") {
          await this.#completeTarget(job, task);
        }
        await this.#releaseSide(job, task, "source");
      }
    } catch (error) {
      if (isAwaited(error, runtime)) {
        return false;
      }
      await this.failures.failBy(job, "release", error);
      return true;
    }
    await runtime.link?.close();
    runtime.link = undefined;
    runtime.engine = undefined;
    runtime.fault = undefined;
    await this.store.update(job.id, (latest) => ({
      ...latest,
      ...{ released: true, prepared: false, unindexed: [] },
    }));
    return true;
  }

  /** Notes what the target does not have; an end that does not answer is for the release to report. */
  async #noteUnapplied(job: Job, task: EngineTask): Promise<void> {
    const missing = await this.engine.unapplied(task).catch((error: unknown) => {
      requireEngineError(error);
      return undefined;
    });
    if (missing === undefined) {
      return;
    }
    const { tables, logBytes } = missing;
    if (tables.length > 0) {
      await this.store.history.log(job.id, "Warn", message("endedBeforeCopied", { tables: listed(tables) }));
    }
    if (job.unindexed.length > 0) {
      const unindexed = listed(job.unindexed.map(plainName));
      await this.store.history.log(job.id, "Warn", message("endedBeforeIndexed", { tables: unindexed }));
    }
    if (logBytes > 0) {
      const bytes = String(logBytes);
      await this.store.history.log(job.id, "Warn", message("endedBehind", { bytes }));
    }
  }

  /** An end's refusal is a warning, not a failure: the rows are there. An unreachable end is waited for. */
  async #completeTarget(job: Job, task: EngineTask): Promise<void> {
    try {
      for (const warning of await this.engine.completeTarget(task)) {
        await this.store.history.log(job.id, "Warn", warning);
      }
    } catch (error) {
      if (!(error instanceof EngineError) || (error.kind === "loss" && !job.desired.force)) {
        throw error;
      }
      const { reason } = error;
      await this.store.history.log(job.id, "Warn", message("targetNotCompleted", { reason }));
    }
  }

  async #releaseSide(job: Job, task: EngineTask, side: Side): Promise<void> {
    try {
      await this.engine.release(task, side);
    } catch (error) {
      if (!job.desired.force) {
        throw error;
      }
      log(`task ${job.name}: its objects stay at the ${side} for now: ${reasonOf(error)}`);
      await this.store.addOrphan({ job, side });
    }
  }

  /** Removes the remains of forced endings, once the ends can be reached again. */
  async releaseOrphans(): Promise<void> {
    for (const orphan of await this.store.orphans()) {
      try {
        await this.engine.release(this.taskOf(orphan.job), orphan.side);
        await this.store.removeOrphan(orphan);
        log(`task ${orphan.job.name}: its objects at the ${orphan.side} were removed`);
      } catch (error) {
        requireEngineError(error);
      }
    }
  }
}

/** The first of the names, and how many there are. */
function listed(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` … (${names.length})` : ""}`;
}

/** Whether only another attempt enables the task again. */
function isAtRest(job: Job): boolean {
  return (
    job.desired.goal === "paused" || (job.desired.goal === "running" && currentFailure(job) !== undefined)
  );
}
