/** Watches every task and drives it from the observed towards the desired state. */
import { setTimeout as delay } from "node:timers/promises";
import type { Capabilities } from "../engine/capabilities";
import type { Engine } from "../engine/engine";
import type { EngineState } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import { reasonOf } from "../log";
import { message } from "../messages";
import { type DesiredState, deriveChangeStatus, deriveStatus, nextStep } from "../reconcile";
import type { SecretBox } from "../secrets";
import { BackgroundWork } from "./background-work";
import { noteFindings } from "./findings";
import { currentFailure, type Job } from "./job";
import type { ActionConstraints } from "./legal-actions";
import { Monitor, type Rates } from "./monitor";
import { observedState } from "./observed-state";
import { type Indexing, isWatched, newFault, type Runtime, Runtimes } from "./runtime";
import { StepExecutor } from "./step-executor";
import type { JobStore } from "./store";
import { TaskObservations } from "./task-observations";
import type { TcpRelay } from "./tcp-relay";

const pollMs = 500;
const idlePollMs = 2_000;
/** After a step, tasks are polled so soon, then after twice this, until `pollMs`; or one millisecond for each task. */
const soonMs = 50;
/** For so long after a call, somebody may ask again, in milliseconds. */
const attentionMs = 30_000;
const stepsAtOnce = 8;
const sweepMs = 5_000;

/** A running task's state beyond its record, for the API. */
export interface Live {
  readonly engine: EngineState | undefined;
  readonly faultReason: string | undefined;
  readonly can: Capabilities;
  /** Its throughput; undefined while it does not run. */
  readonly rates: Rates | undefined;
  /** Its indexes in the making. */
  readonly indexing: Indexing | undefined;
  /** The speed limit of its link now, in bytes per second; undefined: none. */
  readonly linkLimit: number | undefined;
}

