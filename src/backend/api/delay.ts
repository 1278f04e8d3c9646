/** `GET /_local/tasks/{id}/delay`: why a task is behind, as far as both of its ends say it. */
import type { DelayEvidence } from "../engine/delay-evidence";
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { Controller } from "../jobs/controller";
import { isWatched } from "../jobs/runtime";
import type { JobStore } from "../jobs/store";
import { ApiError, message } from "../messages";

export interface DelayParts {
  readonly store: JobStore;
  readonly controller: Controller;
  readonly engine: Engine;
}

/** Delays in milliseconds, sizes in bytes, speeds per second; null: not known. */
export interface DelayView {
  /** Whether changes flow. */
  readonly streaming: boolean;
  readonly delay_ms: number | null;
  readonly sent_ms: number | null;
  readonly received_ms: number | null;
  readonly log: { readonly open: number; readonly grows: number; readonly reads: number } | null;
  readonly link: { readonly limit: number | null; readonly carries: number | null };
  readonly evidence: DelayEvidence | null;
}

/** @throws ApiError DRS.M00289 for a task that is not there. */
export async function delayView({ store, controller, engine }: DelayParts, id: string): Promise<DelayView> {
  const job = store.get(id);
  if (job === undefined) {
    throw new ApiError("DRS.M00289", message("noSuchJob"));
  }
  const evidence = isWatched(job)
    ? await engine.delayEvidence(controller.taskOf(job)).catch((error: unknown) => {
        // An end that does not answer says nothing.
        requireEngineError(error);
        return null;
      })
    : null;
  const { engine: state, rates, linkLimit } = controller.live(id);
  const present = state?.kind === "present" ? state : undefined;
  return {
    streaming: present?.streaming === true,
    delay_ms: present?.delayMs ?? null,
    sent_ms: present?.stages?.sentMs ?? null,
    received_ms: present?.stages?.receivedMs ?? null,
    log: rates?.log ?? null,
    link: { limit: linkLimit ?? rates?.link.limit ?? null, carries: rates?.link.most ?? null },
    evidence,
  };
}
