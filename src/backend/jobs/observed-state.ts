import type { ObservedState } from "../reconcile";
import { changeSeen } from "./changes";
import { copySeen } from "./copy-again";
import { lossOf } from "./findings";
import { indexesSeen } from "./indexes";
import { currentFailure, type Job } from "./job";
import { ownEngine, type Runtime } from "./runtime";

/** A task as it was last observed, in the reconciler's terms. */
export function observedState(job: Job, runtime: Runtime): ObservedState {
  return {
    provisioned: job.provisioned,
    failure: currentFailure(job)?.phase,
    engine: ownEngine(job, runtime) ?? (job.prepared ? undefined : { kind: "absent" }),
    prepared: job.prepared,
    recovering: runtime.fault !== undefined,
    enabledNow: runtime.enabledAttempt === job.desired.attempt,
    fullDone: job.fullCompletedAt !== null,
    released: job.released,
    lost: lossOf(job, runtime.engine) !== undefined,
    change: changeSeen(job, runtime),
    copyAgain: copySeen(job, runtime),
    indexes: indexesSeen(job, runtime),
    last: job.status,
  };
}
