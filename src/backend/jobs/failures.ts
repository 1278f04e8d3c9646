/** How failures are stored, with their texts: of the attempt in hand, or of a change that is on its way. */
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import { log } from "../log";
import type { Message } from "../messages";
import type { SecretBox } from "../secrets";
import { failedChange } from "./changes";
import { loginOf } from "./endpoints";
import { isChanging, type Job, type JobFailure } from "./job";
import type { Runtimes } from "./runtime";
import type { JobStore } from "./store";

/** Stores failures as message ids and values, so that each reader gets them in their language. */
export class Failures {
  constructor(
    private readonly store: JobStore,
    private readonly engine: Engine,
    private readonly secrets: SecretBox,
    private readonly runtimes: Runtimes,
  ) {}

  /** Stores why the attempt in hand has failed. */
  async fail(job: Job, phase: JobFailure["phase"], code: string, text: Message): Promise<true> {
    log(`task ${job.name}: ${phase} failed (${code})`);
    const { attempt } = job.desired;
    if (phase === "incremental") {
      await this.store.update(job.id, copied);
    }
    await this.store.update(job.id, (latest) => ({
      ...latest,
      failure: { attempt, phase, code, message: { id: text.id, values: { ...text.values } }, at: Date.now() },
      change: failedChange(latest.change, code, text),
    }));
    this.runtimes.of(job.id).settle();
    return true;
  }

  /** @throws the error itself when it is not the engine's. */
  async failBy(job: Job, phase: JobFailure["phase"], error: unknown): Promise<void> {
    requireEngineError(error);
    const connection =
      error.side === undefined ? undefined : loginOf(job[error.side], error.side, this.secrets);
    await this.fail(job, phase, error.code, this.engine.describe(error, connection));
  }

  /** A stop during a change fails the change; the task continues with its own tables, if it can. */
  async failOrRollBack(job: Job, phase: JobFailure["phase"], code: string, text: Message): Promise<true> {
    if (!isChanging(job)) {
      return await this.fail(job, phase, code, text);
    }
    log(`task ${job.name}: the change of its objects failed (${code})`);
    await this.store.update(job.id, (latest) => ({
      ...latest,
      change: failedChange(latest.change, code, text),
    }));
    return true;
  }
}

/** Between two polls a copy may be completed and its stream fail: the task has synchronized changes in between. */
function copied(job: Job): Job {
  return job.fullCompletedAt === null && job.taskType === "FULL_INCR_TRANS"
    ? { ...job, status: "INCRE_TRANSFER_STARTED", fullCompletedAt: Date.now() }
    : job;
}
