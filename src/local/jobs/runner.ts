/** Drives every task from what is observed towards what the user wants, one step after another. */
import { setTimeout as delay } from "node:timers/promises";
import { type Engine, EngineError, type EngineState, type EngineTask, type Side } from "../engine/engine";
import { log, reasonOf } from "../log";
import { type Message, message } from "../messages";
import { nextStep, type Observed, type Step, statusOf, type Wish } from "../reconcile";
import type { SecretBox } from "../secrets";
import { connectionOf, isLoopback } from "./endpoints";
import { currentFailure, type Job, type JobFailure } from "./job";
import { limitAt } from "./limits";
import { Link } from "./link";
import type { JobStore } from "./store";

const pollMs = 500;
const idlePollMs = 2_000;
const stepsAtOnce = 8;
/** How long an enabled task may be without a stream before it is asked why. */
const silentMs = 3_000;
/** How long it may be without one although nothing seems wrong. */
const workerlessMs = 20_000;
const firstRetryMs = 500;
const longestRetryMs = 5_000;
/** An unexplained stop is tried again once within this time before it counts as a failure. */
const probeMs = 60_000;
const sweepMs = 20_000;

/** A lost connection that the task is recovering from. */
interface Fault {
  readonly reason: string;
  readonly tries: number;
  readonly retryAt: number;
}

/** What is known of a task while this process runs. */
class Runtime {
  engine: EngineState | undefined;
  link: Link | undefined;
  fault: Fault | undefined;
  /** The attempt for which the engine was told to run. */
  enabledAttempt: number | undefined;
  probedAt = 0;
  silentSince: number | undefined;
  /** Counts steps, so that an answer to an older question is not taken for the present. */
  epoch = 0;
  busy = false;
}

/** What the API shows of a running task beyond its record. */
export interface Live {
  readonly engine: EngineState | undefined;
  readonly faultReason: string | undefined;
}