/** Polls all tasks that are not at rest, compares desired and observed states, and takes the next step of each. */
export class Controller {
  readonly #runtimes = new Runtimes();
  readonly #steps: StepExecutor;
  readonly #monitor: Monitor;
  readonly #observations: TaskObservations;
  readonly #work = new BackgroundWork();
  /** Tasks that are polled, those that wait for their time, and those for which something may be left to do. */
  readonly #open: Set<string>;
  /** Tasks that have changed since they were last advanced. */
  readonly #changed = new Set<string>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #pause = pollMs;
  #soon: NodeJS.Timeout | undefined;
  #loop: Promise<void> = Promise.resolve();
  #askedAt = Date.now();
  #sweptAt = 0;

  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    secrets: SecretBox,
  ) {
    const advance = (id: string) => this.#advanceInBackground(id);
    this.#steps = new StepExecutor(store, engine, secrets, this.#runtimes, advance);
    this.#monitor = new Monitor(engine, () => this.#running(), store.measurements);
    const taskOf = (job: Job) => this.taskOf(job);
    this.#observations = new TaskObservations(engine, store, this.#runtimes, this.#work, taskOf, advance);
    this.#open = new Set(store.all().map(({ id }) => id));
    store.on("changed", this.#noteChange);
  }

  /** Reopens the links of all tasks; those whose port another program has by now get a new one. */
  async openLinks(): Promise<void> {
    const linked = this.store.all().filter((job) => job.provisioned && !job.released);
    await Promise.all(linked.map(async (job) => await this.#steps.provision(job)));
  }

  /** Begins to watch. */
  async start(): Promise<void> {
    await this.openLinks();
    this.#loop = this.#run();
    this.#monitor.start();
  }

  /** Stops watching; tasks stay as they are, and their links stay open. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#soon);
    this.#wake.abort();
    await this.#loop;
    await this.#monitor.stop();
    this.store.off("changed", this.#noteChange);
    await this.#work.settle();
    await Promise.allSettled(
      this.#runtimes.all().map(async (runtime) => await this.#steps.stopIndexing(runtime)),
    );
  }

  /** Closes the links; the databases that read through them should have stopped. */
  async closeLinks(): Promise<void> {
    await Promise.allSettled(this.#runtimes.all().map(async ({ link }) => await link?.close()));
  }

  /** Somebody calls: as long as nobody does, tasks that only follow changes are polled less often. */
  noteCall(): void {
    const now = Date.now();
    if (!this.#isAskedAt(now)) {
      this.#wake.abort();
    }
    this.#askedAt = now;
  }

  #isAskedAt(now: number): boolean {
    return Math.abs(now - this.#askedAt) < attentionMs;
  }

  /** Advances the tasks that have changed, and polls all now. */
  wake(): void {
    this.#wake.abort();
    for (const id of this.#changed) {
      this.#advanceInBackground(id);
    }
  }

  readonly #noteChange = (id: string): void => {
    this.#open.add(id);
    this.#changed.add(id);
    if (this.store.get(id) === undefined) {
      this.#advanceInBackground(id);
    }
  };

  /** Looks for the effect of a step. */
  #lookSoon(): void {
    if (this.#stop.signal.aborted) {
      return;
    }
    this.#pause = Math.min(Math.max(soonMs, this.#open.size), pollMs);
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#wake.abort();
    }, this.#pause);
  }

  /** The tasks that are not settled: the cost of a poll follows from their number, not from that of all. */
  #openJobs(): readonly Job[] {
    return [...this.#open].flatMap((id) => this.store.get(id) ?? []);
  }

  live(id: string): Live {
    const own = this.store.parentOf(id)?.id ?? id;
    const { engine, fault, indexing, link } = this.#runtimes.of(own);
    const { capabilities: can } = this.engine;
    const rates = this.#monitor.ratesOf(own);
    return { engine, faultReason: fault?.reason, can, indexing, rates, linkLimit: link?.limit };
  }

  /** Polls a task now, for a decision that depends on its present state. */
  async lookAt(id: string): Promise<void> {
    const job = this.store.get(id);
    if (job !== undefined && isWatched(job)) {
      await this.#observations.now(job);
    }
  }

  /** Whether the account that pays for a task is used up. */
  isFrozen(job: Job): boolean {
    return this.store.isFrozen(job);
  }

  /** The facts besides a task that decide which actions are legal. */
  constraintsOf(job: Job): ActionConstraints {
    return { frozen: this.isFrozen(job), can: this.engine.capabilities };
  }

  /** A task in the engine's terms. */
  taskOf(job: Job): EngineTask {
    return this.#steps.taskOf(job);
  }

  /** The link through which the rows of a task go; undefined where they go another way, or not at all. */
  linkOf(job: Job): TcpRelay | undefined {
    const { link } = this.#runtimes.of(job.id);
    return link?.port === this.taskOf(job).publisher.port ? link : undefined;
  }

  /** Leads a task's link to where its source is now. */
  async relink(job: Job): Promise<void> {
    if (job.provisioned) {
      await this.#steps.provision(job);
    }
  }

  /** The tasks that the engine runs now. */
  #running() {
    return this.#openJobs().flatMap((job) => {
      const { engine, link } = this.#runtimes.of(job.id);
      return isWatched(job) && engine?.kind === "present" && engine.enabled
        ? [
            {
              ...{ task: this.taskOf(job), bytes: link?.bytes ?? 0, limit: link?.limit },
              ...{ log: engine.positions?.bytes ?? null, delayMs: engine.delayMs },
            },
          ]
        : [];
    });
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      let active = true;
      try {
        active = await this.#tick(Date.now());
      } catch (error) {
        this.#work.report(`the tasks cannot be looked at: ${reasonOf(error)}`);
      }
      const { signal } = this.#wake;
      const pause = active ? this.#pause : idlePollMs;
      this.#pause = Math.min(2 * this.#pause, pollMs);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One poll of all tasks; returns whether any of them may change by itself soon. */
  async #tick(now: number): Promise<boolean> {
    for (const job of this.#openJobs()) {
      if (isDue(job, now) && !this.isFrozen(job)) {
        await this.store.update(job.id, (latest) => (isDue(latest, now) ? started(latest) : latest));
      }
    }
    const jobs = this.#openJobs();
    const watched = jobs.filter(isWatched);
    for (const job of jobs) {
      if (!isWatched(job)) {
        this.#advanceInBackground(job.id);
      }
    }
    this.#observations.begin(watched);
    if (now - this.#sweptAt > sweepMs) {
      this.#sweptAt = now;
      this.#work.run(this.#steps.releaseOrphans());
    }
    const isQuiet = ({ status }: Job) =>
      ["INCRE_TRANSFER_STARTED", "PAUSING"].includes(status) || status.endsWith("_FAILED");
    return (
      watched.some((job) => this.#isAskedAt(now) || !isQuiet(job)) ||
      jobs.some((job) => isDue(job, now + idlePollMs))
    );
  }

  #advanceInBackground(id: string): void {
    const runtime = this.#runtimes.of(id);
    runtime.again = runtime.busy;
    if (runtime.busy || this.#stop.signal.aborted) {
      return;
    }
    runtime.busy = true;
    this.#work.run(
      this.#advance(id, runtime).finally(() => {
        runtime.busy = false;
        if (runtime.again) {
          this.#advanceInBackground(id);
        }
      }),
    );
  }

  async #advance(id: string, runtime: Runtime): Promise<void> {
    for (let count = 0; count < stepsAtOnce && !this.#stop.signal.aborted; count++) {
      this.#changed.delete(id);
      const stored = this.store.get(id);
      if (stored === undefined) {
        await this.#steps.stopIndexing(runtime);
        await runtime.link?.close();
        this.#runtimes.delete(id);
        this.#open.delete(id);
        return;
      }
      const job = await noteFindings(this.store, stored, runtime.engine, Date.now());
      const desired = { goal: job.desired.goal, taskType: job.taskType, frozen: this.isFrozen(job) };
      await this.#watchStream(job, desired, runtime);
      const seen = observedState(job, runtime);
      const changeStatus = seen.change === undefined ? undefined : deriveChangeStatus(seen.change);
      await this.#show(job, deriveStatus(desired, seen), changeStatus, runtime);
      if (this.store.get(id)?.desired.attempt !== job.desired.attempt) {
        // The user wants something else by now, which is shown before it is done.
        continue;
      }
      const step = nextStep(desired, seen);
      if (step !== "restoreSlots" && !isCopyWaiting(runtime.engine)) {
        runtime.slotLostSince = undefined;
      }
      if (step === "none") {
        this.#settle(job);
        return;
      }
      if (!(await this.#steps.take(step, job))) {
        return;
      }
      if (step !== runtime.step) {
        runtime.step = step;
        this.#lookSoon();
      }
      runtime.epoch++;
      const latest = this.store.get(id);
      if (latest !== undefined && isWatched(latest)) {
        runtime.engine = await this.#observations.afterStep(latest);
      } else {
        runtime.engine = undefined;
      }
    }
  }

  /** Only a change of its record lets something be done again for a task that is not polled. */
  #settle(job: Job): void {
    if (this.store.get(job.id) === job && !isWatched(job) && job.desired.goal !== "scheduled") {
      this.#open.delete(job.id);
    }
  }

  /** Stores the observation's changes of the record, and holds the link to its limit. */
  async #show(job: Job, status: string, changeStatus: string | undefined, runtime: Runtime): Promise<void> {
    const copied =
      status === "INCRE_TRANSFER_STARTED" && job.fullCompletedAt === null && job.taskType !== "INCR_TRANS";
    if (status !== job.status || copied || changeStatus !== job.change?.status) {
      await this.store.update(job.id, (latest) => ({
        ...latest,
        change:
          latest.change === null || changeStatus === undefined || latest.change.id !== job.change?.id
            ? latest.change
            : { ...latest.change, status: changeStatus },
        status: latest.desired.attempt === job.desired.attempt ? status : latest.status,
        fullCompletedAt: copied ? Date.now() : latest.fullCompletedAt,
      }));
    }
    if (status === "REBUILD_NODE_STARTED" && job.status !== status && runtime.fault !== undefined) {
      const { kind, reason } = runtime.fault;
      await this.store.history.log(
        job.id,
        "Warn",
        message(kind === "lost" ? "recovering" : "tryingAgain", { reason }),
      );
    }
    this.#steps.holdLimit(job, runtime);
  }

  /** Recognizes a lost connection, and its end. */
  async #watchStream(job: Job, desired: DesiredState, runtime: Runtime): Promise<void> {
    const { engine } = runtime;
    const runs =
      desired.goal === "running" &&
      !desired.frozen &&
      job.prepared &&
      runtime.enabledAttempt === job.desired.attempt &&
      currentFailure(job) === undefined;
    if (!runs || engine === undefined || engine.kind === "absent" || engine.kind === "broken") {
      return;
    }
    if (engine.kind === "unreachable") {
      runtime.fault ??= newFault(engine.reason, "lost");
      return;
    }
    if (engine.streaming) {
      if (runtime.slotLostSince === undefined) {
        runtime.settle();
      }
      return;
    }
    if (engine.enabled) {
      await this.#steps.stops.watchSilence(job);
    }
  }
}

function isDue({ desired }: Job, now: number): boolean {
  return desired.goal === "scheduled" && (desired.startAt ?? 0) <= now;
}

function started(job: Job): Job {
  return { ...job, desired: { ...job.desired, goal: "running", attempt: job.desired.attempt + 1 } };
}

/** Whether a copied table is not in step yet. A worker that only fails is started again, and is there at some polls. */
function isCopyWaiting(engine: EngineState | undefined): boolean {
  return (
    engine?.kind === "present" && engine.enabled && engine.tables.some(({ phase }) => phase === "copied")
  );
}
