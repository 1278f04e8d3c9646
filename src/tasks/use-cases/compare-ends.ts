/** Compares both ends of a task through v5, the only part of the API that has differences by table. */
import type { Clock } from "../../drs/clock";
import type { ResponseIn } from "../../drs/operation";
import type { OperationsV5 } from "../../drs/operations-v5";
import { poll } from "../../drs/poll";
import { v5Of } from "../../drs/v5";
import type { TaskSession } from "./control";

/** `lines`: numbers of rows. `contents`: every value. `object`: which objects both ends have, and how they are defined. */
export type ComparisonType = "lines" | "contents" | "object";
type CompareResult = NonNullable<ResponseIn<OperationsV5, "showJobDetail">["job"]["compare_result"]>;
/** A comparison as the service lists it. */
export type Comparison = NonNullable<CompareResult["data_compare_task_list"]>[number];

const firstMs = 300;
const longestMs = 3_000;
const running = new Set(["RUNNING", "WAITING_FOR_RUNNING"]);

/**
 * Begins a comparison.
 *
 * @returns its id; undefined where the service does not return it.
 * @throws DrsError, `notFound` where the service has no v5.
 */
export async function beginComparison(
  { client, control }: TaskSession,
  id: string,
  type: ComparisonType,
  signal: AbortSignal,
): Promise<string | undefined> {
  const operation = "executeAction";
  const job = { action_name: "create_compare", action_params: { compare_task_param: { type } } };
  return await control.run(operation, `${id}/compare`, async () => {
    const { query_id } = await v5Of(client).need(operation, { job_id: id, job }, { signal });
    return query_id ?? undefined;
  });
}

/** How a comparison stands; `results` once it has ended. */
export interface ComparisonState {
  readonly comparison: Comparison | undefined;
  readonly results: readonly CompareResult[] | undefined;
}

/**
 * Waits for the end of a comparison, `limitMs` at most.
 *
 * @param begun whether it was begun just now, so that the service may not list it yet.
 * @throws DrsError; the signal's reason when it aborts.
 */
export async function followComparison(
  { client }: TaskSession,
  task: string,
  { id, begun }: { readonly id: string; readonly begun: boolean },
  limits: { readonly signal: AbortSignal; readonly limitMs: number; readonly clock?: Clock },
): Promise<ComparisonState> {
  const result = async (query: Readonly<Record<string, string>>) => {
    const input = { job_id: task, type: "compare", offset: 0, limit: 1000, ...query };
    const { job } = await v5Of(client).need("showJobDetail", input, { signal: limits.signal });
    return job.compare_result ?? {};
  };
  let comparison: Comparison | undefined;
  const isOver = await poll(
    async () => {
      const { data_compare_task_list } = await result({ query_type: "list" });
      comparison = data_compare_task_list?.find((entry) => entry.id === id);
      const ended = comparison !== undefined && !running.has(comparison.status ?? "");
      return ended || (comparison === undefined && !begun) || undefined;
    },
    { firstMs, longestMs, ...limits },
  );
  if (comparison === undefined || isOver === undefined) {
    return { comparison, results: undefined };
  }
  const compare_type = comparison.type === "contents" ? "content_compare" : "line_compare";
  const query = { compare_type, compare_task_id: id, query_type: "detail" };
  const results = [await result(query)];
  if (comparison.type === "contents") {
    // Of contents the service lists the tables that cannot be compared apart.
    results.push(await result({ ...query, compare_detail_type: "uncompare" }));
  }
  return { comparison, results };
}
