/** Answers about each task of a batch: HTTP 200 says nothing about the single task. */
import { DrsError, faultOf, kindOf } from "./errors";

/** The service's result for one task. */
export interface BatchResult {
  readonly status?: string | boolean | null | undefined;
  readonly success?: boolean | null | undefined;
  readonly error_code?: string | null | undefined;
  readonly error_msg?: string | null | undefined;
}

/** Whether the result of one task in a batch is a refusal. */
export function isRefused({ status, error_code, success }: BatchResult): boolean {
  const said = String(status).toLowerCase();
  // Of a connection test, `success` says more than a status in words.
  return (
    Boolean(error_code) || status === false || said === "failed" || (said === "false" && success !== true)
  );
}

/** The error of one item of a batch call; an item the service did not answer at all is uncertain. */
export function refusalOf(
  operation: string,
  item: BatchResult | undefined,
  requestId: string | undefined,
): DrsError {
  if (item === undefined) {
    const facts = { operation, requestId, kind: "protocol", uncertain: true } as const;
    return new DrsError({ ...facts, ...faultOf("missingResult") });
  }
  const code = item.error_code ?? undefined;
  const said = item.error_msg ? { reason: item.error_msg } : faultOf("noReason");
  return new DrsError({ operation, requestId, code, kind: kindOf(code, 400), ...said });
}

/**
 * The result of a batch call about one task.
 *
 * @param isDone what more than the absence of a refusal makes it a success.
 * @throws DrsError when the service refused, or said nothing of the task.
 */
export function onlyResult<R extends BatchResult>(
  operation: string,
  { results, request_id }: { readonly results: readonly R[]; readonly request_id?: string | undefined },
  isDone: (result: R) => boolean = () => true,
): R {
  const [result] = results;
  if (result === undefined || isRefused(result) || !isDone(result)) {
    throw refusalOf(operation, result, request_id);
  }
  return result;
}
