import { onlyResult, refusalOf } from "../../drs/batch";
import type { DrsCaller } from "../../drs/client";
import type { Clock } from "../../drs/clock";
import { DrsError, faultOf } from "../../drs/errors";
import { poll } from "../../drs/poll";
import type { PrecheckMode } from "../../status/actions";
import type { Task } from "../task";
import type { TaskSession } from "./control";

/** An item of a pre-check that did not pass. */
export interface PrecheckFinding {
  readonly item: string;
  /** `ALARM` lets the task start, `FAILED` does not. */
  readonly result: string;
  readonly reason?: string | undefined;
  /** SQL that remedies it, to be copied; comments in it name the end. */
  readonly remedySql?: string | undefined;
}

export interface PrecheckOutcome {
  readonly passed: boolean;
  readonly findings: readonly PrecheckFinding[];
}

const firstMs = 300;
const longestMs = 3_000;
const limitMs = 10 * 60_000;

export interface PrecheckOptions {
  readonly signal: AbortSignal;
  /** Receives the percentage, 0 to 100. */
  readonly onProgress?: (percent: number) => void;
  readonly clock?: Clock | undefined;
}

/**
 * Runs a pre-check and waits for its end, ten minutes at most.
 *
 * @throws DrsError when the service refuses, the signal's reason when it aborts.
 */
export async function precheck(
  client: DrsCaller,
  { id }: Pick<Task, "id">,
  precheck_mode: PrecheckMode,
  { signal, onProgress, clock }: PrecheckOptions,
): Promise<PrecheckOutcome> {
  const jobs = [{ job_id: id, precheck_mode }];
  const started = onlyResult("batchPrecheck", await client.call("batchPrecheck", { jobs }, { signal }));
  const operation = "batchPrecheckResult";
  const outcome = await poll(
    async () => {
      const { results, request_id } = await client.call(operation, { jobs: [id] }, { signal });
      // The result of an earlier pre-check may still be there.
      const state = results.find(
        ({ precheck_id }) => !precheck_id || !started.precheck_id || precheck_id === started.precheck_id,
      );
      if (state?.error_code) {
        throw refusalOf(operation, state, request_id);
      }
      const percent = Number.parseFloat(state?.process ?? "") || 0;
      onProgress?.(percent);
      return percent < 100
        ? undefined
        : { passed: state?.result === true, findings: findingsOf(state?.precheck_result ?? []) };
    },
    { firstMs, longestMs, limitMs, signal, clock },
  );
  if (outcome === undefined) {
    throw new DrsError({ operation, kind: "timeout", ...faultOf("missingResult") });
  }
  return outcome;
}

/** A pre-check for its own sake, for the start of a task. @throws as `precheck` and `Control.run` do. */
export async function checkTask(
  { client, control }: TaskSession,
  task: Pick<Task, "id">,
  options: PrecheckOptions,
): Promise<PrecheckOutcome> {
  return await control.run("batchPrecheck", task.id, () => precheck(client, task, "forStartJob", options));
}

interface Item {
  readonly item?: string | null | undefined;
  readonly result?: string | null | undefined;
  readonly failed_reason?: string | null | undefined;
  readonly raw_error_msg?: string | null | undefined;
  readonly remedy_sql?: string | null | undefined;
}

function findingsOf(items: readonly Item[]): readonly PrecheckFinding[] {
  return items
    .filter(({ result }) => result !== "PASSED")
    .map(({ item, result, failed_reason, raw_error_msg, remedy_sql }) => ({
      item: item ?? "",
      result: result ?? "",
      reason: failed_reason || raw_error_msg || undefined,
      ...(remedy_sql ? { remedySql: remedy_sql } : {}),
    }));
}
