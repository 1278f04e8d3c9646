/** Asks the engine for the state of tasks, and keeps its answers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../engine/engine";
import type { EngineState } from "../engine/engine-state";
import type { EngineTask } from "../engine/engine-task";
import { reasonOf } from "../log";
import type { BackgroundWork } from "./background-work";
import { noteFindings } from "./findings";
import type { Job } from "./job";
import { ObservationBatches, serversOf } from "./observation-batches";
import type { Runtime, Runtimes } from "./runtime";
import type { JobStore } from "./store";

/** How long an action of a user waits for the observation of its task. */
const patienceMs = 3_000;

/** Observes tasks. An answer counts only if no step was taken since its question. */
export class TaskObservations {
  readonly #batches: ObservationBatches;
  /** Pairs of servers that have not answered yet. */
  readonly #asked = new Set<string>();

  /** @param advance takes the next step of a task that was observed. */
  constructor(
    private readonly engine: Engine,
    private readonly store: JobStore,
    private readonly runtimes: Runtimes,
    private readonly work: BackgroundWork,
    private readonly taskOf: (job: Job) => EngineTask,
    private readonly advance: (id: string) => void,
  ) {
    this.#batches = new ObservationBatches(engine);
  }

  /** Asks about all tasks between two servers together; servers that do not answer hold up only their own tasks. */
  begin(jobs: readonly Job[]): void {
    const pairs = new Map<string, Job[]>();
    for (const job of jobs) {
      const own = pairs.get(serversOf(job)) ?? [];
      own.push(job);
      pairs.set(serversOf(job), own);
    }
    for (const [servers, own] of pairs) {
      if (!this.#asked.has(servers)) {
        this.#asked.add(servers);
        this.work.run(this.#observe(own).finally(() => this.#asked.delete(servers)));
      }
    }
  }

  /**
   * Observes a task now, for a decision that depends on its state. Servers that take longer than a user wants to wait
   * answer later.
   */
  async now(job: Job): Promise<void> {
    const runtime = this.runtimes.of(job.id);
    if (runtime.busy) {
      return;
    }
    const { epoch } = runtime;
    const answer = this.engine.observe([this.taskOf(job)], true).then(async (states) => {
      if (isCurrent(runtime, epoch)) {
        runtime.engine = states.get(job.id) ?? runtime.engine;
        await noteFindings(this.store, job, runtime.engine, Date.now());
      }
    });
    this.work.run(answer);
    const timeout = new AbortController();
    await Promise.race([
      answer.catch(() => undefined),
      delay(patienceMs, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
  }

  /** How a task is after a step; undefined when the engine does not know it. */
  async afterStep(job: Job): Promise<EngineState | undefined> {
    return await this.#batches.at(this.taskOf(job));
  }

  async #observe(jobs: readonly Job[]): Promise<void> {
    const idle = jobs.filter(({ id }) => !this.runtimes.of(id).busy);
    const epochs = new Map(idle.map(({ id }) => [id, this.runtimes.of(id).epoch]));
    const states = await this.engine.observe(idle.map((job) => this.taskOf(job))).catch((error: unknown) => {
      // Answers that no server of its kind gives: nothing is known of these tasks, so none of them is well.
      const reason = reasonOf(error);
      this.work.report(reason);
      return new Map<string, EngineState>(
        idle.map(({ id }) => [id, { kind: "unreachable", side: "target", reason }]),
      );
    });
    for (const [id, state] of states) {
      const runtime = this.runtimes.of(id);
      if (isCurrent(runtime, epochs.get(id))) {
        runtime.engine = state;
        this.advance(id);
      }
    }
  }
}

function isCurrent(runtime: Runtime, epoch: number | undefined): boolean {
  return !runtime.busy && runtime.epoch === epoch;
}
