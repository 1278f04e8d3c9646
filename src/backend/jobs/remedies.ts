/** The remedy of a task that failed, or whose last pre-check did: from its failure, or from what a pre-check finds. */
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { FoundRemedy } from "../engine/remedy";
import type { Controller } from "./controller";
import { currentFailure } from "./job";
import type { LegalChanges } from "./legal-changes";
import type { Prechecks } from "./prechecks";
import type { JobStore } from "./store";

/** A refused row is noted with the failure; an older one belongs to an earlier failure. */
const togetherMs = 30_000;

/** Items of the pre-check that explain a code although they only warn; those that failed always count. */
const warnings: Readonly<Record<string, readonly string[]>> = {
  P0001: ["target_triggers"],
  "23502": ["target_columns"],
  "23503": ["target_foreign_keys"],
  "22001": ["target_types", "target_columns"],
  "22003": ["target_types", "target_columns"],
};

/**
 * Nothing for a task without a failure and without a failed pre-check. It is as of now: the cause may be resolved.
 *
 * @throws ApiError for a task that is not there.
 */
export async function findRemedy(
  { changes, store, controller, engine, prechecks }: RemedyParts,
  id: string,
): Promise<FoundRemedy> {
  const job = changes.get(id);
  const failure = currentFailure(job);
  if (failure === undefined) {
    const isUnready = job.precheck?.items.some(({ result }) => result === "FAILED");
    const items = isUnready ? await prechecks.find(job) : [];
    const failed = items.filter(({ result }) => result === "FAILED");
    return { rows: [], statements: failed.flatMap(({ remedies }) => remedies) };
  }
  const { code, at, message } = failure;
  const { entries } = await store.history.find(id, "dirty", { offset: 0, limit: 1 });
  const [last] = entries;
  const rejected = last !== undefined && at - last.at.getTime() < togetherMs ? last.entry : undefined;
  const reason = message.values.reason ?? "";
  const direct = await engine
    .remedy(controller.taskOf(job), { code, reason, rejected })
    .catch((error: unknown): FoundRemedy => {
      requireEngineError(error);
      return { rows: [], statements: [] };
    });
  if (direct.statements.length > 0) {
    return direct;
  }
  const items = await prechecks.find(job);
  const statements = items
    .filter(
      ({ item, result }) => result === "FAILED" || (result === "ALARM" && warnings[code]?.includes(item)),
    )
    .flatMap(({ remedies }) => remedies);
  return { rows: direct.rows, statements };
}

export interface RemedyParts {
  readonly changes: LegalChanges;
  readonly store: JobStore;
  readonly controller: Controller;
  readonly engine: Engine;
  readonly prechecks: Prechecks;
}