export class Runner {
  readonly #runtimes = new Map<string, Runtime>();
  readonly #advancing = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  #sweptAt = 0;
  #lastTrouble = "";

  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
  ) {}

  /** Reopens the links of all tasks and begins to watch. */
  async start(): Promise<void> {
    await Promise.all(
      this.store
        .all()
        .filter((job) => job.provisioned && !job.released)
        .map(async (job) => await this.#provision(job)),
    );
    this.#loop = this.#run();
  }

  /** Stops watching and closes all links; tasks stay as they are. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    await Promise.allSettled(this.#advancing);
  }

  /** Closes the links; the databases that read through them should have stopped. */
  async closeLinks(): Promise<void> {
    await Promise.allSettled([...this.#runtimes.values()].map(async ({ link }) => await link?.close()));
  }

  /** Looks at all tasks now. */
  wake(): void {
    this.#wake.abort();
  }

  live(id: string): Live {
    const runtime = this.#runtimes.get(id);
    return { engine: runtime?.engine, faultReason: runtime?.fault?.reason };
  }

  /** Whether the account that pays for a task is used up. Freezing is billing, not a state of the engine. */
  isFrozen(job: Job): boolean {
    return (this.store.balances().get(job.account) ?? 1) <= 0 && !job.released;
  }

  /** A task in the engine's terms. */
  taskOf(job: Job): EngineTask {
    const source = connectionOf(job.source, this.secrets);
    const port = this.#runtimes.get(job.id)?.link?.port ?? job.linkPort;
    return {
      id: job.id,
      source,
      target: connectionOf(job.target, this.secrets),
      publisher:
        isLoopback(job.target.host) && port !== null
          ? { host: "127.0.0.1", port }
          : { host: source.host, port: source.port },
      tables: job.tables,
      copiesRows: job.taskType !== "INCR_TRANS",
    };
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      let active = false;
      try {
        active = await this.#tick();
      } catch (error) {
        this.#trouble(`the tasks cannot be looked at: ${reasonOf(error)}`);
      }
      const signal = AbortSignal.any([this.#wake.signal, this.#stop.signal]);
      await delay(active ? pollMs : idlePollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One look at all tasks; answers whether any of them may change by itself soon. */
  async #tick(): Promise<boolean> {
    const now = Date.now();
    for (const job of this.store.all()) {
      if (job.desired.goal === "scheduled" && (job.desired.startAt ?? 0) <= now && !this.isFrozen(job)) {
        await this.store.update(job.id, startIfDue);
      }
    }
    const jobs = this.store.all();
    const watched = jobs.filter((job) => isWatched(job) && !this.#runtime(job.id).busy);
    const epochs = new Map(watched.map(({ id }) => [id, this.#runtime(id).epoch]));
    const states = await this.engine.observe(watched.map((job) => this.taskOf(job)));
    for (const [id, state] of states) {
      const runtime = this.#runtime(id);
      if (!runtime.busy && runtime.epoch === epochs.get(id)) {
        runtime.engine = state;
      }
    }
    for (const job of jobs) {
      this.#advanceInBackground(job.id);
    }
    await this.#sweep(now);
    return jobs.some((job) => isWatched(job) || ["configured", "scheduled"].includes(job.desired.goal));
  }

  #advanceInBackground(id: string): void {
    const runtime = this.#runtime(id);
    if (runtime.busy || this.#stop.signal.aborted) {
      return;
    }
    runtime.busy = true;
    const work = this.#advance(id, runtime)
      .catch((error: unknown) => this.#trouble(`task ${id}: ${reasonOf(error)}`))
      .finally(() => {
        runtime.busy = false;
        this.#advancing.delete(work);
      });
    this.#advancing.add(work);
  }

  async #advance(id: string, runtime: Runtime): Promise<void> {
    for (let count = 0; count < stepsAtOnce && !this.#stop.signal.aborted; count++) {
      const job = this.store.get(id);
      if (job === undefined) {
        await runtime.link?.close();
        this.#runtimes.delete(id);
        return;
      }
      const wish = this.#wish(job);
      await this.#watchStream(job, wish, runtime);
      const seen = this.#observed(job, runtime);
      await this.#show(job, wish, seen, runtime);
      const step = nextStep(wish, seen);
      if (step === "none" || !(await this.#perform(step, job, runtime))) {
        return;
      }
      runtime.epoch++;
      await this.#look(id, runtime);
    }
  }

  /** Asks the engine about one task. */
  async #look(id: string, runtime: Runtime): Promise<void> {
    const job = this.store.get(id);
    if (job === undefined || !isWatched(job)) {
      runtime.engine = job?.prepared === true ? runtime.engine : undefined;
      return;
    }
    runtime.engine = (await this.engine.observe([this.taskOf(job)])).get(id);
  }

  #wish(job: Job): Wish {
    return { goal: job.desired.goal, taskType: job.taskType, frozen: this.isFrozen(job) };
  }

  #observed(job: Job, runtime: Runtime): Observed {
    return {
      provisioned: job.provisioned,
      failure: currentFailure(job)?.phase,
      engine: runtime.engine ?? (job.prepared ? undefined : { kind: "absent" }),
      prepared: job.prepared,
      recovering: runtime.fault !== undefined,
      enabledNow: runtime.enabledAttempt === job.desired.attempt,
      fullDone: job.taskType === "FULL_TRANS" && job.fullCompletedAt !== null,
      released: job.released,
      last: job.status,
    };
  }

  /** Stores what the observation changes in the record, and holds the link to its limit. */
  async #show(job: Job, wish: Wish, seen: Observed, runtime: Runtime): Promise<void> {
    const status = statusOf(wish, seen);
    const copied =
      status === "INCRE_TRANSFER_STARTED" && job.fullCompletedAt === null && job.taskType !== "INCR_TRANS";
    if (status !== job.status || copied) {
      await this.store.update(job.id, (latest) => ({
        ...latest,
        status: latest.desired.attempt === job.desired.attempt ? status : latest.status,
        fullCompletedAt: copied ? Date.now() : latest.fullCompletedAt,
      }));
    }
    if (runtime.link !== undefined) {
      // As the API has it, a limit is for the full synchronization only.
      const full = status === "FULL_TRANSFER_STARTED" || status === "STARTJOBING";
      runtime.link.limit = full ? limitAt(job.speedLimits, new Date()) : undefined;
    }
  }

  /** Recognizes a lost connection, and its end. */
  async #watchStream(job: Job, wish: Wish, runtime: Runtime): Promise<void> {
    const { engine } = runtime;
    const runs =
      wish.goal === "running" &&
      !wish.frozen &&
      job.prepared &&
      runtime.enabledAttempt === job.desired.attempt &&
      currentFailure(job) === undefined;
    if (!runs || engine === undefined) {
      return;
    }
    if (engine.kind === "unreachable") {
      runtime.fault ??= newFault(engine.reason);
      return;
    }
    if (engine.kind !== "present" || engine.streaming) {
      runtime.fault = engine.kind === "present" ? undefined : runtime.fault;
      runtime.silentSince = undefined;
      return;
    }
    runtime.silentSince ??= Date.now();
    const silent = Date.now() - runtime.silentSince;
    if (runtime.fault !== undefined || !engine.enabled || silent < silentMs) {
      return;
    }
    const cause = await this.engine.explainStop(this.taskOf(job));
    if (cause.kind === "connection") {
      runtime.fault = newFault(cause.reason);
    } else if (silent > workerlessMs) {
      await this.#fail(job, phaseOf(job, engine), "", message("noWorker"));
    }
  }

  /** Takes a step; answers whether to look and go on at once. */
  async #perform(step: Exclude<Step, "none">, job: Job, runtime: Runtime): Promise<boolean> {
    switch (step) {
      case "provision":
        await this.#provision(job);
        return true;
      case "prepare":
        return await this.#prepare(job);
      case "enable":
        return await this.#enable(job, runtime);
      case "examine":
        return await this.#examine(job, runtime);
      case "suspend":
        await this.engine.suspend(this.taskOf(job));
        runtime.enabledAttempt = undefined;
        runtime.fault = undefined;
        runtime.silentSince = undefined;
        return true;
      case "finish":
        return await this.#finish(job);
      case "release":
        return await this.#release(job, runtime);
    }
  }

  async #provision(job: Job): Promise<void> {
    const runtime = this.#runtime(job.id);
    try {
      runtime.link ??= await Link.open(job.source, job.linkPort ?? 0);
    } catch (error) {
      await this.#fail(job, "create", "", message("instanceFailed", { reason: reasonOf(error) }));
      return;
    }
    const { port } = runtime.link;
    if (!job.provisioned || job.linkPort !== port) {
      await this.store.update(job.id, (latest) => ({ ...latest, provisioned: true, linkPort: port }));
    }
  }

  async #prepare(job: Job): Promise<boolean> {
    try {
      const tables =
        job.tables.length > 0
          ? job.tables
          : (job.selection ?? (await this.engine.tablesOf(connectionOf(job.source, this.secrets))));
      if (tables.length === 0) {
        await this.#fail(job, "start", "", message("noObjects"));
        return true;
      }
      const named = { ...job, tables: [...tables] };
      await this.store.update(job.id, (latest) => ({
        ...latest,
        tables: named.tables,
        startedAt: latest.startedAt ?? Date.now(),
      }));
      const sourceRows = await this.engine.prepare(this.taskOf(named));
      await this.store.update(job.id, (latest) => ({ ...latest, sourceRows, prepared: true }));
    } catch (error) {
      await this.#failBy(job, "start", error);
    }
    return true;
  }

  async #enable(job: Job, runtime: Runtime): Promise<boolean> {
    try {
      await this.engine.enable(this.taskOf(job));
      runtime.enabledAttempt = job.desired.attempt;
      runtime.silentSince = undefined;
      return true;
    } catch (error) {
      await this.#failBy(job, phaseOf(job, runtime.engine), error);
      return false;
    }
  }

  /** The engine stopped the task by itself: find out why, and recover if it is a lost connection. */
  async #examine(job: Job, runtime: Runtime): Promise<boolean> {
    const { engine } = runtime;
    const phase = phaseOf(job, engine);
    if (engine?.kind === "broken") {
      return await this.#fail(job, phase, engine.code, engine.message);
    }
    if (engine?.kind !== "present") {
      return await this.#fail(job, phase, "42704", message("dropped"));
    }
    if (!engine.logKept) {
      return await this.#fail(job, phase, "55000", message("logLost"));
    }
    const cause = await this.engine.explainStop(this.taskOf(job));
    if (cause.kind === "failure") {
      return await this.#fail(job, phase, cause.code, cause.message);
    }
    const now = Date.now();
    if (cause.kind === "unknown") {
      if (now - runtime.probedAt < probeMs) {
        return await this.#fail(job, phase, "", message("stoppedUnknown", { reason: cause.hint }));
      }
      runtime.probedAt = now;
      return await this.#enable(job, runtime);
    }
    if (runtime.fault === undefined) {
      runtime.fault = newFault(cause.reason);
      return true;
    }
    if (now < runtime.fault.retryAt) {
      return false;
    }
    const tries = runtime.fault.tries + 1;
    const wait = Math.min(firstRetryMs * 1.5 ** tries, longestRetryMs);
    runtime.fault = { reason: cause.reason, tries, retryAt: now + wait };
    try {
      // A worker that finds nobody would only disable the task again.
      await this.engine.test(connectionOf(job.source, this.secrets), "source");
      await this.engine.enable(this.taskOf(job));
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) {
        throw error;
      }
      return false;
    }
  }

  /** FULL_TRANS is done with the copy: nothing must keep the source's log any longer. */
  async #finish(job: Job): Promise<boolean> {
    const task = this.taskOf(job);
    try {
      await this.engine.alignSequences(task);
      await this.engine.release(task, "target");
      await this.engine.release(task, "source");
      await this.store.update(job.id, (latest) => ({
        ...latest,
        prepared: false,
        fullCompletedAt: Date.now(),
      }));
    } catch (error) {
      await this.#failBy(job, "full", error);
    }
    return true;
  }

  async #release(job: Job, runtime: Runtime): Promise<boolean> {
    const task = this.taskOf(job);
    const used = job.startedAt !== null && !(job.taskType === "FULL_TRANS" && job.fullCompletedAt !== null);
    const { force } = job.desired;
    try {
      if (used && !force) {
        // Both ends must be there before anything is taken away.
        await this.engine.test(task.target, "target");
        await this.engine.test(task.source, "source");
      }
      if (used && job.fullCompletedAt !== null) {
        await this.engine
          .alignSequences(task)
          .catch((error: unknown) => log(`task ${job.name}: sequences were not aligned: ${reasonOf(error)}`));
      }
      for (const side of used ? (["target", "source"] as const) : []) {
        await this.#releaseSide(job, task, side);
      }
    } catch (error) {
      await this.#failBy(job, "release", error);
      return true;
    }
    await runtime.link?.close();
    runtime.link = undefined;
    runtime.engine = undefined;
    runtime.fault = undefined;
    await this.store.update(job.id, (latest) => ({ ...latest, released: true, prepared: false }));
    return true;
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

  /** Removes what forced endings left behind, once the ends can be reached again. */
  async #sweep(now: number): Promise<void> {
    if (now - this.#sweptAt < sweepMs) {
      return;
    }
    this.#sweptAt = now;
    for (const orphan of await this.store.orphans()) {
      try {
        await this.engine.release(this.taskOf(orphan.job), orphan.side);
        await this.store.removeOrphan(orphan);
        log(`task ${orphan.job.name}: its objects at the ${orphan.side} were removed`);
      } catch (error) {
        if (!(error instanceof EngineError)) {
          throw error;
        }
      }
    }
  }

  async #failBy(job: Job, phase: JobFailure["phase"], error: unknown): Promise<void> {
    if (!(error instanceof EngineError)) {
      throw error;
    }
    const connection = error.side === undefined ? undefined : connectionOf(job[error.side], this.secrets);
    const text = this.engine.describe(error, connection);
    await this.#fail(job, phase, error.code, text);
  }

  async #fail(job: Job, phase: JobFailure["phase"], code: string, text: Message): Promise<true> {
    log(`task ${job.name}: ${phase} failed (${code})`);
    const { attempt } = job.desired;
    await this.store.update(job.id, (latest) => ({
      ...latest,
      failure: { attempt, phase, code, message: { id: text.id, values: { ...text.values } }, at: Date.now() },
    }));
    const runtime = this.#runtime(job.id);
    runtime.fault = undefined;
    runtime.silentSince = undefined;
    return true;
  }

  #runtime(id: string): Runtime {
    const known = this.#runtimes.get(id);
    if (known !== undefined) {
      return known;
    }
    const made = new Runtime();
    this.#runtimes.set(id, made);
    return made;
  }

  /** Says a trouble once, not twice a second. */
  #trouble(text: string): void {
    if (text !== this.#lastTrouble) {
      this.#lastTrouble = text;
      log(text);
    }
  }
}

/** Whether the engine has something to say of a task. */
function isWatched(job: Job): boolean {
  return job.prepared && !job.released;
}

function startIfDue(job: Job): Job {
  const { desired } = job;
  return desired.goal === "scheduled" && (desired.startAt ?? 0) <= Date.now()
    ? { ...job, desired: { ...desired, goal: "running", attempt: desired.attempt + 1 } }
    : job;
}

function newFault(reason: string): Fault {
  return { reason, tries: 0, retryAt: Date.now() + firstRetryMs };
}

/** In which phase a failure of now would be. */
function phaseOf(job: Job, engine: EngineState | undefined): "full" | "incremental" {
  if (engine?.kind === "present") {
    return engine.tables.every(({ phase }) => phase === "synced") ? "incremental" : "full";
  }
  return job.fullCompletedAt === null && job.taskType !== "INCR_TRANS" ? "full" : "incremental";
}
